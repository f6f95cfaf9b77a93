"""What a record is described with: fields that say one thing each, and parts of several rows.

Nothing known is None: never an empty text, and never words that stand for one.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django_countries.fields import Country

from partners.models.prepared import PreparedRelated
from partners.values import richtext
from partners.values.dates import PartialDate

NOT_STATED = "not-stated"
TIME = "^[0-9]{2}:[0-9]{2}$"
PARTIAL_DATE = "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
SLUG = "^[-a-zA-Z0-9_]+$"


@dataclass(frozen=True)
class Field:
    """One value: how it is called, what it means, its JSON Schema, and how it is read.

    `read` takes the record and the moment (aware datetime) at which the answer is true.
    """

    name: str
    description: str
    schema: dict
    read: Callable


@dataclass(frozen=True)
class Part:
    """Rows of one shape that belong to a record; `read` gives a list of dicts.

    The rows are what the related manager `name` holds, as far as they are among those that may be
    shown: `rows` (moment → queryset).
    """

    name: str
    description: str
    fields: tuple
    rows: Callable
    is_shown: Callable = field(default=lambda record, row: True)

    @property
    def schema(self):
        return {"type": "array", "items": object_schema(self.fields)}

    def reader(self, model):
        """A function that reads the rows of records (list) of `model` at a moment, for `shown`."""
        return PreparedRelated(model, self.name, self.rows, f"shown_{self.name}")

    def shown(self, record):
        """The rows of a record that were read."""
        return getattr(record, f"shown_{self.name}")

    def read(self, record, at):
        return [
            {each.name: each.read(row, at) for each in self.fields} for row in self.shown(record)
        ]


def object_schema(fields, is_whole=True):
    """JSON Schema of an object with these fields; `is_whole`: none of them may be missing."""
    schema = {
        "type": "object",
        "properties": {
            each.name: each.schema | {"description": each.description} for each in fields
        },
        "additionalProperties": False,
    }
    return schema | ({"required": [each.name for each in fields]} if is_whole else {})


#: How a value is written in JSON, by its type; others are as they are.
WRITTEN = {
    PartialDate: str,
    Country: str,
    UUID: str,
    dt.time: lambda time: time.isoformat("minutes"),
    dt.datetime: lambda at: at.astimezone(dt.UTC).isoformat("T", "seconds").replace("+00:00", "Z"),
    dt.date: str,
}


def known(value):
    """`value` as JSON has it; None where it says nothing."""
    write = WRITTEN.get(type(value))
    written = write(value) if write else value
    return None if written in ("", NOT_STATED) else written


def attribute(path):
    """A function that reads a dotted path of attributes; None where the path breaks off."""

    get = attrgetter(path)

    def read(record, at):
        try:
            value = get(record)
        except AttributeError:
            return None
        return known(value)

    return read


def nullable(**schema):
    return {"type": ["string", "null"]} | schema


def text(name, description, path="", **schema):
    return Field(name, description, nullable(minLength=1, **schema), attribute(path or name))


def always(name, description, path="", **schema):
    """Text that every record has."""
    return Field(
        name, description, {"type": "string", "minLength": 1} | schema, attribute(path or name)
    )


def date(name, description, path=""):
    """A partial date, as precise as it is known."""
    description += ", as precisely as it is known: a year, a month or a day."
    return Field(name, description, nullable(pattern=PARTIAL_DATE), attribute(path or name))


def choice(name, description, choices):
    """One of `choices` (TextChoices); None for the one that says that nothing is stated."""
    values = [value for value in choices.values if value != NOT_STATED]
    return Field(name, description, nullable(enum=[*values, None]), attribute(name))


def country(name, description):
    return text(name, f"{description}, as an ISO 3166-1 code of two letters.", pattern="^[A-Z]{2}$")


def flag(name, description):
    return Field(name, description, {"type": "boolean"}, attribute(name))


def number(name, description):
    return Field(name, description, {"type": "integer", "minimum": 0}, attribute(name))


def html(name, description):
    """Rich text as pages show it."""
    description += (
        ", as HTML that holds nothing but paragraphs, headings, lists, emphasis and links."
    )
    return Field(
        name,
        description,
        nullable(minLength=1),
        lambda record, at: known(str(richtext.render(getattr(record, name)))),
    )


def day(name, description, path):
    """The day, in the site's time zone, of a moment; None where there was none."""

    def read(record, at):
        moment = attribute_of(record, path)
        return moment and str(timezone.localdate(moment))

    return Field(name, description, nullable(format="date"), read)


def attribute_of(record, path):
    for name in path.split("."):
        record = getattr(record, name, None)
    return record


def identity(page_of):
    """What tells records apart: `page_of` says in words whose page it is."""
    return (
        always(
            "key",
            "Names the record for ever; it stays when the address changes. Calendars name it, too.",
            "pk",
            pattern=SLUG,
        ),
        always("slug", "The last part of its addresses, here and on the site.", pattern=SLUG),
        Field(
            "url",
            f"The page of {page_of}.",
            {"type": "string", "format": "uri"},
            lambda record, at: f"{settings.SITE_URL}{record.get_absolute_url()}",
        ),
    )


def reference(name, description, title):
    """Two fields for another record: its slug while it has a page, and its name."""

    def slug(record, at):
        other = getattr(record, name)
        return other.slug if other and other.is_live(at) else None

    def named(record, at):
        other = getattr(record, name)
        return str(other) if other and other.is_named(at) else None

    return (
        Field(
            name,
            f"{description}: its slug. Null once it was withdrawn.",
            nullable(pattern=SLUG),
            slug,
        ),
        Field(f"{name}_{title}", f"{description}: its {title}.", nullable(minLength=1), named),
    )
