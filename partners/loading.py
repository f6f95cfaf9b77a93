"""Loading fixtures: every record is checked like a form, and nothing that staff did is lost.

A fixture says exactly what `dumpdata` would say. A record that the database already holds is left
alone; one that differs replaces the row only if nobody changed that row since it was loaded.
"""

import datetime as dt
import hashlib
import json
from collections import Counter
from functools import cached_property
from pathlib import Path

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, SuspiciousOperation, ValidationError
from django.core.files import File
from django.core.serializers.base import DeserializedObject
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError
from django.db.models import FileField
from django.utils import timezone
from django.utils.encoding import is_protected_type

from partners.models import (
    Chore,
    ContentVersion,
    LinkCheck,
    LoadedRow,
    MissedAddress,
    PendingChange,
    PreviewLink,
    Record,
    Redirect,
    Reminder,
    Revision,
    Root,
    SentSheet,
    Snooze,
    Verification,
    Word,
)
from partners.validators import refuse_control_characters, validate_moment

#: The folder beside fixtures that has the uploads which they name.
UPLOADS = "media"
RECORD_KEYS = {"model", "pk", "fields"}
#: Rows beside the content: a reload resets none of them.
BOOKKEEPING = {
    Chore,
    ContentVersion,
    LinkCheck,
    LoadedRow,
    MissedAddress,
    PendingChange,
    PreviewLink,
    Record,
    Reminder,
    Revision,
    SentSheet,
    Snooze,
    Verification,
    Word,
}


class FixtureError(Exception):
    """A fixture that cannot be loaded; the text names file, record and field."""


class JSONObject(dict):
    """A JSON object that remembers which of its keys stood there more than once."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]


def read(name, content):
    """The records (list) of a JSON fixture, given its name and its bytes."""
    try:
        records = json.loads(
            content.decode("utf-8"), object_pairs_hook=JSONObject, parse_int=_integer
        )
    except UnicodeDecodeError as error:
        raise FixtureError(f"{name} is not UTF-8 text (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise FixtureError(
            f"{name} is not valid JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise FixtureError(f"{name} is not a list of records: it is nested too deeply.") from None
    if not isinstance(records, list) or not records:
        raise FixtureError(f"{name} must be a list of records, with at least one record.")
    return records


def _integer(digits):
    """Python's int refuses thousands of digits; as an infinity, they reach the field's check."""
    return int(digits) if len(digits) <= 100 else float(digits)


class Loading:
    """One run of `loaddata`, over any number of files, inside one transaction."""

    def __init__(self, using, overwrite=False, only_new=False):
        self.using, self.overwrite, self.only_new = using, overwrite, only_new
        self.folder, self.brought = Path(), []
        self.outcomes = Counter()
        self.changed_by_staff = []
        self.seen = {}
        self.digests_now = {}

    @cached_property
    def digests(self):
        """(model, key) → digest of each row as the last load left it."""
        rows = LoadedRow.objects.using(self.using).values_list("model", "object_key", "digest")
        return {(model, key): digest for model, key, digest in rows}

    def load(self, file_name, position, record):
        """Check and save one record; return its model, or None where there was nothing to save."""
        where = _where(file_name, position, record)
        model = self._model(where, record)
        self._refuse_twice(where, model, record["pk"])
        loaded = self._deserialise(where, model, record)
        row = model._base_manager.using(self.using).filter(pk=loaded.object.pk).first()
        outcome = self._outcome(where, loaded, row)
        self.outcomes[outcome] += 1
        if outcome not in ("new", "changed"):
            return None  # what it refers to may be gone as well, if staff deleted both
        loaded.object._state.adding = row is None
        loaded.object._state.db = self.using
        self._check(where, loaded)
        self._save(where, loaded, row)
        return model

    def finish(self):
        """Remember what was loaded; raise FixtureError if staff's changes stood in the way."""
        if self.changed_by_staff:
            records = "\n".join(f"  {where}" for where in self.changed_by_staff)
            raise FixtureError(
                f"Staff changed these records since they were loaded:\n{records}\n"
                "Nothing was loaded. Use --overwrite to replace their changes, or --only-new to "
                "add just what is missing."
            )
        LoadedRow.objects.using(self.using).bulk_create(
            [
                LoadedRow(model=model, object_key=key, digest=digest)
                for (model, key), digest in self.digests_now.items()
                if self.digests.get((model, key)) != digest
            ],
            update_conflicts=True,
            unique_fields=["model", "object_key"],
            update_fields=["digest"],
        )

    def take_back(self):
        """Remove the uploads that came with fixtures which could not be loaded."""
        for storage, name in self.brought:
            storage.delete(name)

    @property
    def report(self):
        counts = (f"{self.outcomes[name]} {name}" for name in ("new", "changed", "unchanged"))
        kept = f", {self.outcomes['kept']} kept as they are" if self.outcomes["kept"] else ""
        return f"{self.outcomes.total()} records: {', '.join(counts)}{kept}."

    def _model(self, where, record):
        if not isinstance(record, dict) or record.keys() != RECORD_KEYS:
            raise FixtureError(f"{where}: a record has the keys model, pk and fields, no others.")
        if not isinstance(record["fields"], dict):
            raise FixtureError(f"{where}: “fields” must be an object.")
        for name in [*record.twice, *record["fields"].twice]:
            raise FixtureError(f"{where}, field {name}: it stands twice in this record.")
        if not _is_key(record["pk"]) or record["pk"] == "":
            raise FixtureError(f"{where}, pk: give the record its key.")
        known = {model._meta.label_lower: model for model in apps.get_models()}
        if not isinstance(record["model"], str) or record["model"] not in known:
            raise FixtureError(f"{where}, model: there is no model of that name.")
        if known[record["model"]] in BOOKKEEPING:
            raise FixtureError(f"{where}: the site keeps these rows itself. Leave them out.")
        return known[record["model"]]

    def _refuse_twice(self, where, model, key):
        if (model, key) in self.seen:
            raise FixtureError(f"{where}: this key was already given by {self.seen[model, key]}.")
        self.seen[model, key] = where

    def _deserialise(self, where, model, record):
        """A DeserializedObject whose written form is what the file says, or FixtureError."""
        meta, given = model._meta, dict(record["fields"])
        if meta.pk.name in given:
            raise FixtureError(f"{where}, field {meta.pk.name}: the key stands under “pk” alone.")
        m2m = {
            field.name: self._keys(where, field, given.pop(field.name, []))
            for field in meta.many_to_many
        }
        given[meta.pk.name] = record["pk"]
        fields = {field.name: field for field in meta.local_fields}
        for name in given.keys() - fields.keys():
            raise FixtureError(f"{where}, field {name}: {model.__name__} has no such field.")
        values = {name: self._value(where, fields[name], given[name]) for name in given}
        instance = model(**{fields[name].attname: value for name, value in values.items()})
        for name, value in given.items():
            stored = _written(fields[name], instance)
            if json.dumps(value) != json.dumps(json.loads(stored)):
                raise FixtureError(
                    f"{where}, field {name}: {_short(json.dumps(value))} is not how this field is "
                    f"written; it would be stored as {_short(stored)}."
                )
        return DeserializedObject(instance, m2m)

    def _value(self, where, field, written):
        """`written` as the field's Python value; None only where the field can be null."""
        try:
            if isinstance(written, list | dict):
                raise ValidationError("Write one value, not a list or an object.")
            if isinstance(written, str):
                refuse_control_characters(written)
            if isinstance(field, FileField) and written:
                self._bring(field.storage, written)
                field.storage.open(written).close()
            if written is None and not field.null:
                raise ValidationError(field.error_messages["null"])
            value = (field.target_field if field.is_relation else field).to_python(written)
            if isinstance(value, dt.datetime):
                if timezone.is_naive(value):
                    raise ValidationError("Write this moment in UTC: “2026-11-01T08:00:00Z”.")
                validate_moment(value)
        except (
            ValidationError, TypeError, ValueError, OverflowError, OSError, SuspiciousOperation
        ) as error:  # fmt: skip
            said = " ".join(getattr(error, "messages", [str(error)]))
            raise FixtureError(f"{where}, field {field.name}: {_short(said, 300)}") from None
        return value

    def _bring(self, storage, name):
        """Store an upload that lies beside the fixture, if it is not there yet."""
        if storage.exists(name) or not (self.folder / UPLOADS / name).is_file():
            return
        self.brought.append((storage, name))
        with (self.folder / UPLOADS / name).open("rb") as file:
            storage.save(name, File(file))

    def _keys(self, where, field, written):
        if not isinstance(written, list) or not all(map(_is_key, written)):
            raise FixtureError(f"{where}, field {field.name}: write a list of keys.")
        keys = [self._value(where, field, key) for key in written]
        if len(set(keys)) != len(keys):
            raise FixtureError(f"{where}, field {field.name}: a key stands twice.")
        return keys

    def _check(self, where, loaded):
        """Every check of `full_clean`, stopping at the first kind that fails."""
        self._check_keys(where, loaded)
        instance = loaded.object
        try:
            for check in (
                instance.clean_fields,
                instance.clean,
                instance.validate_unique,
                instance.validate_constraints,
            ):
                check()
        except ValidationError as error:
            errors = ValidationError(error.update_error_dict({})).message_dict
            said = "; ".join(
                f"{'' if name == NON_FIELD_ERRORS else f'field {name}: '}{' '.join(messages)}"
                for name, messages in errors.items()
            )
            raise FixtureError(f"{where}, {_short(said, 300)}") from None

    def _check_keys(self, where, loaded):
        for name, keys in loaded.m2m_data.items():
            related = loaded.object._meta.get_field(name).related_model
            for key in keys:
                if not related._base_manager.using(self.using).filter(pk=key).exists():
                    raise FixtureError(f"{where}, field {name}: there is no “{key}”.")

    def _outcome(self, where, loaded, row):
        """What becomes of the record: new, changed, unchanged, kept or refused."""
        identity = loaded.object._meta.label_lower, str(loaded.object.pk)
        self.digests_now[identity] = digest(loaded.object, loaded.m2m_data)
        before = digest(row) if row is not None else None
        if before == self.digests_now[identity]:
            return "unchanged"
        touched_by_staff = before != self.digests.get(identity)
        if self.only_new and (row is not None or touched_by_staff):
            del self.digests_now[identity]
            return "kept"
        if touched_by_staff and not self.overwrite:
            self.changed_by_staff.append(where)
            return "refused"
        return "new" if row is None else "changed"

    def _save(self, where, loaded, row):
        try:
            loaded.save(using=self.using)
        except (DatabaseError, ValueError) as error:
            raise FixtureError(f"{where}: the database refuses it: {error}".strip()) from None
        if isinstance(row, Root):
            Redirect.objects.record_move(row, loaded.object)


def _where(file_name, position, record):
    """What errors call a record: its file and place, with model and key as far as it has them."""
    given = record if isinstance(record, dict) else {}
    said = [str(given[name]) for name in ("model", "pk") if _is_key(given.get(name))]
    return f"{file_name}, record {position}" + (f" ({_short(' '.join(said))})" if said else "")


def _is_key(written):
    return isinstance(written, str | int) and not isinstance(written, bool)


def _short(text, most=80):
    """`text` on one line, of at most so many characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def digest(instance, m2m=None):
    """SHA-256 (hex) of a row as `dumpdata` would write it; `m2m` overrides what it is linked to."""
    values = {field.name: _written(field, instance) for field in instance._meta.local_fields}
    for field in instance._meta.many_to_many:
        given = (m2m or {}).get(field.name)
        keys = (
            given if m2m is not None else getattr(instance, field.name).values_list("pk", flat=True)
        )
        values[field.name] = sorted(map(str, keys or ()))
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _written(field, instance):
    """A field's value as JSON text, moments in UTC, as the database gives them back."""
    value = field.value_from_object(instance)
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        value = value.astimezone(dt.UTC)
    elif not is_protected_type(value):
        value = field.value_to_string(instance)
    return json.dumps(value, cls=DjangoJSONEncoder)
