"""The one way in for rows: forms, lists, the desk, spreadsheets, merges, fixtures and the clock.

Whoever wants something of records makes an Offer for each and names a Press, which says what is to
become of a record as it stands (see `publishing`). `take` locks the records, asks whether they are
still what was seen, decides, writes, keeps history, and answers: all offers or none.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from django.db import models, transaction

from partners.models import PendingChange, Revision
from partners.rows import bookkeeping, history, snapshots
from partners.rows.snapshots import Refused, Writing
from partners.rows.standing import Standing, standings

LOOK_AGAIN = "It is not as it was shown: somebody saved it meanwhile. Look at it, then decide."


class Offer(NamedTuple):
    """What somebody wants of one record, and what they have seen of it.

    `seen` is the version that the person was shown; None where the record is taken as it is.
    `base` are the rows that the person began from, `rows` what they made of them; both None where
    nothing is changed but the record's standing. `live` is what the public read, where the person
    has looked at that beside a pending change. `when` is the time that is asked for. `left_out`
    (list of str) names what kept rows said that there is no place for any more.
    """

    model: type[models.Model]
    key: str
    base: list | None = None
    rows: list | None = None
    seen: str | None = None
    live: list | None = None
    why: str = ""
    when: dt.datetime | None = None
    begun_at: dt.datetime | None = None
    left_out: list = []

    @property
    def is_typed(self):
        """Whether a person has changed something in the rows."""
        return bool(self.rows and self.base is not None and snapshots.changes(self.base, self.rows))


class Press(NamedTuple):
    """Something that can be done with a record.

    `decide` (Standing, Offer, by, at) returns the Standing to be and what history calls it, "" for
    `done`; it raises Refused and Stale. `nothing` is the sentence where that changes nothing.
    `beside` (Offer, by, at) writes what is no content. `overrules` is what happens to a proposal
    that does not become what is stored.
    """

    done: str
    decide: Callable
    nothing: str = "Nothing was changed: the record says this already."
    beside: Callable | None = None
    overrules: str = "Replaced"
    begins_history: bool = True


class Stale(Exception):
    """Somebody saved meanwhile: `was` is what the offer changes, `now` what there is instead.

    `seen` are the fields of the offer that will say so once the person has looked at it.
    """

    def __init__(self, was, now, sentence="Somebody saved this meanwhile.", **seen):
        super().__init__(sentence)
        self.was, self.now, self.seen = was, now, seen

    def merged(self, offer, chosen=()):
        """(offer, conflicts): what to offer now that both versions were looked at.

        Of the conflicting Paths those in `chosen` become what the offer says.
        """
        rows, conflicts = snapshots.merge(self.was, self.now, offer.rows, chosen)
        return offer._replace(rows=rows, **self.seen), conflicts


class Outcome(StrEnum):
    STORED = "stored"
    UNCHANGED = "unchanged"
    STALE = "stale"
    REFUSED = "refused"


class Answer(NamedTuple):
    """What became of an offer; `sentences` (list of str) say why it was not stored as it is."""

    offer: Offer
    outcome: Outcome = Outcome.STORED
    sentences: list = []
    error: Refused | Stale | None = None

    @property
    def is_taken(self):
        return self.outcome in (Outcome.STORED, Outcome.UNCHANGED)

    @property
    def is_of_live_version(self):
        """Whether it is stale because the live version changed beside the pending change."""
        return "live" in getattr(self.error, "seen", ())

    def __str__(self):
        return " ".join(self.sentences)


class _NotTaken(Exception):
    """Undoes what was written for the other offers."""


@dataclass
class _Taking:
    """One offer on its way."""

    offer: Offer
    before: Standing
    after: Standing | None = None
    what: str = ""
    answer: Answer | None = None

    @property
    def record(self):
        return self.offer.model, self.offer.key

    @property
    def is_news(self):
        return self.answer is None

    def ends(self, outcome, *sentences, error=None):
        self.answer = Answer(self.offer, outcome, list(sentences), error)


def take(offers, press, by, at):
    """Do what `press` says with the record of each offer: with all of them, or with none.

    `by` is the User who does it, None for the machine; `at` an aware datetime. Returns an Answer
    for each offer. Where one is stale, what was typed is kept beside the record's history.
    """
    takings = []
    try:
        with bookkeeping.batch():
            takings = _locked(offers)
            for taking in takings:
                _decide(taking, press, by, at)
            _write([each for each in takings if each.is_news], press, by, at)
            if not all(each.is_news or each.answer.is_taken for each in takings):
                raise _NotTaken
            for taking in takings:
                _finish(taking, press, by, at)
    except _NotTaken:
        for taking in filter(lambda each: each.is_news, takings):
            taking.ends(Outcome.UNCHANGED, "Nothing was stored: another record stands against it.")
        if len(takings) == 1:  # a form; a file is still with whoever sent it
            _keep_what_was_typed(*takings, by)
    return [each.answer or Answer(each.offer, sentences=_left_out(each.offer)) for each in takings]


def take_one(offer, press, by, at):
    """The Answer to a single offer."""
    return take([offer], press, by, at)[0]


def _locked(offers):
    """The offers with the standing of their records, in the order of `offers`."""
    keys = {}
    for offer in offers:
        keys.setdefault(offer.model, []).append(offer.key)
    found = {
        model: standings(model, sorted(keys[model]), lock=True)
        for model in sorted(keys, key=lambda model: model._meta.label)
    }
    return [_Taking(offer, found[offer.model][str(offer.key)]) for offer in offers]


def _decide(taking, press, by, at):
    offer, before = taking.offer, taking.before
    try:
        if offer.seen not in (None, before.version):
            raise Stale(
                offer.base,
                before.present,
                "Somebody saved this meanwhile." if offer.is_typed else LOOK_AGAIN,
                base=before.present,
                seen=before.version,
                begun_at=at,
            )
        taking.after, what = press.decide(before, offer, by, at)
        taking.what = what or press.done
    except Stale as stale:
        taking.ends(Outcome.STALE, str(stale), error=stale)
    except Refused as refused:
        taking.ends(Outcome.REFUSED, *refused.sentences, error=refused)
    else:
        if not press.beside and not _differ(taking):
            taking.ends(Outcome.UNCHANGED, press.nothing)


def _changes_record(taking):
    """Whether the record itself becomes another one, and not only what waits beside it."""
    before, after = taking.before, taking.after
    return bool(snapshots.changes(before.rows, after.rows)) or before.times != after.times


def _differ(taking):
    before, after = taking.before, taking.after
    if _changes_record(taking):
        return True
    if before.pending is None or after.pending is None:
        return before.pending is not after.pending
    states = [
        (each.status, each.publish_at, each.why, each.comment)
        for each in (before.pending, after.pending)
    ]
    return states[0] != states[1] or bool(
        snapshots.changes(before.pending.rows, after.pending.rows)
    )


# What is written


def _write(takings, press, by, at):
    for taking in takings:
        if press.begins_history and _changes_record(taking):
            history.begin(*taking.record)
    writings = [Writing(*each.record, each.before.rows, each.after.rows) for each in takings]
    for place, refused in snapshots.write_many(writings).items():
        takings[place].ends(Outcome.REFUSED, *refused.sentences, error=refused)
    for taking in filter(lambda each: each.is_news, takings):
        try:
            _store_standing(taking)
        except Refused as refused:
            taking.ends(Outcome.REFUSED, *refused.sentences, error=refused)


def _store_standing(taking):
    """The two times of publication, and what waits."""
    before, after = taking.before, taking.after
    if after.times != before.times and after.rows:
        record = after.model._base_manager.get(pk=after.key)
        record.published_at, record.withdrawn_at = after.times
        snapshots.save_times(record)
    changes = PendingChange.objects.of(*taking.record)
    if after.pending is None:
        changes.delete()
    elif before.pending is None:
        identity = {"kind": after.model._meta.label_lower, "key": after.key}
        PendingChange.objects.create(**identity, **after.pending._asdict(), title=_title(after))
    else:
        values = {
            name: value
            for name, value in after.pending._asdict().items()
            if value != getattr(before.pending, name)
        }
        if values:
            changes.update(**values, **({"title": _title(after)} if "rows" in values else {}))


def _title(after):
    """What the record is called once the pending change is public. Raises Refused."""
    with bookkeeping.rehearsal():
        record = snapshots.write(after.model, after.key, after.pending.rows)
    return str(record)[:300]


def _finish(taking, press, by, at):
    """History, what is beside the content, and files that nobody names any more."""
    if taking.is_news:
        ended = taking.before.pending
        unseen_by = ended.by if ended and ended.by != by else None
        if ended and _overrules(taking.after, ended):
            what = f"{press.overrules}: what {ended.by_name} had proposed"
            history.set_aside(*taking.record, ended.rows, by, what, taking.offer.why, unseen_by)
            unseen_by = None
        told = unseen_by if taking.after.pending is None else None
        has_history = press.begins_history or Revision.objects.of(*taking.record).exists()
        if _changes_record(taking) and has_history:
            history.record(*taking.record, by, taking.what, taking.offer.why, told)
        if press.beside:
            press.beside(taking.offer, by, at)
    named = (taking.before.pending.rows if taking.before.pending else []) + (
        taking.offer.rows or []
    )
    forget_uploads(*taking.record, named)


def _overrules(after, ended):
    """Whether a text that was proposed is neither stored nor proposed any more."""
    if after.pending and not snapshots.changes(ended.rows, after.pending.rows):
        return False
    return not snapshots.holds(after.present, ended.base, ended.rows)


def _keep_what_was_typed(taking, by):
    offer, is_stale = taking.offer, taking.answer.outcome is Outcome.STALE
    if is_stale and by and offer.is_typed and not _is_kept(offer):
        what = "Not saved: somebody had saved something else meanwhile"
        history.set_aside(offer.model, offer.key, offer.rows, by, what, offer.why)


def _is_kept(offer):
    last = Revision.objects.of(offer.model, offer.key).first()
    return last is not None and last.is_aside and not snapshots.changes(last.rows, offer.rows)


def _left_out(offer):
    gone = ", ".join(offer.left_out)
    return [f"Left out, because records no longer have it: {gone}."] if gone else []


def forget_uploads(model, key, rows):
    """Delete the files that `rows` name, but neither the record, its change nor its history."""
    files = snapshots.uploads(rows)
    if not files:
        return
    there = standings(model, [key])[str(key)]
    kept = [there.rows, there.present]
    kept += Revision.objects.of(model, key).values_list("rows", flat=True)
    for storage, name in files.difference(*map(snapshots.uploads, kept)):
        transaction.on_commit(partial(storage.delete, name))
