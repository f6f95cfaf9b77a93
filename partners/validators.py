"""Rules for single values, each with the sentence the editor reads when it is broken."""

import datetime as dt
import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from PIL import Image
from stdnum import isni
from stdnum.exceptions import ValidationError as NumberError

from partners.folding import fold

SAYS_NOTHING = {
    "click here", "click", "here", "more", "read more", "learn more", "find out more",
    "more information", "more info", "info", "details", "link", "this link", "website", "web site",
    "page", "this page", "see here", "see more", "continue", "go", "download", "",
}  # fmt: skip
EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
TOO_LATE = dt.datetime(3000, 1, 1, tzinfo=dt.UTC)
LOGO_FORMATS = ("PNG", "JPEG", "WEBP")
LOGO_MAX_BYTES = 2_000_000
SHEET_MAX_BYTES = 10_000_000
LOGO_MAX_PIXELS = 4000 * 4000
TOO_MANY_PIXELS = "The picture has more than 16 million pixels. Save it smaller."
#: How the content of a file begins → what it is called, for those that people send as a logo.
OTHER_KINDS = {
    re.compile(rb"....ftyp(hei|hev|mif1|msf1)", re.DOTALL): "a HEIC picture, as phones take them",
    re.compile(rb"....ftypavi[fs]", re.DOTALL): "an AVIF picture",
    re.compile(rb"....(jP  |JXL )|\xff[\x0a\x4f]", re.DOTALL): "a JPEG 2000 or JPEG XL picture",
    re.compile(rb"(\xef\xbb\xbf)?\s*(<[?!].*)?<svg\b", re.DOTALL): "an SVG drawing",
    re.compile(rb"\x1f\x8b"): "a compressed SVG drawing or another archive",
    re.compile(rb"GIF8"): "a GIF picture",
    re.compile(rb"II\*\0|MM\0\*"): "a TIFF picture",
    re.compile(rb"BM"): "a BMP picture",
    re.compile(rb"\0\0[\1\2]\0"): "an icon",
    re.compile(rb"8BPS"): "a Photoshop file",
    re.compile(rb"%PDF|%!PS|\xc5\xd0\xd3\xc6"): "a PDF, Illustrator or EPS file",
}

validate_web_address = URLValidator(
    schemes=["http", "https"],
    message="Write the whole web address, beginning with https://",
)


def validate_label(label):
    """A link's label says where it leads: not "click here", not a bare address."""
    if fold(label) in SAYS_NOTHING:
        raise ValidationError(
            "“%(label)s” does not say where the link leads. Name the page behind it, for "
            "example “EuroSafe Imaging: training resources”.",
            params={"label": label},
        )
    if "://" in label or label.casefold().startswith("www."):
        raise ValidationError("A web address is not a label. Name the page behind it in words.")


def refuse_control_characters(text):
    """No NUL, no other control character but line breaks and tabs, no half of a character."""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in text):
        raise ValidationError(
            "This text holds invisible control characters. Type it anew, or paste it as plain text."
        )


def validate_moment(at):
    """An aware datetime that every time zone can show: the calendar's first and last days are not.

    It is compared in UTC, so that what a form takes in, a fixture takes as well.
    """
    if not EARLIEST <= at < TOO_LATE:
        raise ValidationError("Write a year from 1900 to 2999.")


def kind_of(picture):
    """What an opened picture is to us: one of LOGO_FORMATS.

    A phone's JPEG that holds further pictures is an MPO to Pillow; its first picture is the one.
    Raises ValueError for what Pillow calls by any other name.
    """
    kind = "JPEG" if picture.format == "MPO" else picture.format
    if kind not in LOGO_FORMATS:
        raise ValueError(kind)
    return kind


def validate_logo(image):
    """A picture in a web format, within limits that are checked before it is decoded."""
    was_closed = image.closed  # a stored one is; an upload stays open to be stored
    try:
        if image.size > LOGO_MAX_BYTES:
            raise ValidationError("The file is larger than 2 MB. Save the logo smaller.")
        image.open()
        with Image.open(image, formats=LOGO_FORMATS) as picture:
            _refuse_too_many_pixels(picture)
            kind_of(picture)
            picture.load()  # a JPEG that ends too early shows only here
    except FileNotFoundError:
        raise ValidationError(
            "The file of this logo is gone. Upload the logo again, or clear it."
        ) from None
    except Image.DecompressionBombError:
        raise ValidationError(TOO_MANY_PIXELS) from None
    except (OSError, SyntaxError, ValueError):
        raise ValidationError(_what_else(image)) from None
    finally:
        if was_closed:
            image.close()
        else:
            image.seek(0)


def _what_else(image):
    """What the file is that is no picture for a logo, and what to send instead."""
    image.seek(0)
    start = image.read(1000)
    found = (name for begins, name in OTHER_KINDS.items() if begins.match(start))
    what = next(found, "not a PNG, JPEG or WebP picture that can be read")
    return (
        f"This is {what}. Open the logo and save or export it as PNG or JPEG, at least 400 pixels "
        "wide, and send that."
    )


def _refuse_too_many_pixels(picture):
    width, height = picture.size
    if width * height > LOGO_MAX_PIXELS:
        raise ValidationError(TOO_MANY_PIXELS)


def validate_ror(value):
    """ROR: "0", six characters of Crockford's base 32, two check digits (ISO 7064 mod 97-10)."""
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    if len(value) != 9 or not value.isascii() or value[0] != "0" or not value[7:].isdecimal():
        raise ValueError(value)
    number = 0
    for character in value[:7]:
        number = number * 32 + alphabet.index(character)
    if 98 - (number * 100) % 97 != int(value[7:]):
        raise ValueError(value)


def validate_wikidata(value):
    """Wikidata: "Q" and a number without leading zeros."""
    if not (value[:1] == "Q" and value[1:].isascii() and value[1:].isdecimal() and value[1] != "0"):
        raise ValueError(value)


def validate_isni(value):
    """ISNI: 15 digits and a check character (ISO 7064 mod 11-2), without spaces."""
    if isni.validate(value) != value:
        raise ValueError(value)


#: scheme → (the check, an example of how to write it)
IDENTIFIER_RULES = {
    "ror": (validate_ror, "05dxps055"),
    "wikidata": (validate_wikidata, "Q42"),
    "isni": (validate_isni, "0000000121032683"),
}


def validate_identifier(scheme, value):
    """Raise ValidationError unless `value` is well formed, check digits included."""
    check, example = IDENTIFIER_RULES.get(scheme, (lambda value: value, ""))
    try:
        check(value)
    except (ValueError, NumberError):
        raise ValidationError(
            "“%(value)s” is not a valid identifier of this scheme: a digit or letter is wrong. "
            "Copy it as it stands after the address, for example %(example)s.",
            params={"value": value, "example": example},
        ) from None
