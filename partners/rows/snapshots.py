"""A record with all its parts as plain rows: taken, compared, merged and written back.

A row is what a fixture holds: {"model": …, "pk": …, "fields": {…}}. Publication is no content: the
two times of a root are left out, and writing rows back never touches them.

Rows outlive the models that they were taken from. A row says nothing of a field that it lacks: it
is not compared, and when the row is written, the field keeps what is stored, or gets its default.
What there is no place for any more is taken out where kept rows are read: see `kept`.
"""

import json
from functools import cache, partial
from typing import NamedTuple

from django.apps import apps
from django.core import serializers
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.base import DeserializationError, DeserializedObject
from django.db import DEFAULT_DB_ALIAS, IntegrityError, models, transaction
from django.db.models import FileField, prefetch_related_objects

from partners.models import Citation, Part, Redirect, Root

PUBLICATION = {"published_at", "withdrawn_at"}
GONE = "Something that is chosen here is gone since."


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
    records = [record]
    for name in part_names(type(record)):
        records += getattr(record, name).order_by("pk")
    return _rows(records)


def blank(model, key):
    """The row of a record of that key that says nothing yet."""
    return _rows([model(pk=key)])[0]


def stored(model, key):
    """The rows of the record of that key; empty if there is none."""
    record = model._base_manager.filter(pk=key).first()
    return rows_of(record) if record else []


def rows_of_many(records):
    """{key: rows} of stored records of one model: a few queries, however many."""
    if not records:
        return {}
    model = type(records[0])
    prefetch_related_objects(records, *(field.name for field in model._meta.many_to_many))
    found = {str(record.pk): [row] for record, row in zip(records, _rows(records), strict=True)}
    for name in part_names(model):
        owner = model._meta.get_field(name).field
        parts = owner.model._base_manager.filter(**{f"{owner.name}__in": found}).order_by("pk")
        for row in _rows(parts):
            found[row["fields"][owner.name]].append(row)
    return found


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


def _rows(records):
    return [_row(each) for each in json.loads(serializers.serialize("json", records))]


def _row(written):
    model = apps.get_model(written["model"])
    fields = {name: value for name, value in written["fields"].items() if name not in PUBLICATION}
    for field in model._meta.many_to_many:
        fields[field.name] = sorted(fields[field.name])
    return {"model": written["model"], "pk": str(written["pk"]), "fields": fields}


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
    was, result = by_row(base), by_row(theirs)
    conflicts = []
    others = {(change.model, change.pk): change for change in changes(base, theirs)}
    for change in changes(base, mine):
        identity = change.model, change.pk
        now, other = result.get(identity), others.get(identity)
        if not Change(*identity, now, change.after).is_one:
            continue
        if other is None:
            result[identity] = change.after
        elif now is None or was.get(identity) is None or change.after is None:
            conflicts.append(Path(*identity))
            if Path(*identity) in chosen:
                result[identity] = change.after
        else:
            disputed = [
                Path(*identity, name)
                for name in change.fields
                if name in other.fields and now[name] != change.after[name]
            ]
            conflicts += disputed
            lost = {path.field for path in disputed if path not in chosen}
            result[identity] = now | {
                name: change.after[name] for name in change.fields if name not in lost
            }
    merged = [
        {"model": model, "pk": pk, "fields": fields}
        for (model, pk), fields in result.items()
        if fields is not None
    ]
    return merged, conflicts


def write(model, key, rows, known=None):
    """Make the stored record of that key what `rows` say, parts included; return the record.

    Within a transaction, and locked first, so that two who write its parts wait for one another.
    `known` are its stored rows, where somebody who rehearses has read them. Raises Refused if a
    rule stands against it.
    """
    present = model._base_manager.select_for_update(no_key=True).filter(pk=key).first()
    if known is None:
        known = rows_of(present) if present else []
    if refused := write_many([Writing(model, key, known, rows)]):
        raise refused[0]
    return model._base_manager.get(pk=key)


class Writing(NamedTuple):
    """A record to be made what `rows` say; `known` are the rows that are stored."""

    model: type[models.Model]
    key: str
    known: list
    rows: list


def write_many(writings):
    """Make each record what its rows say, and delete those that have none.

    Returns {place in `writings`: Refused} of those that a rule stands against; whoever calls undoes
    the transaction then. What others name comes before them: records, then parts, then citations.
    """
    differing = [(place, change) for place, each in enumerate(writings) for change in _wanted(each)]
    for _, change in reversed(differing):
        if change.after is None:
            model_of(change.model)._base_manager.filter(pk=change.pk).delete()
    refused = {}
    for place, change in sorted(differing, key=lambda each: _rank(each[1])):
        if change.after is None or place in refused:
            continue  # of one record the first obstacle is enough: others may only follow from it
        try:
            _write_row(change)
        except Refused as error:
            refused[place] = error
    for each in writings if not refused else ():  # what is refused may still name what goes
        if each.known and not each.rows:
            each.model._base_manager.get(pk=each.key).delete()
    return refused


def _wanted(writing):
    """What is to be written and deleted, row by row; a record that goes takes its parts along."""
    if not writing.rows:
        return []
    return changes(writing.known, writing.rows)


def _rank(change):
    model = model_of(change.model)
    return any(map(is_owner, model._meta.fields)), model is Citation


def _write_row(change):
    """Save one row; the fields that it lacks stay as they are stored, or get their default."""
    model = model_of(change.model)
    present = model._base_manager.filter(pk=change.pk).first()
    if change.after.keys() < content(model):
        (known,) = _rows([present or model(pk=change.pk)])
        change = change._replace(after=known["fields"] | change.after)
    loaded = as_record(change)
    record = loaded.object
    record._state.adding, record._state.db = present is None, DEFAULT_DB_ALIAS
    for name in PUBLICATION if isinstance(present, Root) else ():
        setattr(record, name, getattr(present, name))
    _check(loaded)
    try:
        with transaction.atomic():
            loaded.save()
    except IntegrityError:
        _check(loaded, thoroughly=True)  # the same rules, and this one says which it was
        raise
    if present is not None and isinstance(record, Root):
        Redirect.objects.record_move(present, record)


def as_record(change):
    """What the row says, as an unsaved record (DeserializedObject).

    Raises Refused where a value can no longer be read.
    """
    row = {"model": change.model, "pk": change.pk, "fields": change.after}
    try:
        return next(iter(serializers.deserialize("python", [row], ignorenonexistent=True)))
    except (DeserializationError, LookupError) as error:
        raise Refused(f"This cannot be read any more: {error}") from None


@cache
def content(model):
    """The names of what a row of `model` says."""
    fields = (*model._meta.fields, *model._meta.many_to_many)
    return {field.name for field in fields} - PUBLICATION - {model._meta.pk.name}


def save_times(record):
    """Store the two times of publication of a root. Raises Refused."""
    try:
        with transaction.atomic():
            record.save(update_fields=sorted(PUBLICATION))
    except IntegrityError:
        _check(DeserializedObject(record), thoroughly=True)
        raise


def check_typed(model, key, rows):
    """Ask of rows that a person wrote what is asked of no fixture: see `ContentModel.clean_typed`.

    Raises Refused.
    """
    label = model._meta.label_lower
    record = as_record(Change(label, str(key), None, by_row(rows)[label, str(key)])).object
    _run(record, [record.clean_typed])


def _check(loaded, thoroughly=False):
    """Every check of `full_clean`, stopping at the first kind that fails: others rely on it.

    What the database keeps as well is asked only `thoroughly`. Raises Refused.
    """
    record = loaded.object
    checks = [record.clean_fields, partial(_check_keys, loaded), record.clean]
    if thoroughly:
        checks += [record.validate_unique, record.validate_constraints]
    _run(record, checks)


def _run(record, checks):
    try:
        for check in checks:
            check()
    except ValidationError as error:
        error = ValidationError(error.update_error_dict({}))
        raise Refused(*_sentences(record, error), errors=error.message_dict) from None


def _check_keys(loaded):
    for name, keys in (loaded.m2m_data or {}).items():
        related = loaded.object._meta.get_field(name).related_model
        for key in keys:
            if not related._base_manager.filter(pk=key).exists():
                raise ValidationError({name: f"{GONE[:-1]}: there is no “{key}”."})


def _sentences(record, error):
    """Each error with the place it belongs to."""
    for name, errors in error.error_dict.items():
        try:
            field = record._meta.get_field(name)
        except FieldDoesNotExist:
            where, is_reference = str(record._meta.verbose_name), False
        else:
            where = f"{record._meta.verbose_name}, {field.verbose_name}"
            is_reference = field.many_to_one
        messages = [
            GONE if is_reference and each.code == "invalid" else " ".join(each.messages)
            for each in errors
        ]
        yield f"{where.capitalize()}: {' '.join(messages)}"
