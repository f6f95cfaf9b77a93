"""What is new, for those who follow the site: derived from the states that records have had.

Nothing of it is stored. A record is as old as its publication; what came later is told by its
revisions; and a collaboration begins or ends by itself on the day that is on record for it. Two
states that follow each other are news if a rule says so; everything else, a comma, is none. What
appears here was put on record: whether it is new in the world is not ours to say.
"""

import datetime as dt
import uuid
from bisect import insort
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from heapq import merge
from itertools import chain, pairwise
from typing import NamedTuple

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from partners.models import (
    ROOTS,
    Collaboration,
    Event,
    Organisation,
    OrganisationName,
    Organiser,
    Party,
    Revision,
)
from partners.models.base import FEW, InOrder
from partners.rows.history import seen_from
from partners.values.dates import LastDay
from partners.values.folding import fold

#: With it a piece of news has an id of its own; never changes.
NAMESPACE = uuid.UUID("0d2b7a54-93f6-5c1d-8e0b-7c5a9f3e6b18")
MOST = 50
A_SECOND, A_DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)
#: How many states of records, the latest, are looked at, and how many of them all they are among.
MOST_STATES = 500
MOST_STATES_PASSED = 5000
#: How many records, the latest of each kind, are looked at.
MOST_LOOKED_AT = 1000

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


READ_OF_STATES = ["kind", "key", "at", "rows", "published_at"]


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


class Told(NamedTuple):
    """The live records of a kind that a feed is about; their keys where they are few."""

    queryset: QuerySet
    keys: list | None = None


class Order(NamedTuple):
    """Records by when something happened to them, the latest first; `moment(root)` is when."""

    roots: QuerySet
    moment: Callable


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


def of_site(at):
    """The latest News of the whole site at `at` (aware datetime), the newest first."""
    live = [Organisation.objects.live(at).partners()]
    live += [Collaboration.objects.live(at), Event.objects.live(at)]
    return _latest([Told(queryset) for queryset in live], at)


def of_organisation(organisation, at):
    """The same of one organisation, what it does together with others, and what it holds."""
    key = organisation.pk
    itself = Told(Organisation.objects.live(at).partners().filter(pk=key), [key])
    return _latest([itself, _together(key, at), _held(key, at)], at)


def _together(organisation, at):
    """By their keys, or each by itself where they are many: so neither grows with the site."""
    live, parties = Collaboration.objects.live(at), Party.objects.filter(organisation=organisation)
    keys = parties.values_list("collaboration", flat=True).few()
    if keys is None:
        return Told(live.filter(Exists(parties.filter(collaboration=OuterRef("pk")))))
    return Told(live.filter(pk__in=keys), keys)


def _held(organisation, at):
    """The same of events: what it holds itself, and editions of its series."""
    live, rows = Event.objects.live(at), Organiser.objects.filter(organisation=organisation)
    few = rows.values_list("event_id", "series_id", named=True).few()
    if few is not None:
        keys = list(live.organised(few, at).order_by().values_list("pk", flat=True)[: FEW + 1])
        if len(keys) <= FEW:
            return Told(live.filter(pk__in=keys), keys)
    return Told(live.each_organised_by(organisation, at))


def _latest(told, at):
    revisions = _revisions(told)
    news = {
        each
        for queryset, _ in told
        for root, former in _with_revisions(queryset, revisions)
        for each in _of_root(root, revisions[type(root), root.pk], former, at)
    }
    times = sorted(_back(each.at) for each in news)
    orders = chain.from_iterable(_orders(queryset, at) for queryset, _ in told)
    found = [_found(order, revisions, at) for order in orders]
    for moment, some in merge(*found, key=lambda pair: _back(pair[0])):
        if len(news) >= MOST and _back(moment) > times[MOST - 1]:
            break
        for each in set(some) - news:
            insort(times, _back(each.at))
            news.add(each)
    latest = sorted(news, key=lambda each: (_back(each.at), each.title, each.root.pk))
    return list(_apart(latest[:MOST]))


def _back(moment):
    """What puts moments in order, the latest first."""
    return -moment.timestamp()


def _orders(queryset, at):
    """The orders in which the latest of what makes news is found without looking at the rest."""
    latest = queryset.alias(since_when=InOrder("published_at")).filter(since_when__lte=at)
    latest = latest.order_by("-since_when", queryset.model.title_field, "pk")
    yield Order(latest, lambda root: root.published_at)
    if queryset.model is Collaboration:
        today = timezone.localdate(at).isoformat()
        begun = queryset.filter(since__lte=today).exclude(since="")
        begun = begun.order_by("-since", "title", "pk")
        yield Order(begun, lambda root: _midnight(root.since.earliest))
        ended = queryset.annotate(last_day=LastDay("until")).exclude(until="")
        ended = ended.filter(last_day__lt=today).order_by("-last_day", "title", "pk")
        yield Order(ended, lambda root: _midnight(root.until.latest + A_DAY))


def _found(order, revisions, at):
    """(moment, its News) of each record in the order of which the public has seen one state.

    Of as many as can be among the latest, or are looked at.
    """
    roots, found = order.roots.only(*_told_of(order.roots.model)), 0
    for start in range(0, MOST_LOOKED_AT, MOST):
        some = list(roots[start : start + MOST])
        for root in some:
            moment, news = order.moment(root), []
            if (type(root), root.pk) not in revisions:
                news = [each for each in _of_one_state(root, at) if each.at == moment]
            yield moment, news
            found += bool(news)
        if len(some) < MOST or found >= MOST:
            return


def _of_one_state(root, at):
    """The News of a record of which the public has seen one state."""
    values = tuple(getattr(root, name) for name in ASKED[type(root)])
    told = _at_once(type(root), values, root.published_at, timezone.localtime(at).date())
    return [News(kind, root, moment, title) for kind, moment, title in told]


@lru_cache(maxsize=2000)
def _at_once(model, values, published_at, day):
    """[(kind, moment, title)] by `day` of what has these values; the zone is that of the site."""
    record = model(**dict(zip(ASKED[model], values, strict=True)), published_at=published_at)
    return [
        (each.kind, each.at, each.title) for each in _of_root(record, [], set(), _midnight(day))
    ]


def _apart(news):
    """The News with times to show that follow their order; equal ones are shuffled by readers."""
    above = None
    for each in news:
        shown_at = each.at if above is None else min(each.at, above - A_SECOND)
        yield each._replace(shown_at=shown_at)
        above = shown_at


def _told_of(model):
    """What a feed says of a record, and what rules ask."""
    return ["slug", "summary", "published_at", *ASKED[model]]


def _revisions(told):
    """{(model, key): public states, the oldest first}, of the latest ones.

    Of few records those of their keys; of very many the latest of the whole site.
    """
    public = Revision.objects.filter(is_deleted=False, published_at__isnull=False)
    older = public.filter(kind=OuterRef("kind"), key=OuterRef("key"), pk__lt=OuterRef("pk"))
    by_key, others = Q(), []
    for queryset, keys in told:
        kind = queryset.model._meta.label_lower
        if keys is None:
            others.append(kind)
        elif keys:
            by_key |= Q(kind=kind, key__in=keys)
    passed = Revision.objects.annotate(passed=F("pk") - MOST_STATES_PASSED).order_by("-pk")
    # Said of the kinds that are not meant: SQLite would take an index of kinds, and read all.
    unmeant = [label.lower() for label in ROOTS.values() if label.lower() not in others]
    of_site = ~Q(kind__in=unmeant) & Q(pk__gt=passed.values("passed")[:1]) if others else Q()
    latest = []
    for theirs in filter(None, (by_key, of_site)):
        states = public.filter(theirs).annotate(has_older=Exists(older)).only(*READ_OF_STATES)
        latest += states.order_by("-pk")[:MOST_STATES]
    found = defaultdict(list)
    for revision in sorted(latest, key=lambda each: each.pk)[-MOST_STATES:]:
        found[revision.model, revision.key].append(revision)
    return found


def _with_revisions(queryset, revisions):
    """(record, the folded names that the page says it had) of those that have revisions."""
    keys = [key for model, key in revisions if model is queryset.model]
    former = _former_names(keys) if queryset.model is Organisation else {}
    for root in queryset.filter(pk__in=keys).only(*_told_of(queryset.model)) if keys else ():
        yield root, former.get(root.pk, set())


def _former_names(keys):
    """{key: the folded names that the page of the organisation says it had}."""
    names = OrganisationName.objects.filter(
        kind=OrganisationName.Kind.FORMER, organisation__in=keys
    )
    found = defaultdict(set)
    for key, name in names.values_list("organisation", "name") if keys else ():
        found[key].add(fold(name))
    return found


def _of_root(root, revisions, former, at):
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
    told = _told(root, revisions, at)
    ends = [*list(told)[1:], at]
    states = [
        State(moment, record, _situation(record, day), former)
        for (begins, record), end in zip(told.items(), ends, strict=True)
        for moment, day in _turns(record, begins, end)
    ]
    return [None, *states] if states[0].at == root.published_at else states


def _told(root, revisions, at):
    """{since when: the record as it was told}, the oldest first; at least what it is now."""
    moments = [max(seen_from(revision), root.published_at) for revision in revisions]
    if moments and not revisions[0].has_older:
        moments[0] = root.published_at
    told = {
        moment: _as_it_was(revision)
        for moment, revision in zip(moments, revisions, strict=True)
        if moment <= at
    }
    return told or {root.published_at: root}


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
    return [(begins, first), *((_midnight(day), day) for day in sorted(days))]


def _midnight(day):
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _situation(record, day):
    """How it stood with the record on `day`; an organisation is simply there."""
    if isinstance(record, Collaboration):
        return record.status(day)
    if isinstance(record, Event):
        return OVER if record.is_over(day) else record.status
    return ""
