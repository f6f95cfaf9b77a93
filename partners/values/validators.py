"""Rules for single values, each with the sentence the editor reads when it is broken."""

import datetime as dt
import ipaddress
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import override
from django_countries import countries
from PIL import Image
from stdnum import isni
from stdnum.exceptions import ValidationError as NumberError

from partners.values.folding import fold
from partners.values.lines import one_line

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
AWAY = "The file of this logo cannot be read just now. Try again, or tell an operator."
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


#: A host as people write it, and what follows it: “www.esr.org”, “esr.org/about”.
HOST_ALONE = re.compile(r"(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#].*)?", re.DOTALL)


def whole_address(typed):
    """A web address as it is stored: one line, with https:// where just the host was written."""
    text = one_line(typed)
    return f"https://{text}" if HOST_ALONE.fullmatch(text) else text


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


#: The categories Cc and Cs of Unicode, which never grow, without line breaks and tabs.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def refuse_control_characters(text):
    """No NUL, no other control character but line breaks and tabs, no half of a character.

    They show that something else was lost on the way here, which `lines.one_line` cannot mend.
    """
    if CONTROL.search(text):
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
    except ConnectionError:
        raise ValidationError(AWAY) from None
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


class Register(NamedTuple):
    """How one register writes its identifiers, and how people copy them."""

    #: What people copy along in front: the words for it, and its addresses (regular expressions).
    words: str
    addresses: str
    #: An identifier (str, lower case) in the register's own form.
    form: Callable
    #: Raises ValueError or stdnum's ValidationError unless the text is an identifier.
    check: Callable
    example: str


def _joined(text):
    """`text` without spaces and hyphens: where check digits tell whether it still is one."""
    return "".join(c for c in text if c != " " and unicodedata.category(c) != "Pd")


def _wikidata(text):
    """`text` without the form of data that its address ends with: “q42.json” → “Q42”."""
    text = re.sub(r"\.(?:json|jsonld|ttl|rdf|nt|html)$", "", text)
    return re.sub(r"^q (?=\d+$)", "q", text).upper()


def _check_shape(shape):
    def check(value):
        if not re.fullmatch(shape, value, re.ASCII):
            raise ValueError(value)

    return check


def _check_ror(value):
    """ROR: "0", six characters of Crockford's base 32, two check digits (ISO 7064 mod 97-10)."""
    _check_shape("0[0-9a-hjkmnp-tv-z]{6}[0-9]{2}")(value)
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    number = 0
    for character in value[:7]:
        number = number * 32 + alphabet.index(character)
    if 98 - (number * 100) % 97 != int(value[7:]):
        raise ValueError(value)


def _check_isni(value):
    """ISNI: 15 digits and a check character (ISO 7064 mod 11-2), without spaces."""
    if isni.validate(value) != value:
        raise ValueError(value)


#: scheme → Register; the other schemes have no form of their own.
REGISTERS = {
    "ror": Register(
        "ror", r"ror\.org/(?:(?:v\d/)?organizations/)?", _joined, _check_ror, "05dxps055"
    ),
    "wikidata": Register(
        "wikidata|wd",
        r"wikidata\.org/(?:(?:wiki|entity)/|w/index\.php\?title=)"
        r"(?:special:entity(?:page|data)/|item:)?",
        _wikidata,
        _check_shape("Q[1-9][0-9]*"),
        "Q42",
    ),
    "isni": Register(
        "isni",
        r"isni\.org/(?:isni/|page/)?",
        lambda text: _joined(text).upper(),
        _check_isni,
        "0000 0001 2103 2683",
    ),
    "crossref-funder": Register(
        "doi|fundref|crossref funder|funder registry|crossref|funder",
        r"(?:doi\.org/|info:doi/)?10\.13039/"
        r"|crossref\.org/(?:fundingdata/funder/10\.13039/|(?:v\d/)?(?:funders/)?)",
        lambda text: text.removesuffix(".0"),  # as a spreadsheet has it
        _check_shape("[1-9][0-9]{2,14}"),
        "501100000780",
    ),
    "grid": Register(
        "grid",
        r"grid\.ac/(?:institutes/)?",
        str,
        _check_shape(r"grid\.[0-9]+\.[0-9a-f]+"),
        "grid.4991.5",
    ),
}
#: What stands around an identifier in running text.
AROUND = " .,;:*=()[]<>'\"\u2018\u2019“”„«»"


def normal_identifier(scheme, typed):
    """`typed` as the register `scheme` writes it; what cannot be one, comes back as it was typed.

    Addresses, the register's name, spaces, hyphens, case and invisible marks make no difference.
    """
    plain = _visible(typed)
    register = REGISTERS.get(scheme)
    if register is None:
        return plain
    letters = unicodedata.normalize("NFKC", unquote(plain)).casefold().strip(AROUND)
    value = register.form(_without_lead(register, letters))
    try:
        register.check(value)
    except (ValueError, NumberError):
        return plain
    return value


def _visible(text):
    """`text` without invisible marks, its blanks single."""
    return " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())


def _without_lead(register, text):
    """What follows the words for the register and its address; of an address, without its query."""
    named = rf"(?:urn:)?(?:{register.words})(?: ?(?:id|no\.?|number))?(?:[:#=/)\s]+|(?=q?\d))"
    address = rf"(?:(?:https?:)?//)?(?:[\w-]+\.)*?(?:{register.addresses})"
    rest = re.sub(rf"^(?:{named})", "", text)
    path = re.sub(rf"^(?:{address})", "", rest)
    return path if path == rest else re.split("[?#&]", path, maxsplit=1)[0].rstrip("/")


def validate_identifier(scheme, value):
    """Raise ValidationError unless `value` is as the register writes it, check digits included."""
    register = REGISTERS.get(scheme)
    try:
        if register:
            register.check(value)
    except (ValueError, NumberError):
        raise ValidationError(
            "“%(value)s” is not a valid identifier of this scheme: a digit or letter is wrong "
            "or missing, or it is one of another register. Copy it anew, for example %(example)s.",
            params={"value": value, "example": register.example},
        ) from None


#: What people write for a country and ISO 3166-1 does not, folded; the European Union writes EL and
#: UK, and Kosovo, which has no code of ISO's, is RKS, XKX or has an asterisk.
COUNTRY_WORDS = {
    "uk": "GB", "great britain": "GB", "united states": "US", "el": "GR", "holland": "NL",
    "republic of ireland": "IE", "slovak republic": "SK", "republic of korea": "KR",
    "ivory coast": "CI", "cape verde": "CV", "burma": "MM", "uae": "AE", "vatican city": "VA",
    "kosova": "XK", "rks": "XK", "xkx": "XK",
}  # fmt: skip


def country_code(typed):
    """The ISO 3166-1 code of two letters for a code or an English name; or `typed` as it is."""
    words = fold(typed).removeprefix("the ")
    if not words:  # no name of a country, so none is compared with it
        return typed
    code = COUNTRY_WORDS.get(words) or countries.alpha2(words) or _country_names().get(words)
    return code or countries.by_name(" ".join(typed.split())) or typed  # by a former name as well


@cache
def _country_names():
    """{name, folded: code} of the countries in English."""
    with override("en"):
        return {fold(name).removeprefix("the "): code for code, name in countries}
