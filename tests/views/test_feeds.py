"""The feeds of what changed, read as a feed reader does."""

import datetime as dt
import json

import feedparser
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import Event, Organisation, Revision
from partners.rows import bookkeeping, history
from partners.rows.standing import standing
from tests import acts
from tests import factories as make
from tests.values.test_lines import UNWRITABLE

ATOM, JSON = "/feeds/changes.atom", "/feeds/changes.json"


@pytest.fixture
def change(db):
    """change(record, **fields) → published by somebody now, in an hour of its own."""
    somebody = User.objects.create_user("somebody", first_name="Quixo")

    def change(record, **fields):
        model = type(record)
        base = standing(model, record.pk).present
        rows = [{**base[0], "fields": base[0]["fields"] | fields}, *base[1:]]
        at = make.LONG_AGO if record.published_at else make.SINCE_THEN
        said = {"why": "Quixo asked"}
        acts.publish(acts.Proposal(model, record.pk, base, rows, somebody, **said), at)

    return change


@pytest.fixture
def follow(client):
    """follow(address) → the feed as feedparser reads it; JSON Feed says the same."""

    def follow(address=ATOM):
        response = client.get(address)
        assert response.status_code == 200
        assert "Last-Modified" not in response
        assert "Quixo" not in response.content.decode()
        feed = feedparser.parse(response.content)
        assert not feed.bozo
        other = json.loads(client.get(address.replace(".atom", ".json")).content)
        assert [item["id"] for item in other["items"]] == [entry.id for entry in feed.entries]
        return feed

    return follow


def titles(feed):
    return [entry.title for entry in feed.entries]


def partner(**given):
    return make.OrganisationFactory(**{"name": "Partner"} | given)


def together(**given):
    return make.CollaborationFactory(**{"title": "Exam"} | given)


def event(**given):
    return make.EventFactory(**{"title": "Congress", "starts": "2990-05"} | given)


# What is news


def test_record_that_was_only_ever_loaded_is_as_old_as_its_publication(follow):
    partner(name="A & B <i>", summary="They are “A” & “B”."), together(), event()
    feed = follow()
    assert titles(feed) == [
        "Collaboration put on record: Exam",
        "Event announced: Congress",
        "Partner put on record: A & B <i>",
    ]
    told = ["2020-01-01T00:00:00+00:00", "2019-12-31T23:59:59+00:00", "2019-12-31T23:59:58+00:00"]
    assert [entry.published for entry in feed.entries] == told  # some readers shuffle equal ones
    assert [entry.updated for entry in feed.entries] == told
    assert feed.entries[2].summary == "They are “A” &amp; “B”."
    assert not Revision.objects.exists()


@pytest.mark.parametrize(
    ("build", "fields", "news"),
    [
        (event, {"status": "cancelled"}, ["Event cancelled: Congress"]),
        (event, {"status": "postponed", "starts": ""}, ["Event postponed: Congress"]),
        (event, {"status": "moved-online"}, ["Event moved online: Congress"]),
        (together, {"has_ended": True}, ["Collaboration ended: Exam"]),
        (together, {"until": "2021-05"}, ["Collaboration ended: Exam"]),
        (together, {"until": "2990"}, []),
        (together, {"since": "2016"}, []),
        (event, {"summary": "A comma, more."}, []),
        (event, {"starts": "2990-06-01"}, []),
        (event, {"title": "The congress"}, []),
        (partner, {"name": "Partners", "founded": "2016"}, []),
    ],
)
def test_change_is_news_by_the_rules(follow, change, build, fields, news):
    record = build()
    before = follow()
    change(record, **fields)
    after = follow()
    assert titles(after)[: len(news)] == news
    assert [entry.id for entry in after.entries[len(news) :]] == [e.id for e in before.entries]
    at = Revision.objects.latest("pk").at.isoformat()
    assert {entry.updated for entry in after.entries[: len(news)]} <= {at}


def test_collaboration_on_record_says_since_when(follow):
    together(since="2016-05")
    assert titles(follow()) == ["Collaboration put on record: Exam, since May 2016"]


def test_change_that_is_taken_back_is_said_as_well(follow, change):
    congress, exam = event(), together()
    for fields in ({"status": "cancelled"}, {"status": "scheduled"}, {"status": "scheduled"}):
        change(congress, **fields)
    for fields in ({"has_ended": True}, {"has_ended": False}):
        change(exam, **fields)
    assert titles(follow()) == [
        "Collaboration goes on: Exam",
        "Collaboration ended: Exam",
        "Event takes place: Congress",
        "Event cancelled: Congress",
        "Collaboration put on record: Exam",
        "Event announced: Congress",
    ]


def test_new_name_is_news_where_the_old_one_is_kept(follow, change):
    renamed, corrected = partner(name="Old"), partner(name="Oldd")
    change(renamed, name="New")
    change(corrected, name="Old")
    make.OrganisationNameFactory(organisation=renamed, name="Old")
    make.OrganisationNameFactory(organisation=renamed, name="Never told")
    feed = follow()
    assert titles(feed) == [
        "New name: New, formerly Old",
        "Partner put on record: Old",
        "Partner put on record: Old",
    ]
    change(renamed, name="Newest")
    assert titles(follow())[0] == "New name: Newest, formerly Old"  # “New” was corrected
    make.OrganisationNameFactory(organisation=renamed, name="New")
    assert titles(follow())[:2] == [
        "New name: Newest, formerly New",
        "New name: New, formerly Old",
    ]


def test_what_was_over_when_it_was_put_on_record_is_no_news(follow):
    together(until="2018"), together(has_ended=True), event(starts="2018")
    event(starts="2018", status="cancelled")
    assert titles(follow()) == []


def test_collaboration_begins_and_ends_by_the_days_on_record(follow):
    together(since="2021-05-03", until="2022")
    together(title="Later", since="2990", until="2991")
    feed = follow()
    assert [(entry.title, entry.updated) for entry in feed.entries] == [
        ("Collaboration ended: Exam", "2023-01-01T00:00:00+01:00"),
        ("Collaboration begun: Exam", "2021-05-03T00:00:00+02:00"),
    ]


@pytest.mark.parametrize("day", ["0001", "9999-12-31", "9999"])
def test_first_and_last_days_are_no_fault(follow, day):
    together(since=day, until=day)
    event(starts=day)
    follow()


def test_loaded_changes_are_news_once_there_is_a_history(follow, change):
    record = event()
    change(record, summary="It will be.")
    type(record).objects.update(status="cancelled")
    history.catch_up()
    assert titles(follow()) == ["Event cancelled: Congress", "Event announced: Congress"]


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


def test_news_beyond_the_states_that_are_looked_at_are_left_out(follow, change, monkeypatch):
    monkeypatch.setattr("partners.exchange.news.MOST_STATES", 2)
    record = event()
    for fields in ({"status": "cancelled"}, {"status": "postponed"}, {"summary": "A comma."}):
        change(record, **fields)
    assert titles(follow()) == []


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
    monkeypatch.setattr("partners.models.base.FEW", 0)
    assert [entry.id for entry in follow(OWN).entries] == [entry.id for entry in few]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL scans tables that are small")
@pytest.mark.parametrize("by_key", [200, 0])
@pytest.mark.parametrize("address", [ATOM, OWN])
def test_feed_reads_no_table_or_index_from_end_to_end(client, busy, monkeypatch, address, by_key):
    monkeypatch.setattr("partners.models.base.FEW", by_key)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    plans = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"].replace("%", "%%"), [])
            plans.append([row[-1] for row in cursor.fetchall()])
    steps = [step for plan in plans for step in plan]
    assert any("collaboration_ended" in step for step in steps) or by_key
    known = {
        "SCAN U0",  # the last of all states
        "SCAN partners_term",  # once an edition
        "SCAN partners_organisation USING INDEX organisation_one_home",  # of one row
    }
    assert {step for step in steps if step.startswith("SCAN")} <= known
    assert "AUTOMATIC" not in str(steps)


def test_begun_at_the_very_moment_it_is_published_is_told_once(follow):
    at = dt.datetime(2021, 5, 3, tzinfo=timezone.get_current_timezone())
    together(since="2021-05-03", published_at=at)
    assert titles(follow()) == ["Collaboration put on record: Exam, since 3 May 2021"]


def test_news_are_looked_for_among_the_latest_records(follow, monkeypatch):
    monkeypatch.setattr("partners.exchange.news.MOST", 2)
    monkeypatch.setattr("partners.exchange.news.MOST_LOOKED_AT", 4)
    for day in range(1, 8):
        at = make.LONG_AGO + dt.timedelta(days=day)
        event(title=f"Day {day}", starts="2018" if day > 3 else "2990", published_at=at)
    assert titles(follow()) == []  # the latest four were over when they were put on record
    monkeypatch.setattr("partners.exchange.news.MOST_LOOKED_AT", 6)
    assert titles(follow()) == ["Event announced: Day 3", "Event announced: Day 2"]


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
