"""What a calendar says of an event."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from django.conf import settings
from django.db.models import Value

from partners.models import Event, Record, Revision
from partners.rows import snapshots
from tests import acts
from tests import factories as make
from tests.acts import Proposal
from tests.views.calendars.reading import (
    ALL,
    AWKWARD,
    LATER,
    congress,
    events,
    lines,
    timed,
)


def test_congress_of_four_days_is_four_days(subscribe):
    congress()
    (event,) = events(subscribe())
    first, after = event.dtstart.value, event.dtend.value
    assert (first, after) == (dt.date(2018, 5, 3), dt.date(2018, 5, 7))
    assert [first + dt.timedelta(days=n) for n in range((after - first).days)] == [
        dt.date(2018, 5, day) for day in (3, 4, 5, 6)
    ]


def test_event_says_what_is_known(subscribe):
    series = make.EventSeriesFactory(title="European congresses, all of them")
    congress(
        slug="c18", series=series, venue="Hall", city="Vienna", country="AT", mode="hybrid",
        summary="Four days.",
    )  # fmt: skip
    Record.objects.update(changed_at=LATER, version=7)
    (event,) = events(subscribe())
    assert {name: value[0].value for name, value in event.contents.items()} == {
        "uid": "3ba5c33e-cf8e-5088-bc14-38ee7ff8d043",
        "dtstamp": LATER,
        "last-modified": LATER,
        "sequence": "7",
        "status": "CONFIRMED",
        "summary": "Congress",
        "description": f"Four days.\n{settings.SITE_URL}/events/c18/",
        "location": "Hall, Vienna, Austria",
        "categories": ["European congresses, all of them", "On site and online"],
        "url": f"{settings.SITE_URL}/events/c18/",
        "transp": "TRANSPARENT",
        "dtstart": dt.date(2018, 5, 3),
        "dtend": dt.date(2018, 5, 7),
    }


def test_event_leaves_out_what_is_not_known(subscribe):
    congress(series=make.EventSeriesFactory(draft=True))
    (event,) = events(subscribe())
    assert not {"location", "categories"} & event.contents.keys()
    assert event.description.value == f"{settings.SITE_URL}/events/congress/"


@pytest.mark.parametrize("mode", ["hybrid", "online", "not-stated"])
def test_event_that_moved_online_says_no_place(subscribe, mode):
    congress(status="moved-online", mode=mode, venue="Hall", city="Vienna")
    (event,) = events(subscribe())
    assert event.summary.value == "Moved online: Congress"
    assert event.categories.value == ["Online"]
    assert "location" not in event.contents


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_title_says_that_an_event_does_not_take_place(subscribe, status):
    congress(status=status, city="Vienna")
    (event,) = events(subscribe())
    assert event.summary.value == f"{status.capitalize()}: Congress"
    assert event.location.value == "Vienna"


@pytest.mark.parametrize("ends", ["", "2018-05-03"])
def test_one_day_needs_no_end(subscribe, ends):
    congress(ends=ends)
    (event,) = events(subscribe())
    assert event.dtstart.value == dt.date(2018, 5, 3)
    assert "dtend" not in event.contents


@pytest.mark.parametrize("zone", ["Europe/Vienna", "Pacific/Auckland", "Africa/Casablanca"])
def test_changes_of_a_clock_that_are_alike_are_one_component(client, zone):
    for year in range(2018, 2027):
        timed(starts=f"{year}-05-03", time_zone=zone)
    calendar = icalendar.Calendar.from_ical(client.get(ALL).content)
    (told,) = calendar.walk("VTIMEZONE")
    kinds = [
        (each.name, each["tzoffsetfrom"].to_ical(), each["tzoffsetto"].to_ical(), each["tzname"])
        for each in told.subcomponents
    ]
    assert len(kinds) == len(set(kinds)) <= 5
    read = told.to_tz()
    for event in calendar.walk("VEVENT"):
        by_the_clock = event["dtstart"].dt.replace(tzinfo=None)
        offsets = {by_the_clock.replace(tzinfo=each).utcoffset() for each in (read, ZoneInfo(zone))}
        assert len(offsets) == 1


@pytest.mark.parametrize(
    ("zone", "years", "rules"),
    [
        ("Europe/Vienna", (2027, 2031),
         ["3;BYDAY=-1SU;UNTIL=20310401T020000Z", "10;BYDAY=-1SU;UNTIL=20311028T030000Z"]),
        ("Pacific/Auckland", (2031,),
         ["4;BYDAY=1SU;UNTIL=20310408T030000Z", "9;BYDAY=-1SU;UNTIL=20310930T020000Z"]),
        ("Europe/Vienna", (2028, 2231), []),  # nothing is said of what lies between
        ("Asia/Kolkata", (2031,), []),
        ("Africa/Casablanca", (2025,), []),
    ],
)  # fmt: skip
def test_rule_of_a_clock_is_said_of_the_years_that_are_told(client, zone, years, rules):
    for year in years:
        timed(starts=f"{year}-05-03", time_zone=zone)
    text = client.get(ALL).content.decode().replace("\r\n ", "")
    found = re.findall(r"RRULE:FREQ=YEARLY;(\S+)", text)
    said = [dict(part.split("=") for part in rule.split(";")) for rule in found]
    ordered = [f"{each['BYMONTH']};BYDAY={each['BYDAY']};UNTIL={each['UNTIL']}" for each in said]
    assert ordered == rules
    assert ("RDATE" in text) == (zone == "Africa/Casablanca" or years == (2028, 2231))


def test_name_of_a_calendar_is_not_cut(subscribe):
    make.OrganisationFactory(slug="par", name="Heart, lung; and \\ vessels")
    calendar = subscribe("/organisations/par/calendar.ics")
    for name in ("name", "x-wr-calname"):
        assert calendar.contents[name][0].value == "Events of Heart lung and / vessels"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("scheduled", "CONFIRMED"),
        ("moved-online", "CONFIRMED"),
        ("postponed", "TENTATIVE"),
        ("cancelled", "CANCELLED"),
    ],
)
def test_cancelled_and_postponed_events_stay(subscribe, status, said):
    congress(status=status)
    (event,) = events(subscribe())
    assert event.status.value == said


def test_change_keeps_the_uid_and_raises_the_sequence(subscribe, django_user_model):
    record = congress()
    (before,) = events(subscribe())
    rows = snapshots.rows_of(record)
    cancelled = [{**rows[0], "fields": rows[0]["fields"] | {"status": "cancelled", "slug": "c"}}]
    by = django_user_model.objects.create_user("somebody")
    acts.publish(Proposal(Event, record.pk, rows, cancelled, by), LATER)
    (after,) = events(subscribe())
    assert (before.status.value, after.status.value) == ("CONFIRMED", "CANCELLED")
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.last_modified.value >= before.last_modified.value


def test_event_that_was_deleted_and_restored_raises_the_sequence(subscribe, django_user_model):
    by, record = django_user_model.objects.create_user("somebody"), congress()
    for _ in range(7):
        record.save()
    seen = [events(subscribe())[0]]
    for _ in range(2):
        acts.delete(Event.objects.get(), by, LATER)
        deleted = Revision.objects.of(Event, record.pk).first()
        acts.restore(deleted, by, LATER, publishes=True)
        seen.append(events(subscribe())[0])
    sequences = [int(event.sequence.value) for event in seen]
    assert sequences == sorted(set(sequences))
    assert len({event.uid.value for event in seen}) == 1


def test_uid_is_the_same_at_every_address_and_host(subscribe, settings):
    record = congress()
    (before,) = events(subscribe())
    settings.SITE_URL = "https://partners.example.org"
    (after,) = events(subscribe(f"/events/{record.slug}/calendar.ics"))
    assert after.uid.value == before.uid.value
    assert after.url.value == "https://partners.example.org/events/congress/"


@pytest.mark.parametrize("text", AWKWARD)
def test_texts_stay_texts(client, text):
    """Whatever is stored: values that no field of ours has cleaned."""
    congress()
    Event.objects.update(title=Value(text), summary=Value(text), venue=Value(text))
    found = lines(client.get(ALL))
    (event,) = events(vobject.readOne("\r\n".join(found) + "\r\n"))
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    assert event.summary.value == event.location.value == clean
    assert event.description.value == f"{clean}\n{settings.SITE_URL}/events/congress/"
    names = [line.partition(":")[0].partition(";")[0] for line in found]
    assert "ATTENDEE" not in names
    assert (names.count("BEGIN"), names.count("END")) == (2, 2)


@pytest.mark.parametrize(
    ("zone", "day", "offsets"),
    [
        ("Europe/Vienna", "2018-03-25", {(1, 59): 1, (3, 0): 2, (12, 0): 2}),  # forward at 2:00
        ("Europe/Vienna", "2018-10-28", {(1, 59): 2, (3, 0): 1, (12, 0): 1}),  # back at 3:00
        ("Pacific/Auckland", "2018-09-30", {(1, 59): 12, (3, 0): 13}),
        ("Pacific/Auckland", "2018-01-01", {(0, 5): 13}),
        ("America/New_York", "2018-11-04", {(0, 59): -4, (2, 0): -5}),
        ("Africa/Casablanca", "2019-05-05", {(1, 0): 1, (4, 0): 0}),  # for Ramadan
        ("Asia/Kolkata", "2018-07-01", {(12, 0): 5.5}),
        ("Etc/UTC", "2018-07-01", {(12, 0): 0}),
    ],
)
def test_hours_are_those_of_the_place(client, zone, day, offsets):
    """The offset is what the calendar itself says of the zone, not what its reader knows."""
    for hour, minute in offsets:
        start, end = dt.time(hour, minute), dt.time(23, 59)
        timed(starts=day, start_time=start, end_time=end, time_zone=zone)
    renamed = client.get(ALL).content.decode().replace(zone, f"Nowhere/{zone}{day}")
    for event in events(vobject.readOne(renamed)):
        begins = event.dtstart.value
        at = begins.hour, begins.minute
        assert begins.utcoffset() == dt.timedelta(hours=offsets[at]), (zone, day, at)
        assert begins.utcoffset() == begins.replace(tzinfo=ZoneInfo(zone)).utcoffset()


@pytest.mark.parametrize(
    ("hour", "begins", "ends"),
    [
        ("first", "TZID=Europe/Vienna:20271031T023000", "TZID=Europe/Vienna:20271031T060000"),
        ("second", ":20271031T013000Z", "TZID=Europe/Vienna:20271031T060000"),
    ],
)
def test_hour_that_comes_twice_is_the_one_that_is_meant(client, hour, begins, ends):
    """A time with a zone means the first (RFC 5545 §3.3.5); UTC is plain."""
    times = {"start_time": dt.time(2, 30), "end_time": dt.time(6), "repeated_hour": hour}
    event = timed(starts="2027-10-31", **times)
    lines = client.get(ALL).content.decode().splitlines()
    assert [line for line in lines if line.startswith("DTSTART") and line.endswith(begins)]
    assert [line for line in lines if line.startswith("DTEND") and line.endswith(ends)]
    page = client.get(event.get_absolute_url()).content.decode()
    offset = {"first": "+02:00", "second": "+01:00"}[hour]
    assert f'"startDate": "2027-10-31T02:30{offset}"' in page
    assert event.get_repeated_hour_display() in page


def test_event_in_a_zone_that_is_none_any_more_has_whole_days(subscribe):
    timed(time_zone="localtime")
    (event,) = events(subscribe())
    assert event.dtstart.value == dt.date(2018, 5, 3)


def test_hours_may_end_on_another_day(subscribe):
    timed(ends="2018-05-04", end_time=dt.time(1))
    (event,) = events(subscribe())
    assert event.dtend.value - event.dtstart.value == dt.timedelta(hours=15, minutes=30)


def test_beginning_without_an_end_is_a_day_and_a_sentence(subscribe):
    timed(end_time=None, summary="An exam.")
    (event,) = events(subscribe())
    assert (event.dtstart.value, "dtend" in event.contents) == (dt.date(2018, 5, 3), False)
    begins, exam, page = event.description.value.splitlines()
    assert (begins, exam) == ("Begins at 09:30 (Europe/Vienna).", "An exam.")
    assert page.startswith(f"{settings.SITE_URL}/events/")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/New_York"])
def test_first_and_last_day_of_all_are_no_fault(subscribe, day, zone):
    for event in (timed(starts=day, time_zone=zone), make.EventFactory(starts=day)):
        assert len(events(subscribe(f"/events/{event.slug}/calendar.ics"))) == 1


@pytest.mark.parametrize("last", [{"starts": "9999-12-31"}, {"ends": "9999-12-31"}])
def test_event_that_no_day_follows_spoils_no_calendar_of_others(read, subscribe, last):
    """Programs look for the day after, find none, and refuse the whole calendar."""
    holder = make.OrganiserFactory(event=make.EventFactory(**{"starts": "2018-05-03"} | last))
    other = make.OrganiserFactory(
        organisation=holder.organisation, event=make.EventFactory(starts="9999-12-30")
    )
    series = make.EventSeriesFactory()
    Event.objects.update(series=series)
    pages = [each.get_absolute_url() for each in (holder.organisation, series)]
    for address in (ALL, *(f"{page}calendar.ics" for page in pages)):
        (event,) = events(subscribe(address))
        assert event.summary.value == other.event.title
    assert all("calendar.ics" in read(page).source for page in pages)
    other.event.delete()
    assert not any("calendar.ics" in read(page).source for page in pages)
