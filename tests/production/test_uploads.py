"""Hostile files sent as a logo: each refused in words, or served as nothing but a picture."""

import io
import re
import zlib

import pytest
from PIL import Image, PngImagePlugin

pytestmark = pytest.mark.any_database

FORM = "/admin/partners/organisation/esr/change/"
MARK = b"alert(document.domain)"
HTML = b"<!DOCTYPE html><script>" + MARK + b"</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>' + MARK + b"</script></svg>"
MOST_MEMORY = 300_000_000


def picture(kind="PNG", size=(400, 200), mode="RGB", colour="navy", **options):
    content = io.BytesIO()
    Image.new("RGB", size, colour).convert(mode).save(content, kind, **options)
    return content.getvalue()


def with_text():
    """A PNG with a script where programs keep a comment."""
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", HTML.decode())
    return picture(pnginfo=said)


def with_exif():
    exif = Image.Exif()
    exif[0x010E] = HTML.decode()  # ImageDescription
    exif[0x8825] = {1: "N", 2: (48.0, 12.0, 30.0)}  # where it was taken
    return picture("JPEG", exif=exif)


def claims(width, height):
    """A PNG whose header claims that size (PNG, third edition, §11.2.1)."""
    content = picture()
    header = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + content[24:29]
    return content[:12] + header + zlib.crc32(header).to_bytes(4) + content[33:]


def frames(kind):
    first, second = (Image.new("RGB", (400, 200), colour) for colour in ("red", "blue"))
    content = io.BytesIO()
    first.save(content, kind, save_all=True, append_images=[second])
    return content.getvalue()


#: what it is → (its name, its content or what draws it, whether it is taken)
HOSTILE = {
    "SVG with a script": ("logo.svg", SVG, False),
    "SVG named PNG": ("logo.png", SVG, False),
    "SVG in gzip": ("logo.svgz", b"\x1f\x8b" + zlib.compress(SVG), False),
    "HTML named PNG": ("logo.png", HTML, False),
    "HTML behind a PNG's first bytes": ("logo.png", b"\x89PNG\r\n\x1a\n" + HTML, False),
    "GIF that is a script": ("logo.gif", b"GIF89a/*" + HTML + b"*/=1;", False),
    "a phone's JPEG": ("logo.jpg", lambda: frames("MPO"), True),
    "HEIC named JPEG": ("logo.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + HTML, False),
    "nothing but white": ("logo.png", lambda: picture(colour="white"), False),
    "GIF named PNG": ("logo.png", lambda: picture("GIF", mode="P"), False),
    "PDF": ("logo.pdf", b"%PDF-1.7\n1 0 obj<</JS(" + MARK + b")>>", False),
    "ZIP": ("logo.png", b"PK\x03\x04" + HTML, False),
    "PHP named JPEG": ("logo.php.jpg", b"<?php system($_GET['c']); ?>", False),
    "empty": ("logo.png", b"", False),
    "cut JPEG": ("logo.jpg", lambda: picture("JPEG")[:-300], False),
    "cut PNG": ("logo.png", lambda: picture(size=(900, 900))[:200], False),
    "30,000 × 30,000 pixels": ("logo.png", lambda: claims(30_000, 30_000), False),
    "bomb of 2^31 pixels": ("logo.png", lambda: claims(2**31 - 1, 1), False),
    "5,000 × 5,000 real pixels": ("logo.png", lambda: picture(size=(5_000, 5_000)), False),
    "60 MB": ("logo.png", lambda: picture() + b"\0" * 60_000_000, False),
    "TIFF named PNG": ("logo.png", lambda: picture("TIFF"), False),
    "BMP": ("logo.bmp", lambda: picture("BMP"), False),
    "ICO": ("favicon.ico", lambda: picture("ICO", (64, 64)), False),
    "4,000 × 4,000 pixels": ("logo.png", lambda: picture(size=(4_000, 4_000), mode="RGBA"), True),
    "PNG with a script behind": ("logo.png", lambda: picture() + HTML, True),
    "PNG with a script in a comment": ("logo.png", with_text, True),
    "JPEG with a script and a place": ("logo.jpg", with_exif, True),
    "PNG named HTML": ("logo.html", lambda: picture() + HTML, True),
    "path out of the folder": ("../../../../etc/cron.d/logo.png", picture, True),
    "path of Windows": ("..\\..\\logo.png", picture, True),
    "right-to-left override": ("logo\u202egnp.exe", picture, True),
    "NUL in its name": ("logo.php\0.png", picture, True),
    "very long name": (f"{'a' * 300}.png", picture(), False),
    "animated PNG": ("logo.png", lambda: frames("PNG"), True),
    "CMYK JPEG": ("logo.jpg", lambda: picture("JPEG", mode="CMYK"), True),
    "palette with transparency": ("logo.png", lambda: picture(mode="P", transparency=255), True),
}


def send(operator, name, content):
    file = io.BytesIO(content() if callable(content) else content)
    file.name = name
    values = {"logo": file, "logo_alt": "A logo"}
    return operator.send_form(FORM, "organisation_form", "_draft", **values)


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_file_is_refused_in_words_or_harmless(site, operator, what):
    name, content, is_taken = HOSTILE[what]
    answer = send(operator, name, content)
    if not is_taken:
        assert answer.status == 200
        assert re.search(r'class="errorlist"[^>]*id="id_logo_error"><li>[A-Z][^<]+\.', answer.text)
        return
    assert (answer.status, answer.headers["Location"]) == (302, FORM), answer.text
    url = re.search(r'src="(/media/logos/[^"]+)"', operator.get(FORM).text)[1]
    assert re.fullmatch(r"/media/logos/[0-9a-f]{32}\.(png|jpg|webp)", url)
    served = operator.get(url)
    assert served.status == 200
    assert served.headers["Content-Type"].startswith("image/")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert MARK not in served.content
    with Image.open(io.BytesIO(served.content)) as drawn:
        drawn.load()
        assert max(drawn.size) <= 2_000
        assert not drawn.getexif()
        assert "Comment" not in drawn.info
    assert operator.get(f"{url}.2x.webp").status == 200


def test_memory_stays_small(site, operator):
    for name in ("4,000 × 4,000 pixels", "60 MB", "5,000 × 5,000 real pixels"):
        send(operator, *HOSTILE[name][:2])
    assert site.peak_memory() < MOST_MEMORY


@pytest.mark.parametrize("path", ["..%2f..%2fdb.sqlite3", "logos/../../x", "logos/.part", "a.html"])
def test_nothing_else_is_served_from_that_folder(visitor, path):
    assert visitor.get(f"/media/{path}").status == 404
