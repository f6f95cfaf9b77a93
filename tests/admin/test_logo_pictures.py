"""Which pictures a logo may be, how they are kept, and what is said of the others."""

import io
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from partners.models import PendingChange
from partners.values.uploads import INVISIBLE
from tests import factories as make
from tests.admin.browser_form import errors
from tests.admin.test_logo import picture, proposed
from tests.values import colour_profiles

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def refusal(what):
    return (
        f"This is {what}. Open the logo and save or export it as PNG or JPEG, at least 400 pixels "
        "wide, and send that."
    )


NOT_A_PICTURE = refusal("not a PNG, JPEG or WebP picture that can be read")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def bomb():
    """A PNG that says it is 60,000 pixels wide and high (PNG, third edition, §11.2.1)."""
    content = picture().read()
    header = b"IHDR" + (60_000).to_bytes(4) * 2 + content[24:29]
    return content[:12] + header + zlib.crc32(header).to_bytes(4) + content[33:]


@pytest.mark.slow("sweep")
@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (SVG, "logo.svg", refusal("an SVG drawing")),
        (SVG, "logo.png", refusal("an SVG drawing")),
        (b"<!DOCTYPE html><script>alert(1)</script>", "logo.png", NOT_A_PICTURE),
        (b"", "logo.png", "The submitted file is empty."),
        (b"\x89PNG\r\n\x1a\n", "logo.png", NOT_A_PICTURE),
        (picture("GIF").read(), "logo.png", refusal("a GIF picture")),
        (picture("JPEG").read()[:-300], "logo.jpg", NOT_A_PICTURE),
        (bomb(), "logo.png", "The picture has more than 16 million pixels. Save it smaller."),
        (
            picture().read() + b"\0" * 2_000_000,
            "logo.png",
            "The file is larger than 2 MB. Save the logo smaller.",
        ),
    ],
    ids=[
        "svg",
        "svg-named-png",
        "html-named-png",
        "empty",
        "cut-png",
        "gif",
        "cut-jpeg",
        "bomb",
        "large",
    ],
)
def test_logo_that_cannot_be_taken_is_explained(editor, open_form, content, name, sentence):
    organisation = make.OrganisationFactory()
    upload = SimpleUploadedFile(name, content)
    response = open_form(editor, organisation).send(logo=upload, logo_alt="EIT logo")
    assert errors(response) == {"logo": [sentence]}
    organisation.refresh_from_db()
    assert not organisation.logo
    assert not PendingChange.objects.exists()


@pytest.mark.slow("sweep")
@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture, as phones take them"),
        (b"\0\0\0\x20ftypmif1\0\0\0\0mif1heic", "a HEIC picture, as phones take them"),
        (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1", "an AVIF picture"),
        (b"\xff\x0a\0\0", "a JPEG 2000 or JPEG XL picture"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 or JPEG XL picture"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made -->\n<svg>', "an SVG drawing"),
        (b"\x1f\x8b\x08", "a compressed SVG drawing or another archive"),
        (picture("TIFF").read(), "a TIFF picture"),
        (picture("BMP").read(), "a BMP picture"),
        (b"\0\0\1\0\1\0", "an icon"),
        (b"8BPS\0\1", "a Photoshop file"),
        (b"%PDF-1.7\n", "a PDF, Illustrator or EPS file"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PDF, Illustrator or EPS file"),
    ],
)
def test_other_kind_of_picture_is_named_with_what_to_do(editor, open_form, start, what):
    upload = SimpleUploadedFile("logo.png", start)
    response = open_form(editor, make.OrganisationFactory()).send(logo=upload, logo_alt="Logo")
    assert errors(response) == {"logo": [refusal(what)]}


def saved(image, kind, **options):
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def plain(colour, mode="RGB"):
    return Image.new(mode, (40, 20), colour)


def frames(kind, **options):
    """Two pictures in one file, the first of them red."""
    return saved(plain("red"), kind, save_all=True, append_images=[plain("blue")], **options)


def half_transparent():
    image = plain((200, 30, 40, 255), "RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 20, 20))
    return image


def turned(orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = plain("red")
    image.paste("blue", (0, 0, 20, 20))
    return saved(image, kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))


ADOBE_RGB, GREY_INKS = colour_profiles.adobe_rgb(), colour_profiles.grey_inks()
RED, ADOBE_RED = (200, 30, 40), (233, 24, 35)
BROKEN = b"\0" * 200

#: What is sent → (its kind, its width, the colour of its last pixel) as it is kept.
KEPT = {
    "a phone's JPEG": (frames("MPO"), "JPEG", 40, (254, 0, 0)),
    "animated PNG": (frames("PNG"), "PNG", 40, (255, 0, 0)),
    "animated WebP": (frames("WEBP", lossless=True), "WEBP", 40, (255, 0, 0)),
    "JPEG in Adobe RGB": (
        saved(plain(RED), "JPEG", icc_profile=ADOBE_RGB, quality=100), "JPEG", 40, ADOBE_RED),
    "PNG in Adobe RGB": (saved(plain(RED), "PNG", icc_profile=ADOBE_RGB), "PNG", 40, ADOBE_RED),
    "WebP in Adobe RGB": (
        saved(plain(RED), "WEBP", icc_profile=ADOBE_RGB, lossless=True), "WEBP", 40, ADOBE_RED),
    "a phone's JPEG in Adobe RGB": (
        frames("MPO", icc_profile=ADOBE_RGB), "JPEG", 40, (255, 0, 0)),
    "transparent PNG in Adobe RGB": (
        saved(half_transparent(), "PNG", icc_profile=ADOBE_RGB), "PNG", 40, (*ADOBE_RED, 255)),
    "palette in Adobe RGB": (
        saved(plain(RED).quantize(), "PNG", icc_profile=ADOBE_RGB), "PNG", 40, ADOBE_RED),
    "greys with a profile of colours": (
        saved(plain(100, "L"), "PNG", icc_profile=ADOBE_RGB), "PNG", 40, (100, 100, 100)),
    "broken profile": (saved(plain(RED), "PNG", icc_profile=BROKEN), "PNG", 40, RED),
    "profile of another kind": (saved(plain(RED), "PNG", icc_profile=GREY_INKS), "PNG", 40, RED),
    "CMYK with a profile": (
        saved(plain((255, 0, 0, 0), "CMYK"), "JPEG", icc_profile=GREY_INKS), "JPEG", 40, (7, 7, 7)),
    "CMYK without a profile": (
        saved(plain((255, 0, 0, 0), "CMYK"), "JPEG"), "JPEG", 40, (0, 255, 255)),
    "CMYK with the profile of a screen": (
        saved(plain((0, 255, 0, 0), "CMYK"), "JPEG", icc_profile=ADOBE_RGB),
        "JPEG", 40, (255, 0, 255)),
    "greys of 16 bits": (saved(plain(25_700, "I;16"), "PNG"), "PNG", 40, (100, 100, 100)),
    "palette with transparency": (
        saved(half_transparent().quantize(), "PNG"), "PNG", 40, (*RED, 255)),
    "black and white": (saved(plain(0, "1"), "PNG"), "PNG", 40, (0, 0, 0)),
    "greys with transparency": (saved(plain((50, 255), "LA"), "PNG"), "PNG", 40, (50, 50, 50, 255)),
    "JPEG turned by its camera": (turned(6, "JPEG"), "JPEG", 20, (254, 0, 0)),
    "PNG turned by its camera": (turned(3, "PNG"), "PNG", 40, (0, 0, 255)),
    "WebP turned by its camera": (turned(8, "WEBP"), "WEBP", 20, (0, 0, 255)),
    "turned in no known way": (turned(9, "PNG"), "PNG", 40, (255, 0, 0)),
    "EXIF that is none": (saved(plain(RED), "PNG", exif=b"Exif\0\0none"), "PNG", 40, RED),
}  # fmt: skip


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("what", KEPT)
def test_logo_of_the_real_world_is_kept_as_it_looked(editor, open_form, what):
    content, kind, width, colour = KEPT[what]
    upload = SimpleUploadedFile("logo.img", content)
    open_form(editor, make.OrganisationFactory()).save(logo=upload, logo_alt="Logo")
    with Image.open(proposed().path) as kept:
        assert (kept.format, kept.width) == (kind, width)
        assert getattr(kept, "n_frames", 1) == 1
        shown = kept.getpixel((kept.width - 1, kept.height - 1))
        assert shown == pytest.approx(colour, abs=3)
        assert kept.info.get("icc_profile") is None


def drawing(ground, colour, share=0.5):
    """A bar of that colour on that ground."""
    image = Image.new("RGBA", (100, 100), ground)
    image.paste(colour, (0, 0, 100, round(100 * share)))
    return image


CLEAR = (255, 255, 255, 0)


@pytest.mark.slow("sweep")
@pytest.mark.parametrize(
    ("image", "is_seen"),
    [
        (drawing(CLEAR, "white"), False),
        (drawing((0, 0, 0, 0), "white"), False),
        (drawing(CLEAR, "#f4f6fa"), False),
        (drawing(CLEAR, (0, 0, 0, 20)), False),
        (drawing(CLEAR, CLEAR), False),
        (drawing("white", "white"), False),
        (drawing(CLEAR, "#ffe600"), True),
        (drawing(CLEAR, "#c0c0c0"), True),
        (drawing("navy", "white"), True),
        (drawing("white", "black", share=0.02), True),
        (drawing(CLEAR, "black", share=0.02), True),
    ],
)
def test_logo_that_nobody_would_see_on_white_is_refused(editor, open_form, image, is_seen):
    upload = SimpleUploadedFile("logo.png", saved(image, "PNG"))
    response = open_form(editor, make.OrganisationFactory()).send(logo=upload, logo_alt="Logo")
    assert response.status_code == (302 if is_seen else 200)
    assert is_seen or errors(response) == {"logo": [INVISIBLE]}


def test_form_asks_phones_for_what_it_takes(editor, open_form):
    form = open_form(editor, make.OrganisationFactory())
    assert 'accept="image/png, image/jpeg, image/webp"' in form.page
