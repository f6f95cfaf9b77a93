"""A record with all its parts as plain rows: taken, compared and merged. `writing` writes them.

A row is what a fixture holds: {"model": …, "pk": …, "fields": {…}}. Publication is no content: the
two times of a root are left out, and writing rows back never touches them.

Rows outlive the models that they were taken from. A row says nothing of a field that it lacks: it
is not compared, and when the row is written, the field keeps what is stored, or gets its default.
What there is no place for any more is taken out where kept rows are read: see `kept`.
"""

import json
from functools import cache
from typing import NamedTuple

from django.apps import apps
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import FileField

from partners.models import Part, Root

PUBLICATION = {"published_at", "withdrawn_at"}


class Refused(Exception):
    """Rows that cannot be written; `sentences` (list of str) say why, to an editor.

    `errors` are those of one row, by field: {name: [sentences]}; empty if it is about no one row.
    """

    def __init__(self, *sentences, errors=None):
        super().__init__(" ".join(sentences))
        self.sentences, self.errors = list(sentences), errors or {}


class Path(NamedTuple):
    """One value of a record: a row and its field; the field is "" for the row as a whole."""

    model: str
    pk: str
    field: str = ""

    def __str__(self):
        return ":".join(self)


class Change(NamedTuple):
    """What one row says differently; None where there is no such row."""

    model: str
    pk: str
    before: dict | None
    after: dict | None

    @property
    def is_one(self):
        """Whether the two say anything different."""
        if self.is_whole:
            return self.before is not self.after
        return self.before != self.after and bool(self.fields)

    @property
    def is_whole(self):
        """Whether the row itself came or went."""
        return self.before is None or self.after is None

    @property
    def fields(self):
        """The names of the fields that both have, and that differ."""
        return [
            name
            for name, value in self.before.items()
            if name in self.after and self.after[name] != value
        ]

    @property
    def paths(self):
        if self.is_whole:
            return [Path(self.model, self.pk)]
        return [Path(self.model, self.pk, name) for name in self.fields]


def rows_of(record):
    """`record` and its parts as they are stored now (list of dicts)."""
    return rows_of_many([record])[str(record.pk)]


def blank(model):
    """The row of a new record that says nothing yet."""
    return _rows([model()])[0]


def new(model, pk, **fields):
    """The row of a new record of that key that says nothing but `fields`."""
    row = blank(model)
    return row | {"pk": str(pk), "fields": row["fields"] | fields}


def row_of(record):
    """The row of `record` itself, without its parts."""
    return _rows([record])[0]


def rows_of_loaded(loaded):
    """What records say that are yet to be stored (list of DeserializedObject), as it will be read:
    the fields of each row, in their order."""
    by_model = {}
    for each in loaded:
        by_model.setdefault(type(each.object), []).append(each)
    rows = {model: iter(_fields_of_loaded(model, some)) for model, some in by_model.items()}
    return [next(rows[type(each.object)]) for each in loaded]


def _fields_of_loaded(model, loaded):
    tied = {
        field.name: [map(_written_key, each.m2m_data[field.name]) for each in loaded]
        for field in model._meta.many_to_many
    }
    return [row["fields"] for row in _rows_of_model(model, [each.object for each in loaded], tied)]


def _written_key(key):
    return key if isinstance(key, int) else str(key)


def order_of(model):
    """{model's label: its place among the rows of a record of `model`}."""
    parts = (model._meta.get_field(name).related_model for name in part_names(model))
    labels = [each._meta.label_lower for each in (model, *parts)]
    return {label: place for place, label in enumerate(labels)}


def stored(model, key):
    """The rows of the record of that key; empty if there is none."""
    record = model._base_manager.filter(pk=key).first()
    return rows_of(record) if record else []


def rows_of_many(records):
    """{key: rows} of stored records of one model: a few queries, however many."""
    if not records:
        return {}
    model = type(records[0])
    found = {str(record.pk): [row] for record, row in zip(records, _rows(records), strict=True)}
    for name in part_names(model):
        owner = model._meta.get_field(name).field
        parts = owner.model._base_manager.filter(**{f"{owner.name}__in": found}).order_by("pk")
        for row in _rows(list(parts)):
            found[row["fields"][owner.name]].append(row)
    return found


def _rows(records):
    """The rows of stored records of one model, without their parts."""
    if not records:
        return []
    model = type(records[0])
    tied = {field.name: _tied(records, field) for field in model._meta.many_to_many}
    return _rows_of_model(model, records, tied)


def part_names(model):
    """The related managers of all that is edited with a record of `model`."""
    names = (*getattr(model, "parts", ()), *(["citations"] if issubclass(model, Root) else []))
    return [name for name in names if issubclass(model._meta.get_field(name).related_model, Part)]


def is_owner(field):
    """Whether the field of a part says which record it belongs to."""
    name = field.many_to_one and field.remote_field.get_accessor_name()
    return bool(name) and name in part_names(field.related_model)


def model_of(label):
    """The model that a row names, or None if there is none any more."""
    app, _, name = label.partition(".")
    return apps.all_models.get(app, {}).get(name)


def title_of(model, key, rows):
    """What the rows call the record of that key (str); its key where that cannot be read."""
    fields = by_row(rows).get((model._meta.label_lower, str(key)), {})
    names = ("name", "title", "abbreviation", "old_path")
    return next((str(fields[name]) for name in names if fields.get(name)), str(key))


def uploads(rows):
    """The uploaded files that the rows name, as a set of (storage, name)."""
    return {
        (field.storage, row["fields"][field.name])
        for row in rows
        if (model := model_of(row["model"]))
        for field in model._meta.fields
        if isinstance(field, FileField) and row["fields"].get(field.name)
    }


def _rows_of_model(model, records, tied):
    """The rows of records of one model; `tied` are the keys each is tied to: {field: lists}."""
    written = serializers.serialize("python", records, fields=content(model) - tied.keys())
    rows = json.loads(json.dumps(written, cls=DjangoJSONEncoder))
    for number, row in enumerate(rows):
        row["pk"] = str(row["pk"])
        row["fields"] |= {name: sorted(keys[number]) for name, keys in tied.items()}
    return [{name: row[name] for name in ("model", "pk", "fields")} for row in rows]


def _tied(records, field):
    """The keys that each of `records` (stored ones) is tied to by a many-to-many field."""
    through, own = field.remote_field.through, f"{field.m2m_field_name()}_id"
    ties = through._base_manager.filter(**{f"{own}__in": [record.pk for record in records]})
    found = {record.pk: [] for record in records}
    for key, other in ties.values_list(own, f"{field.m2m_reverse_field_name()}_id"):
        found[key].append(_written_key(other))
    return [found[record.pk] for record in records]


def by_row(rows):
    """{(model, pk): fields} of a list of rows."""
    return {(row["model"], row["pk"]): row["fields"] for row in rows}


def changes(before, after):
    """What tells two lists of rows apart (list of Change)."""
    old, new = by_row(before), by_row(after)
    every = (
        Change(*identity, old.get(identity), new.get(identity))
        for identity in dict.fromkeys([*old, *new])
    )
    return [change for change in every if change.is_one]


def holds(rows, base, wanted):
    """Whether `rows` say all that was changed from `base` to `wanted` (lists of rows)."""
    merged, conflicts = merge(base, rows, wanted)
    return not conflicts and not changes(rows, merged)


def merge(base, theirs, mine, chosen=()):
    """(rows, conflicts): `theirs` with all that `mine` changed since `base`.

    `conflicts` are the Paths that both changed, each in another way; there theirs stays, unless
    the path is in `chosen`.
    """
    was, result, conflicts = by_row(base), by_row(theirs), []
    for change in changes(base, mine):
        identity = change.model, change.pk
        now = result.get(identity)
        result[identity], disputed = _merged(change, was.get(identity), now, chosen)
        conflicts += disputed
    merged = [
        {"model": model, "pk": pk, "fields": fields}
        for (model, pk), fields in result.items()
        if fields is not None
    ]
    return merged, conflicts


def _merged(mine, was, now, chosen):
    """(fields, conflicts) of one row after the Change `mine`; None are the fields of no row.

    `was` are the fields that both began from, `now` what the others made of them.
    """
    identity = mine.model, mine.pk
    theirs = Change(*identity, was, now)
    if not Change(*identity, now, mine.after).is_one:
        return now, []
    if not theirs.is_one:
        return mine.after, []
    if None in (was, now, mine.after):  # one of them took away, or added, what the other changed
        return (mine.after if Path(*identity) in chosen else now), [Path(*identity)]
    disputed = [
        Path(*identity, name)
        for name in mine.fields
        if name in theirs.fields and now[name] != mine.after[name]
    ]
    lost = {path.field for path in disputed if path not in chosen}
    return now | {name: mine.after[name] for name in mine.fields if name not in lost}, disputed


@cache
def content(model):
    """The names of what a row of `model` says."""
    fields = (*model._meta.fields, *model._meta.many_to_many)
    return {field.name for field in fields} - PUBLICATION - {model._meta.pk.name}
