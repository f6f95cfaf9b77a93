"""Where a record stands: what is stored, its place in public, what waits; and the version of that.

A page that offers to change a record carries the version that it showed. The door (see `door`) does
nothing with a record whose version is another one meanwhile.
"""

import datetime as dt
import hashlib
import json
from typing import NamedTuple
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from partners.models import PendingChange, Root
from partners.models.known import batches
from partners.rows import snapshots
from partners.rows.kept import in_form_of_today


class Pending(NamedTuple):
    """What a PendingChange says: what the record is to become, and how far that has come."""

    rows: list
    base: list
    by: models.Model | None
    by_name: str
    saved_at: dt.datetime
    status: str = PendingChange.Status.DRAFT
    why: str = ""
    publish_at: dt.datetime | None = None
    decided_by: models.Model | None = None
    comment: str = ""
    act: UUID | None = None

    @property
    def is_scheduled(self):
        return self.status == PendingChange.Status.SCHEDULED

    @property
    def is_open(self):
        """Whether it is still with its editor."""
        return self.status in (PendingChange.Status.DRAFT, PendingChange.Status.SENT_BACK)


class Standing(NamedTuple):
    """One record as it is: its stored `rows` (none: there is no such record), its two times of
    publication (aware datetimes or None), and its Pending change or None."""

    model: type[models.Model]
    key: str
    rows: list
    published_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None
    pending: Pending | None = None

    @property
    def present(self):
        """The rows as staff left them last: the pending change's, or else the stored ones."""
        return self.pending.rows if self.pending else self.rows

    @property
    def is_read(self):
        """Whether the public reads the record, did so, or will at a time already set."""
        return self.published_at is not None

    @property
    def times(self):
        return self.published_at, self.withdrawn_at

    @property
    def root(self):
        """An unsaved record with these times, to ask and to change them."""
        return self.model(published_at=self.published_at, withdrawn_at=self.withdrawn_at)

    def with_times_of(self, root):
        return self._replace(published_at=root.published_at, withdrawn_at=root.withdrawn_at)

    @property
    def version(self):
        """Tells this standing from any other (str of 17 characters).

        It begins with a letter, so that no spreadsheet takes it for a number.
        """
        waits = self.pending and [self.pending.rows, self.pending.status, self.pending.publish_at]
        standing = [self.rows, self.published_at, self.withdrawn_at, waits]
        written = json.dumps(standing, cls=DjangoJSONEncoder, sort_keys=True)
        return "v" + hashlib.sha256(written.encode()).hexdigest()[:16]


def standing(model, key):
    """The Standing of the record of that key; without rows if there is none."""
    return standings(model, [key])[str(key)]


def standings(model, keys, lock=False):
    """{key: Standing} of records of one model: a few queries, however many.

    With `lock`, nobody else who changes these records gets between until the transaction ends.
    """
    found = {}
    for some in batches(map(str, keys)):
        records = _stored(model, some, lock)
        changes = _waiting(model, some, lock)
        rows = snapshots.rows_of_many(list(records.values()))
        for key in some:
            record = records.get(key)
            times = (record.published_at, record.withdrawn_at) if isinstance(record, Root) else ()
            found[key] = Standing(model, key, rows.get(key, []), *times)
            found[key] = found[key]._replace(pending=changes.get(key))
    return found


def lock(model, keys):
    """Let nobody else change the records of these keys until the transaction ends."""
    for some in batches(keys):
        list(_locked(model._base_manager.filter(pk__in=some)).values_list("pk"))
        list(_locked_changes(_changes(model, some)).values_list("pk"))


def fingerprint(model, keys):
    """What tells the standings of these records (a tuple of keys) from any others (str)."""
    digest = hashlib.sha256()
    owned = [model._meta.get_field(name).field for name in snapshots.part_names(model)]
    tied = [(field.remote_field.through, field) for field in model._meta.many_to_many]
    for rows in (
        model._base_manager.filter(pk__in=keys),
        *(owner.model._base_manager.filter(**{f"{owner.name}__in": keys}) for owner in owned),
        *(t._base_manager.filter(**{f"{f.m2m_field_name()}__in": keys}) for t, f in tied),
        _changes(model, keys),
    ):
        for values in rows.order_by("pk").values_list().iterator():
            digest.update(repr(values).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _stored(model, keys, lock):
    records = model._base_manager.filter(pk__in=keys).order_by("pk")
    if lock:
        records = _locked(records)
    return {str(record.pk): record for record in records}


def _waiting(model, keys, lock):
    changes = _changes(model, keys)
    if lock:
        changes = _locked_changes(changes)
    return {change.key: pending_of(change) for change in changes.select_related("by", "decided_by")}


def _locked(records):
    return records.order_by("pk").select_for_update(no_key=True)


def _changes(model, keys):
    return PendingChange.objects.filter(kind=model._meta.label_lower, key__in=keys).order_by("pk")


def _locked_changes(changes):
    return changes.select_for_update(of=("self",))


def pending_of(change):
    """What the PendingChange says (Pending), as far as there is a place for it today."""
    values = {name: getattr(change, name) for name in Pending._fields}
    rows = {name: in_form_of_today(values[name])[0] for name in ("rows", "base")}
    return Pending(**values | rows)
