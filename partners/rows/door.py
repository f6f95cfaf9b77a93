"""The one way in for rows: forms, lists, the desk, spreadsheets, merges, fixtures and the clock.

Whoever wants something of records makes an Offer for each and names a Press, which says what is to
become of a record as it stands (see `publishing`). `take` locks the records, asks whether they are
still what was seen, decides, writes, keeps history, and answers: all offers or none.

Of many offers all that takes time is done before anything is locked (`Batch.look_ahead`), and what
it rests on is asked again once it is: nobody waits while two thousand lines are read and checked.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial

from django.db import connection

from partners.models import Revision, Root
from partners.models.known import Known, batches
from partners.rows import bookkeeping, freshness, history, snapshots, uploads, writing
from partners.rows.offers import LOOK_AGAIN, Answer, Offer, Outcome, Stale
from partners.rows.proposals import Proposals
from partners.rows.snapshots import Refused
from partners.rows.standing import Standing, fingerprint, lock, standings
from partners.rows.writing import Prepared, Writing

#: So many offers are looked at before anything is locked; fewer are done as quickly within.
MANY = 20
#: So often they are, if what they rest on changes meanwhile; after that within the lock.
TRIES = 3
AGAINST_ANOTHER = "Nothing was stored: another record stands against it."


class _NotTaken(Exception):
    """Undoes what was written for the other offers."""


class _Changed(Exception):
    """What was looked at ahead is not so any more."""


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
        return self.offer.model, str(self.offer.key)

    @property
    def is_news(self):
        return self.answer is None

    @property
    def writing(self):
        return Writing(*self.record, self.before.rows, self.after.rows)

    @property
    def changes_record(self):
        """Whether the record itself becomes another one, and not only what waits beside it."""
        before, after = self.before, self.after
        return before.times != after.times or bool(snapshots.changes(before.rows, after.rows))

    def ends(self, outcome, *sentences, error=None):
        self.answer = Answer(self.offer, outcome, list(sentences), error)


def take(offers, press, by, at):
    """Do what `press` says with the record of each offer: with all of them, or with none.

    `by` is the User who does it, None for the machine; `at` an aware datetime. Returns an Answer
    for each offer. Where one is stale, what was typed is kept beside the record's history.
    """
    batch = Batch(offers, press, by, at)
    if len(offers) > MANY and not connection.in_atomic_block:
        batch.look_ahead()
    return batch.take()


def take_one(offer, press, by, at):
    """The Answer to a single offer."""
    return take([offer], press, by, at)[0]


class Batch:
    """Offers that are taken together: `take` says how."""

    def __init__(self, offers, press, by, at):
        self.offers, self.press, self.by, self.at = list(offers), press, by, at
        self.keys = defaultdict(list)
        for offer in self.offers:
            self.keys[offer.model].append(offer.key)
        self.ahead, self.takings, self.progress = None, [], None

    def look_ahead(self, progress=None):
        """Do all that takes time, without a lock; of no use in a transaction that holds one.

        `progress` (a function of how many rows are checked, and of how many) is called meanwhile.
        """
        self.progress = progress
        known, token = Known(), freshness.token()
        for model, keys in self._models():
            for some in batches(map(str, keys)):
                known.ask(fingerprint, model, some)
        self._prepare(known)
        self.ahead = token

    def take(self, then=None):
        """The Answers, in the order of the offers.

        `then` (a function) is called in the same transaction, if all are taken.
        """
        try:
            self._in_transaction(partial(self._store_all, then))
        except _NotTaken:
            for taking in filter(lambda each: each.is_news, self.takings):
                taking.ends(Outcome.UNCHANGED, AGAINST_ANOTHER)
            if len(self.takings) == 1:  # a form; a file is still with whoever sent it
                _keep_what_was_typed(*self.takings, self.by)
        return self._answers()

    def rehearse(self):
        """The Answers that there would be; nothing is stored."""
        with bookkeeping.rehearsal():
            self._settle_what_is_known(may_give_up=False)
            self._write()
        return self._answers()

    def _in_transaction(self, store):
        for left in reversed(range(TRIES)):
            try:
                with bookkeeping.batch():
                    self._settle_what_is_known(may_give_up=left)
                    store()
            except _Changed:
                self.look_ahead(self.progress)
            else:
                return

    def _answers(self):
        return [
            each.answer or Answer(each.offer, sentences=_left_out(each.offer))
            for each in self.takings
        ]

    def _models(self):
        return sorted(self.keys.items(), key=lambda each: each[0]._meta.label)

    def _settle_what_is_known(self, may_give_up):
        """Lock the records, and look at them unless that was done and nothing changed since."""
        if self.ahead is None:
            self._prepare(Known(), is_locked=True)
            return
        for model, keys in self._models():
            lock(model, sorted(map(str, keys)))
        is_within = bool(connection.savepoint_ids)  # a transaction that may have written already
        if (is_within or freshness.token() != self.ahead) and not self.known.holds():
            if may_give_up and not is_within:
                raise _Changed
            self._prepare(Known())

    # What can be done before anything is locked

    def _prepare(self, known, is_locked=False):
        found = {
            model: standings(model, sorted(keys), lock=is_locked) for model, keys in self._models()
        }
        self.known = known
        self.takings = [_Taking(each, found[each.model][str(each.key)]) for each in self.offers]
        for taking in self.takings:
            self._decide(taking)
        takings = self.news = self._news()
        self.prepared = Prepared([each.writing for each in takings], known, self.progress)
        self._refuse(takings, self.prepared.refused)
        self._prepare_what_is_beside()

    def _decide(self, taking):
        offer, before = taking.offer, taking.before
        try:
            if offer.seen not in (None, before.version):
                raise Stale(
                    offer.base,
                    before.present,
                    "Somebody saved this meanwhile." if offer.is_typed else LOOK_AGAIN,
                    base=before.present,
                    seen=before.version,
                    begun_at=self.at,
                )
            taking.after, what = self.press.decide(before, offer, self.by, self.at)
            taking.what = what or self.press.done
        except Stale as stale:
            taking.ends(Outcome.STALE, str(stale), error=stale)
        except Refused as refused:
            taking.ends(Outcome.REFUSED, *refused.sentences, error=refused)
        else:
            if not self.press.beside and not _differ(taking):
                taking.ends(Outcome.UNCHANGED, self.press.nothing)

    def _news(self):
        return [each for each in self.takings if each.is_news]

    def _prepare_what_is_beside(self):
        """Pending changes, history, and the search text of what changes: all made statements."""
        news, known = self._news(), self.known
        self.proposed, rows = news, self.prepared.rows_after()
        self.proposals = Proposals(
            [(each.before, each.after, rows[each.record]) for each in news], known
        )
        changed = [each for each in news if each.changes_record]
        for model, keys in _keys_of(changed).items():
            known.load(model, keys)
        states = {each.record: self._states(each, rows[each.record]) for each in changed}
        self.book = self._book(changed, states)
        counted = {
            each.record: rows[each.record] for each in changed if issubclass(each.record[0], Root)
        }
        self.counted = [record for record, there in counted.items() if there]
        self.statements = [
            *self.book.statements,
            *bookkeeping.counted_ahead({each: counted[each] for each in self.counted}, known),
        ]

    def _states(self, taking, rows):
        """What the record is before and after (pair of history.State)."""
        model, key = taking.record
        pk = model._meta.pk.to_python(key)
        return (
            history.State(self.known.stored(model, pk), taking.before.rows, taking.before.times),
            history.State(self.known.get(model, pk), rows, taking.after.times),
        )

    def _book(self, changed, states):
        """What history keeps of it: what a record was before staff first changed it; what somebody
        had proposed and is not taken; what the record is now."""
        records = [each.record for each in changed]
        book = history.Book(history.last_states(self.known, records))
        for record in records if self.press.begins_history else ():
            book.begin(*record, states[record][0])
        has_history = self._have_history(records)
        for taking in self._news():
            unseen_by = self._set_aside(taking, book)
            if taking.record in has_history:
                state = states[taking.record][1]
                why, act = taking.offer.why, taking.offer.act
                book.keep(*taking.record, state, self.by, taking.what, why, unseen_by, act)
        return book

    def _have_history(self, records):
        if self.press.begins_history:
            return set(records)
        return history.with_any(self.known, records)

    def _set_aside(self, taking, book):
        """Keep what was proposed where it ends untaken; returns who has yet to see that."""
        ended, offer = taking.before.pending, taking.offer
        unseen_by = ended.by if ended and ended.by != self.by else None
        if ended and _overrules(taking.after, ended):
            what = f"{self.press.overrules}: what {ended.by_name} had proposed"
            book.set_aside(*taking.record, ended.rows, self.by, what, offer.why, unseen_by)
            return None
        return unseen_by if taking.after.pending is None else None

    # Within the transaction

    def _store_all(self, then=None):
        self._write()
        if not all(each.is_news or each.answer.is_taken for each in self.takings):
            raise _NotTaken
        for statement in self.statements:
            statement.send()
        bookkeeping.are_counted(self.counted)
        for taking in self._news() if self.press.beside else ():
            self.press.beside(taking.offer, self.by, self.at)
        uploads.forget({each.record: _named(each) for each in self.takings})
        if then:
            then()

    def _write(self):
        self.prepared.store()
        self._refuse(self.news, self.prepared.refused)
        self._store_times()
        self._refuse(self.proposed, self.proposals.store())

    def _refuse(self, takings, refused):
        for place, error in refused.items():
            if takings[place].is_news:
                takings[place].ends(Outcome.REFUSED, *error.sentences, error=error)

    def _store_times(self):
        """The two times of publication: a query for all records that get the same."""
        alike = defaultdict(list)
        for taking in self._news():
            if taking.after.rows and taking.after.times != taking.before.times:
                alike[taking.offer.model, taking.after.times].append(taking)
        for (model, times), takings in alike.items():
            refused = writing.store_times(model, [each.record[1] for each in takings], *times)
            by_key = {each.record[1]: each for each in takings}
            for key, error in refused.items():
                by_key[key].ends(Outcome.REFUSED, *error.sentences, error=error)


def _keys_of(takings):
    keys = defaultdict(list)
    for model, key in (each.record for each in takings):
        keys[model].append(model._meta.pk.to_python(key))
    return keys


def _differ(taking):
    before, after = taking.before, taking.after
    if taking.changes_record:
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


def _overrules(after, ended):
    """Whether a text that was proposed is neither stored nor proposed any more."""
    if after.pending and not snapshots.changes(ended.rows, after.pending.rows):
        return False
    return not snapshots.holds(after.present, ended.base, ended.rows)


def _named(taking):
    """The rows that may name uploads which nothing names any more."""
    proposed = taking.before.pending.rows if taking.before.pending else []
    return proposed + (taking.offer.rows or [])


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
