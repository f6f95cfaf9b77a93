"""The states that records have had: each is kept, whoever changes it and however."""

from itertools import pairwise
from typing import NamedTuple

from partners.models import Revision
from partners.rows import snapshots

OUTSIDE = "Loaded or changed by an operator"


def name_of(user):
    """What colleagues call `user`; kept beside what they did, it outlives the account."""
    return (user.get_full_name() or user.get_username())[:150]


def record(model, key, by, what, why="", unseen_by=None):
    """Keep the state that the record has now, unless it is the last one kept already.

    `by` (User) is who made it so, None for the machine; `unseen_by` (User or None) whose proposal
    it was. Returns the Revision, or None.
    """
    present = model._base_manager.filter(pk=key).first()
    last = Revision.objects.of(model, key).states().first()
    if present is None and (last is None or last.is_deleted):
        return None
    rows = snapshots.rows_of(present) if present else last.rows
    standing = {
        "is_deleted": present is None,
        "published_at": getattr(present or last, "published_at", None),
        "withdrawn_at": getattr(present or last, "withdrawn_at", None),
    }
    is_same = last and all(getattr(last, name) == value for name, value in standing.items())
    if is_same and not snapshots.changes(last.rows, rows):
        return None
    title = str(present or last.title)
    return _keep(model, key, title, by, what, why, rows=rows, unseen_by=unseen_by, **standing)


def set_aside(model, key, rows, by, what, why="", unseen_by=None):
    """Keep `rows`, that somebody proposed and that the record did not become."""
    title = snapshots.title_of(model, key, rows)
    return _keep(model, key, title, by, what, why, rows=rows, unseen_by=unseen_by, is_aside=True)


def _keep(model, key, title, by, what, why, **kept):
    return Revision.objects.create(
        kind=model._meta.label_lower,
        key=key,
        title=title[:300],
        by=by,
        by_name=name_of(by) if by else "",
        what=what[:120],
        why=why,
        **kept,
    )


def begin(model, key):
    """Keep what the record was before staff change it, if nobody has: loaded, say."""
    return record(model, key, None, OUTSIDE)


def catch_up():
    """Keep what the records with a history have become by other hands than those of staff."""
    for latest in Revision.objects.latest_of_each().only("kind", "key"):
        record(latest.model, latest.key, None, OUTSIDE)


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
