"""Sources are read again as a person would read them; what changed there is told once."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command

from partners.care import links, watch
from partners.models import SourceCheck
from tests import factories as make
from tests.care.world import HTML, PDF, TEXT, World, page

pytestmark = pytest.mark.django_db

QUOTED = "The Society represents more than 75,000 members in 48 countries"
OTHER = QUOTED.replace("75,000", "140,000")
REPORT = (Path(__file__).parents[1] / "values/documents/report.pdf").read_bytes()
FILLER = "<p>Radiology at the congress, with sessions for everybody who comes.</p>\n"


#: What a page answers (status, type, body) → what is to be found there.
VERSIONS = {
    "kept": (200, HTML, page(f"<p>{QUOTED}.</p>"), "says-so"),
    "reflowed": (200, HTML, page(QUOTED.replace(" ", "\n  ")), "says-so"),
    "tags": (200, HTML, page("The <b>Society</b> represents <i>more than</i> <span>75</span>,000 "
                             "<a href=/>members</a> in 48 countries"), "says-so"),
    "blanks": (200, HTML, page(QUOTED.replace("75,000", "75&#8239;000")), "says-so"),
    "points": (200, HTML, page(QUOTED.replace(",", "."), language="de"), "says-so"),
    "shy": (200, HTML, page(QUOTED.replace("members", "mem&shy;bers")), "says-so"),
    "list": (200, HTML, page("<ul><li>The Society represents</li><li>more than 75,000 members</li>"
                             "<li>in 48 countries</li></ul>"), "says-so"),
    "table": (200, HTML, page("<table><tr><th>The Society represents<td>more than 75,000<td>members"
                              " in 48 countries</table>"), "says-so"),
    "twice": (200, HTML, page(f"<h2>{QUOTED}</h2>{FILLER}<p>{QUOTED}</p>"), "says-so"),
    "footnote": (200, HTML, page(QUOTED.replace("75,000", "75,000<sup>2</sup>")), "says-so"),
    "elsewhere": (200, HTML, page(f"<p>{QUOTED}.<p>In 2020, 140,000 came to watch."), "says-so"),
    "no-company": (200, HTML, page(f"<p>We are not a company.<p>{QUOTED}"), "says-so"),
    "latin": (200, "text/html", page(f"<p>Société: {QUOTED}").replace("utf-8", "latin1")
              .encode("latin-1"), "says-so"),
    "lying": (200, "text/html; charset=latin1", page(f"<p>Société: {QUOTED}"), "says-so"),
    "sixteen": (200, "text/html", page(QUOTED).encode("utf-16"), "says-so"),
    "large": (200, HTML, page(FILLER * 15_000 + QUOTED + FILLER * 15_000), "says-so"),
    "text": (200, TEXT, f"About us\n\n{QUOTED.replace(' ', chr(10))}", "says-so"),
    "details": (200, HTML, page(f"<details><summary>More</summary>{QUOTED}</details>"), "says-so"),
    "broken-html": (200, HTML, page(f"<table><div><b>{QUOTED}</p></i>"), "says-so"),
    "capitals": (200, HTML, page(QUOTED.upper()), "says-so"),
    "found": (302, "/kept", "", "says-so"),
    "member-login": (200, HTML, page(f"<form><input type=password></form>{QUOTED}"), "says-so"),
    "moved-page": (301, "/kept", "", "moved"),
    "number": (200, HTML, page(f"<p>{OTHER}."), "says-else"),
    "number-in-table": (200, HTML, page("<table><tr><td>The Society represents<td>more than 140,000"
                                        "<td>members in 48 countries</table>"), "says-else"),
    "countries": (200, HTML, page(QUOTED.replace("48", "49")), "says-else"),
    "digit-added": (200, HTML, page(QUOTED.replace("75,000", "175,000")), "says-else"),
    "name": (200, HTML, page(QUOTED.replace("Society", "Academy")), "says-else"),
    "denied": (200, HTML, page(QUOTED.replace("represents", "does not represent")), "says-else"),
    "denied-before": (200, HTML, page(f"It is not true that {QUOTED}"), "says-else"),
    "reworded": (200, HTML, page("More than 75,000 members of 48 countries joined the Society, "
                                 "which represents them."), "says-else"),
    "struck": (200, HTML, page(f"<s>{QUOTED}</s> {OTHER}"), "says-else"),
    "number-in-latin": (200, "text/html; charset=latin1",
                        page(f"Société. {OTHER}").encode("latin-1"), "says-else"),
    "number-in-text": (200, TEXT, OTHER, "says-else"),
    "large-changed": (200, HTML, page(FILLER * 15_000 + OTHER + FILLER * 15_000), "says-else"),
    "moved-and-changed": (301, "/number", "", "says-else"),
    "short": (200, HTML, f"<p>{OTHER}", "says-else"),
    "taken-out": (200, HTML, page(FILLER * 20), "gone"),
    "in-comment": (200, HTML, page(f"<!-- {QUOTED} -->{FILLER * 20}"), "gone"),
    "hidden": (200, HTML, page(f"<p hidden>{QUOTED}</p>{FILLER * 20}"), "gone"),
    "removed": (404, HTML, page("Nothing here"), "gone"),
    "removed-for-good": (410, HTML, page("Nothing here"), "gone"),
    "soft-404": (200, HTML, page("Sorry", title="Page not found"), "gone"),
    "to-front-page": (302, "/", "", "gone"),
    "refused": (403, HTML, page("Forbidden"), "unreadable"),
    "challenged": (200, HTML, "<title>Just a moment...</title><p>Checking", "unreadable"),
    "login": (200, HTML, "<title>Log in</title><input type=password>", "unreadable"),
    "script": (200, HTML, "<div id=root></div><script src=/app.js></script>", "unreadable"),
    "script-in-frame": (200, HTML, page("<div id=app></div><script>app()</script>"), "unreadable"),
    "ill": (500, HTML, page(FILLER), "unreadable"),
    "busy": (503, HTML, page(FILLER), "unreadable"),
    "too-large": (200, HTML, page(FILLER * 120_000), "unreadable"),
    "archive": (200, "application/zip", b"PK\3\4" + bytes(900), "unreadable"),
    "empty": (200, HTML, "", "unreadable"),
    "damaged-pdf": (200, PDF, REPORT[:9000], "unreadable"),
    "private": (200, HTML, page(QUOTED), "unreadable"),
}  # fmt: skip
IN_REPORT = {
    "The first official congress of the Federation was held in 2004": "says-so",
    "more than 12,500 members of 43 national societies": "says-so",
    "Internationalisation of standardised interventional radiological education": "says-so",
    "a university. Members in Europe 9,000": "says-so",
    "more than 13,000 members of 43 national societies": "says-else",
    "recognised by law as a university": "says-else",
}


def cite(address, quotation=QUOTED, **fields):
    """A citation of a page at that address."""
    source = make.SourceFactory(url=address)
    return make.CitationFactory(path="name", source=source, quotation=quotation, **fields)


def found():
    """{(the last part of the address, quotation): outcome} of the last readings."""
    checks = SourceCheck.objects.all().reverse()
    return {(check.url.rpartition("/")[2], check.quotation): check.outcome for check in checks}


@pytest.mark.slow("server")
def test_versions_of_pages_are_told_apart(world, monkeypatch):
    """No alarm is false, and nothing that changed is missed."""
    monkeypatch.setattr(links, "TRIES", 1)
    World.pages |= VERSIONS | {"report": (200, PDF, REPORT)}
    for name in VERSIONS:
        cite(f"{world}/{name}")
    for quotation in IN_REPORT:
        cite(f"{world}/report", quotation)
    call_command("watch_sources", verbosity=0)
    expected = {(name, QUOTED): version[-1] for name, version in VERSIONS.items()}
    assert found() == expected | {("report", each): IN_REPORT[each] for each in IN_REPORT}


def test_what_stands_there_now_is_told(world, capsys):
    World.pages["page"] = (200, HTML, page(f"<p>Hello.</p><p>{OTHER}.</p>"))
    cite(f"{world}/page")
    call_command("watch_sources")
    check = SourceCheck.objects.get()
    assert (check.passage, check.number) == (f"{OTHER}.", "140,000")
    assert capsys.readouterr().out == (
        f"“{QUOTED}” at {world}/page says something else now\nSources read: 1.\n"
    )


def test_each_page_is_read_once_and_its_robots_too(world):
    for quotation in (QUOTED, "75,000 members", "48 countries"):
        cite(f"{world}/page", quotation)
    cite(f"{world}/other")
    cite("", "words of a book")
    cite(f"{world}/not-quoted", "")
    call_command("watch_sources", verbosity=0)
    first, *rest = [path for path, _ in World.asked]
    assert (first, sorted(rest)) == ("/robots.txt", ["/other", "/page"])


def test_history_has_a_row_for_each_change(world, monkeypatch):
    """Skipped days and days on which the page cannot be read neither lose nor repeat anything."""
    cite(f"{world}/page")
    story = [QUOTED, QUOTED, OTHER, None, OTHER, QUOTED, OTHER]
    start = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    news = []
    for place, words in enumerate(story):
        day = start + dt.timedelta(days=9 * place)
        monkeypatch.setattr(watch.timezone, "now", lambda day=day: day)
        World.pages["page"] = (403, HTML, "") if words is None else (200, HTML, page(words))
        news += [(day.day, check.outcome) for check in watch.run()]
    assert news == [
        (1, "says-so"), (19, "says-else"), (28, "unreadable"), (16, "says-so"), (25, "says-else"),
    ]  # fmt: skip
    alarm = SourceCheck.objects.filter(outcome="says-else").last()
    assert (alarm.first_at.day, alarm.last_at.day) == (19, 7)


def test_page_that_is_as_it_was_is_not_read_again(world):
    World.pages["page"] = (200, HTML, page(QUOTED))
    World.headers_sent["ETag"] = '"one"'
    cite(f"{world}/page")
    list(watch.run())
    before = SourceCheck.objects.get()
    assert list(watch.run()) == []
    assert World.asked[-1][1]["If-None-Match"] == '"one"'
    assert SourceCheck.objects.get().last_at > before.last_at
    World.pages["page"], World.headers_sent["ETag"] = (200, HTML, page(OTHER)), '"two"'
    assert [check.outcome for check in watch.run()] == ["says-else"]


def test_new_quotation_is_looked_for_in_a_page_that_is_as_it_was(world):
    World.pages["page"] = (200, HTML, page(QUOTED))
    World.headers_sent["ETag"] = '"one"'
    cite(f"{world}/page")
    list(watch.run())
    cite(f"{world}/page", "48 countries")
    assert [check.quotation for check in watch.run()] == ["48 countries"]


@pytest.mark.parametrize(
    ("robots", "is_read"),
    [
        ((200, TEXT, "User-agent: *\nDisallow: /\nAllow: /page$"), True),
        ((200, TEXT, "\ufeffUser-agent: partners-link-check\nDisallow: /*age"), False),
        ((404, HTML, ""), True),
        ((500, HTML, ""), False),
        ((200, HTML, page("Welcome")), True),
        ((301, "/kept", ""), True),
    ],
)
def test_robots_are_asked(world, monkeypatch, robots, is_read):
    monkeypatch.setattr(links, "TRIES", 1)
    World.pages |= {"robots.txt": robots, "page": (200, HTML, page(QUOTED))}
    cite(f"{world}/page")
    list(watch.run())
    assert SourceCheck.objects.get().outcome == ("says-so" if is_read else "unreadable")


def test_robots_of_each_host_on_the_way_are_asked(world):
    World.pages["away"] = (301, world.replace("127.0.0.1", "localhost") + "/private", "")
    cite(f"{world}/away")
    list(watch.run())
    assert "robots.txt" in SourceCheck.objects.get().detail
    assert [path for path, _ in World.asked] == ["/robots.txt", "/away", "/robots.txt"]


def test_private_networks_are_never_asked(world, settings):
    settings.LINK_CHECK_PRIVATE = False
    World.pages["page"] = (200, HTML, page(QUOTED))
    port = world.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "0.0.0.0", "[::1]", "2130706433"):  # noqa: S104
        cite(f"http://{host}:{port}/page")
    list(watch.run())
    assert set(found().values()) == {"unreadable"}
    assert World.asked == []


def test_in_development_the_demo_alone_may_be_asked(world, settings):
    settings.LINK_CHECK_PRIVATE = False
    settings.LINK_CHECK_OWN = world.removeprefix("http://")
    World.pages["page"] = (200, HTML, page(QUOTED))
    port = world.rpartition(":")[2]
    World.pages["away"] = (302, f"http://localhost:{port}/page", "")
    cite(f"{world}/page")
    cite(f"{world}/away", "48 countries")
    cite(f"http://localhost:{port}/page", "75,000 members")
    list(watch.run())
    assert sorted(found().items()) == [
        (("away", "48 countries"), "unreadable"),
        (("page", "75,000 members"), "unreadable"),
        (("page", QUOTED), "says-so"),
    ]


def test_partner_names_us_by_name_acronym_or_link(world, settings):
    settings.SITE_URL = "https://partners.example.org"
    home = make.OrganisationFactory(
        home=True, name="Society of Rays", acronym="SoR", website="https://www.rays.example.org/"
    )
    make.OrganisationNameFactory(organisation=home, name="Ray Club")
    pages_of_partners = {
        "name": "with the <b>Society</b> of Rays", "acronym": "with the SOR",
        "link": "<a href=https://www.rays.example.org/x>Friends</a>",
        "former": "with the Ray&nbsp;Club", "site": "<a href=https://partners.example.org/>us</a>",
        "nothing": "with the Society of Waves", "inside-a-word": "a sorry story",
    }  # fmt: skip
    for name, words in pages_of_partners.items():
        World.pages[name] = (200, HTML, page(f"<p>{words}</p>"))
        cite(f"{world}/{name}", "", names_us=True)
    list(watch.run())
    gone = {name for (name, _), outcome in found().items() if outcome == "gone"}
    assert gone == {"nothing", "inside-a-word"}
    assert set(found().values()) == {"gone", "says-so"}
