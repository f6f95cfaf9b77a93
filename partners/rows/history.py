"""The states that records have had: each is kept, whoever changes it and however."""

from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

from django.db import models
from django.db.models import Max

from partners.models import Revision
from partners.models.known import Known, batches
from partners.rows import snapshots, statements
from partners.rows.standing import standings

OUTSIDE = "Loaded or changed by an operator"


def name_of(user):
    """What colleagues call `user`; kept beside what they did, it outlives the account."""
    return (user.get_full_name() or user.get_username())[:150]


class State(NamedTuple):
    """What a record is: the instance (None: there is no such record), its rows and its times."""

    record: models.Model | None
    rows: list
    times: tuple


def record(model, key, by, what, why=""):
    """Keep the state that the record has now, unless it is the last one kept already.

    `by` (User) is who made it so, None for the machine. Returns the Revision, or None.
    """
    return next(iter(record_all(model, [str(key)], by, what, why)), None)


def record_all(model, keys, by, what, why=""):
    """The same for the records of these keys (of str), in a few queries; returns [Revision]."""
    present = {str(each.pk): each for each in model._base_manager.filter(pk__in=keys)}
    book = Book(last_states(Known(), [(model, key) for key in keys]))
    for key, there in standings(model, keys).items():
        state = State(present.get(key), there.rows, there.times)
        book.keep(model, key, state, by, what, why)
    return book.save()


class Book:
    """What is to be kept of many records: first written down here, then stored together.

    `last` is the Revision of the last state of each record that has one: {(model, key): Revision}.
    """

    def __init__(self, last):
        self.last, self.revisions = last, []

    def keep(self, model, key, state, by, what, why="", unseen_by=None, act=None):
        """Keep the State of a record, unless it is the last one kept already.

        `unseen_by` (User or None) is whose proposal it was; `act` is that of the Offer.
        """
        last, is_deleted = self.last.get((model, key)), not state.rows
        if is_deleted and (last is None or last.is_deleted):
            return
        if last and _says(last, state):
            return
        title = last.title if is_deleted else str(state.record)
        rows, times = (last.rows, last.times) if is_deleted else (state.rows, state.times)
        kept = {"rows": rows, "is_deleted": is_deleted, "unseen_by": unseen_by, "act": act}
        kept |= {"published_at": times[0], "withdrawn_at": times[1]}
        self.last[model, key] = self._add(model, key, title, by, what, why, **kept)

    def set_aside(self, model, key, rows, by, what, why="", unseen_by=None):
        """Keep `rows`, that somebody proposed and that the record did not become."""
        title = snapshots.title_of(model, key, rows)
        self._add(model, key, title, by, what, why, rows=rows, unseen_by=unseen_by, is_aside=True)

    def begin(self, model, key, state):
        """Keep what the record was before staff change it, if nobody has: loaded, say."""
        self.keep(model, key, state, None, OUTSIDE)

    def _add(self, model, key, title, by, what, why, **kept):
        revision = Revision(
            kind=model._meta.label_lower,
            key=key,
            title=title[:300],
            by=by,
            by_name=name_of(by) if by else "",
            what=what[:120],
            why=why,
            **kept,
        )
        self.revisions.append(revision)
        return revision

    def save(self):
        """Store the revisions; returns them."""
        return Revision.objects.bulk_create(self.revisions)

    @property
    def statements(self):
        """What stores the revisions."""
        return statements.insert(self.revisions)


def _says(last, state):
    """Whether the Revision says of the record what it is now."""
    is_same = state.rows and not last.is_deleted and last.times == state.times
    return is_same and not snapshots.changes(last.rows, state.rows)


def set_aside(model, key, rows, by, what, why=""):
    """`Book.set_aside` of one record, stored."""
    book = Book({})
    book.set_aside(model, key, rows, by, what, why)
    book.save()


def last_ids(kind, keys):
    """The id of the last state kept of each of these records of a kind: {key: id}."""
    states = Revision.objects.states().filter(kind=kind, key__in=keys)
    return dict(states.order_by("key").values_list("key").annotate(last=Max("pk")))


def keys_kept(kind, keys):
    """Those of the keys of records of a kind of which anything is kept."""
    return set(Revision.objects.filter(kind=kind, key__in=keys).values_list("key", flat=True))


def with_any(known, records):
    """Those of `records` ((model, key)) of which history keeps anything, as a Known has it."""
    return {
        (model, key)
        for model, keys in _by_model(records).items()
        for some in batches(keys)
        for key in known.ask(keys_kept, model._meta.label_lower, some)
    }


def _by_model(records):
    by_model = defaultdict(list)
    for model, key in records:
        by_model[model].append(key)
    return by_model


def last_states(known, records):
    """{(model, key): Revision} of the last state kept of each of `records`, as a Known has it."""
    ids = []
    for model, keys in _by_model(records).items():
        for some in batches(keys):
            ids += known.ask(last_ids, model._meta.label_lower, some).values()
    found = [each for some in batches(ids) for each in Revision.objects.filter(pk__in=some)]
    return {(each.model, each.key): each for each in found}


def catch_up():
    """Keep what the records with a history have become by other hands than those of staff."""
    latest = Revision.objects.latest_of_each().only("kind", "key")
    for model, keys in _by_model((each.model, each.key) for each in latest).items():
        for some in batches(keys):
            record_all(model, some, None, OUTSIDE)


class Entry(NamedTuple):
    """What the public could see change: since when (datetime), and a list of snapshots.Change.

    Without any change it is the publication of the record.
    """

    at: object
    changes: list


def public_log(root, at):
    """What changed on the page of `root` by `at` (aware datetime), the latest first: [Entry]."""
    states = [
        state
        for state in Revision.objects.of(type(root), root.pk).states()
        if not state.is_deleted and state.published_at and seen_from(state) <= at
    ]
    entries = [
        Entry(seen_from(after), snapshots.changes(before.rows, after.rows))
        for after, before in pairwise(states)
    ]
    return [*entries, Entry(root.published_at, [])]


def seen_from(state):
    """Since when the public can read a state that is not a draft's (aware datetime)."""
    return max(state.at, state.published_at)
