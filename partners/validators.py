"""Rules for single values, each with the sentence the editor reads when it is broken."""

import datetime as dt
import ipaddress
import re
import unicodedata

import idna
from django.core.exceptions import ValidationError
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

NOT_WHOLE = "Write the whole web address, beginning with https://"
#: RFC 3986, section 3. A backslash, which browsers take for a slash, is left to the host: no host
#: has one.
WEB_ADDRESS = re.compile(
    r"https?://(?P<account>[^/?#\\]*@)?(?P<host>\[[^]/?#]*\]|[^:/?#]*)(?P<port>:[^/?#]*)?"
    r"(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
#: A label as DNS has it (RFC 1035, section 2.3.1), with the underscore that some hosts have.
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def validate_web_address(url):
    """A whole address, http or https, of a host that can be on the internet, without an account."""
    match = WEB_ADDRESS.fullmatch(url)
    if not match:
        raise ValidationError(NOT_WHOLE)
    if any(character.isspace() for character in url):
        raise ValidationError(
            "There is a blank in this address. Open the page, and copy the address again."
        )
    if match["account"]:
        raise ValidationError(
            "A user name or a password stands in this address, before the “@”. Everybody could "
            "read it: take it out."
        )
    try:
        _refuse_no_host(ascii_host(match["host"]))
        _refuse_no_port((match["port"] or ":443")[1:])
    except ValueError:
        raise ValidationError(
            "“%(host)s” cannot be the name of a site. Open the page, and copy its address from the "
            "browser.",
            params={"host": match["host"] + (match["port"] or "")},
        ) from None


def ascii_host(host):
    """The host (str) as DNS knows it: “Müller.example” → “xn--mller-kva.example”.

    Names in other scripts go by UTS 46, non-transitional, and IDNA 2008 (RFC 5891). Raises
    ValueError where they cannot.
    """
    if ":" in host:  # IPv6
        return host if host.startswith("[") else f"[{host}]"
    mapped = idna.uts46_remap(host, std3_rules=False, transitional=False).removesuffix(".")
    return ".".join(map(_ascii_label, mapped.split(".")))


def _ascii_label(label):
    if label.isascii() and not label.startswith("xn--"):
        return label
    return idna.alabel(label).decode()


def _refuse_no_host(name):
    """Raise ValueError if the name (str, ASCII) can be none of a host on the internet."""
    if name.startswith("["):
        is_possible = not ipaddress.IPv6Address(name[1:-1]).scope_id
    elif name.rpartition(".")[2][:1].isdecimal():
        is_possible = ipaddress.IPv4Address(name)
    else:
        labels = name.split(".")
        is_possible = len(labels) > 1 and len(name) < 254 and all(map(LABEL.fullmatch, labels))
    if not is_possible:
        raise ValueError(name)


def _refuse_no_port(digits):
    if not (digits.isascii() and digits.isdecimal() and 0 < int(digits[:6]) < 2**16):
        raise ValueError(digits)


def shown_host(url):
    """The host of a web address, for a reader: “https://www.xn--fa-hia.de/a” → “faß.de”.

    `url` is returned as it is if it is none, as may be of what was written before it was checked.
    """
    try:
        labels = ascii_host(WEB_ADDRESS.fullmatch(url)["host"]).removeprefix("www.").split(".")
    except (TypeError, ValueError):
        return url
    return ".".join(idna.ulabel(each) if each.startswith("xn--") else each for each in labels)


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


def validate_logo(image):
    """A picture in a web format, within limits that are checked before it is decoded."""
    was_closed = image.closed  # a stored one is; an upload stays open to be stored
    try:
        if image.size > LOGO_MAX_BYTES:
            raise ValidationError("The file is larger than 2 MB. Save the logo smaller.")
        image.open()
        with Image.open(image, formats=LOGO_FORMATS) as picture:
            _refuse_too_many_pixels(picture)
            picture.load()  # a JPEG that ends too early shows only here
    except FileNotFoundError:
        raise ValidationError(
            "The file of this logo is gone. Upload the logo again, or clear it."
        ) from None
    except Image.DecompressionBombError:
        raise ValidationError(TOO_MANY_PIXELS) from None
    except (OSError, SyntaxError, ValueError):
        raise ValidationError(
            "This is not a PNG, JPEG or WebP picture that can be read. SVG is not accepted: "
            "export the logo as PNG, at least 400 pixels wide, and send that."
        ) from None
    finally:
        if was_closed:
            image.close()
        else:
            image.seek(0)


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
