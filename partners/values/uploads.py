"""What is done to a file that is sent to us, before anybody looks at it."""

import io
import struct
from contextlib import suppress

from django import forms
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from PIL import ExifTags, Image, ImageChops, ImageCms

from partners.values.validators import (
    LOGO_FORMATS,
    LOGO_MAX_BYTES,
    SHEET_MAX_BYTES,
    kind_of,
    validate_logo,
)

#: The longer side of a stored logo in pixels: plenty for print, and little to decode.
LOGO_SIDE = 2000
SUFFIXES = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
#: How a camera was held (EXIF 3.0, tag 274) → what sets its picture upright; the last four lie.
TURNS = dict(
    enumerate(
        (
            Image.Transpose.FLIP_LEFT_RIGHT,
            Image.Transpose.ROTATE_180,
            Image.Transpose.FLIP_TOP_BOTTOM,
            Image.Transpose.TRANSPOSE,
            Image.Transpose.ROTATE_270,
            Image.Transpose.TRANSVERSE,
            Image.Transpose.ROTATE_90,
        ),
        start=2,
    )
)
LYING = [TURNS[number] for number in range(5, 9)]
#: Pillow's mode → the one whose colours are weighted by how much they cover; and back.
WEIGHTED = {"RGBA": "RGBa", "LA": "La"}
UNWEIGHTED = {weighted: mode for mode, weighted in WEIGHTED.items()}
SRGB = ImageCms.createProfile("sRGB")
#: A colour is nearly white if none of its parts (0 to 255) is less; a trace is a smaller share.
NEARLY_WHITE, TRACE = 225, 0.005
OPTIONS = {"PNG": {"optimize": True}, "JPEG": {"quality": 92}, "WEBP": {"lossless": True}}


DOCUMENT_MAX_BYTES = 5_000_000
#: The name of a form's field → as much of its file as is kept (bytes); any other is a logo.
LIMITS = {"sheet": SHEET_MAX_BYTES, "document": DOCUMENT_MAX_BYTES}


class LimitedUpload(TemporaryFileUploadHandler):
    """Keeps no more of a file than its kind may have, and says how large it really was.

    So the form answers with its sentence, instead of a connection that breaks.
    """

    def receive_data_chunk(self, raw_data, start):
        if start <= LIMITS.get(self.field_name, LOGO_MAX_BYTES):
            super().receive_data_chunk(raw_data, start)


def can_be_kept(upload):
    """Whether the storage of uploads takes as much: found out before anything else is written."""
    try:
        default_storage.try_out(upload.read())
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
    picture, kind = drawn(upload, (LOGO_SIDE, LOGO_SIDE))
    content = io.BytesIO()
    picture.save(content, kind, **OPTIONS[kind])
    return SimpleUploadedFile(f"logo.{SUFFIXES[kind]}", content.getvalue(), Image.MIME[kind])


def drawn(file, size):
    """(the first picture in `file`, its kind): upright, RGB or RGBA in sRGB, at most `size` pixels.

    Raises what Pillow raises where `file` (a path or an open file) cannot be read.
    """
    picture, kind, profile, turn = _decoded(file)
    picture.thumbnail(size[::-1] if turn in LYING else size, Image.Resampling.LANCZOS)
    picture = picture.convert(UNWEIGHTED.get(picture.mode, picture.mode))
    if turn is not None:
        picture = picture.transpose(turn)
    colours = _in_srgb(picture, profile)
    if kind != "JPEG" and picture.has_transparency_data:
        colours.putalpha(picture.convert("RGBA").getchannel("A"))
    colours.info.clear()
    return colours, kind


def _decoded(file):
    """(its first picture, its kind, its colour profile, what turns it): nothing else stays open."""
    with Image.open(file, formats=LOGO_FORMATS) as opened:
        facts = kind_of(opened), opened.info.get("icc_profile"), _turn(opened)
        return _in_full_colours(opened), *facts


def _turn(picture):
    """What sets it upright (Image.Transpose); None if nothing has to, or what says so is broken."""
    with suppress(OSError, SyntaxError, ValueError, struct.error):
        return TURNS.get(picture.getexif().get(ExifTags.Base.Orientation))
    return None


def _in_full_colours(picture):
    """A copy in colours that can be mixed: not those of a palette, nor greys of 16 bits.

    Of such greys Pillow would take all but the darkest for white. Colours are weighted by how much
    they cover, as resizing would do with one more copy of the whole.
    """
    if picture.mode.startswith("I"):
        return picture.point(lambda grey: grey / 256).convert("L")
    if picture.mode in ("P", "PA", "1"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture.convert(WEIGHTED[picture.mode]) if picture.mode in WEIGHTED else picture.copy()


def _in_srgb(picture, profile):
    """The colours of `picture`, as RGB, that its colour `profile` (ICC, bytes or None) means.

    Without a profile, or with one that is broken or not of its kind, the numbers are taken as they
    are; those of CMYK as inks without a tint of their own, as browsers do.
    """
    base = picture.convert(picture.mode if picture.mode in ("CMYK", "L") else "RGB")
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space == "RGB " and base.mode == "L":
            base = base.convert("RGB")
        return ImageCms.profileToProfile(base, source, SRGB, outputMode="RGB")
    return base.convert("RGB")


def shows_on_white(upload):
    """Whether more than a trace of the picture can be seen on the white plate of the pages."""
    with Image.open(upload) as picture:
        plate = Image.new("RGBA", picture.size, "white")
        plate.alpha_composite(picture.convert("RGBA"))
        covered = sum(picture.convert("RGBA").getchannel("A").histogram()[1:])
    upload.seek(0)
    red, green, blue, _ = plate.split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return sum(darkest.histogram()[:NEARLY_WHITE]) > covered * TRACE


CANNOT_BE_KEPT = (
    "The logo cannot be stored just now: the place where files are kept is full, away, or closed "
    "for writing. Save the rest without it, and tell an operator."
)
INVISIBLE = (
    "Nobody would see this logo: it is white, or nearly, on white. Ask for the version made for "
    "light grounds, or put it on a ground of another colour, and send that."
)


class LogoField(forms.ImageField):
    """Refuses with the sentences of `validate_logo`; what it takes, it draws anew."""

    default_validators = []  # Django's looks at the name alone

    def widget_attrs(self, widget):
        """Phones that are asked for these make a JPEG of their own kind of picture."""
        return {"accept": ", ".join(f"image/{kind.lower()}" for kind in LOGO_FORMATS)}

    def to_python(self, data):
        file = forms.FileField.to_python(self, data)
        if file is not None:
            validate_logo(file)
            file = reencoded(file)
            if not shows_on_white(file):
                raise forms.ValidationError(INVISIBLE)
            if not can_be_kept(file):
                raise forms.ValidationError(CANNOT_BE_KEPT)
        return file

    def clean(self, data, initial=None):
        if data is None and initial:
            validate_logo(initial)  # its file may be gone
        return super().clean(data, initial)
