#!/usr/bin/env bash
# Pillow: a picture opened as one of `formats` can come back with a format that is none of them.
#
# Guess:    what `Image.open(file, formats=["JPEG"])` opens has the format "JPEG".
# Happens:  a JPEG with a second picture behind the first, as phones write them, is opened by the
#           plug-in for JPEG, which hands it on to that for MPO: the format is "MPO".
# Versions: Pillow 13.0.0, Python 3.11.
# Matters:  the format decides how a logo is written, and what its name ends in: `kind_of` in
#           `partners/validators.py` takes MPO for the JPEG that it begins with.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0

seen=$("$folder/venv/bin/python" << 'PYTHON'
import io

from PIL import Image

red, blue = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
for further in ([], [blue]):
    file = io.BytesIO()
    red.save(file, "MPO", save_all=True, append_images=further)
    with Image.open(file, formats=["JPEG"]) as picture:
        print(1 + len(further), "in the file:", picture.format, picture.get_format_mimetype())
PYTHON
)
printf '%s\n' "$seen"
diff - <(printf '%s\n' "$seen") << 'EXPECTED'
1 in the file: JPEG image/jpeg
2 in the file: MPO image/mpo
EXPECTED
