"""Times of a day are read as people write them, or refused with a sentence."""

import pytest
from django.core.exceptions import ValidationError

from partners.values.dates import (
    TimeOfDayField,
    TimeOfDayFormField,
    parse_time,
)


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("9:30", "09:30:00"),
        ("9.30", "09:30:00"),
        ("09:30:15", "09:30:15"),
        ("9.30.15", "09:30:15"),
        ("14h30", "14:30:00"),
        ("9:00 AM", "09:00:00"),
        ("9:00\u202fAM", "09:00:00"),
        ("9.30 p.m.", "21:30:00"),
        ("9pm", "21:00:00"),
        ("12 am", "00:00:00"),
        ("12:15 pm", "12:15:00"),
        ("0:00", "00:00:00"),
        ("9.30 p. m.", "21:30:00"),
        ("9：30", "09:30:00"),  # noqa: RUF001 — a wide colon
        ("9.30 Uhr", "09:30:00"),
        ("14:00h", "14:00:00"),
        ("21 h", "21:00:00"),
    ],
)
def test_time_is_read_as_people_write_it(typed, iso):
    assert parse_time(typed).isoformat() == iso
    assert TimeOfDayFormField().clean(typed).isoformat() == iso
    assert TimeOfDayField().to_python(typed).isoformat() == iso


@pytest.mark.parametrize(
    "typed",
    [
        "9",
        "0.375",
        "9.3",
        "930",
        "24:00",
        "9:60",
        "13:00 pm",
        "0 am",
        "9:30 xm",
        "-9:30",
        "\u0669:30",
    ],
)
def test_time_that_could_mean_another_is_refused_with_a_sentence(typed):
    for read in (TimeOfDayFormField().clean, TimeOfDayField().to_python):
        with pytest.raises(ValidationError) as refused:
            read(typed)
        assert refused.value.messages == [
            f"“{typed}” is not a time we can read. Write hours and minutes, such as 9:30 or 14:00."
        ]
