"""Rows written to the database: checked first, all of them, then stored by few statements.

What a rule asks of the database is read for all rows at once, into a `Known` that also holds what
is about to be written; so all that takes time can be done before anybody waits for a lock.
"""

from collections import defaultdict
from contextlib import suppress
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.serializers.base import DeserializedObject
from django.db import DEFAULT_DB_ALIAS, IntegrityError, models, transaction

from partners.models import Citation, Part, Redirect, Root
from partners.models.base import ContentModel
from partners.models.known import Known, batches
from partners.rows import bookkeeping, snapshots, statements
from partners.rows.checks import as_record, check, references
from partners.rows.snapshots import PUBLICATION, Refused, by_row, content, is_owner, model_of

SLICE = 100  # rows, after which somebody is told how far this is
NOT_STORED = "The database does not take these times of publication."


class Writing(NamedTuple):
    """A record to be made what `rows` say; `known` are the rows that are stored."""

    model: type[models.Model]
    key: str
    known: list
    rows: list


class _Row(NamedTuple):
    """One row on its way: of which Writing (its place), what it says, and what was there."""

    place: int
    loaded: DeserializedObject
    before: models.Model | None

    @property
    def record(self):
        return self.loaded.object


def write(model, key, rows, known=None):
    """Make the stored record of that key what `rows` say, parts included; return the record.

    Within a transaction, and locked first, so that two who write its parts wait for one another.
    `known` are its stored rows, where somebody who rehearses has read them. Raises Refused if a
    rule stands against it.
    """
    present = model._base_manager.select_for_update(no_key=True).filter(pk=key).first()
    if known is None:
        known = snapshots.rows_of(present) if present else []
    prepared = Prepared([Writing(model, key, known, rows)], Known())
    prepared.store()
    if prepared.refused:
        raise prepared.refused[0]
    return model._base_manager.get(pk=key)


class Prepared:
    """Writings that were checked, and what storing them takes.

    `refused` says which of them a rule stands against ({place: Refused}); whoever stores undoes the
    transaction if there are any. What others name comes before them: records, parts, citations.
    """

    def __init__(self, writings, known, progress=None):
        self.writings, self.known, self.refused, self.rows = writings, known, {}, []
        differing = [(place, each) for place, it in enumerate(writings) for each in _wanted(it)]
        self.deleted = [change for _, change in differing if change.after is None]
        for change in self.deleted:
            known.forget(model_of(change.model), _key(change))
        written = [(place, each) for place, each in differing if each.after is not None]
        _read_ahead([change for _, change in written], known)
        self._read(sorted(written, key=lambda each: _rank(each[1])))
        self._check(progress)
        self.statements = self._statements()

    def _read(self, changes):
        """Make each row a record; of one Writing the first obstacle is enough: others may only
        follow from it."""
        for place, change in changes:
            try:
                if place not in self.refused:
                    self.rows.append(_Row(place, *self._loaded(change)))
            except Refused as error:
                self.refused[place] = error

    def _loaded(self, change):
        """The row as an unsaved record, and the stored one: a root's record, of others whether
        there is one. The fields that the row lacks stay as they are, or get their default."""
        model, key, known = model_of(change.model), _key(change), self.known
        whole = issubclass(model, Root) or change.after.keys() < content(model)
        before = known.get(model, key) if whole else known.has(model, key)
        if change.after.keys() < content(model):
            row = snapshots.row_of(before or model(pk=change.pk))
            change = change._replace(after=row["fields"] | change.after)
        loaded = as_record(change)
        loaded.object._state.adding, loaded.object._state.db = not before, DEFAULT_DB_ALIAS
        for name in PUBLICATION if before and issubclass(model, Root) else ():
            setattr(loaded.object, name, getattr(before, name))
        return loaded, before

    def _check(self, progress):
        ahead = set()
        for number, row in enumerate(self.rows):
            if progress and number % SLICE == 0:
                progress(number, len(self.rows))
            model = type(row.record)
            if model not in ahead and issubclass(model, ContentModel):
                ahead.add(model)
                model.ask_ahead(self._of(model), self.known)
            if row.place in self.refused:
                continue
            try:
                check(row.loaded, self.known)
            except Refused as error:
                self.refused[row.place] = error
            else:
                _settle(row.record)
                self.known.put(row.record)
        self.rows = [row for row in self.rows if row.place not in self.refused]

    def _of(self, model):
        return [row.record for row in self.rows if type(row.record) is model]

    def _statements(self):
        models = dict.fromkeys(type(row.record) for row in self.rows)
        return [each for model in models for each in statements.store(self._of(model))]

    # Within the transaction

    def try_rules(self):
        """Store as much as the rules of the database are about: see `refused` then."""
        for model, keys in _by_model(reversed(self.deleted)).items():
            for some in batches(keys):
                model._base_manager.filter(pk__in=some).delete()
        places = {row.record: row for row in self.rows}
        statements.send(self.statements, lambda *each: self._refuse(places, *each))

    def store(self):
        """Store what was not refused, deletions first."""
        self.try_rules()
        if self.refused:
            return  # what is refused may still name what goes
        self._store_relations()
        moved = [row for row in self.rows if row.before and isinstance(row.record, Root)]
        Redirect.objects.record_moves([(row.before, row.record) for row in moved])
        for each in self.writings:
            if each.known and not each.rows:
                each.model._base_manager.get(pk=each.key).delete()
        for row in self.rows:
            bookkeeping.note(row.record)

    def _refuse(self, places, record, error):
        """The same rules as those of the database, and these say which it was."""
        row = places[record]
        try:
            check(row.loaded, Known(), thoroughly=True)
        except Refused as refused:
            self.refused.setdefault(row.place, refused)
        else:
            raise error

    def _store_relations(self):
        """What a record is tied to by many-to-many fields."""
        for model in dict.fromkeys(type(row.record) for row in self.rows):
            for field in model._meta.many_to_many:
                rows = [row for row in self.rows if type(row.record) is model]
                wanted = {row.record.pk: set(row.loaded.m2m_data[field.name]) for row in rows}
                _tie(field, wanted)

    # What there is afterwards

    def rows_after(self):
        """{(model, key): rows} of the records that Writings are about, as they will be stored."""
        written = snapshots.rows_of_loaded([row.loaded for row in self.rows])
        new, owned = {}, defaultdict(dict)
        for row, fields in zip(self.rows, written, strict=True):
            identity = row.record._meta.label_lower, str(row.record.pk)
            new[identity] = fields
            if isinstance(row.record, Part) and row.record.owner:
                owned[row.record.owner][identity] = fields
        gone = {(change.model, change.pk) for change in self.deleted}
        return {
            (each.model, each.key): _after(each, new, owned[each.model, each.key], gone)
            for each in self.writings
        }


def _after(writing, new, owned, gone):
    if writing.known and not writing.rows:
        return []
    own = writing.model._meta.label_lower, writing.key
    there = by_row(writing.known)
    kept = {key: each for key, each in there.items() if key not in gone and key not in new}
    rows = kept | owned | ({own: new[own]} if own in new else {})
    order = snapshots.order_of(writing.model)
    return [
        {"model": label, "pk": pk, "fields": rows[label, pk]}
        for label, pk in sorted(rows, key=lambda each: (order[each[0]], each[1]))
    ]


def _tie(field, wanted):
    """Make the keys that records are tied to by a many-to-many field those `wanted`."""
    through = field.remote_field.through
    own, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    stored = defaultdict(set)
    for some in batches(wanted):
        rows = through._base_manager.filter(**{f"{own}__in": some})
        for key, tied in rows.values_list(own, other):
            stored[key].add(tied)
    obsolete = defaultdict(list)
    for key, tied in stored.items():
        for each in tied - wanted[key]:
            obsolete[each].append(key)
    for each, keys in obsolete.items():
        through._base_manager.filter(**{other: each, f"{own}__in": keys}).delete()
    through._base_manager.bulk_create(
        through(**{own: key, other: each})
        for key, tied in wanted.items()
        for each in sorted(tied - stored[key])
    )


def _wanted(writing):
    """What is to be written and deleted, row by row; a record that goes takes its parts along."""
    if not writing.rows:
        return []
    return snapshots.changes(writing.known, writing.rows)


def _rank(change):
    model = model_of(change.model)
    return any(map(is_owner, model._meta.fields)), model is Citation


def _key(change):
    return model_of(change.model)._meta.pk.to_python(change.pk)


def _by_model(changes):
    keys = defaultdict(list)
    for change in changes:
        keys[model_of(change.model)].append(change.pk)
    return keys


def read_ahead(writings, known):
    """Read into `known` (Known) what it takes to prepare `writings`, in few queries."""
    changes = [change for each in writings for change in _wanted(each)]
    _read_ahead([change for change in changes if change.after is not None], known)


def _read_ahead(changes, known):
    by_model = defaultdict(list)
    for change in changes:
        by_model[model_of(change.model)].append(change)
    for model, some in by_model.items():
        load = known.load if issubclass(model, Root) else known.load_keys
        load(model, set(map(_key, some)))
        for field in (*references(model), *model._meta.many_to_many):
            values = [change.after.get(field.name) for change in some]
            known.load_keys(field.related_model, set(_readable(field, values)))


def _readable(field, values):
    """The keys that rows name in a field, as far as they can be any: others are refused later."""
    pk = field.related_model._meta.pk
    for value in values:
        for key in value if isinstance(value, list) else [value]:
            with suppress(ValidationError):
                if key is not None:
                    yield pk.to_python(key)


def _settle(record):
    """Let the record hold its texts as the database will."""
    for field in record._meta.concrete_fields:
        value = getattr(record, field.attname)
        if isinstance(value, str):
            setattr(record, field.attname, field.get_prep_value(value))


def store_times(model, keys, published_at, withdrawn_at):
    """Store the two times of publication of roots: {key: Refused} of those that may not have
    them."""
    times, roots = {"published_at": published_at, "withdrawn_at": withdrawn_at}, model._base_manager
    try:
        with transaction.atomic():
            for some in batches(keys):
                roots.filter(pk__in=some).update(**times)
    except IntegrityError:
        records = roots.filter(pk__in=keys).order_by("pk")
        return {str(record.pk): _refused_times(record, times) for record in records}
    bookkeeping.note_all(model, keys)
    return {}


def _refused_times(record, times):
    """Why the record may not have these times (Refused): what is stored of it stays as it is."""
    for name, value in times.items():
        setattr(record, name, value)
    try:
        check(DeserializedObject(record, m2m_data={}), Known(), thoroughly=True)
    except Refused as refused:
        return refused
    return Refused(NOT_STORED)
