"""Rules for single values, on both sides of the line."""

import datetime as dt
import struct
import zlib
from contextlib import nullcontext
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

from partners.models import Organisation
from partners.models.fields import CountryField
from partners.values.validators import (
    WEB_ADDRESS,
    ascii_host,
    normal_identifier,
    refuse_control_characters,
    shown_host,
    validate_identifier,
    validate_label,
    validate_logo,
    validate_moment,
    validate_web_address,
    whole_address,
)

UNREADABLE = "This is not a PNG, JPEG or WebP picture that can be read."
TOO_MANY_PIXELS = "The picture has more than 16 million pixels. Save it smaller."


def picture(file_format, size=(64, 64)):
    """A picture that does not compress to nothing, as bytes."""
    buffer = BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(buffer, file_format)
    return buffer.getvalue()


def png_that_claims(width, height):
    """A tiny PNG whose header announces many pixels."""
    whole = picture("PNG")
    header = b"IHDR" + struct.pack(">II", width, height) + whole[24:29]
    return whole[:12] + header + struct.pack(">I", zlib.crc32(header)) + whole[33:]


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_logo_takes_pictures_of_the_web(file_format):
    content = picture(file_format)
    upload = ContentFile(content, name="logo")
    validate_logo(upload)
    assert upload.read() == content  # from its beginning, ready to be stored


def test_logo_takes_the_largest_allowed():
    buffer = BytesIO()
    Image.new("1", (4000, 4000)).save(buffer, "PNG")
    validate_logo(ContentFile(buffer.getvalue().ljust(2_000_000, b"\0"), name="logo.png"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", UNREADABLE, id="empty"),
        pytest.param(b"<svg/>", "This is an SVG drawing.", id="svg"),
        pytest.param(picture("GIF"), "This is a GIF picture.", id="gif"),
        pytest.param(picture("TIFF"), "This is a TIFF picture.", id="tiff"),
        pytest.param(b"<script>alert(1)</script>", UNREADABLE, id="script"),
        pytest.param(picture("JPEG")[:-200], UNREADABLE, id="jpeg-cut-off"),
        pytest.param(picture("PNG")[:-200], UNREADABLE, id="png-cut-off"),
        pytest.param(picture("WEBP")[:-50], UNREADABLE, id="webp-cut-off"),
        pytest.param(
            picture("PNG").replace(b"IDAT", b"IDAX"), UNREADABLE, id="png-with-a-broken-chunk"
        ),
        pytest.param(png_that_claims(4001, 4000), TOO_MANY_PIXELS, id="a-row-too-many"),
        pytest.param(png_that_claims(60_000, 60_000), TOO_MANY_PIXELS, id="bomb"),
        pytest.param(
            picture("PNG").ljust(2_000_001, b"\0"),
            "The file is larger than 2 MB. Save the logo smaller.",
            id="a-byte-too-many",
        ),
    ],
)
def test_logo_refuses(content, sentence):
    with pytest.raises(ValidationError) as refused:
        validate_logo(ContentFile(content, name="logo.png"))
    assert refused.value.messages[0].startswith(sentence)


@pytest.mark.parametrize(
    "label",
    ["EuroSafe Imaging: training resources", "Here for you: the help desk", "2016", "Über uns"],
)
def test_label_takes_words(label):
    validate_label(label)


@pytest.mark.parametrize(
    "label",
    ["click here", "Click  HERE!", "here", "Read more…", "» more", "this link", "…", "", "  "],
)
def test_label_that_says_nothing_is_refused(label):
    with pytest.raises(ValidationError) as refused:
        validate_label(label)
    sentence = (
        f"“{label}” does not say where the link leads. Name the page behind it, for example "
        "“EuroSafe Imaging: training resources”."
    )
    assert refused.value.messages == [sentence]


@pytest.mark.parametrize("label", ["https://example.org", "see http://example.org", "WWW.esr.org"])
def test_label_that_is_an_address_is_refused(label):
    with pytest.raises(ValidationError, match="A web address is not a label"):
        validate_label(label)


@pytest.mark.parametrize(
    ("url", "host", "shown"),
    [
        ("https://example.org/", "example.org", "example.org"),
        ("HTTP://www.Example.org?b=c#d", "www.example.org", "example.org"),
        ("https://example.org:8443/@handle?to=a@b.org", "example.org", "example.org"),
        ("https://müller.example/ä?ö", "xn--mller-kva.example", "müller.example"),
        ("https://xn--mller-kva.example/", "xn--mller-kva.example", "müller.example"),
        ("https://faß.example", "xn--fa-hia.example", "faß.example"),
        ("https://日本。jp/", "xn--wgv71a.jp", "日本.jp"),
        ("https://my_site.example.org", "my_site.example.org", "my_site.example.org"),
        ("https://r3---sn.example.org", "r3---sn.example.org", "r3---sn.example.org"),
        ("https://example.org./", "example.org", "example.org"),
        ("https://93.184.215.14/", "93.184.215.14", "93.184.215.14"),
        ("https://[2001:db8::1]:80/", "[2001:db8::1]", "[2001:db8::1]"),
    ],
)
def test_web_address_is_taken(url, host, shown):
    validate_web_address(url)
    assert ascii_host(WEB_ADDRESS.fullmatch(url)["host"]) == host
    assert shown_host(url) == shown


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("www.esr.org", "https://www.esr.org"),
        (" ESR.org/about?a=b#c ", "https://ESR.org/about?a=b#c"),
        ("my_site.example.org:8443", "https://my_site.example.org:8443"),
        ("müller.example", "https://müller.example"),
        ("http://esr.org", "http://esr.org"),
        *((typed, typed) for typed in [
            "", "esr", "mailto:me@esr.org", "me@esr.org", "localhost:8000", "//esr.org", "1.2",
            "javascript:alert(1)", "javascript.a:b", "esr.org is gone", "e.g. this", "Nr. 7",
        ]),
    ],
)  # fmt: skip
def test_address_without_its_beginning_is_made_whole(typed, whole):
    assert whole_address(typed) == whole
    assert whole_address(whole) == whole
    assert Organisation._meta.get_field("website").to_python(typed) == whole


@pytest.mark.parametrize("url", ["", "not an address", "https://☕.example/"])
def test_host_of_what_was_written_before_is_shown_as_written(url):
    assert shown_host(url) == url


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        *(
            (url, "Write the whole web address, beginning with https://")
            for url in [
                "javascript:alert(1)", "data:text/html,x", "ftp://example.org/", "example.org",
                "//a.org", "https:/example.org", "",
            ]
        ),
        *(
            (url, "A user name or a password stands in this address, before the “@”")
            for url in ["https://me:secret@example.org/", "https://me@example.org", "https://@a.org"]
        ),
        *(
            (url, "There is a blank in this address.")
            for url in ["https://exa mple.org", "https://example.org/a b", "https://example.org/\n"]
        ),
        *(
            (f"https://{host}/a", f"“{host}” cannot be the name of a site.")
            for host in [
                "", "intranet", "a..b.org", "-a.org", "a-.org", f"{'a' * 64}.org",
                ".".join(["abcdefghij"] * 24), "999.1.1.1", "1.2.3", "ex%41mple.org",
                "a\uff0fb.org", "a\uff20b.org", "☕.example", "xn--a.example", "example.org:",
                "example.org:0", "example.org:65536", "example.org:٣٣", "[fe80::1%25eth0]", "[::g]",
            ]
        ),
        ("https://example.org\\@a.org", "“example.org\\@a.org” cannot be the name of a site."),
    ],
)  # fmt: skip
def test_web_address_is_refused_with_the_reason(url, sentence):
    with pytest.raises(ValidationError) as refused:
        validate_web_address(url)
    assert refused.value.messages[0].startswith(sentence)


@pytest.mark.parametrize(
    "text", ["", "Two\nlines\r\n\tand a tab\vand\fmore", "Ωμέγα 日本 🙂", "soft\u00adhyphen"]
)
def test_text_without_control_characters_is_taken(text):
    refuse_control_characters(text)


@pytest.mark.parametrize(
    "character", ["\0", "\x08", "\x1c", "\x1f", "\x85", "\x7f", "\x80", "\x9f"], ids=repr
)
def test_control_characters_are_refused(character):
    with pytest.raises(ValidationError, match="invisible control characters"):
        refuse_control_characters(f"a{character}b")


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        pytest.param("ror", "05dxps055", id="ror"),
        pytest.param("ror", "03yrm5c26", id="ror-another"),
        pytest.param("wikidata", "Q1", id="wikidata"),
        pytest.param("wikidata", "Q115263196", id="wikidata-long"),
        pytest.param("isni", "0000000121032683", id="isni"),
        pytest.param("isni", "000000012146438X", id="isni-x"),
        pytest.param("other", "anything 12/3", id="other"),
    ],
)
def test_identifier_takes(scheme, value):
    validate_identifier(scheme, value)


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        pytest.param("ror", "05dxps056", id="ror-check-digit"),
        pytest.param("ror", "05dxsp055", id="ror-two-swapped"),
        pytest.param("ror", "15dxps055", id="ror-not-zero"),
        pytest.param("ror", "05DXPS055", id="ror-capitals"),
        pytest.param("ror", "05dxls055", id="ror-letter-l"),
        pytest.param("ror", "05dxps05", id="ror-short"),
        pytest.param("ror", "05dxps0555", id="ror-long"),
        pytest.param("ror", "05dxps0\u0665\u0665", id="ror-arabic-digits"),
        pytest.param("ror", "https://ror.org/05dxps055", id="ror-with-address"),
        pytest.param("ror", "", id="ror-empty"),
        pytest.param("wikidata", "Q", id="wikidata-letter-alone"),
        pytest.param("wikidata", "42", id="wikidata-number-alone"),
        pytest.param("wikidata", "Q042", id="wikidata-leading-zero"),
        pytest.param("wikidata", "q42", id="wikidata-small-letter"),
        pytest.param("wikidata", "Q42\n", id="wikidata-line-break"),
        pytest.param("wikidata", "Q\u0664\u0662", id="wikidata-arabic-digits"),
        pytest.param("wikidata", "P42", id="wikidata-property"),
        pytest.param("isni", "0000000121032684", id="isni-check-digit"),
        pytest.param("isni", "0000000121302683", id="isni-two-swapped"),
        pytest.param("isni", "0000 0001 2103 2683", id="isni-with-blanks"),
        pytest.param("isni", "000000012103268", id="isni-short"),
    ],
)
def test_identifier_refuses(scheme, value):
    with pytest.raises(ValidationError) as refused:
        validate_identifier(scheme, value)
    assert refused.value.messages[0].startswith(
        f"“{value}” is not a valid identifier of this scheme: a digit or letter is wrong or"
    )


COPIED = [
    *(("ror", typed, "05dxps055") for typed in [
        "https://ror.org/05dxps055", "http://www.ror.org/05dxps055/", "ror.org/05dxps055?x=1",
        "05DXPS055", " 05dxps055 ", "05dxps055\u200b", "\ufeff05dx\u00adps055", "ROR: 05dxps055",
        "ROR ID: https://ror.org/05dxps055", "<https://ror.org/05dxps055>", "05dx ps055.",
        "'05dxps055'", "\u201805dxps055\u2019", "ROR=05dxps055", "ROR05dxps055", "„05dxps055“",
        "https://ror.org/%2005dxps055",
        "https://api.ror.org/v2/organizations/05dxps055", "\uff10\uff15dxps\uff10\uff15\uff15",
    ]),
    *(("wikidata", typed, "Q42") for typed in [
        "https://www.wikidata.org/wiki/Q42", "http://www.wikidata.org/entity/Q42", "q42", "wd:Q42",
        "https://m.wikidata.org/wiki/Special:EntityPage/Q42#sitelinks", "Wikidata Q42", "(Q42)",
        "\u200eQ42", "www.wikidata.org/wiki/q42", "[[Q42]]", "WikidataQ42", "Q 42", "\uff3142",
        "https://www.wikidata.org/wiki/Special:EntityData/Q42.json",
        "https://www.wikidata.org/w/index.php?title=Q42&oldid=1",
    ]),
    *(("isni", typed, "0000000121032683") for typed in [
        "0000 0001 2103 2683", "0000-0001-2103-2683", "0000\u00a00001\u00a02103\u00a02683",
        "0000\u20110001\u20132103\u20132683", "ISNI 0000 0001 2103 2683", "isni:0000000121032683",
        "https://isni.org/isni/0000000121032683", "http://www.isni.org/0000 0001 2103 2683",
        "urn:isni:0000000121032683", "(ISNI) 0000 0001 2103 2683", "ISNI0000000121032683",
        "isni/0000000121032683", "https://isni.org/isni/0000%200001%202103%202683",
        "ISNI = 0000\t0001\t2103\t2683",
    ]),
    ("isni", "0000 0001 2146 438x", "000000012146438X"),
    *(("crossref-funder", typed, "501100000780") for typed in [
        "501100000780", "https://doi.org/10.13039/501100000780", "doi:10.13039/501100000780",
        "10.13039/501100000780", "http://dx.doi.org/10.13039/501100000780",
        "501100000780.0", "https://doi.org/10.13039%2F501100000780",
        "info:doi/10.13039/501100000780",
        "https://data.crossref.org/fundingdata/funder/10.13039/501100000780",
        "Crossref Funder ID: 501100000780", "https://api.crossref.org/funders/501100000780",
    ]),
    *(("grid", typed, "grid.4991.5") for typed in [
        "grid.4991.5", "GRID.4991.5", "https://www.grid.ac/institutes/grid.4991.5",
        "GRID: grid.4991.5",
    ]),
    ("other", "№ 5²", "№ 5²"),
    ("other", "  ZVR\u00ad \u00a0 123 ", "ZVR 123"),
    ("other", "https://example.org/a?b#c", "https://example.org/a?b#c"),
]  # fmt: skip


@pytest.mark.parametrize(("scheme", "typed", "normal"), COPIED)
def test_identifier_is_stored_as_its_register_writes_it(scheme, typed, normal):
    assert normal_identifier(scheme, typed) == normal
    assert normal_identifier(scheme, normal) == normal
    validate_identifier(scheme, normal)


@pytest.mark.parametrize(
    ("scheme", "typed"),
    [
        ("ror", "https://example.org/05dxps055"),
        ("ror", "https://example-ror.org/05dxps055"),
        ("ror", "https://ror.org/search?query=05dxps055"),
        ("wikidata", "https://en.wikipedia.org/wiki/Q42"),
        ("isni", "https://orcid.org/0000-0001-2103-2683"),
        ("crossref-funder", "https://doi.org/10.1000/182"),
        ("grid", "05dxps055"),
        ("isni", "0000 0001 2103 2683 / 0000 0001 2146 438X"),
        ("ror", "https://ror.org/05dxps055/03yrm5c26"),
        ("ror", "05dxps055, 03yrm5c26"),
        ("wikidata", "Q4-2"),
        ("wikidata", "Q42 Q43"),
        ("crossref-funder", "100000002 100000"),
    ],
)
def test_identifier_of_another_register_or_two_in_one_are_refused_as_typed(scheme, typed):
    assert normal_identifier(scheme, typed) == typed
    with pytest.raises(ValidationError, match="or it is one of another register"):
        validate_identifier(scheme, typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("AT", "AT"), ("at", "AT"), ("AUT", "AT"), ("Austria", "AT"), ("UK", "GB"), ("u.k.", "GB"),
        ("Great Britain", "GB"), ("USA", "US"), ("U.S.A.", "US"), ("United States", "US"),
        ("EL", "GR"), ("XK", "XK"), ("Kosovo", "XK"), ("The Netherlands", "NL"),
        ("Czech Republic", "CZ"), ("Turkiye", "TR"), ("TÜRKİYE", "TR"), ("cote d’ivoire", "CI"),
        ("Holland", "NL"), ("Kosovo*", "XK"), ("XKX", "XK"), ("Republic of Ireland", "IE"),
        ("Viet Nam", "VN"), ("", ""),
    ],
)  # fmt: skip
def test_country_is_read_as_people_write_it(typed, code):
    field = Organisation._meta.get_field("seat_country")
    assert isinstance(field, CountryField)
    assert field.clean(typed, Organisation()) == code


@pytest.mark.parametrize("typed", ["XX", "England", "Atlantis"])
def test_country_that_there_is_not_is_refused(typed):
    with pytest.raises(ValidationError):
        Organisation._meta.get_field("seat_country").clean(typed, Organisation())


VIENNA, MARQUESAS = ZoneInfo("Europe/Vienna"), ZoneInfo("Pacific/Marquesas")


@pytest.mark.parametrize(
    ("at", "is_taken"),
    [
        (dt.datetime(1900, 1, 1, tzinfo=dt.UTC), True),
        (dt.datetime(1900, 1, 1, tzinfo=VIENNA), False),
        (dt.datetime(1900, 1, 1, tzinfo=MARQUESAS), True),
        (dt.datetime(3000, 1, 1, tzinfo=VIENNA), True),
        (dt.datetime(3000, 1, 1, tzinfo=dt.UTC), False),
        (dt.datetime.min.replace(tzinfo=VIENNA), False),
        (dt.datetime.max.replace(tzinfo=MARQUESAS), False),
    ],
    ids=str,
)
def test_moment_is_one_that_every_time_zone_can_show(at, is_taken):
    with nullcontext() if is_taken else pytest.raises(ValidationError, match="from 1900 to 2999"):
        validate_moment(at)
