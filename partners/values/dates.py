"""Partial dates: a year, a month or a day, kept exactly as precise as they are known.

ISO 8601-1:2019 §5.2.2 at reduced precision ("2016", "2016-05", "2016-05-03") in one text column.
Text compares: two dates of one precision sort by time, and a prefix is the wider period.
"""

import calendar
import datetime as dt
import re
import unicodedata
import zoneinfo
from functools import lru_cache, total_ordering
from importlib.resources import files
from itertools import takewhile

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.db.models.functions import Left, Length
from django.db.models.lookups import LessThanOrEqual

from partners.values.lines import Shaped

ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
MONTHS = tuple(calendar.month_name)  # looked up there, a name is made each time
MONTH_NUMBERS = {
    name.casefold(): number
    for names in (MONTHS, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
TYPED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?\s+)?(?P<month>[a-z]+)\.?,?\s+(?P<year>\d{3,4})",
    re.ASCII | re.IGNORECASE,
)


#: A year before 1000, as people write it.
SHORT_YEAR = re.compile(r"\d{3}(?:-.*)?", re.ASCII)
TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?)?"
    r"(?:(?P<half>[ap]m)|(?P<unit>h|hrs|uhr))?",
    re.ASCII,
)


def parse_time(typed):
    """The datetime.time that people write as "9:30", "9.30", "9:00 AM" or "9 h"; or ValueError.

    A number alone is none: it could be hours, or a time whose last zero a program took away.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed).casefold())
    match = TIME.fullmatch(re.sub(r"(?<=[ap])\.(?=m)|\.$", "", plain))
    if not match or not (match["minute"] or match["half"] or match["unit"]):
        raise ValueError(f"{typed!r} is not a time of day")
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"{typed!r} is not a time of day")
        hour = hour % 12 + 12 * (match["half"] == "pm")
    return dt.time(hour, int(match["minute"] or 0), int(match["second"] or 0))


@lru_cache(4096)
def _latest(text):
    """The last day that a date of so many digits can be."""
    if len(text) == 10:
        return dt.date.fromisoformat(text)
    year, month = int(text[:4]), int(text[5:] or 12)
    return dt.date(year, month, calendar.monthrange(year, month)[1])


@total_ordering
class PartialDate:
    """A date known to the year, the month or the day.

    `str()` gives the ISO text, `display()` the words for a reader. Ordered as the text is.
    """

    __slots__ = ("text",)

    def __init__(self, text):
        """Take ISO 8601 text; raise ValueError for anything that is not a real date."""
        match = ISO.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not a year, month or day in ISO 8601")
        year, month, day = (int(part) if part else 1 for part in match.groups())
        dt.date(year, month, day)
        self.text = text

    @classmethod
    def parse(cls, typed):
        """Read what people write: "2016", "May 2016", "3 May 2016" or ISO 8601; or ValueError.

        A year has four digits or, before the year 1000, three.
        """
        typed = " ".join(typed.split())
        match = TYPED.fullmatch(typed)
        if not match:
            return cls(f"0{typed}" if SHORT_YEAR.fullmatch(typed) else typed)
        month = MONTH_NUMBERS.get(match["month"].casefold())
        if month is None:
            raise ValueError(f"{match['month']!r} is not the name of a month")
        day = f"-{int(match['day']):02}" if match["day"] else ""
        return cls(f"{match['year']:0>4}-{month:02}{day}")

    @property
    def precision(self):
        """'year', 'month' or 'day'."""
        return {4: "year", 7: "month", 10: "day"}[len(self.text)]

    @property
    def year(self):
        return int(self.text[:4])

    @property
    def earliest(self):
        """The first day it can be, as datetime.date."""
        return dt.date.fromisoformat(self.text + "-01-01"[: 10 - len(self.text)])

    @property
    def latest(self):
        """The last day it can be, as datetime.date."""
        return _latest(self.text)

    def display(self):
        """The words for a reader: "2016", "May 2016" or "3 May 2016"."""
        year, month, day = self.text[:4], self.text[5:7], self.text[8:]
        return " ".join(filter(None, (day.lstrip("0"), month and MONTHS[int(month)], year)))

    def __str__(self):
        return self.text

    def __repr__(self):
        return f"PartialDate({self.text!r})"

    def __eq__(self, other):
        return isinstance(other, PartialDate) and self.text == other.text

    def __lt__(self, other):
        return self.text < other.text

    def __hash__(self):
        return hash(self.text)


def display_period(start, end):
    """The period between two partial dates, either of them "" if not known, for a reader.

    "3–5 May 2016", "30 April – 3 May 2016", "2016–2018"; what both ends share is said once.
    """
    if not (start and end) or start == end:
        known = start or end
        return known.display() if known else ""
    first, last = start.display().split(), end.display().split()
    if start.precision == end.precision:
        pairs = zip(reversed(first), reversed(last), strict=False)
        shared = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
        first = first[: len(first) - shared]
    dash = "–" if len(first) == 1 else " – "
    return " ".join(first) + dash + " ".join(last)


def on_or_after(column, day):
    """Q: the partial date in `column` can still be `day` (datetime.date) or later."""
    iso = day.isoformat()
    return Q(**{f"{column}__gte": iso}) | Q(**{f"{column}__in": [iso[:4], iso[:7]]})


class PartialDateFormField(forms.CharField):
    """One text box; takes what `PartialDate.parse` reads."""

    default_error_messages = {
        "invalid": "“%(typed)s” is not a date we can read. Write a year, a month or a day, "
        "as precisely as it is known: “2016”, “May 2016” or “3 May 2016”."
    }

    def to_python(self, value):
        typed = super().to_python(value)
        if not typed:
            return ""
        try:
            return PartialDate.parse(typed)
        except ValueError:
            raise ValidationError(
                self.error_messages["invalid"], "invalid", {"typed": typed}
            ) from None

    def prepare_value(self, value):
        return value.display() if isinstance(value, PartialDate) else value


#: Thousands of records have the same few days.
_read = lru_cache(4096)(PartialDate)


class PartialDateField(models.Field):
    """A PartialDate in a text column of at most 10 characters; "" where nothing is known."""

    description = "A year, a month or a day"
    default_error_messages = {
        "invalid": "“%(value)s” is not a year, month or day such as 2016, 2016-05 or 2016-05-03."
    }

    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 10
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def get_internal_type(self):
        return "CharField"

    def db_parameters(self, connection):
        """Compare by character on every database, whatever its default collation."""
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}

    def from_db_value(self, value, expression, connection):
        return _read(value) if value else ""

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, PartialDate):
            return value or ""
        try:
            return PartialDate(value)
        except (TypeError, ValueError):
            raise ValidationError(
                self.error_messages["invalid"], "invalid", {"value": value}
            ) from None

    def get_prep_value(self, value):
        return str(super().get_prep_value(value))

    def value_to_string(self, obj):
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PartialDateFormField} | kwargs)


def _time(typed):
    """What `parse_time` reads. Raises ValidationError."""
    try:
        return parse_time(typed)
    except ValueError:
        raise ValidationError(
            "“%(typed)s” is not a time we can read. Write hours and minutes, such as 9:30 or "
            "14:00.",
            "invalid",
            {"typed": typed},
        ) from None


class TimeOfDayFormField(forms.TimeField):
    """One text box; takes what `parse_time` reads."""

    def to_python(self, value):
        is_typed = isinstance(value, str) and value.strip()
        return _time(value) if is_typed else super().to_python(value)


class TimeOfDayField(models.TimeField):
    """A time of day, to the second at most; reads what `parse_time` does."""

    def to_python(self, value):
        return _time(value) if isinstance(value, str) else super().to_python(value)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": TimeOfDayFormField} | kwargs)


@PartialDateField.register_lookup
class IsPartialDate(Shaped):
    """`column__is_partial_date=True`: empty, or shaped as a year, a month or a day."""

    lookup_name = "is_partial_date"
    year = "[0-9][0-9][0-9][0-9]"
    months = [f"{year}-0[1-9]", f"{year}-1[0-2]"]
    days = [month + day for month in months for day in ("-0[1-9]", "-[12][0-9]", "-3[01]")]
    shapes = ["", year, *months, *days]


def shape_constraints(model, *columns):
    """One CheckConstraint a column: the database takes nothing but partial dates."""
    return [
        CheckConstraint(
            name=f"{model}_{column}_is_partial_date",
            condition=Q(**{f"{column}__is_partial_date": True}),
            violation_error_code=column,
            violation_error_message="Write a year, a month or a day, such as 2016 or May 2016.",
        )
        for column in columns
    ]


def order_constraint(model, start, end):
    """CheckConstraint: `end` is not before `start`, as far as both are known."""
    return CheckConstraint(
        name=f"{model}_{end}_not_before_{start}",
        condition=LessThanOrEqual(Left(start, Length(end)), F(end)),
        violation_error_code=end,
        violation_error_message="The end is before the start. Correct one of the two dates.",
    )


# Clocks

#: The names of IANA, whatever else the machine may have; not its sign for “no zone chosen”.
TIME_ZONES = frozenset((files("tzdata") / "zones").read_text().split()) - {"Factory"}


def validate_time_zone(name):
    if name not in TIME_ZONES:
        raise ValidationError(
            "“%(name)s” is not the name of a time zone. Write it as “Europe/Vienna”.",
            params={"name": name},
        )


def moment(date, time, zone, is_second=False):
    """The aware datetime of `time` on a whole day (PartialDate) by the clocks of `zone` (str).

    Where it comes twice it is the first, or the second (PEP 495).
    """
    local = time.replace(fold=int(is_second))
    return dt.datetime.combine(date.earliest, local, zoneinfo.ZoneInfo(zone))


def comes_twice(at):
    """Whether the clock shows the time of `at` (aware datetime) twice on that day."""
    return at.replace(fold=0).utcoffset() > at.replace(fold=1).utcoffset()


def refuse_skipped(at):
    """Raise ValidationError if the clocks go forward past the time of `at` (aware datetime)."""
    if at.replace(fold=0).utcoffset() < at.replace(fold=1).utcoffset():
        raise ValidationError(
            "%(time)s does not exist on %(day)s in %(zone)s: the clocks go forward. Perhaps it is "
            "%(after)s.",
            params=_spoken(at) | {"after": f"{at.astimezone(dt.UTC).astimezone(at.tzinfo):%H:%M}"},
        )


def refuse_unclear(at):
    """Raise ValidationError if the time of `at` (aware datetime) comes twice."""
    if comes_twice(at):
        raise ValidationError(
            "%(time)s comes twice on %(day)s in %(zone)s: the clocks go back. Say under “hour that "
            "comes twice” which is meant.",
            params=_spoken(at),
        )


def _spoken(at):
    day = PartialDate(at.date().isoformat()).display()
    return {"time": f"{at:%H:%M}", "day": day, "zone": at.tzinfo.key}


# Years in names

#: A whole year, or two that follow each other, as “2025/2026”, “2025–26” and “2025 and 2026”.
YEARS = re.compile(
    r"(?<!\d)(\d{4})(?:(\s*[/\u2010\u2011–—-]\s*|\s+(?:and|to|&)\s+)(\d{4}|\d{2}))?(?!\d)", re.ASCII
)


def years_in(name):
    """The whole years (list of int) that `name` has in it."""
    return [int(found[1]) for found in YEARS.finditer(name)]


def a_year_later(name, year):
    """`name` (str) with the year after `year` (int) in its place, also where it is one of two."""

    def later(found):
        first, dash, second = found.groups()
        if second and f"{int(first) + 1:04}".endswith(second) and year - int(first) in (0, 1):
            after = f"{int(first) + 2:04}"[-len(second) :]
            return f"{int(first) + 1:04}{dash}{after}"
        return re.sub(rf"(?<!\d){year:04}(?!\d)", f"{year + 1:04}", found[0])

    return YEARS.sub(later, name)
