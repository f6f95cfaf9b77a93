#!/usr/bin/env bash
# idna: with UTS 46, it still refuses names of plain ASCII that browsers open.
#
# Guess:    `idna.encode(host, uts46=True)` takes what a browser takes (URL Standard, section 3.3),
#           and leaves ASCII as it is.
# Happens:  ASCII labels are checked by IDNA 2008 as well: no underscore, and no hyphens as third and
#           fourth character. Both occur in names of hosts that are in use.
# Versions: idna 3.20, Python 3.11.
# Matters:  such addresses of partners are links like others: `ascii_host` in
#           `partners/validators.py` gives idna only the labels that are not ASCII, or "xn--".
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check idna==3.20

seen=$("$folder/venv/bin/python" << 'PYTHON'
import idna

for host in ("müller.example", "my-site.example", "my_site.example", "r3---sn.example"):
    try:
        print(host, "->", idna.encode(host, uts46=True).decode())
    except idna.IDNAError as error:
        print(host, "->", error)
PYTHON
)
printf '%s\n' "$seen"
diff - <(printf '%s\n' "$seen") << 'EXPECTED'
müller.example -> xn--mller-kva.example
my-site.example -> my-site.example
my_site.example -> Codepoint U+005F at position 3 of 'my_site' not allowed
r3---sn.example -> Label has disallowed hyphens in 3rd and 4th position
EXPECTED
