#!/usr/bin/env bash
# python-stdnum: the module `grid` is about music, not about research organisations.
#
# Guess:    `stdnum.grid`, beside `stdnum.isni`, checks the ids of the Global Research Identifier
#           Database, such as grid.4991.5 (University of Oxford).
# Happens:  it checks the Global Release Identifier of sound recordings, and refuses those ids.
# Versions: python-stdnum 2.2, Python 3.11.
# Matters:  the identifiers of organisations: `REGISTERS` in `partners/validators.py` takes ISNI from
#           python-stdnum, and has a pattern of its own for GRID.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-stdnum==2.2

seen=$("$folder/venv/bin/python" << 'PYTHON'
from stdnum import grid

print(grid.__doc__.strip().splitlines()[0])
for number in ("grid.4991.5", "A1-2425G-ABC1234002-M"):
    print(number, grid.is_valid(number))
PYTHON
)
printf '%s\n' "$seen"
diff - <(printf '%s\n' "$seen") << 'EXPECTED'
GRid (Global Release Identifier).
grid.4991.5 False
A1-2425G-ABC1234002-M True
EXPECTED
