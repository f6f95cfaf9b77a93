"""What machines ask for: the sitemap, robots.txt, security.txt and the health check."""

import datetime as dt
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone

from partners.models import Record
from partners.sitemaps import RootSitemap
from tests import factories as make

NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def entries(response):
    """{path: the day it last changed, where the site is} of a sitemap."""
    root = ET.fromstring(response.content.decode())  # noqa: S314 — our own view wrote it
    return {
        url.findtext("s:loc", namespaces=NAMESPACE).removeprefix(settings.SITE_URL): url.findtext(
            "s:lastmod", namespaces=NAMESPACE
        )
        for url in root.findall("s:url", NAMESPACE)
    }


def test_sitemap_has_every_live_record_and_list(client):
    make.PartnersPageFactory()
    for factory in make.ROOT_FACTORIES:
        factory(slug="live")
        for state in ("draft", "scheduled", "withdrawn"):
            factory(slug=f"hidden-{state}", **{state: True})
    Record.objects.update(changed_at=dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC))
    records = [
        "/",
        "/pages/live/",
        "/organisations/cirse/",
        "/organisations/live/",
        "/collaborations/live/",
        "/events/series/live/",
        "/events/live/",
    ]
    lists = ["/organisations/", "/collaborations/", "/events/", "/glossary/", "/api/", "/embed/"]
    expected = dict.fromkeys(records, "2026-03-02") | dict.fromkeys(lists)
    response = client.get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml"
    assert entries(response) == expected


def test_everything_in_the_sitemap_is_there(client):
    for factory in make.ROOT_FACTORIES:
        factory()
    paths = entries(client.get("/sitemap.xml"))
    assert len(paths) == 12
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


@pytest.mark.parametrize("site_url", ["https://partners.example.org", "http://localhost:8000"])
def test_sitemap_gives_the_addresses_of_the_site_by_whatever_host(client, settings, site_url):
    settings.SITE_URL = site_url
    make.OrganisationFactory(slug="esr")
    said = client.get("/sitemap.xml", HTTP_HOST="127.0.0.1").content.decode()
    assert f"<loc>{site_url}/organisations/esr/</loc>" in said
    assert said.count("<loc>") == said.count(f"<loc>{site_url}/") == 8


@pytest.mark.parametrize("page", ["2", "0", "-1", "x"])
def test_sitemap_has_no_such_part(read, page):
    assert read("/sitemap.xml", status=404, p=page).title == "There is no such page"


def test_robots_may_read_what_is_public(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /search/",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    ]


def test_weakness_has_somebody_to_be_told_to(client, settings):
    settings.CONTACT_EMAIL, settings.SITE_URL = "office@example.org", "https://example.org"
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    expires = dt.datetime.fromisoformat(fields.pop("Expires"))
    assert dt.timedelta(days=180) < expires - timezone.now() < dt.timedelta(days=365)
    assert fields == {
        "Contact": "mailto:office@example.org",
        "Preferred-Languages": "en",
        "Canonical": "https://example.org/.well-known/security.txt",
    }


def test_icon_is_where_browsers_ask_for_it(client):
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    icon = Path(finders.find(response["Location"].removeprefix(settings.STATIC_URL)))
    assert icon.read_bytes()[:4] == b"\x00\x00\x01\x00"  # as icons begin


def test_health_is_told_without_asking_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/health/")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_public_pages_set_no_cookies(client):
    for path in ("/", "/organisations/", "/search/", "/sitemap.xml", "/health/", "/nowhere/"):
        response = client.get(path)
        assert not response.cookies, path
        assert not re.search("cookie", response.get("Vary", ""), re.IGNORECASE), path


def test_long_sitemap_is_an_index_of_pieces(client, monkeypatch):
    monkeypatch.setattr(RootSitemap, "limit", 2)
    make.EventFactory.create_batch(5)
    make.EventFactory(draft=True)
    index = ET.fromstring(client.get("/sitemap.xml").content.decode())  # noqa: S314
    paths = [
        each.text.removeprefix(settings.SITE_URL)
        for each in index.iterfind("s:sitemap/s:loc", NAMESPACE)
    ]
    assert [path for path in paths if "event." in path] == [
        "/sitemap-event.xml", "/sitemap-event.xml?p=2", "/sitemap-event.xml?p=3",
    ]  # fmt: skip
    found = [path for piece in paths for path in entries(client.get(piece))]
    assert len(found) == len(set(found)) == 12
    assert client.get("/sitemap-event.xml?p=4").status_code == 404
    assert client.get("/sitemap-nonsense.xml").status_code == 404
