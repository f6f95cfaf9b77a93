"""What happened to a record, derived from the states that it has had.

A record is as old as its publication; what came later is told by its revisions; and a collaboration
begins or ends by itself on the day that is on record for it. Two states that follow each other are
news if a rule says so; everything else, a comma, is none. What appears here was put on record:
whether it is new in the world is not ours to say.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Model
from django.utils import timezone

from partners.models import Collaboration, Event, Organisation
from partners.rows.history import seen_from
from partners.values.days import midnight
from partners.values.folding import fold

#: With it a piece of news has an id of its own; never changes.
NAMESPACE = uuid.UUID("0d2b7a54-93f6-5c1d-8e0b-7c5a9f3e6b18")
A_DAY = dt.timedelta(days=1)

#: Where a record is before the public meets it.
NOWHERE = None
OVER = "over"
Course, Status = Collaboration.Status, Event.Status

#: What tells the states of a record apart, as far as rules ask.
ASKED = {
    Organisation: ["name"],
    Collaboration: ["title", "since", "until", "has_ended"],
    Event: ["title", "starts", "ends", "status"],
}


class State(NamedTuple):
    """What the public read of a record from `at` on, and how it stood with it then."""

    at: dt.datetime
    record: Model
    situation: str
    #: The names, folded, that the page says an organisation had.
    former: set


class Rule(NamedTuple):
    """That something is news: when a state follows another (None: the record is new)."""

    kind: str
    words: str
    applies: Callable


class News(NamedTuple):
    """One piece of news about a live record."""

    kind: str
    root: Model
    at: dt.datetime
    title: str
    #: What readers sort by: a second before the one above it where both are of one moment.
    shown_at: dt.datetime | None = None

    @property
    def id(self):
        at = self.at.astimezone(dt.UTC).isoformat()
        return identity(self.kind, self.root._meta.label_lower, self.root.pk, at)


def identity(*parts):
    """A URN (RFC 9562) that the same `parts` (str) always have, whatever host the site is on."""
    return uuid.uuid5(NAMESPACE, " ".join(parts)).urn


def appears(before, after):
    return before is None


def renamed(before, after):
    """Only where the page keeps the old name as a former one; else the name was corrected."""
    if before is None or fold(before.record.name) == fold(after.record.name):
        return False
    return fold(before.record.name) in after.former


def passes(was, now):
    """A test of two states: that the record came from one of the situations `was` to `now`."""

    def applies(before, after):
        return (before.situation if before else NOWHERE) in was and after.situation == now

    return applies


TOLD = {Status.SCHEDULED, Status.POSTPONED, Status.MOVED_ONLINE, Status.CANCELLED}
RULES = {
    Organisation: [
        Rule("partner", "Partner put on record: {after}", appears),
        Rule("name", "New name: {after}, formerly {before}", renamed),
    ],
    Collaboration: [
        Rule("recorded", "Collaboration put on record: {after}{since}",
             passes({NOWHERE}, Course.ONGOING)),
        Rule("begun", "Collaboration begun: {after}",
             passes({Course.TO_BEGIN}, Course.ONGOING)),
        Rule("ended", "Collaboration ended: {after}",
             passes({Course.TO_BEGIN, Course.ONGOING}, Course.ENDED)),
        Rule("resumed", "Collaboration goes on: {after}", passes({Course.ENDED}, Course.ONGOING)),
    ],
    Event: [
        Rule("announced", "Event announced: {after}", passes({NOWHERE}, Status.SCHEDULED)),
        Rule("cancelled", "Event cancelled: {after}",
             passes({NOWHERE, *TOLD - {Status.CANCELLED}}, Status.CANCELLED)),
        Rule("postponed", "Event postponed: {after}",
             passes({NOWHERE, *TOLD - {Status.POSTPONED}}, Status.POSTPONED)),
        Rule("moved-online", "Event moved online: {after}",
             passes({NOWHERE, *TOLD - {Status.MOVED_ONLINE}}, Status.MOVED_ONLINE)),
        Rule("takes-place", "Event takes place: {after}",
             passes(TOLD - {Status.SCHEDULED}, Status.SCHEDULED)),
    ],
}  # fmt: skip


def of_one_state(root, day):
    """The News, by `day` (datetime.date), of a record of which the public has seen one state."""
    values = tuple(getattr(root, name) for name in ASKED[type(root)])
    happened = _at_once(type(root), values, root.published_at, day)
    return [News(kind, root, moment, title) for kind, moment, title in happened]


@lru_cache(maxsize=2000)
def _at_once(model, values, published_at, day):
    """[(kind, moment, title)] by `day` of what has these values; the zone is that of the site."""
    record = model(**dict(zip(ASKED[model], values, strict=True)), published_at=published_at)
    return [(each.kind, each.at, each.title) for each in of_root(record, [], set(), midnight(day))]


def of_root(root, revisions, former, at):
    for before, after in pairwise(_states(root, revisions, former, at)):
        for rule in RULES[type(root)]:
            if rule.applies(before, after):
                called = after.record if fold(str(after.record)) in former else root
                words = {"before": before and before.record, "after": called}
                title = rule.words.format(**words, since=_since(after.record))
                yield News(rule.kind, root, after.at, title)


def _since(record):
    since = getattr(record, "since", None)
    return f", since {since.display()}" if since else ""


def _states(root, revisions, former, at):
    """The states of `root` up to `at`, after None unless what was first has been left out."""
    records = _records(root, revisions, at)
    ends = [*list(records)[1:], at]
    states = [
        State(moment, record, _situation(record, day), former)
        for (begins, record), end in zip(records.items(), ends, strict=True)
        for moment, day in _turns(record, begins, end)
    ]
    return [None, *states] if states[0].at == root.published_at else states


def _records(root, revisions, at):
    """{since when: the record as the public read it}, the oldest first; at least what it is now."""
    moments = [max(seen_from(revision), root.published_at) for revision in revisions]
    if moments and not revisions[0].has_older:
        moments[0] = root.published_at
    records = {
        moment: _as_it_was(revision)
        for moment, revision in zip(moments, revisions, strict=True)
        if moment <= at
    }
    return records or {root.published_at: root}


def _as_it_was(revision):
    """The record that a revision keeps, with what rules ask of it alone."""
    model = revision.model
    fields = next(row["fields"] for row in revision.rows if row["model"] == revision.kind)
    known = {name: fields[name] for name in ASKED[model] if name in fields}
    return model(**{name: model._meta.get_field(name).to_python(known[name]) for name in known})


def _turns(record, begins, end):
    """[(moment, its day)]: `begins`, and each up to `end` at which a date on record has come."""
    first, days = timezone.localdate(begins), set()
    if isinstance(record, Collaboration):
        last = timezone.localdate(end)
        days |= {record.since.earliest} if record.since else set()
        has_ended = record.until and record.until.latest < last
        days |= {record.until.latest + A_DAY} if has_ended else set()
        days = {day for day in days if first < day <= last}
    return [(begins, first), *((midnight(day), day) for day in sorted(days))]


def _situation(record, day):
    """How it stood with the record on `day`; an organisation is simply there."""
    if isinstance(record, Collaboration):
        return record.status(day)
    if isinstance(record, Event):
        return OVER if record.is_over(day) else record.status
    return ""
