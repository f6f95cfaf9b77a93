"""The feeds of what changed: what is public in them, their form, and what they cost."""

import datetime as dt
import json

import feedparser
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext

from partners.models import Event, Organisation
from partners.rows import bookkeeping
from tests import acts
from tests import factories as make
from tests.plans import plan
from tests.values.test_lines import UNWRITABLE
from tests.views.feeds.reading import ATOM, JSON, event, partner, titles, together

# What is public


def test_drafts_and_the_withdrawn_are_nowhere(follow, change):
    for build in (partner, together, event):
        for state in ("draft", "scheduled", "withdrawn"):
            build(**{state: True})
    gone = event()
    change(gone, status="cancelled")
    acts.withdraw(type(gone).objects.get(pk=gone.pk), None, make.SINCE_THEN)
    assert titles(follow()) == []


def test_drafts_of_the_time_before_leave_no_trace(follow, change):
    record = event(draft=True, title="Secret", status="postponed", starts="")
    change(record, title="Congress", status="scheduled", starts="2990")
    feed = follow()
    assert titles(feed) == ["Event announced: Congress"]
    assert feed.entries[0].updated == "2021-01-01T00:00:00+00:00"


def test_society_itself_is_no_partner(follow, change, society):
    change(society, name="The Renamed Society")
    make.OrganisationNameFactory(organisation=society, name="The Society")
    assert titles(follow()) == []


def test_feed_of_an_organisation_is_about_it(follow, client, society):
    subject = partner(slug="subject")
    for organisation in (subject, society):
        make.PartyFactory(collaboration=together(), organisation=organisation)
    make.OrganiserFactory(event=event(), organisation=subject)
    partner(), together(), event()
    assert len(follow().entries) == 7
    assert titles(follow("/organisations/subject/changes.atom")) == [
        "Collaboration put on record: Exam",
        "Event announced: Congress",
        "Partner put on record: Partner",
    ]
    assert titles(follow("/organisations/cirse/changes.atom")) == [
        "Collaboration put on record: Exam"
    ]
    for state, status in (("draft", 404), ("scheduled", 404), ("withdrawn", 410)):
        hidden = partner(**{state: True})
        for form in ("atom", "json"):
            address = f"{hidden.get_absolute_url()}changes.{form}"
            assert client.get(address).status_code == status


# Form


def test_feed_holds_the_latest_fifty(follow):
    with bookkeeping.batch():
        for number in range(60):
            at = make.LONG_AGO + dt.timedelta(days=number)
            partner(name=f"Partner {number:02}", published_at=at)
    expected = [f"Partner put on record: Partner {number:02}" for number in range(59, 9, -1)]
    assert titles(follow()) == expected


def test_ids_stay_whatever_the_host_and_address(follow, settings):
    record = event()
    before = follow()
    settings.SITE_URL = "https://partners.example.org"
    type(record).objects.update(slug="another", title="Another title")
    after = follow()
    assert [entry.id for entry in after.entries] == [entry.id for entry in before.entries]
    assert after.feed.id == before.feed.id
    assert after.entries[0].link == "https://partners.example.org/events/another/"


def test_atom_says_what_it_is(follow, client):
    assert client.get(ATOM)["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = follow().feed
    assert feed.title == "What changed – CIRSE partners"
    assert feed.author == "The Society"
    assert feed.language == "en-gb"
    assert feed.updated == "1970-01-01T00:00:00+00:00"
    assert [(link.rel, link.href) for link in feed.links] == [
        ("alternate", f"{settings.SITE_URL}/"),
        ("self", f"{settings.SITE_URL}{ATOM}"),
    ]


def test_json_feed_says_what_it_is(client):
    record = event(slug="congress", summary="Four days.")
    response = client.get(JSON)
    assert response["Content-Type"] == "application/feed+json; charset=utf-8"
    assert "Last-Modified" not in response
    said = json.loads(response.content)
    assert said.pop("items") == [
        {
            "id": feedparser.parse(client.get(ATOM).content).entries[0].id,
            "url": f"{settings.SITE_URL}{record.get_absolute_url()}",
            "title": "Event announced: Congress",
            "content_text": "Four days.",
            "date_published": "2020-01-01T00:00:00+00:00",
            "date_modified": "2020-01-01T00:00:00+00:00",
            "tags": ["announced"],
        }
    ]
    assert said == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "What changed – CIRSE partners",
        "home_page_url": f"{settings.SITE_URL}/",
        "feed_url": f"{settings.SITE_URL}{JSON}",
        "description": "Partners and collaborations put on record, new names, what began or ended, "
        "events announced or cancelled",
        "language": "en-gb",
        "authors": [{"name": "The Society"}],
    }


@UNWRITABLE
def test_no_character_breaks_the_feed(client, follow, character):
    """Whatever is stored: a value that no field of ours has cleaned."""
    Organisation.objects.filter(is_home=True).update(name=Value(f"The{character}Society"))
    event()
    Event.objects.update(title=Value(f"Con{character}gress"), summary=Value(f"a{character}b"))
    (entry,) = follow().entries
    assert entry.title.startswith("Event announced: Con")
    assert character not in client.get(ATOM).content.decode()


def alternates(page):
    found = []
    for tag, name, value in page.attributes:
        if (tag, name) == ("link", "rel"):
            found.append([value])
        elif tag == "link" and name in ("type", "href"):
            found[-1].append(value)
    return [tuple(each[1:]) for each in found if each[0] == "alternate"]


def test_pages_name_their_feed(read):
    subject = partner(slug="subject")
    kinds = ("application/atom+xml", "application/feed+json")
    assert alternates(read("/")) == list(zip(kinds, (ATOM, JSON), strict=True))
    own = [f"/organisations/subject/changes.{form}" for form in ("atom", "json")]
    page = read(subject.get_absolute_url())
    assert alternates(page) == list(zip(kinds, own, strict=True))
    assert ("Feed of what changed", ATOM) in [(p.words, p.href) for p in page.pieces]


OWN = "/organisations/subject/changes.atom"


@pytest.fixture
def busy(change):
    """An organisation that takes part in something of each kind, as others do."""
    subject = partner(slug="subject", name="Old")
    for organisation in (subject, partner()):
        exam = together(since="2021-05-03", until="2022")
        make.PartyFactory(collaboration=exam, organisation=organisation)
        series, congress = make.EventSeriesFactory(), event()
        make.EventFactory(title="Edition", series=series, starts="2990")
        for held in ({"series": series}, {"event": congress}):
            make.OrganiserFactory(organisation=organisation, **held)
        change(congress, status="cancelled")
    change(subject, name="New")
    make.OrganisationNameFactory(organisation=subject, name="Old")


def test_organisation_with_very_much_has_the_same_feed(follow, busy, monkeypatch):
    few = follow(OWN).entries
    assert len(few) == 7
    monkeypatch.setattr("partners.exchange.news.FEW", 0)
    assert [entry.id for entry in follow(OWN).entries] == [entry.id for entry in few]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL scans tables that are small")
@pytest.mark.parametrize("by_key", [200, 0])
@pytest.mark.parametrize("address", [ATOM, OWN])
def test_feed_reads_no_table_or_index_from_end_to_end(client, busy, monkeypatch, address, by_key):
    monkeypatch.setattr("partners.exchange.news.FEW", by_key)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    steps = [step for query in asked.captured_queries for step in plan(query)]
    assert any("collaboration_ended" in step for step in steps) or by_key
    known = {
        "SCAN U0",  # the last of all states
        "SCAN counted",  # no more than decide between few and many
        "SCAN partners_term",  # once an edition
        "SCAN partners_organisation USING INDEX organisation_one_home",  # of one row
    }
    assert {step for step in steps if step.startswith("SCAN")} <= known
    assert "AUTOMATIC" not in str(steps)


@pytest.mark.django_db(transaction=True)
def test_news_of_the_site_are_derived_once_an_edition(client, follow, django_assert_num_queries):
    partner()
    assert titles(follow()) == ["Partner put on record: Partner"]
    with django_assert_num_queries(3):  # what is due, and the token twice
        client.get(JSON)
    Organisation.objects.update(name="Renamed since")
    assert titles(follow()) == ["Partner put on record: Renamed since"]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"), [(ATOM, 9), ("/organisations/subject/changes.atom", 13)]
)
def test_feed_costs_as_many_queries_with_one_record_as_with_three(
    client, change, django_assert_num_queries, address, queries, count
):
    subject = partner(slug="subject")
    for _ in range(count):
        make.PartyFactory(collaboration=together(), organisation=subject)
        congress = event()
        make.OrganiserFactory(event=congress, organisation=subject)
        change(congress, status="cancelled")
    with django_assert_num_queries(queries):
        response = client.get(address)
    assert response.content.count(b"<entry>") == 1 + 3 * count


@pytest.mark.parametrize("address", [ATOM, JSON, "/events/calendar.ics"])
def test_pages_of_other_sites_may_read_it(client, address):
    assert client.get(address)["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/events/")
