"""Renditions: WebP that fits the plate at both scales, made once, and nothing made of garbage."""

import io
import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from partners.values import renditions
from partners.values.renditions import PLATE, fitted, name_of
from tests import factories as make
from tests.values.colour_profiles import adobe_rgb


def upload(kind="PNG", mode="RGB", size=(800, 400), name="logos/abc.png"):
    content = io.BytesIO()
    Image.new(mode, size).save(content, kind)
    return default_storage.save(name, ContentFile(content.getvalue()))


def fetch(client, name, status=200):
    response = client.get(f"/media/{name}")
    assert response.status_code == status
    return response


def picture(response):
    return Image.open(io.BytesIO(b"".join(response.streaming_content)))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("PNG", "I;16"),
     ("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("WEBP", "RGBA")],
)  # fmt: skip
@pytest.mark.parametrize(("scale", "size"), [(1, (128, 64)), (2, (256, 128))])
def test_upload_of_any_kind_becomes_webp(client, db, kind, mode, scale, size):
    response = fetch(client, name_of(upload(kind, mode), scale))
    made = picture(response)
    assert (made.format, made.size) == ("WEBP", size)
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"


def test_renditions_are_made_with_the_upload_and_go_with_it(client, db):
    kept = upload()
    made = [name_of(kept, scale) for scale in (1, 2)]
    assert all(map(default_storage.exists, made))
    default_storage.delete(kept)
    for name in made:
        fetch(client, name, status=404)


def test_rendition_that_was_thrown_away_is_made_again_once(client, db):
    name = name_of(upload(), 2)
    path = Path(default_storage.path(name))
    path.unlink()
    first = b"".join(fetch(client, name).streaming_content)
    os.utime(path, (1, 1))
    assert b"".join(fetch(client, name).streaming_content) == first
    assert path.stat().st_mtime == 1


def test_small_logo_is_not_enlarged(client, db):
    assert picture(fetch(client, name_of(upload(size=(40, 20)), 2))).size == (40, 20)


def test_picture_turned_by_its_camera_stands_upright(client, db):
    content, turned = io.BytesIO(), Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (400, 200)).save(content, "JPEG", exif=turned)
    name = default_storage.save("logos/turned.jpg", ContentFile(content.getvalue()))
    assert picture(fetch(client, name_of(name, 1))).size == (32, 64)


def test_picture_of_a_phone_in_wide_colours_is_shown_in_those_of_the_web(client, db):
    content, first = io.BytesIO(), Image.new("RGB", (400, 200), (200, 30, 40))
    first.save(content, "MPO", save_all=True, append_images=[first], icc_profile=adobe_rgb())
    name = default_storage.save("logos/phone.jpg", ContentFile(content.getvalue()))
    made = picture(fetch(client, name_of(name, 1))).convert("RGB")
    assert made.getpixel((5, 5)) == pytest.approx((233, 24, 35), abs=4)


@pytest.mark.parametrize("name", ["logos/none.png.1x.webp", "logos/abc.png.3x.webp"])
def test_nothing_is_made_of_what_is_not_there(client, db, name):
    upload()
    fetch(client, name, status=404)


def test_nothing_is_made_of_garbage(client, db):
    name = default_storage.save("logos/garbage.png", ContentFile(b"<svg>"))
    fetch(client, name_of(name, 1), status=404)
    assert not default_storage.exists(name_of(name, 1))


def test_page_shows_both_scales_and_keeps_their_place(client, db):
    organisation = make.OrganisationFactory(logo=upload(), logo_alt="Their logo")
    page = client.get(organisation.get_absolute_url()).content.decode()
    once, twice = (name_of(organisation.logo.url, scale) for scale in (1, 2))
    assert (
        f'<img src="{once}" srcset="{once} 1x, {twice} 2x" width="128" height="64" '
        'alt="Their logo" '
        'loading="lazy">'
    ) in page
    assert '<meta property="og:image:alt" content="Their logo">' in page


def test_nothing_stands_where_there_is_no_logo(client, db):
    page = client.get(make.OrganisationFactory(acronym="SR").get_absolute_url()).content.decode()
    assert "plate" not in page
    assert "<img" not in page


def test_mark_of_the_society_stands_on_every_page(client, db):
    society = make.OrganisationFactory(home=True, acronym="SOC")
    assert "<strong>SOC</strong> partners" in client.get("/glossary/").content.decode()
    society.logo, society.logo_alt = upload(name="logos/mark.png"), "A ring"
    society.save()
    header = client.get("/glossary/").content.decode().partition("<nav")[0]
    assert "mark.png.1x.webp 1x" in header
    assert 'width="128" height="64" alt="A ring"' in header
    assert "SOC</strong>" not in header


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_every_picture_fits_the_plate(width, height):
    shown = fitted(width, height)
    assert 1 <= shown[0] <= min(width, PLATE[0])
    assert 1 <= shown[1] <= min(height, PLATE[1])


@pytest.mark.parametrize(("more", "is_made"), [(0, True), (1, False)])
def test_nothing_is_made_of_more_pixels_than_a_logo_may_have(monkeypatch, more, is_made):
    monkeypatch.setattr(renditions, "LOGO_MAX_PIXELS", 100 * 50)
    name = name_of(upload(size=(100, 50 + more), name="logos/large.png"), 1)
    assert default_storage.exists(name) == is_made
