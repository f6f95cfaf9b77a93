"""A record with all its parts as plain rows: taken, compared, merged and written back.

A row is what a fixture holds: {"model": …, "pk": …, "fields": {…}}. Publication is no content: the
two times of a root are left out, and writing rows back never touches them.
"""

import json
from typing import NamedTuple

from django.apps import apps
from django.core import serializers
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.base import DeserializationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import FileField

from partners.models import Part, Redirect, Root

PUBLICATION = {"published_at", "withdrawn_at"}
GONE = "Something that is chosen here is gone since."


class Refused(Exception):
    """Rows that cannot be written; `sentences` (list of str) say why, to an editor."""

    def __init__(self, *sentences):
        super().__init__(" ".join(sentences))
        self.sentences = list(sentences)


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
    def fields(self):
        names = [*(self.before or self.after), *(self.after or ())]
        return [
            name
            for name in dict.fromkeys(names)
            if (self.before or {}).get(name) != (self.after or {}).get(name)
        ]

    @property
    def paths(self):
        if self.before is None or self.after is None:
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


def stored_many(model, keys):
    """{key: rows} of the records of these keys that there are: a few queries, however many."""
    chosen = [field.name for field in model._meta.many_to_many]
    records = model._base_manager.filter(pk__in=keys).prefetch_related(*chosen)
    found = {row["pk"]: [row] for row in _rows(list(records))}
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
    return [
        Change(*identity, old.get(identity), new.get(identity))
        for identity in dict.fromkeys([*old, *new])
        if old.get(identity) != new.get(identity)
    ]


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
        if now == change.after:
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
                if name in other.fields and now.get(name) != change.after.get(name)
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
    before = model._base_manager.select_for_update(no_key=True).filter(pk=key).first()
    if known is None:
        known = rows_of(before) if before else []
    differing = changes(known, rows)
    differing.sort(key=lambda change: change.model == "partners.citation")  # they name the others
    loaded = [as_record(change) for change in differing if change.after is not None]
    for change in reversed(differing):
        if change.after is None:
            apps.get_model(change.model)._base_manager.filter(pk=change.pk).delete()
    for each in loaded:
        _write_row(each)
    record = model._base_manager.get(pk=key)
    if isinstance(before, Root):
        Redirect.objects.record_move(before, record)
    return record


def _write_row(loaded):
    record = loaded.object
    present = type(record)._base_manager.filter(pk=record.pk).first()
    record._state.adding, record._state.db = present is None, DEFAULT_DB_ALIAS
    for name in PUBLICATION if isinstance(present, Root) else ():
        setattr(record, name, getattr(present, name))
    _check(loaded, validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            loaded.save()
    except IntegrityError:
        _check(loaded)  # the database keeps the same rules, and this one says which it was
        raise


def as_record(change):
    """What the row is to be, as an unsaved record (DeserializedObject).

    Raises Refused if the models have moved on since it was written.
    """
    model, fields = model_of(change.model), change.after
    if model is None or fields.keys() != _content(model):
        raise Refused(
            "This was written for an earlier form of the record, which has changed since: what it "
            "says can be read, but not applied. Make the change anew."
        )
    row = {"model": change.model, "pk": change.pk, "fields": fields}
    try:
        return next(iter(serializers.deserialize("python", [row])))
    except DeserializationError as error:
        raise Refused(f"This cannot be read any more: {error}") from None


def _content(model):
    """The names of what a row of `model` says."""
    fields = (*model._meta.fields, *model._meta.many_to_many)
    return {field.name for field in fields} - PUBLICATION - {model._meta.pk.name}


def _check(loaded, **rules):
    record = loaded.object
    try:
        record.full_clean(**rules)
        for name, keys in (loaded.m2m_data or {}).items():
            related = record._meta.get_field(name).related_model
            if len(keys) != related._base_manager.filter(pk__in=keys).count():
                raise ValidationError({name: "Something that is chosen here is gone since."})
    except ValidationError as error:
        raise Refused(*_sentences(record, error)) from None


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
        said = [
            GONE if is_reference and each.code == "invalid" else " ".join(each.messages)
            for each in errors
        ]
        yield f"{where.capitalize()}: {' '.join(said)}"
