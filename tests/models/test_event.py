"""Events: each is either upcoming or past, and stands somewhere in time and place."""

import datetime as dt
import zoneinfo
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.forms import modelform_factory
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from partners.models import Event
from partners.values.dates import TIME_ZONES, PartialDate, validate_time_zone
from tests import factories as make

TODAY = dt.date(2026, 11, 23)
#: The same examples in every run, however slow the machine.
steady = settings(derandomize=True, deadline=None)

pytestmark = pytest.mark.django_db


def keys(events):
    return [event.key for event in events]


@pytest.mark.parametrize(
    ("starts", "ends", "is_upcoming"),
    [
        ("2026", "", True),
        ("2026-11", "", True),
        ("2026-11-23", "", True),
        ("2026-11-24", "", True),
        ("2027", "", True),
        ("2026-11-22", "", False),
        ("2026-10", "", False),
        ("2025", "", False),
        ("2026-11-20", "2026-11-23", True),
        ("2026-11-20", "2026-11-22", False),
        ("2026-11-20", "2026-11", True),
        ("2026-11-20", "2026", True),
        ("2025-03", "2027", True),
        ("2025", "2026-10", False),
        ("2026", "2026-10", False),
    ],
)
def test_event_is_upcoming_until_its_last_possible_day_is_over(starts, ends, is_upcoming):
    event = make.EventFactory(starts=starts, ends=ends)
    assert list(Event.objects.upcoming(TODAY)) == [event] * is_upcoming
    assert list(Event.objects.past(TODAY)) == [event] * (not is_upcoming)
    assert event.is_over(TODAY) is not is_upcoming


def test_postponed_event_without_date_stays_upcoming():
    postponed = make.EventFactory(postponed=True)
    assert list(Event.objects.upcoming(dt.date.max)) == [postponed]
    assert not Event.objects.past(dt.date.max).exists()
    assert not postponed.is_over(dt.date.max)


def test_upcoming_begins_with_the_undated_and_past_with_the_latest():
    for key, starts in {"b": "2027", "a": "2027", "c": "2026-12", "y": "2025", "x": "2024"}.items():
        make.EventFactory(key=key, starts=starts)
    make.EventFactory(key="later", postponed=True)
    assert keys(Event.objects.upcoming(TODAY)) == ["later", "c", "a", "b"]
    assert keys(Event.objects.past(TODAY)) == ["y", "x"]


def test_upcoming_and_past_know_today():
    """Whenever this runs, 1999 is over and 2999 is not."""
    over, to_come = make.EventFactory(starts="1999"), make.EventFactory(starts="2999")
    assert list(Event.objects.upcoming()) == [to_come]
    assert list(Event.objects.past()) == [over]


close_days = st.dates(dt.date(2025, 11, 1), dt.date(2027, 2, 1))
close_dates = st.builds(
    lambda day, length: PartialDate(day.isoformat()[:length]),
    close_days,
    st.sampled_from([4, 7, 10]),
)


@st.composite
def event_dates(draw):
    """(starts, ends) as the database takes them."""
    starts, ends = draw(st.just("") | close_dates), draw(st.just("") | close_dates)
    known = min(len(str(starts)), len(str(ends)))
    if not starts or str(ends)[:known] < str(starts)[:known]:
        ends = ""
    return starts, ends


class TestPartition(TestCase):
    @pytest.mark.slow("fuzzing")
    @steady
    @given(st.lists(event_dates(), min_size=1, max_size=8), close_days)
    def test_event_is_either_upcoming_or_past_on_any_day(self, some, day):
        upcoming = set()
        for number, (starts, ends) in enumerate(some):
            status = "scheduled" if starts else "postponed"
            make.EventFactory(key=f"e{number}", starts=starts, ends=ends, status=status)
            if not starts or (ends or starts).latest >= day:
                upcoming.add(f"e{number}")
        every = {f"e{number}" for number in range(len(some))}
        assert sorted(keys(Event.objects.upcoming(day))) == sorted(upcoming)
        assert sorted(keys(Event.objects.past(day))) == sorted(every - upcoming)


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        ("2018", "", "2018"),
        ("2018-05-03", "2018-05-05", "3–5 May 2018"),
        ("", "", ""),
    ],
)
def test_event_says_when_as_far_as_known(starts, ends, words):
    assert make.EventFactory.build(starts=starts, ends=ends).when == words


@pytest.mark.parametrize(
    ("starts", "ends", "has_days"),
    [
        ("2018", "", False),
        ("2018-05", "", False),
        ("2018", "2018-05-03", False),
        ("2018-05-03", "2018-05", False),
        ("2018-05-03", "2018", False),
        ("2018-05-03", "", True),
        ("2018-05-03", "2018-05-06", True),
    ],
)
def test_event_has_days_where_all_of_them_are_known(starts, ends, has_days):
    event = make.EventFactory(starts=starts, ends=ends)
    assert event.has_days is has_days
    with_days, without_days = Event.objects.with_days(), Event.objects.without_days()
    assert (list(with_days), list(without_days)) == (([event], []) if has_days else ([], [event]))


def test_event_that_waits_for_its_date_has_no_days():
    event = make.EventFactory(postponed=True)
    assert not event.has_days
    assert list(Event.objects.without_days()) == [event]


def test_event_and_series_say_where_as_far_as_known():
    place = {"venue": "Austria Center", "city": "Vienna", "country": "AT"}
    assert make.EventFactory.build(**place).place == "Austria Center, Vienna, Austria"
    assert make.EventFactory.build(city="Vienna").place == "Vienna"
    assert make.EventFactory.build().place == ""
    series = make.EventSeriesFactory.build(usual_city="Vienna", usual_country="AT")
    assert series.place == "Vienna, Austria"


def held_in_a_row(count):
    """Events, each held at the next."""
    events = make.EventFactory.create_batch(count)
    for event, above in pairwise(events):
        event.held_at = above
        event.full_clean()
        event.save()
    return events


@pytest.mark.parametrize("count", [2, 3, 4])
def test_event_held_at_refuses_a_circle(count):
    first, *_, last = held_in_a_row(count)
    last.held_at = first
    with pytest.raises(ValidationError) as refused:
        last.full_clean()
    assert refused.value.message_dict == {
        "held_at": ["This would close a circle: that event is itself held at this one."]
    }


def test_event_held_at_leaves_events_below_an_old_circle_editable():
    """A circle that came in by a raw load must not hang the form of an event that hangs on it."""
    one, other, third = make.EventFactory.create_batch(3)
    Event.objects.filter(pk=one.pk).update(held_at=other)
    Event.objects.filter(pk=other.pk).update(held_at=one)
    third.held_at = Event.objects.get(pk=one.pk)
    third.full_clean()


def test_event_held_at_itself_is_refused_by_a_form_that_does_not_show_the_key():
    event = make.EventFactory()
    form = modelform_factory(Event, fields=["held_at"])({"held_at": event.pk}, instance=event)
    assert form.errors == {"held_at": ["An event cannot be held at itself."]}


def test_event_held_at_takes_siblings():
    congress, one, other = make.EventFactory.create_batch(3)
    for event in (one, other):
        event.held_at = congress
        event.full_clean()
        event.save()
    assert list(congress.held_here.order_by("pk")) == [one, other]


@pytest.mark.parametrize(
    ("ends", "end_time", "is_refused"),
    [
        ("", dt.time(8), True),
        ("", dt.time(9), True),
        ("2018-05-03", dt.time(8), True),
        ("", dt.time(10), False),
        ("2018-05-04", dt.time(8), False),
        ("", None, False),
    ],
)
def test_event_of_one_day_ends_after_it_starts(ends, end_time, is_refused):
    event = make.EventFactory(
        starts="2018-05-03", ends=ends, start_time=dt.time(9), time_zone="Europe/Vienna"
    )
    event.end_time = end_time
    if not is_refused:
        event.full_clean()
        return
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    assert refused.value.message_dict == {
        "end_time": ["It would end before it starts. If it ends on another day, say which."]
    }


@pytest.mark.parametrize("name", ["CET+1", "Vienna", "../etc/passwd", "europe/vienna"])
def test_event_time_zone_is_one_that_exists(name):
    event = make.EventFactory(starts="2018-05-03", start_time=dt.time(9), time_zone="UTC")
    event.full_clean()
    event.time_zone = name
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    assert refused.value.message_dict == {
        "time_zone": [f"“{name}” is not the name of a time zone. Write it as “Europe/Vienna”."]
    }


def test_next_edition_is_a_draft_a_year_later_with_the_organisers_of_the_series():
    series = make.EventSeriesFactory()
    usual = make.OrganiserFactory(series=series, role="host", position=3)
    event = make.EventFactory(series=series, title="ECR 2018", starts="2018-05-03", city="Vienna")
    make.OrganiserFactory(event=event)
    edition = event.next_edition()[0]
    edition.full_clean()
    edition = Event.objects.get(pk=edition.pk)
    assert (edition.title, edition.slug, str(edition.starts)) == ("ECR 2019", "ecr-2019", "2019")
    assert (edition.series, edition.published_at, edition.city) == (series, None, "")
    rows = edition.organisers.values_list("organisation", "role", "position")
    assert list(rows) == [(usual.organisation_id, "host", 3)]


def test_next_edition_of_a_single_event_takes_its_own_organisers():
    event = make.EventFactory(title="Summit", starts="2018")
    own = make.OrganiserFactory(event=event)
    edition, _ = event.next_edition()
    assert edition.title == "Summit 2019"
    assert [row.organisation for row in edition.organisers.all()] == [own.organisation]


def test_next_edition_finds_a_free_address():
    make.EventFactory(slug="ecr-2019", series=make.EventSeriesFactory())
    edition, is_new = make.EventFactory(title="ECR 2018", starts="2018").next_edition()
    assert (edition.slug[:9], is_new) == ("ecr-2019-", True)


@pytest.mark.parametrize("changed", [{}, {"title": "ECR 2019, Graz"}, {"slug": "graz"}])
def test_next_edition_is_found_again(changed):
    event = make.EventFactory(title="ECR 2018", starts="2018", series=make.EventSeriesFactory())
    make.EventFactory(title="ECR 2019", slug="another-series")
    first, _ = event.next_edition()
    Event.objects.filter(pk=first.pk).update(**changed)
    assert event.next_edition() == (first, False)
    assert Event.objects.count() == 3


@pytest.mark.parametrize(
    ("title", "starts", "later"),
    [
        ("CIRSE 2026, Barcelona", "2026-09-12", "CIRSE 2027, Barcelona"),
        ("Course 2025/2026", "2025", "Course 2026/2027"),
        ("Course 2025/2026", "2026", "Course 2026/2027"),
        ("Winter school 2025–26 (online)", "2025-11", "Winter school 2026–27 (online)"),
        ("Courses of 2025 and 2026", "2025-11", "Courses of 2026 and 2027"),
        ("Winter school 2026", "2025-12-29", "Winter school 2027"),
        ("1999/00", "1999", "2000/01"),
        ("Since 1998: ECR 2026", "2026", "Since 1998: ECR 2027"),
        ("2024–2026 programme", "2026", "2024–2027 programme"),
        ("Meeting on 2026-05-03", "2026", "Meeting on 2027-05-03"),
        ("Grant 120265, 20261", "2026", "Grant 120265, 20261 2027"),
        ("2026: what 2026 brings", "2026", "2027: what 2027 brings"),
        ("CIRSE", "2026", "CIRSE 2027"),
        ("CIRSE 2024", "", "CIRSE 2025"),
    ],
)
def test_next_edition_has_the_next_year_in_the_place_of_this_one(title, starts, later):
    state = {} if starts else {"postponed": True}
    event = make.EventFactory(title=title, **({"starts": starts} if starts else state))
    edition, _ = event.next_edition()
    assert edition.title == later


def test_next_edition_of_a_long_title_fits_the_columns():
    event = make.EventFactory(title="Radiology " * 20, starts="2018")
    for _ in range(2):
        event.next_edition()[0].full_clean()


@pytest.mark.parametrize(("year", "next_year"), [("0007", "0008"), ("0999", "1000")])
def test_next_edition_of_an_early_year_is_a_year_later(year, next_year):
    event = make.EventFactory(title=f"Summit {year}", starts=year)
    edition, _ = event.next_edition()
    assert (edition.title, str(edition.starts)) == (f"Summit {next_year}", next_year)


def test_next_edition_after_the_last_year_is_refused():
    event = make.EventFactory(starts="9999-12")
    with pytest.raises(ValidationError) as refused:
        event.next_edition()
    assert refused.value.messages == ["No year follows 9999. Correct when this event starts."]
    assert Event.objects.get() == event


# clocks: on 28 March 2027 they go from 02:00 to 03:00 in Vienna, on 31 October from 03:00 to 02:00


def event_at(**fields):
    usual = {"starts": "2027-03-28", "ends": "", "time_zone": "Europe/Vienna"}
    times = {name: dt.time.fromisoformat(fields.pop(name)) for name in TIMES if name in fields}
    return make.EventFactory.build(series=None, **usual | fields | times)


TIMES = ("start_time", "end_time")
TWICE = (
    "02:30 comes twice on 31 October 2027 in Europe/Vienna: the clocks go back. Say under “hour "
    "that comes twice” which is meant."
)
EMPTY = "No time of this event comes twice: leave this empty."
ENDS = "It would end before it starts. If it ends on another day, say which."


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        (
            {"start_time": "02:30"},
            {
                "start_time": "02:30 does not exist on 28 March 2027 in Europe/Vienna: the clocks "
                "go forward. Perhaps it is 03:30."
            },
        ),
        (
            {"start_time": "02:00", "end_time": "02:59"},
            {"start_time": "02:00", "end_time": "02:59"},
        ),
        ({"starts": "2027-10-31", "start_time": "02:30"}, {"start_time": TWICE}),
        (
            {
                "starts": "2027-10-30", "start_time": "02:30", "ends": "2027-10-31",
                "end_time": "02:30",
            },
            {"end_time": TWICE},
        ),
        ({"start_time": "03:00", "repeated_hour": "first"}, {"repeated_hour": EMPTY}),
        (
            {
                "starts": "2027-10-31", "start_time": "02:30", "end_time": "02:10",
                "repeated_hour": "second",
            },
            {"end_time": ENDS},
        ),
        ({"start_time": "01:59", "end_time": "01:58"}, {"end_time": ENDS}),
    ],
)  # fmt: skip
def test_time_that_the_clocks_do_not_show_once_is_refused(fields, errors):
    with pytest.raises(ValidationError) as refused:
        event_at(**fields).clean()
    found = {name: message for name, (message,) in refused.value.message_dict.items()}
    assert found.keys() == errors.keys()
    assert all(found[name].startswith(text) for name, text in errors.items())


@pytest.mark.parametrize(
    ("fields", "starts", "ends"),
    [
        ({"start_time": "01:59", "end_time": "03:00"}, "01:59:00+01:00", "03:00:00+02:00"),
        *(
            ({"starts": "2027-10-31", "repeated_hour": hour, **times}, *both)
            for hour, times, *both in [
                (
                    "first", {"start_time": "02:30", "end_time": "03:00"},
                    "02:30:00+02:00", "03:00:00+01:00",
                ),
                (
                    "second", {"start_time": "02:30", "end_time": "03:00"},
                    "02:30:00+01:00", "03:00:00+01:00",
                ),
                (
                    "both", {"start_time": "02:30", "end_time": "02:15"},
                    "02:30:00+02:00", "02:15:00+01:00",
                ),
            ]
        ),
    ],
)  # fmt: skip
def test_time_has_the_offset_of_the_hour_that_is_meant(fields, starts, ends):
    event = event_at(**fields)
    event.clean()
    assert event.starts_at.isoformat().partition("T")[2] == starts
    assert event.ends_at.isoformat().partition("T")[2] == ends


def test_time_that_cannot_be_read_is_said_to_be_that():
    event = make.EventFactory(starts="2027-03-28", time_zone="Europe/Vienna")
    event.start_time = "soon"
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    assert refused.value.message_dict.keys() == {"start_time"}


@pytest.mark.parametrize(
    "name", ["localtime", "Factory", "posixrules", "posix/Europe/Vienna", "CEST", "", "../UTC"]
)
def test_name_that_is_no_time_zone_is_refused(name):
    with pytest.raises(ValidationError, match="is not the name of a time zone"):
        validate_time_zone(name)


def test_time_zones_are_those_that_can_be_read():
    validate_time_zone("Europe/Vienna")
    assert {zoneinfo.ZoneInfo(name).key for name in TIME_ZONES} == TIME_ZONES
