"""What is done to a file that is sent to us, before anybody looks at it."""

import io
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from PIL import Image, ImageOps

from partners.validators import LOGO_FORMATS, LOGO_MAX_BYTES, SHEET_MAX_BYTES

#: The longer side of a stored logo in pixels: plenty for print, and little to decode.
LOGO_SIDE = 2000
SUFFIXES = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
OPTIONS = {"PNG": {"optimize": True}, "JPEG": {"quality": 92}, "WEBP": {"lossless": True}}


#: The name of a form's field → as much of its file as is kept (bytes); any other is a logo.
LIMITS = {"sheet": SHEET_MAX_BYTES}


class LimitedUpload(TemporaryFileUploadHandler):
    """Keeps no more of a file than its kind may have, and says how large it really was.

    So the form answers with its sentence, instead of a connection that breaks.
    """

    def receive_data_chunk(self, raw_data, start):
        if start <= LIMITS.get(self.field_name, LOGO_MAX_BYTES):
            super().receive_data_chunk(raw_data, start)


def can_be_kept(upload):
    """Whether the folder of uploads takes as much: found out before anything else is written."""
    folder = Path(settings.MEDIA_ROOT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(upload.read())
    except OSError:
        return False
    finally:
        upload.seek(0)
    return True


def reencoded(upload):
    """The picture of a valid upload, drawn anew: upright, no larger than needed, nothing beside it.

    What a camera, a program or an attacker put around the pixels is gone. The name's ending says
    what the content is, whatever it said before.
    """
    upload.seek(0)
    with Image.open(upload, formats=LOGO_FORMATS) as picture:
        kind = picture.format
        picture.thumbnail((LOGO_SIDE, LOGO_SIDE))
        upright = ImageOps.exif_transpose(_of_eight_bits(picture))
        opaque = kind == "JPEG" or not upright.has_transparency_data
        pixels = upright.convert("RGB" if opaque else "RGBA")
    pixels.info.clear()
    content = io.BytesIO()
    pixels.save(content, kind, **OPTIONS[kind])
    return SimpleUploadedFile(f"logo.{SUFFIXES[kind]}", content.getvalue(), Image.MIME[kind])


def _of_eight_bits(picture):
    """Greys of 16 bits, in which Pillow would take all but the darkest for white."""
    if picture.mode.startswith("I"):
        return picture.point(lambda grey: grey / 256).convert("L")
    return picture
