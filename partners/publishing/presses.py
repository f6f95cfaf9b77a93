"""From what an editor typed to what the public reads: aside, handed in, scheduled, published.

A root that the public has met, or will at a given time, changes only by being published; what is
saved meanwhile stands aside as its pending change. A draft has no other readers, so it is saved as
it is.

Each Press here says what is to become of a record as it stands; nothing is written here. `take`
(see `rows.door`) does that, and answers.
"""

import logging
import time
from itertools import takewhile

from django.db import OperationalError

from partners.models import PendingChange
from partners.models.base import moment
from partners.rows import bookkeeping, history, snapshots, timing
from partners.rows.door import take_one
from partners.rows.kept import in_form_of_today
from partners.rows.offers import Offer, Outcome, Press, Stale
from partners.rows.snapshots import Refused
from partners.rows.standing import Pending

log = logging.getLogger(__name__)
Status = PendingChange.Status
#: More do not fit into the time that a request has for what is due; to read five hundred takes it.
MOST_IN_TIME = 20
AS_PUBLIC = "this is what the public reads already."


def pending(model, key):
    """The record's PendingChange, or None."""
    return PendingChange.objects.of(model, key).first()


def offer_of(change, seen=None):
    """The pending change as it is, to be decided on (Offer); `seen` is the version shown."""
    rows, gone = in_form_of_today(change.rows)
    details = {"why": change.why, "begun_at": change.saved_at, "left_out": gone}
    return Offer(change.model, change.key, rows, rows, seen, **details)


def state(root, change, at):
    """In a sentence or two: what the public reads at `at` (aware datetime), and what is to come."""
    sentence = root.state(at)
    if change is None:
        return sentence
    what = "A pending change" if root.published_at else "Saved last"
    sentence = f"{sentence} {what} by {change.by_name}: {change.get_status_display().lower()}"
    if change.is_scheduled:
        return f"{sentence} for {moment(change.publish_at)}."
    if change.status == Status.SENT_BACK and change.decided_by:
        sentence = f"{sentence} by {history.name_of(change.decided_by)}"
    return f"{sentence}: “{change.comment}”" if change.comment else f"{sentence}."


def obstacle(change, at):
    """Why the pending change cannot be published at `at` as it is (str); "" if it can."""
    with bookkeeping.rehearsal():
        answer = take_one(offer_of(change), PUBLISH, change.by, at)
    return "" if answer.is_taken else str(answer)


# What an editor may do


def _save_draft(before, offer, by, at):
    """Aside if the public reads the record, else in the record itself."""
    if before.is_read:
        return _aside(before, offer, by, at), ""
    after = before._replace(rows=_merged(before, offer))
    after = _aside(after, offer, by, at, always=True) if before.pending else after
    return after, "Draft saved"


def _hand_in(before, offer, by, at):
    after, _ = _save_draft(before, offer, by, at)
    if after.pending is None and not before.is_read:
        after = _aside(after, offer, by, at, always=True)
    return _waiting(after, Status.HANDED_IN), ""


def _save_at_once(before, offer, by, at):
    return before._replace(rows=offer.rows), ""


def _discard(before, offer, by, at):
    return before._replace(pending=None), ""


# What a publisher may do


def _publish(before, offer, by, at):
    """Also what was published before: it becomes live again."""
    _refuse_withdrawn(before, offer, at)
    waiting, what = before.pending, ""
    if waiting and waiting.by != by and not snapshots.changes(waiting.rows, offer.rows):
        what = f"Published, as proposed by {waiting.by_name}"
    return _published(before, offer, at), what


def _publish_what_is_ready(before, offer, by, at):
    """What is handed in, scheduled, or neither public nor changed; anything else stays as it is."""
    waiting = before.pending
    if waiting.is_open if waiting else before.root.is_live(at):
        return before, ""
    return _publish(before, offer._replace(base=before.present, rows=before.present), by, at)


def _publish_what_is_public(before, offer, by, at):
    """Publish what is new, and what changes a live record; anything else keeps its standing.

    A spreadsheet does not show that a record is a draft or withdrawn, or that a colleague's change
    of it waits: nobody publishes those by sending a file.
    """
    is_public = not before.rows or (before.root.is_live(at) and before.pending is None)
    return (_publish if is_public else _save_draft)(before, offer, by, at)


def _schedule(before, offer, by, at):
    """A first publication is a matter of the record's own time; a change waits, approved."""
    _refuse_withdrawn(before, offer, at)
    root = before.root
    if not root.is_named(at):
        root.appear(offer.when)
        rows = _merged(before, offer)
        return before.with_times_of(root)._replace(rows=rows, pending=None), "Publication scheduled"
    after = _aside(before, offer, by, at, always=not root.is_live(at))
    return _waiting(after, Status.SCHEDULED, publish_at=offer.when, decided_by=by), ""


def _unschedule(before, offer, by, at):
    """Whatever was to happen by itself after `at`."""
    root = before.root
    root.unschedule(at)
    after = before.with_times_of(root)
    is_due = after.pending and after.pending.is_scheduled
    return (_waiting(after, Status.DRAFT) if is_due else after), ""


def _withdraw(before, offer, by, at):
    root = before.root
    root.withdraw(offer.when or at)
    return before.with_times_of(root), ""


def _send_back(before, offer, by, at):
    return _waiting(before, Status.SENT_BACK, comment=offer.why, decided_by=by), ""


def _delete(before, offer, by, at):
    return before._replace(rows=[]), ""


SAVE_DRAFT = Press("Saved", _save_draft, f"Nothing to save: {AS_PUBLIC}")
HAND_IN = Press("Handed in", _hand_in, f"Nothing to hand in: {AS_PUBLIC}")
SAVE_AT_ONCE = Press("Saved", _save_at_once, "Nothing to save: nothing was changed.")
DISCARD = Press(
    "Discarded", _discard, "There is no pending change to discard.", overrules="Discarded"
)
PUBLISH = Press("Published", _publish, f"Nothing to publish: {AS_PUBLIC}")
PUBLISH_WHAT_IS_READY = PUBLISH._replace(decide=_publish_what_is_ready)
PUBLISH_WHAT_IS_PUBLIC = PUBLISH._replace(decide=_publish_what_is_public)
SCHEDULE = Press("Scheduled", _schedule, f"Nothing to schedule: {AS_PUBLIC}")
UNSCHEDULE = Press("Schedule taken back", _unschedule, "Nothing is scheduled.")
WITHDRAW = Press("Withdrawn", _withdraw, "It is not public: there is nothing to withdraw.")
SEND_BACK = Press("Sent back", _send_back, "There is no pending change to send back.")
DELETE = Press("Deleted", _delete, "It is deleted already.")


def restoring(revision, publishes):
    """The Press that makes a record again what it was: at once if `publishes`, else as a proposal.

    A record that is gone comes back as the public last saw it.
    """

    def decide(before, offer, by, at):
        if not before.rows:
            return before._replace(rows=offer.rows).with_times_of(revision), ""
        if before.pending:
            raise Refused("There is a pending change. Publish or discard it first.")
        if publishes and not revision.is_aside:
            return before._replace(rows=offer.rows), ""
        return _save_draft(before, offer, by, at)

    return Press("Restored", decide, "Nothing to restore: the record says this already.")


def restoration(revision, seen):
    """The Offer to make the record again what it was; `seen` is the version that was shown."""
    rows, gone = in_form_of_today(revision.rows)
    why = f"As it was on {moment(revision.at)}"
    return Offer(revision.model, revision.key, None, rows, seen, why=why, left_out=gone)


# What happens by itself


def _publish_as_scheduled(before, offer, by, at):
    waiting = before.pending
    is_due = waiting and waiting.is_scheduled and waiting.publish_at <= at
    if not is_due or waiting.why != offer.why:
        return before, ""  # somebody else was quicker
    offer = offer._replace(base=waiting.rows, rows=waiting.rows, begun_at=waiting.saved_at)
    _refuse_withdrawn(before, offer, at)
    return _published(before, offer, waiting.publish_at), ""


def _give_back(before, offer, by, at):
    return _waiting(before, Status.HANDED_IN, comment=offer.why), ""


PUBLISH_AS_SCHEDULED = Press("Published as scheduled", _publish_as_scheduled)
GIVE_BACK = Press("Given back", _give_back)


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
    begun = takewhile(lambda _: time.monotonic() < until, due[:MOST_IN_TIME])
    return sum(_apply_in_time(change, at, until, within / 4) for change in begun)


def _apply_in_time(change, at, until, wait):
    try:
        with timing.in_time(until, wait):
            return _apply(change, at)
    except OperationalError as error:
        log.info("A scheduled change stays due: %r: %s", change.title, error)
        return False


def _apply(change, at):
    """Say whether this was who published it."""
    offer = Offer(change.model, change.key, why=change.why)
    answer = take_one(offer, PUBLISH_AS_SCHEDULED, change.decided_by, at)
    if not answer.is_taken:
        log.warning("A scheduled change could not be published: %r: %s", change.title, answer)
        why = f"Could not be published on {moment(change.publish_at)}: {answer}"
        take_one(Offer(change.model, change.key, why=why), GIVE_BACK, None, at)
    return answer.outcome is Outcome.STORED


# How


def _refuse_withdrawn(before, offer, at):
    """Publishing never undoes a withdrawal that the person had not seen."""
    withdrawn_at = before.withdrawn_at
    if offer.begun_at and withdrawn_at and offer.begun_at < withdrawn_at <= at:
        sentence = "It was withdrawn meanwhile, and publishing it would bring it back."
        raise Stale(offer.base, offer.base, sentence, begun_at=at, seen=before.version)


def _published(before, offer, at):
    root = before.root
    root.publish(at)
    return before.with_times_of(root)._replace(rows=_merged(before, offer), pending=None)


def _merged(before, offer):
    """What is to be stored: the offer, with what the live version became beside its change."""
    if before.pending is None:
        return offer.rows
    if not before.rows:
        raise Refused("The record is gone. Restore it first: it is among the deleted ones.")
    was = before.pending.base if offer.live is None else offer.live
    rows, conflicts = snapshots.merge(was, before.rows, offer.rows)
    if conflicts:
        raise Stale(was, before.rows, live=before.rows, seen=before.version)
    return rows


def _aside(before, offer, by, at, always=False):
    """With the offer as its pending change; without one where it says what is stored already."""
    if not always and not snapshots.changes(before.rows, offer.rows):
        return before._replace(pending=None)
    waited = before.pending
    base = offer.live or (waited.base if waited else before.rows)
    if waited is None or snapshots.changes(waited.rows, offer.rows):
        proposed = Pending(offer.rows, base, by, history.name_of(by), at, act=offer.act)
    else:
        proposed = waited._replace(base=base, status=Status.DRAFT, publish_at=None)
    if waited:
        kept = {"why": waited.why, "comment": waited.comment, "decided_by": waited.decided_by}
        proposed = proposed._replace(**kept)
    return before._replace(pending=proposed._replace(why=offer.why or proposed.why))


def _waiting(before, status, **decided):
    """With its pending change, if there is one, at that status."""
    if before.pending is None:
        return before
    decided = {"publish_at": None, "comment": ""} | decided
    return before._replace(pending=before.pending._replace(status=status, **decided))
