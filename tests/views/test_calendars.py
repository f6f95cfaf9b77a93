"""The calendars, read by another library than the one that writes them."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from django.conf import settings
from django.db.models import Value
from django.urls import reverse
from django.utils import timezone

from partners.exchange import calendars
from partners.models import Event, EventSeries, Record, Revision
from partners.rows import snapshots
from tests import acts
from tests import factories as make
from tests.acts import Proposal

ALL = reverse("partners:calendar")
LATER = dt.datetime(2022, 3, 5, 12, tzinfo=dt.UTC)
AWKWARD = [
    'a; b, c \\ d: "e" & <f>',
    "Kongreß – الجمعية 放射線学会 " + "é" * 80,
    "x" * 120,
    "Congress\r\nATTENDEE:mailto:x@example.org\r\nEND:VEVENT\rBEGIN:VALARM\n",
    "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\x01h\x7f\ufffei",
]


def lines(response):
    """The unfolded lines; each folded one is at most 75 octets (RFC 5545 §3.1)."""
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    folded = response.content.split(b"\r\n")
    assert folded.pop() == b""
    assert max(map(len, folded)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in folded)
    return response.content.replace(b"\r\n ", b"").decode().splitlines()


@pytest.fixture(autouse=True)
def nothing_is_long_past(monkeypatch, request):
    """Events of these tests are of 2018 and stay, but where a test is about what leaves."""
    if "long_past" not in request.fixturenames:
        monkeypatch.setattr(calendars, "LONGEST_PAST", timezone.localdate() - dt.date.min)


@pytest.fixture
def subscribe(client):
    """subscribe(address) → the calendar, as a program reads it; every line of it is checked."""

    def subscribe(address=ALL):
        response = client.get(address)
        lines(response)
        return vobject.readOne(response.content.decode())

    return subscribe


def events(calendar):
    return calendar.contents.get("vevent", [])


def titles(calendar):
    return [event.summary.value for event in events(calendar)]


def congress(**given):
    said = {"starts": "2018-05-03", "ends": "2018-05-06", "key": "congress", "title": "Congress"}
    return make.EventFactory(**said | given)


def timed(**given):
    said = {"start_time": dt.time(9, 30), "end_time": dt.time(17), "time_zone": "Europe/Vienna"}
    return make.EventFactory(**{"starts": "2018-05-03"} | said | given)


# Events


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


# Calendars


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


# What pages say of them


def offered(page):
    return page.text.partition("In your calendar ")[2]


ONE = "1 event has no exact days and is not in the calendar. "
TWO = "2 events have no exact days and are not in the calendar. "


@pytest.mark.parametrize(("count", "sentence"), [(0, ""), (1, ONE), (2, TWO)])
def test_pages_offer_their_calendar_and_say_what_it_leaves_out(read, count, sentence):
    partner, series = make.OrganisationFactory(slug="par"), make.EventSeriesFactory(slug="row")
    make.OrganiserFactory(series=series, organisation=partner)
    congress(series=series)
    for starts in ("2018-05", "")[:count]:
        status = "scheduled" if starts else "postponed"
        make.EventFactory(series=series, starts=starts, status=status)
    make.EventFactory(series=series, draft=True)
    for path in ("/events/", "/events/series/row/", "/organisations/par/"):
        said = offered(read(path))
        assert said.startswith(
            f"{sentence}Subscribe in your calendar program, and your calendar follows every "
            "change. What was over two years ago is not in it. "
            "Other calendars, and the address to copy Subscribe in Google Calendar "
        ), path


def test_page_of_what_is_long_past_offers_no_calendar(read, monkeypatch):
    monkeypatch.setattr(calendars, "LONGEST_PAST", dt.timedelta(days=731))
    partner, series = make.OrganisationFactory(slug="par"), make.EventSeriesFactory(slug="row")
    once = make.EventFactory(starts="2001", title="Once")
    for held in ({"series": series, "event": None}, {"series": None, "event": once}):
        make.OrganiserFactory(organisation=partner, **held)
    make.EventFactory(series=series, starts="2001-05-03")
    for path in ("/events/series/row/", "/organisations/par/"):
        assert offered(read(path)) == "", path
    assert "no exact days" not in offered(read("/events/"))


def test_page_without_days_to_follow_offers_no_calendar(read):
    partner, series = make.OrganisationFactory(slug="par"), make.EventSeriesFactory(slug="row")
    make.OrganiserFactory(series=series, organisation=partner)
    paths = ("/events/series/row/", "/organisations/par/")
    assert [offered(read(path)) for path in paths] == ["", ""]
    make.EventFactory(series=series, starts="2018-05")
    congress(series=series, draft=True)
    assert {offered(read(path)).partition("calendar.")[0] for path in paths} == {
        ONE.removesuffix("calendar. ")
    }
    assert not any("calendar.ics" in read(path).source for path in paths)


def test_page_of_an_event_offers_its_calendar(read, settings):
    settings.SITE_URL = "https://partners.example.org"
    page = read(congress(slug="c18").get_absolute_url())
    hrefs = [piece.href for piece in page.pieces if piece.href and "calendar" in piece.href]
    host = "partners.example.org"
    escaped = f"%3A%2F%2F{host}%2Fevents%2Fc18%2Fcalendar.ics"
    assert hrefs == [
        f"webcal://{host}/events/c18/calendar.ics",
        f"https://calendar.google.com/calendar/render?cid=webcal{escaped}",
        f"https://outlook.live.com/calendar/0/addfromweb?url=https{escaped}&name=Congress",
        f"https://outlook.office.com/calendar/0/addfromweb?url=https{escaped}&name=Congress",
        "/events/c18/calendar.ics",
    ]
    address = "https://partners.example.org/events/c18/calendar.ics"
    assert ("input", "value", address) in page.attributes
    assert ("input", "readonly", None) in page.attributes
    assert page.attributes.count(("a", "rel", "external noopener noreferrer")) == 3
    assert "form" not in page.tags


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"starts": "2018"}, "all that is known is “2018”."),
        ({"starts": "2018-05-03", "ends": "2018"}, "all that is known is “3 May 2018 – 2018”."),
        ({"postponed": True}, "its new date is not known."),
    ],
)  # fmt: skip
def test_page_of_an_event_without_days_says_why_it_offers_none(read, given, why):
    page = read(make.EventFactory(**given).get_absolute_url())
    assert f"This event is in no calendar: calendars hold days, and {why}" in page.text
    assert "calendar.ics" not in page.source


def test_organisation_without_events_offers_no_calendar(read):
    partner = make.OrganisationFactory()
    assert "calendar.ics" not in read(partner.get_absolute_url()).source
