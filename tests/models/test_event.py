"""Events: each is either upcoming or past, and stands somewhere in time and place."""

import datetime as dt
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.forms import modelform_factory
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from partners.models import Event
from partners.values.dates import PartialDate
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
