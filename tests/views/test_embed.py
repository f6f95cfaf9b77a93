"""Lists in frames of other sites, and what to copy there."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests import factories as make

ORGANISATIONS, EVENTS = "/embed/organisations/", "/embed/events/"


def test_organisations_are_those_of_the_directory(client, read):
    make.OrganisationFactory(name="Society", acronym="S", kind="society", summary="They meet.")
    make.OrganisationFactory(name="College", kind="college", dissolved="2018")
    for state in ("draft", "scheduled", "withdrawn"):
        make.OrganisationFactory(name="Hidden", **{state: True})
    page = read(ORGANISATIONS)
    assert page.headings == ["2 organisations", "College", "Society S"]
    assert "Past: dissolved 2018" in page.under("College")
    assert "The Society" not in page.text
    assert read(ORGANISATIONS, q="meet").headings == ["1 organisation", "Society S"]
    narrowed = read(ORGANISATIONS, kind="society")
    assert narrowed.headings == ["1 organisation", "Society S"]
    assert narrowed.links()[-1] == (
        "This list on the site of CIRSE",
        "/organisations/?kind=society",
    )


def test_events_upcoming_or_past(read):
    make.EventFactory(title="Past", starts="2017")
    make.EventFactory(title="Next", starts="2990", city="Vienna")
    make.EventFactory(title="Hidden", starts="2990", draft=True)
    assert read(EVENTS).headings == ["2 events", "Next", "Past"]
    assert read(EVENTS, when="upcoming").headings == ["1 event", "Next"]
    past = read(EVENTS, when="past")
    assert past.headings == ["1 event", "Past"]
    assert past.links()[-1] == ("All events on the site of CIRSE", "/events/?when=past")


def test_long_list_ends_with_a_link_to_the_whole(read, monkeypatch):
    make.OrganisationFactory.create_batch(3)
    monkeypatch.setattr("partners.views.embed.MOST_ROWS", 2)
    page = read(ORGANISATIONS)
    assert len(page.headings) == 3
    assert page.links()[-1] == ("All 3 of them on the site of CIRSE", "/organisations/")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (ORGANISATIONS, "No organisation matches at the moment."),
        (EVENTS, "No such event is announced at the moment."),
    ],
)
def test_empty_list_says_so(read, address, words):
    assert words in read(address).main


def test_word_that_nothing_has_says_so(read):
    make.OrganisationFactory(name="Society")
    assert "No organisation matches at the moment." in read(ORGANISATIONS, q="zzqq").main


@pytest.mark.parametrize("address", [ORGANISATIONS, EVENTS])
def test_any_site_may_frame_it_and_no_other_page(client, address):
    framed, whole = client.get(address), client.get("/organisations/")
    assert "frame-ancestors *;" in framed["Content-Security-Policy"] + ";"
    assert not framed.has_header("X-Frame-Options")
    assert framed["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not framed.cookies
    assert "frame-ancestors 'none'" in whole["Content-Security-Policy"]
    assert whole["X-Frame-Options"] == "DENY"
    assert whole["Cross-Origin-Resource-Policy"] == "same-origin"
    without = re.sub(r"frame-ancestors [^;]+", "", framed["Content-Security-Policy"])
    assert without == re.sub(r"frame-ancestors [^;]+", "", whole["Content-Security-Policy"])


@pytest.mark.parametrize("address", [ORGANISATIONS, EVENTS])
def test_links_leave_the_frame_and_nothing_runs_in_it(read, address):
    page = read(address)
    assert ("base", "target", "_top") in page.attributes
    assert ("meta", "content", "noindex") in page.attributes
    assert "script" not in page.tags
    assert not {"header", "nav", "footer"} & set(page.tags)


@pytest.mark.parametrize(
    ("theme", "media"),
    [
        ({}, ["screen and (prefers-color-scheme: dark)"]),
        ({"theme": "auto"}, ["screen and (prefers-color-scheme: dark)"]),
        ({"theme": "dark"}, []),
        ({"theme": "light"}, None),
    ],
)
def test_theme_is_light_dark_or_the_readers(read, theme, media):
    page = read(ORGANISATIONS, **theme)
    dark = ("link", "href", "/static/css/dark.css") in page.attributes
    said = [value for tag, name, value in page.attributes if (tag, name) == ("link", "media")]
    assert (said if dark else None) == media
    assert ("html", "class", f"theme-{theme.get('theme', 'auto')}") in page.attributes


@pytest.mark.parametrize(
    ("address", "query", "sentence"),
    [
        (ORGANISATIONS, {"kind": "x"}, "“x” is no kind of organisation"),
        (ORGANISATIONS, {"theme": "pink"}, "“pink” is no theme: say light, dark or auto."),
        (EVENTS, {"when": "never"}, "“never” is no part of the calendar"),
        ("/embed/", {"region": "moon"}, "“moon” is no region of activity"),
    ],
)
def test_nonsense_is_told_in_words(read, address, query, sentence):
    assert sentence in read(address, status=400, **query).main


def snippets(page):
    return [unescape(each) for each in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.source)]


def test_snippets_can_be_copied_and_lead_where_they_say(client, read):
    lines = snippets(read("/embed/"))
    assert len(lines) == 3
    for line in lines:
        source, title = re.fullmatch(
            r'<iframe src="([^"]+)" title="([^"]+)" width="100%" height="600" loading="lazy">'
            r"</iframe>",
            line,
        ).groups()
        assert title
        assert source.startswith(f"{settings.SITE_URL}/embed/")
        address = urlsplit(unescape(source))
        assert client.get(f"{address.path}?{address.query}").status_code == 200


def test_directory_hands_its_filters_on(read):
    make.OrganisationFactory(name="A & B", kind="society")
    (_, there), *_ = read("/organisations/", kind="society", q="a & b").links("On your own site")
    assert there == "/embed/?q=a+%26+b&kind=society&"
    page = read("/embed/", kind="society", q="a & b")
    assert "Narrowed as you narrowed the directory." in page.main
    source = re.search(r'src="([^"]+)"', snippets(page)[0])[1]
    query = "q=a+%26+b&amp;kind=society&amp;theme=auto"
    assert source == f"{settings.SITE_URL}/embed/organisations/?{query}"
