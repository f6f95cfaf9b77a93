"""The years as people read them: what is not known is not drawn, and nothing is left out."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.models import Collaboration, Event
from partners.reading.timeline import MOST_TICKS, Picture, by_year
from partners.values.dates import PartialDate

TODAY = dt.date(2026, 7, 1)


def collaboration(since="", until="", has_ended=False):
    dates = {name: PartialDate(text) for name, text in (("since", since), ("until", until)) if text}
    return Collaboration(title="Exchange", has_ended=has_ended, **dates)


def event(starts="", ends="", **fields):
    dates = {name: PartialDate(text) for name, text in (("starts", starts), ("ends", ends)) if text}
    return Event(title="Congress", **dates, **fields)


def said(timeline):
    return [(title, [each.when for each in events]) for title, events in timeline]


def test_years_run_backwards_from_what_is_to_come():
    events = [
        event("2020-06-02"),
        event("2026-12-01"),
        event(status="postponed"),
        event("2016-03", status="cancelled"),
        event("2020", "2021"),
        event("2016"),
    ]
    assert said(by_year(events, TODAY)) == [
        ("To come", ["", "1 December 2026"]),
        ("2020", ["2 June 2020", "2020–2021"]),
        ("2016", ["March 2016", "2016"]),
    ]


def test_years_without_events_are_none():
    assert by_year([], TODAY) == []


@pytest.mark.parametrize(
    ("dates", "kinds"),
    [
        ({"since": "2016"}, ["certain", "within", "open"]),
        ({"since": "2016-05-03"}, ["certain", "within", "open"]),
        ({"since": "2027"}, ["within", "open"]),
        ({"since": "2016", "until": "2018"}, ["certain", "within", "within"]),
        ({"since": "2016", "until": "2016"}, ["within", "within"]),
        ({"since": "2016", "has_ended": True}, ["unknown", "within"]),
        ({"until": "2018"}, ["unknown", "within"]),
    ],
)
def test_bar_shows_what_is_known(dates, kinds):
    (_, stretches), *_ = Picture([collaboration(**dates)], TODAY).bars
    assert [stretch.kind for stretch in stretches] == kinds


def test_year_is_a_band_as_long_as_the_year():
    picture = Picture([collaboration("2024")], dt.date(2027, 12, 31))
    (_, stretches), *_ = picture.bars
    certain, within, goes_on = stretches
    days = 365 + 366 + 365 + 365 + 365 + 366  # 2023 to 2028, a year more than is known on each side
    assert (within.x, within.width) == (f"{36500 / days:.2f}%", f"{36600 / days:.2f}%")
    assert (certain.x, goes_on.width) == (f"{73100 / days:.2f}%", f"{36700 / days + 1:.2f}%")


def test_bars_begin_in_order_and_the_undated_are_counted():
    since = ["", "2016", "2015-02-01", "2015-02"]
    picture = Picture(
        [*(collaboration(each) for each in since), collaboration(has_ended=True)], TODAY
    )
    assert [str(each.since) for each, _ in picture.bars] == ["2015-02", "2015-02-01", "2016"]
    assert picture.undated == 2


@given(st.lists(st.tuples(*[st.dates().map(str), st.sampled_from([4, 7, 10])]), max_size=4))
def test_every_bar_stays_within_the_picture(dates):
    collaborations = [collaboration(text[:length]) for text, length in dates]
    picture = Picture(collaborations, TODAY)
    assert 0 < len(picture.ticks) <= MOST_TICKS
    for _, stretches in picture.bars:
        for stretch in stretches:
            x, width = float(stretch.x[:-1]), float(stretch.width[:-1])
            assert x >= 0
            assert width >= 0
            assert x + width <= 101.011
