"""Which events a calendar holds, what it says of itself, and what it costs."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.exchange import calendars
from partners.models import Event, EventSeries, Record, Revision, stamps
from tests import factories as make
from tests.plans import plan
from tests.views.calendars.reading import ALL, congress, lines, titles

PAST_LEAVES = "Events that were over two years ago are not in this calendar. They stay on the site."


def test_calendar_names_itself_and_says_when_to_ask_again(client, subscribe):
    calendar = subscribe()
    assert "vtimezone" in calendar.contents  # RFC 5545 §3.6: one component, even without an event
    head = {
        name: value[0].value for name, value in calendar.contents.items() if name != "vtimezone"
    }
    assert head == {
        "version": "2.0",
        "prodid": "-//cirse_partners//Events//EN",
        "name": "Events – CIRSE partners",
        "x-wr-calname": "Events – CIRSE partners",
        "url": f"{settings.SITE_URL}/events/",
        "source": f"{settings.SITE_URL}/events/calendar.ics",
        "refresh-interval": "PT12H",
        "x-published-ttl": "PT12H",
        "description": PAST_LEAVES,
        "x-wr-caldesc": PAST_LEAVES,
    }
    said = lines(client.get(ALL))
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT12H" in said  # RFC 7986 §5.7 wants the type said
    assert f"SOURCE;VALUE=URI:{settings.SITE_URL}/events/calendar.ics" in said


def test_calendar_holds_the_live_events_with_days(subscribe):
    for starts, ends in (("2018-05-03", ""), ("2990-01-01", "2990-01-02")):
        make.EventFactory(title=f"From {starts}", starts=starts, ends=ends)
        for state in ("draft", "scheduled", "withdrawn"):
            make.EventFactory(title="Hidden", starts=starts, ends=ends, **{state: True})
    for starts, ends in (("2018", ""), ("2018-05", ""), ("2018-05-03", "2018-05")):
        make.EventFactory(title="Without days", starts=starts, ends=ends)
    make.EventFactory(title="Without days", postponed=True)
    assert titles(subscribe()) == ["From 2018-05-03", "From 2990-01-01"]


def test_calendars_of_records_hold_their_events(subscribe):
    partner, series = make.OrganisationFactory(slug="par"), make.EventSeriesFactory(slug="row")
    make.OrganiserFactory(series=series, organisation=partner)
    day = {"starts": "2018-05-03"}
    make.EventFactory(title="Edition", slug="edition", series=series, **day)
    others = make.EventFactory(title="Edition of others", series=series, **day)
    make.OrganiserFactory(event=others)
    drafts = make.EventFactory(title="Edition of a draft", series=series, **day)
    make.OrganiserFactory(event=drafts, organisation=make.OrganisationFactory(draft=True))
    own = make.EventFactory(title="Own", **day)
    for role in ("organiser", "host"):
        make.OrganiserFactory(event=own, organisation=partner, role=role)
    hidden = make.EventSeriesFactory(draft=True)
    make.OrganiserFactory(series=hidden, organisation=partner)
    make.EventFactory(title="Edition of a hidden series", series=hidden, **day)
    make.EventFactory(title="Another", **day)
    editions = ["Edition", "Edition of others", "Edition of a draft"]
    assert titles(subscribe("/organisations/par/calendar.ics")) == [
        "Edition", "Edition of a draft", "Own",
    ]  # fmt: skip
    assert titles(subscribe("/events/series/row/calendar.ics")) == editions
    assert titles(subscribe("/events/edition/calendar.ics")) == ["Edition"]
    assert len(titles(subscribe())) == 6


def test_events_are_in_the_order_in_which_they_begin(subscribe):
    for key, starts, ends in (
        ("d", "2990-01-03", "2990-01-04"),
        ("b", "2990-01-02", "2990-01-09"),
        ("c", "2990-01-02", "2990-01-03"),
        ("a", "2990-01-05", ""),
    ):
        make.EventFactory(key=key, title=key, starts=starts, ends=ends)
    for _ in range(2):
        assert titles(subscribe()) == ["b", "c", "d", "a"]


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL reads all rows")
@pytest.mark.parametrize("path", [ALL, "/organisations/par/calendar.ics"])
def test_calendar_whose_texts_are_in_memory_reads_no_event(client, monkeypatch, path):
    make.OrganiserFactory(event=congress(), organisation=make.OrganisationFactory(slug="par"))
    monkeypatch.setattr("partners.models.base.FEW", 0)
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    (query,) = (each for each in asked if stamps.TABLE in each["sql"])
    steps = plan(query)
    assert steps[0].startswith("SEARCH partners_event USING COVERING INDEX event_by_last_day")
    assert not [step for step in steps if "TEMP B-TREE" in step]


@pytest.fixture
def long_past(request):
    """(an organisation and a series, the titles that stay in their calendars)."""
    today = timezone.localdate()
    partner, series = make.OrganisationFactory(slug="par"), make.EventSeriesFactory(slug="row")
    make.OrganiserFactory(series=series, organisation=partner)
    for days, lasted in ((732, 0), (731, 0), (1500, 769), (1500, 768)):
        starts = today - dt.timedelta(days=days)
        ends = starts + dt.timedelta(days=lasted)
        title = f"{days} to {days - lasted}"
        make.EventFactory(
            title=title,
            slug=f"e{days}-{lasted}",
            series=series,
            starts=starts.isoformat(),
            ends=ends.isoformat(),
        )
    return ["1500 to 731", "731 to 731"]


def test_what_was_over_two_years_ago_has_left_the_calendars(subscribe, long_past):
    for path in (ALL, "/events/series/row/calendar.ics", "/organisations/par/calendar.ics"):
        calendar = subscribe(path)
        assert titles(calendar) == long_past
        assert calendar.contents["description"][0].value == PAST_LEAVES
    own = subscribe("/events/e732-0/calendar.ics")
    assert titles(own) == ["732 to 732"]  # whoever asks for one event means that one
    assert "description" not in own.contents


def test_calendar_of_an_event_without_days_is_empty(subscribe):
    """A program that follows it takes the old date away, and shows the new one later."""
    record = make.EventFactory(postponed=True)
    assert titles(subscribe(f"{record.get_absolute_url()}calendar.ics")) == []


@pytest.mark.parametrize("slug", ["calendar", "series"])
def test_addresses_of_events_and_calendars_never_meet(read, subscribe, slug):
    congress(slug=slug)
    assert read(f"/events/{slug}/").title == "Congress"
    assert titles(subscribe(f"/events/{slug}/calendar.ics")) == ["Congress"]


@pytest.mark.parametrize(
    "factory", [make.EventFactory, make.EventSeriesFactory, make.OrganisationFactory]
)
def test_calendars_are_public_as_their_pages_are(client, factory):
    for state, status in (("draft", 404), ("scheduled", 404), ("withdrawn", 410)):
        record = factory(**{state: True})
        assert client.get(f"{record.get_absolute_url()}calendar.ics").status_code == status


def test_organisation_that_holds_very_much_has_the_same_calendar(subscribe, monkeypatch):
    partner, other = make.OrganisationFactory(slug="par"), make.OrganisationFactory()
    series = make.EventSeriesFactory()
    make.OrganiserFactory(series=series, organisation=partner)
    for title, organiser in (("Edition", None), ("Theirs", other), ("Both", partner)):
        edition = make.EventFactory(title=title, series=series, starts="2018-05-03")
        if organiser:
            make.OrganiserFactory(event=edition, organisation=organiser)
    make.OrganiserFactory(event=congress(), organisation=partner)
    hidden = make.EventSeriesFactory(draft=True)
    make.OrganiserFactory(series=hidden, organisation=partner)
    make.EventFactory(title="Edition of a hidden series", series=hidden, starts="2018-05-03")
    address = "/organisations/par/calendar.ics"
    few = titles(subscribe(address))
    assert sorted(few) == ["Both", "Congress", "Edition"]
    monkeypatch.setattr("partners.models.base.FEW", 0)
    assert titles(subscribe(address)) == few


def change_title(event):
    Event.objects.update(title="Another")


def change_series(event):
    EventSeries.objects.update(title="Another")


def withdraw_series(event):
    EventSeries.objects.update(withdrawn_at=timezone.now())


def change_record(event):
    Record.objects.filter(event=event).update(version=7)


def delete_before(event):
    Revision.objects.create(kind="partners.event", key=event.pk, is_deleted=True)


@pytest.mark.parametrize(
    "change", [change_title, change_series, withdraw_series, change_record, delete_before]
)
def test_text_that_is_kept_is_that_of_the_present(client, change):
    event = congress(series=make.EventSeriesFactory(title="Congresses"))
    congress(key="other", slug="other")
    before = client.get(ALL).content
    change(event)
    after = client.get(ALL).content
    assert after != before
    calendars._kept.clear()
    assert client.get(ALL).content == after


def test_only_what_changed_is_written_anew(client, monkeypatch):
    for number in range(3):
        congress(key=f"c{number}", slug=f"c{number}")
    client.get(ALL)
    Event.objects.filter(pk="c1").update(title="Another")
    written, write = [], calendars._write
    monkeypatch.setattr(
        calendars, "_write", lambda event, at: written.append(event) or write(event, at)
    )
    for _ in range(2):
        assert client.get(ALL).content.count(b"BEGIN:VEVENT") == 3
    assert [event.pk for event in written] == ["c1"]


def test_texts_do_not_pile_up(client, monkeypatch):
    monkeypatch.setattr(calendars, "MOST_KEPT", 2)
    calendars._kept.clear()
    for number in range(5):
        congress(key=f"c{number}", slug=f"c{number}")
    for _ in range(2):
        assert client.get(ALL).content.count(b"BEGIN:VEVENT") == 5
    assert len(calendars._kept) <= 2


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [(ALL, 5), ("/events/series/row/calendar.ics", 5), ("/organisations/par/calendar.ics", 6)],
)
def test_calendar_costs_as_many_queries_with_one_event_as_with_three(
    client, django_assert_num_queries, address, queries, count
):
    series = make.EventSeriesFactory(slug="row")
    make.OrganiserFactory(series=series, organisation=make.OrganisationFactory(slug="par"))
    make.EventFactory.create_batch(count, series=series, starts="2018-05-03")
    with django_assert_num_queries(queries):
        response = client.get(address)
    assert response.content.count(b"BEGIN:VEVENT") == count
