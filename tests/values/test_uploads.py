"""An upload is drawn anew, and looks as it did."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from partners.values.uploads import reencoded

MIDDLE = {
    "1": 1, "L": 128, "I;16": 128 * 256, "P": 128, "LA": (128, 255), "RGB": (128,) * 3,
    "RGBA": (128, 128, 128, 255), "CMYK": (0, 0, 0, 127),
}  # fmt: skip


@pytest.mark.parametrize("mode", MIDDLE)
def test_grey_stays_grey_however_it_was_written(mode):
    content = io.BytesIO()
    picture = Image.new(mode, (40, 20), MIDDLE[mode])
    if mode == "P":
        picture.putpalette([value for value in range(256) for _ in range(3)])
    picture.save(content, "JPEG" if mode == "CMYK" else "PNG")
    stored = Image.open(reencoded(SimpleUploadedFile("logo.png", content.getvalue())))
    grey = 255 if mode == "1" else 128
    assert stored.convert("RGB").getpixel((0, 0)) == (grey,) * 3
