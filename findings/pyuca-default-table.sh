#!/usr/bin/env bash
# pyuca: the class with the plain name does not have the newest table of weights.
#
# Guess:    `Collator()` sorts by the newest table of the package, that of Unicode 10.
# Happens:  it takes version 9.0.0 of the Unicode Collation Algorithm; `Collator_10_0_0` has to be
#           named. The sign of bitcoin, new in Unicode 10, then stands behind the letters instead of
#           with the signs of currencies, before them.
# Versions: pyuca 1.2, Python 3.11.
# Matters:  SQLite is to sort as ICU does on PostgreSQL, and an index must not depend on Python's
#           version, as that default does: `partners/sorting.py` names the class.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyuca==1.2

seen=$("$folder/venv/bin/python" << 'PYTHON'
from pyuca import Collator
from pyuca.collator import Collator_10_0_0

for collator in (Collator(), Collator_10_0_0()):
    print(collator.UCA_VERSION, *sorted(["Archive", "₿ Fund", "Zoo"], key=collator.sort_key), sep=", ")
PYTHON
)
printf '%s\n' "$seen"
diff - <(printf '%s\n' "$seen") << 'EXPECTED'
9.0.0, Archive, Zoo, ₿ Fund
10.0.0, ₿ Fund, Archive, Zoo
EXPECTED
