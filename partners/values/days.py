"""A day that is wholly known, in the words that all other dates take."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone

from partners.values.dates import PartialDate, PartialDateFormField


class DayFormField(PartialDateFormField):
    """One text box; takes what `PartialDate.parse` reads, if it names a day: a datetime.date."""

    default_error_messages = {
        "invalid": "“%(typed)s” is not a day we can read. Write it as “3 May 2027” or “2027-05-03”."
    }

    def to_python(self, value):
        day = super().to_python(value)
        if not day:
            return None
        if day.precision != "day":
            raise ValidationError(self.error_messages["invalid"], "invalid", {"typed": value})
        return day.earliest

    def prepare_value(self, value):
        return in_words(value) if hasattr(value, "isoformat") else value


def in_words(day):
    """A datetime.date as people read it: “3 May 2027”."""
    return PartialDate(day.isoformat()).display()


def midnight(day):
    """When a datetime.date begins in the zone of the site (aware datetime)."""
    return dt.datetime.combine(day, dt.time.min, timezone.get_current_timezone())
