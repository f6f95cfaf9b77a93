"""Logos as pages show them: WebP that fits the plate, at one and at two pixels a CSS pixel.

An upload never changes under its name, so neither does a rendition: it is made with the upload,
kept beside it, and goes with it. It may be thrown away like any cache: whoever asks finds it anew.
"""

import io
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from PIL import Image

from partners.values.files import complete_or_nothing
from partners.values.uploads import drawn
from partners.values.validators import LOGO_FORMATS, LOGO_MAX_PIXELS

#: Width and height of the plate that a logo stands on, in CSS pixels.
PLATE = (160, 64)
SCALES = (1, 2)
NAME = re.compile(r"(?P<upload>.+)\.(?P<scale>[12])x\.webp")


class WithRenditions:
    """A storage of uploads: each has its renditions beside it from the beginning to the end."""

    def _save(self, name, content):
        kept = super()._save(name, content)
        for scale in SCALES:
            ensure(self, name_of(kept, scale))
        return kept

    def delete(self, name):
        super().delete(name)
        for scale in SCALES:
            super().delete(name_of(name, scale))


class Uploads(WithRenditions, FileSystemStorage):
    """The folder of uploads. One in a bucket (`values.buckets`) has the same three methods more."""

    def is_known(self, name):
        """Whether it is there, for a page that can do without: no, where nobody knows."""
        return self.exists(name)

    def put(self, name, content):
        """Keep `content` (bytes) under this very name, once it is whole, whatever is there.

        Raises OSError, and leaves what is there.
        """
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with complete_or_nothing(path) as file:
            os.fchmod(file.fileno(), settings.FILE_UPLOAD_PERMISSIONS)
            file.write(content)

    def try_out(self, content):
        """Raise OSError where as much as `content` (bytes) could not be kept."""
        folder = Path(self.location)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(content)


def name_of(upload, scale):
    """The file name of the rendition of an upload: "logos/a.png", 2 → "logos/a.png.2x.webp"."""
    return f"{upload}.{scale}x.webp"


def fitted(width, height):
    """The size at which a picture stands on the plate, in CSS pixels: never larger than it is."""
    shrink = min(1, PLATE[0] / width, PLATE[1] / height)
    return max(1, round(width * shrink)), max(1, round(height * shrink))


def ensure(storage, name):
    """Make the file `name` in `storage`, if it is a rendition that is not there yet.

    If the upload is missing, broken or larger than a logo may be, nothing is made.
    """
    asked = NAME.fullmatch(name)
    if asked:
        with suppress(OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            if not storage.exists(name):
                with storage.open(asked["upload"]) as upload:
                    storage.put(name, _rendered(upload, int(asked["scale"])))


def _rendered(upload, scale):
    with Image.open(upload, formats=LOGO_FORMATS) as picture:
        if picture.width * picture.height > LOGO_MAX_PIXELS:
            raise ValueError
    upload.seek(0)
    picture, kind = drawn(upload, [side * scale for side in PLATE])
    options = {"quality": 85} if kind == "JPEG" else {"lossless": True}
    content = io.BytesIO()
    picture.save(content, "WEBP", method=6, **options)
    return content.getvalue()
