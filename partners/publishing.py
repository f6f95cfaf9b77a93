"""From what an editor typed to what the public reads: aside, handed in, scheduled, published.

Everything is said in rows (see `snapshots`). A root that the public has met, or will at a given
time, changes only by being published; what is saved meanwhile stands aside as its pending change.
A draft has no other readers, so it is saved as it is.
"""

import datetime as dt
import logging
import time
from contextlib import contextmanager
from functools import partial
from itertools import takewhile
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.db import OperationalError, models, transaction

from partners import bookkeeping, history, snapshots
from partners.models import PendingChange, Revision, Root
from partners.models.base import moment
from partners.snapshots import Refused

log = logging.getLogger(__name__)
Status = PendingChange.Status


class Proposal(NamedTuple):
    """What a person wants a record to become, when, and what they have seen of it.

    `base` is what staff had left last when they began, at `begun_at`; `live` what the public read
    then, where that had moved on under a pending change and they have looked at both.
    """

    model: type[models.Model]
    key: str
    base: list
    rows: list
    by: get_user_model()
    why: str = ""
    publish_at: dt.datetime | None = None
    live: list | None = None
    begun_at: dt.datetime | None = None

    @property
    def pending(self):
        return pending(self.model, self.key)


class Stale(Exception):
    """Somebody saved meanwhile: `was` is what the proposal changes, `now` what there is instead.

    `seen` are the fields of the proposal that will say so once the person has looked at it.
    """

    def __init__(self, proposal, was, now, sentence="Somebody saved this meanwhile.", **seen):
        super().__init__(sentence)
        self.proposal, self.was, self.now, self.seen = proposal, was, now, seen

    def merged(self, chosen=()):
        """(proposal, conflicts): what to propose now that both versions were looked at.

        Of the conflicting Paths those in `chosen` become what the proposal says.
        """
        rows, conflicts = snapshots.merge(self.was, self.now, self.proposal.rows, chosen)
        return self.proposal._replace(rows=rows, **self.seen), conflicts


def pending(model, key):
    """The record's PendingChange, or None."""
    return PendingChange.objects.of(model, key).first()


def pending_many(model, keys):
    """{key: PendingChange} of those records of these keys that have one."""
    changes = PendingChange.objects.filter(kind=model._meta.label_lower, key__in=keys)
    return {change.key: change for change in changes}


def present(model, key):
    """The rows as staff last left them: the pending change's, or else the stored ones."""
    change = pending(model, key)
    return change.rows if change else snapshots.stored(model, key)


def proposal_of(change, by):
    """The pending change as it is, in the name of `by`."""
    rows = change.rows
    return Proposal(change.model, change.key, rows, rows, by, change.why, begun_at=change.saved_at)


def is_read(root):
    """Whether the public reads the root, did so, or will at a time already set."""
    return root is not None and root.published_at is not None


def state(root, change, at):
    """In a sentence or two: what the public reads at `at` (aware datetime), and what is to come."""
    said = root.state(at)
    if change is None:
        return said
    what = "A pending change" if is_read(root) else "What was saved last"
    said = f"{said} {what} by {change.by_name} {change.get_status_display()}"
    if change.is_scheduled:
        return f"{said} for {moment(change.publish_at)}."
    if change.status == Status.SENT_BACK and change.decided_by:
        said = f"{said} by {history.name_of(change.decided_by)}"
    return f"{said}: “{change.comment}”" if change.comment else f"{said}."


def obstacle(change):
    """Why the pending change cannot be published as it is (str); "" if it can."""
    try:
        with bookkeeping.rehearsal():
            _write(proposal_of(change, change.by), "")
    except (Refused, Stale) as error:
        return str(error)
    return ""


# What an editor may do


def save_draft(proposal, at):
    """Keep it: aside if the public reads the record, else in the record itself.

    Returns the PendingChange, or None. Raises Stale and Refused.
    """
    with changing(proposal.model, proposal.key):
        _refuse_stale(proposal)
        if is_read(_stored_root(proposal)):
            return _set_aside(proposal, at)
        _write(proposal, "Draft saved")
        return _set_aside(proposal, at, always=True) if proposal.pending else None


def hand_in(proposal, at):
    """Keep it and ask a publisher to decide.

    Returns the PendingChange, or None if there is nothing to decide. Raises Stale and Refused.
    """
    with changing(proposal.model, proposal.key):
        change = save_draft(proposal, at)
        if change is None and not is_read(_stored_root(proposal)):
            change = _set_aside(proposal, at, always=True)
        if change:
            change.status = Status.HANDED_IN
            change.save(update_fields=["status"])
        return change


def save_at_once(proposal, at):
    """Store what has no drafts: a word list, a redirect. Raises Stale and Refused."""
    with changing(proposal.model, proposal.key):
        _refuse_stale(proposal)
        _write(proposal, "Saved")


def discard(model, key):
    """Forget the pending change; what is stored stays as it is."""
    with changing(model, key):
        if change := pending(model, key):
            change.delete()
            forget_uploads(model, key, change.rows)


# What a publisher may do


def publish(proposal, at):
    """Make it what the public reads from now on.

    Raises Refused, and Stale: also where the live version has changed in what the pending change
    changes as well.
    """
    with changing(proposal.model, proposal.key):
        _refuse_stale(proposal)
        _refuse_withdrawn(proposal, at)
        change, what = proposal.pending, "Published"
        as_proposed = change and not snapshots.changes(change.rows, proposal.rows)
        if as_proposed and change.by != proposal.by:
            what = f"Published, as proposed by {change.by_name}"
        _write(proposal, what, lambda root: root.publish(at))


def schedule(proposal, at):
    """Let the public read it from its `publish_at` on; say whether that is news.

    A first publication is a matter of the record's own time; a pending change waits, approved.
    """
    publish_at = proposal.publish_at
    with changing(proposal.model, proposal.key):
        _refuse_stale(proposal)
        _refuse_withdrawn(proposal, at)
        root = _stored_root(proposal)
        if root is None or not root.is_named(at):
            _write(proposal, "Publication scheduled", lambda root: root.appear(publish_at))
            return True
        change = _set_aside(proposal, at, always=not root.is_live(at))
        if change:
            change.status, change.publish_at = Status.SCHEDULED, publish_at
            change.decided_by, change.comment = proposal.by, ""
            change.save(update_fields=["status", "publish_at", "decided_by", "comment"])
        return change is not None


def unschedule(root, by, at):
    """Take back whatever was to happen to `root` at a time after `at`."""
    with changing(type(root), root.pk):
        if (change := pending(type(root), root.pk)) and change.is_scheduled:
            _wait(change, Status.DRAFT)
        _set_publication(root, by, "Schedule taken back", lambda root: root.unschedule(at))


def withdraw(root, by, withdrawn_at):
    """Take it from the public from `withdrawn_at` (aware datetime) on; say whether it was there."""
    with changing(type(root), root.pk):
        return _set_publication(root, by, "Withdrawn", lambda root: root.withdraw(withdrawn_at))


def send_back(proposal, comment):
    """Ask for another version than the pending change; the editor reads why. Raises Stale."""
    with changing(proposal.model, proposal.key):
        _refuse_stale(proposal)
        if change := proposal.pending:
            change.decided_by = proposal.by
            _wait(change, Status.SENT_BACK, comment)


def restore(revision, by, at, publishes, last):
    """Make the record again what it was: at once if `publishes`, else as a proposal.

    `last` (int) is the newest Revision that `by` has seen. A record that is gone comes back as the
    public last saw it. Raises Refused and Stale.
    """
    model, key = revision.model, revision.key
    with changing(model, key):
        if Revision.objects.of(model, key).first().pk != last:
            raise Refused("Somebody saved this meanwhile: look at the newest change first.")
        if not model._base_manager.filter(pk=key).exists():
            root = snapshots.write(model, key, revision.rows)
            if isinstance(root, Root):
                store_publication(root, lambda root: _appear_as(root, revision))
            history.record(model, key, by, "Restored")
            return
        if pending(model, key):
            raise Refused("There is a pending change. Publish or discard it first.")
        why = f"As it was on {moment(revision.at)}"
        proposal = Proposal(model, key, present(model, key), revision.rows, by, why)
        if publishes:
            _write(proposal, "Restored")
        else:
            save_draft(proposal, at)


def delete(record, by):
    """Delete it; its history stays, and it can be restored."""
    model, key = type(record), record.pk
    with changing(model, key):
        history.begin(model, key)
        record.delete()
        history.record(model, key, by, "Deleted")


# What happens by itself


def apply_due(at, within=None):
    """Publish the pending changes whose time has come (aware datetime), each exactly once.

    One that cannot be published any more goes back to the publishers, with the reason. What does
    not fit into `within` seconds (None: there is no hurry), or is held by somebody else for a
    quarter of that, stays due. Returns the number of those published.
    """
    due = PendingChange.objects.due(at).defer("base", "rows")
    if within is None:
        return sum(_apply(change, at) for change in due)
    until = time.monotonic() + within
    begun = takewhile(lambda _: time.monotonic() < until, due)
    return sum(_apply_in_time(change, at, until, within / 4) for change in begun)


def _apply_in_time(change, at, until, wait):
    try:
        with bookkeeping.in_time(until, wait):
            return _apply(change, at)
    except OperationalError as error:
        log.info("A scheduled change stays due: %r: %s", change.title, error)
        return False


def _apply(change, at):
    try:
        with changing(change.model, change.key):
            if not PendingChange.objects.due(at).filter(pk=change.pk).exists():
                return False  # somebody else was quicker
            proposal = proposal_of(change, change.decided_by)
            _refuse_withdrawn(proposal, at)
            _write(proposal, "Published as scheduled", lambda root: root.publish(change.publish_at))
            return True
    except (Refused, Stale) as error:
        log.warning("A scheduled change could not be published: %r: %s", change.title, error)
        due = moment(change.publish_at)
        _wait(change, Status.HANDED_IN, f"Could not be published on {due}: {error}")
        return False


def forget_uploads(model, key, rows):
    """Delete the files that `rows` name, but neither the record, its change nor its history."""
    kept = [snapshots.stored(model, key), present(model, key)]
    kept += Revision.objects.of(model, key).values_list("rows", flat=True)
    for storage, name in snapshots.uploads(rows).difference(*map(snapshots.uploads, kept)):
        transaction.on_commit(partial(storage.delete, name))


# How


@contextmanager
def changing(model, key):
    """One transaction that nobody else who changes this record can get between."""
    with bookkeeping.batch():
        model._base_manager.select_for_update(no_key=True).filter(pk=key).first()
        list(PendingChange.objects.of(model, key).select_for_update())
        yield


def _stored_root(proposal):
    return proposal.model._base_manager.filter(pk=proposal.key).first()


def _refuse_stale(proposal):
    now = present(proposal.model, proposal.key)
    if snapshots.changes(now, proposal.base):
        raise Stale(proposal, proposal.base, now, base=now)


def _refuse_withdrawn(proposal, at):
    """Publishing never undoes a withdrawal that the person had not seen."""
    root = _stored_root(proposal)
    withdrawn_at = root and root.withdrawn_at
    if proposal.begun_at and withdrawn_at and proposal.begun_at < withdrawn_at <= at:
        raise Stale(
            proposal,
            proposal.base,
            proposal.base,
            "It was withdrawn meanwhile, and publishing it would bring it back.",
            begun_at=at,
        )


def _set_aside(proposal, at, always=False):
    """The pending change that says this; None where it would say what is stored already."""
    stored = snapshots.stored(proposal.model, proposal.key)
    change = proposal.pending
    if not always and not snapshots.changes(stored, proposal.rows):
        if change:
            change.delete()
            forget_uploads(proposal.model, proposal.key, change.rows)
        return None
    with bookkeeping.rehearsal():
        record = snapshots.write(proposal.model, proposal.key, proposal.rows)
    said = {
        "title": str(record)[:300],
        "rows": proposal.rows,
        "status": Status.DRAFT,
        "publish_at": None,
        "why": proposal.why or (change.why if change else ""),
        "by": proposal.by,
        "by_name": history.name_of(proposal.by),
        "saved_at": at,
    }
    if proposal.live is not None:
        said["base"] = proposal.live
    saved, _ = PendingChange.objects.update_or_create(
        kind=proposal.model._meta.label_lower,
        key=proposal.key,
        defaults=said,
        create_defaults=said | {"base": stored},
    )
    if change:
        forget_uploads(proposal.model, proposal.key, change.rows)
    return saved


def _write(proposal, what, publication=None):
    """Store it, with what `publication` does to the root; the pending change is done with."""
    model, key = proposal.model, proposal.key
    history.begin(model, key)
    rows, change = proposal.rows, proposal.pending
    if change:
        stored = snapshots.stored(model, key)
        if not stored:
            raise Refused("The record is gone. Restore it first: it is among the deleted ones.")
        was = change.base if proposal.live is None else proposal.live
        rows, conflicts = snapshots.merge(was, stored, proposal.rows)
        if conflicts:
            raise Stale(proposal, was, stored, live=stored)
    root = snapshots.write(model, key, rows)
    if publication:
        store_publication(root, publication)
        if change:
            change.delete()
    history.record(model, key, proposal.by, what, proposal.why)


def _set_publication(root, by, what, publication):
    """Say whether `publication` changed anything."""
    model, key = type(root), root.pk
    history.begin(model, key)
    root = model._base_manager.get(pk=key)
    changed = store_publication(root, publication)
    if changed:
        history.record(model, key, by, what)
    return changed


def store_publication(root, publication):
    """Call `publication` (function of a root) and store what it did; say whether that is news."""
    changed = publication(root)
    if changed:
        root.save(update_fields=["published_at", "withdrawn_at"])
    return changed


def _appear_as(root, revision):
    """Give `root` the place in public that it had."""
    root.published_at, root.withdrawn_at = revision.published_at, revision.withdrawn_at
    return True


def _wait(change, status, comment=""):
    change.status, change.publish_at, change.comment = status, None, comment
    change.save(update_fields=["status", "publish_at", "comment", "decided_by"])
