"""What somebody wants of records, what is to be done about it, and what became of it."""

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.db import models

from partners.rows import snapshots
from partners.rows.snapshots import Refused

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
    #: What all offers of one import or list action have in common, to be undone as one.
    act: UUID | None = None

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
