"""Times of events where clocks change.

On 28 March 2027 they go from 02:00 to 03:00 in Vienna, on 31 October from 03:00 to 02:00.
"""

import datetime as dt
import zoneinfo

import pytest
from django.core.exceptions import ValidationError

from partners.values.dates import TIME_ZONES, validate_time_zone
from tests import factories as make

pytestmark = pytest.mark.django_db


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
