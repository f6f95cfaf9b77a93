"""Loading fixtures: every record is checked like a form, and nothing that staff did is lost.

A fixture says exactly what `dumpdata` would say. What it says differently since it was loaded last
is taken over, beside what staff changed since; where both changed the same, nothing is loaded.
"""

import datetime as dt
import json
from collections import Counter
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, SuspiciousOperation, ValidationError
from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import FileField
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.encoding import is_protected_type

from partners.models import LoadedRow, Root
from partners.models.base import ContentModel
from partners.rows import snapshots
from partners.rows.door import take
from partners.rows.offers import Offer, Outcome, Press, Stale
from partners.values.richtext import RichTextField, refuse_empty_labels
from partners.values.validators import refuse_control_characters, validate_moment

#: The folder beside fixtures that has the uploads which they name.
UPLOADS = "media"
RECORD_KEYS = {"model", "pk", "fields"}
#: Rows beside the content: a reload resets none of them.
BOOKKEEPING = {
    model
    for model in apps.get_app_config("partners").get_models()
    if not issubclass(model, ContentModel)
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


class Given(NamedTuple):
    """A record of a fixture: where it stands in the file, and what it says (a row)."""

    where: str
    model: type[models.Model]
    row: dict


class Loading:
    """One run of `loaddata`, over any number of files, inside one transaction."""

    def __init__(self, using, overwrite=False, only_new=False):
        self.using, self.overwrite, self.only_new = using, overwrite, only_new
        self.folder, self.brought = Path(), []
        self.outcomes = {}
        self.given, self.kept = {}, set()

    @cached_property
    def loaded(self):
        """(model's label, key) → the row as the last load left it, in a list."""
        rows = LoadedRow.objects.using(self.using)
        return {(each.model, each.object_key): each.rows for each in rows}

    @property
    def models(self):
        return {each.model for each in self.given.values()}

    def read(self, file_name, position, record):
        """Take up one record. Raises FixtureError."""
        where = _where(file_name, position, record)
        model = self._model(where, record)
        identity = model._meta.label_lower, str(record["pk"])
        if identity in self.given:
            raise FixtureError(
                f"{where}: this key was already given by {self.given[identity].where}."
            )
        self.given[identity] = Given(where, model, self._row(where, model, record))

    def store(self, at):
        """Store what was read, all or nothing. Raises FixtureError."""
        offers = [
            Offer(each.model, key, self.loaded.get((label, key), []), [each.row])
            for (label, key), each in self.given.items()
        ]
        press = Press("Loaded", self._decide, begins_history=False)
        answers = list(zip(self.given.values(), take(offers, press, None, at), strict=True))
        for each, answer in answers:
            if answer.outcome is Outcome.REFUSED:
                raise FixtureError(f"{each.where}, {_short(_by_field(answer.error), 300)}")
        if refused := [each.where for each, answer in answers if not answer.is_taken]:
            records = "\n".join(f"  {where}" for where in refused)
            raise FixtureError(
                f"Staff changed these records since they were loaded:\n{records}\n"
                "Nothing was loaded. Use --overwrite to replace their changes, or --only-new to "
                "add just what is missing."
            )
        self._remember()

    def _decide(self, before, offer, by, at):
        """What a record becomes: what the file changed since it was loaded last, beside what staff
        changed since. Raises Stale where both changed the same."""
        identity = before.model._meta.label_lower, before.key
        theirs, base = _with_times(before), _with_defaults(offer.base)
        if self.only_new and (theirs or base):
            self.kept.add(identity)
            is_kept = snapshots.changes(theirs[:1], offer.rows)
            self.outcomes[identity] = "kept" if is_kept else "unchanged"
            return before, ""
        if self.overwrite:
            base = theirs[:1]
        rows, conflicts = snapshots.merge(base, theirs, offer.rows)
        if conflicts:
            raise Stale(base, theirs)
        self.outcomes[identity] = _outcome(theirs, rows, offer)
        return _without_times(before, theirs, rows), ""

    def _remember(self):
        """What was loaded, for the next time."""
        known = {identity: rows[0]["fields"] for identity, rows in self.loaded.items() if rows}
        LoadedRow.objects.using(self.using).bulk_create(
            [
                LoadedRow(model=label, object_key=key, fields=each.row["fields"])
                for (label, key), each in self.given.items()
                if known.get((label, key)) != each.row["fields"] and (label, key) not in self.kept
            ],
            update_conflicts=True,
            unique_fields=["model", "object_key"],
            update_fields=["fields"],
        )

    def remove_copied_uploads(self):
        """Remove the uploads that came with fixtures which could not be loaded."""
        for storage, name in self.brought:
            storage.delete(name)

    @property
    def report(self):
        outcomes = Counter(self.outcomes.values())
        counts = (f"{outcomes[name]} {name}" for name in ("new", "changed", "unchanged"))
        kept = f", {outcomes['kept']} kept as they are" if outcomes["kept"] else ""
        return f"{outcomes.total()} records: {', '.join(counts)}{kept}."

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

    def _row(self, where, model, record):
        """The row that the file says, if it is written as it would be stored, or FixtureError.

        A field that it leaves out has its default.
        """
        meta, given = model._meta, dict(record["fields"])
        if meta.pk.name in given:
            raise FixtureError(f"{where}, field {meta.pk.name}: the key stands under “pk” alone.")
        several = {
            field.name: sorted(self._keys(where, field, given.pop(field.name, [])))
            for field in meta.many_to_many
        }
        single = {field.name: field for field in meta.local_fields}
        for name in given.keys() - single.keys():
            raise FixtureError(f"{where}, field {name}: {model.__name__} has no such field.")
        given[meta.pk.name] = record["pk"]
        values = {name: self._value(where, single[name], given[name]) for name in given}
        instance = model(**{single[name].attname: value for name, value in values.items()})
        written = {name: json.loads(_written(field, instance)) for name, field in single.items()}
        self._check_written(where, given, written)
        del written[meta.pk.name]
        return {"model": meta.label_lower, "pk": str(record["pk"]), "fields": written | several}

    def _check_written(self, where, given, written):
        for name, value in given.items():
            read, stored = json.dumps(value), json.dumps(written[name])
            if read != stored:
                read, stored = _from_difference(read, stored)
                raise FixtureError(
                    f"{where}, field {name}: {_short(read)} is not how this field is "
                    f"written; it would be stored as {_short(stored)}."
                )

    def _value(self, where, field, written):
        """`written` as the field's Python value; None only where the field can be null."""
        try:
            if isinstance(written, list | dict):
                raise ValidationError("Write one value, not a list or an object.")
            if isinstance(written, str):
                refuse_control_characters(written)
            if isinstance(field, FileField) and written:
                self._copy_upload(field.storage, written)
                field.storage.open(written).close()
            if written is None and not field.null:
                raise ValidationError(field.error_messages["null"])
            value = (field.target_field if field.is_relation else field).to_python(written)
            if isinstance(field, RichTextField):
                refuse_empty_labels(value)
            if isinstance(value, dt.datetime):
                if timezone.is_naive(value):
                    raise ValidationError("Write this moment in UTC: “2026-11-01T08:00:00Z”.")
                validate_moment(value)
        except (
            ValidationError, TypeError, ValueError, OverflowError, OSError, SuspiciousOperation
        ) as error:  # fmt: skip
            message = " ".join(getattr(error, "messages", [str(error)]))
            raise FixtureError(f"{where}, field {field.name}: {_short(message, 300)}") from None
        return value

    def _copy_upload(self, storage, name):
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


def _by_field(refused):
    """“field name: sentence; …”: what stands against a record, as a fixture calls its fields."""
    return "; ".join(
        f"{'' if name == NON_FIELD_ERRORS else f'field {name}: '}{' '.join(sentences)}"
        for name, sentences in refused.errors.items()
    )


def _with_defaults(base):
    """What was loaded (rows), with the defaults of fields that there were not then."""
    filled = []
    for row in base:
        default = snapshots.blank(snapshots.model_of(row["model"]))
        filled.append(row | {"fields": default["fields"] | row["fields"]})
    return filled


def _with_times(standing):
    """The stored rows as a fixture says them: a root with its two times of publication."""
    if not standing.rows or not issubclass(standing.model, Root):
        return standing.rows
    root, *parts = standing.rows
    times = zip(sorted(snapshots.PUBLICATION), standing.times, strict=True)
    fields = {name: time and DjangoJSONEncoder().default(time) for name, time in times}
    return [root | {"fields": root["fields"] | fields}, *parts]


def _without_times(before, theirs, rows):
    """The standing `before` with `rows`; a time is stored anew only where it was another one."""
    if not rows or not issubclass(before.model, Root):
        return before._replace(rows=rows)
    root, *parts = rows
    fields, known = dict(root["fields"]), theirs[0]["fields"] if theirs else {}
    for name in sorted(snapshots.PUBLICATION):
        written = fields.pop(name, None)
        if written != known.get(name):
            before = before._replace(**{name: written and parse_datetime(written)})
    return before._replace(rows=[root | {"fields": fields}, *parts])


def _outcome(theirs, rows, offer):
    if not theirs:
        return "new" if rows else "kept"
    if snapshots.changes(theirs, rows):
        return "changed"
    return "kept" if snapshots.changes(theirs[:1], offer.rows) else "unchanged"


def _where(file_name, position, record):
    """What errors call a record: its file and place, with model and key as far as it has them."""
    given = record if isinstance(record, dict) else {}
    names = [str(given[name]) for name in ("model", "pk") if _is_key(given.get(name))]
    return f"{file_name}, record {position}" + (f" ({_short(' '.join(names))})" if names else "")


def _is_key(written):
    return isinstance(written, str | int) and not isinstance(written, bool)


def _short(text, most=80):
    """`text` on one line, of at most so many characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _from_difference(one, other):
    """Two texts; long ones from shortly before they begin to differ."""
    pairs = zip(one, other, strict=False)
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)) - 20
    if start <= 0 or max(len(one), len(other)) <= 80:
        return one, other
    return f"…{one[start:]}", f"…{other[start:]}"


def _written(field, instance):
    """A field's value as JSON text, moments in UTC, as the database gives them back."""
    value = field.value_from_object(instance)
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        value = value.astimezone(dt.UTC)
    elif not is_protected_type(value):
        value = field.value_to_string(instance)
    return json.dumps(value, cls=DjangoJSONEncoder)
