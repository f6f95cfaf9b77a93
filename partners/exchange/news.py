"""What is new, for those who follow the site: the latest of what happened to records.

Nothing of it is stored, and no more is read than what the latest can be made of: see decision 35.
"""

import datetime as dt
from bisect import insort
from collections import defaultdict
from collections.abc import Callable
from functools import cache, lru_cache
from heapq import merge
from itertools import chain, islice
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from partners.exchange.happenings import (
    A_DAY,
    ASKED,
    of_one_state,
    of_root,
)
from partners.models import (
    ROOTS,
    Collaboration,
    Event,
    Organisation,
    OrganisationName,
    Party,
    Revision,
)
from partners.models.base import FEW
from partners.models.indexes import InOrder, LastDay
from partners.models.prepared import MOST_KEPT, Prepared
from partners.rows import freshness
from partners.values.days import midnight
from partners.values.folding import fold

MOST = 50
A_SECOND = dt.timedelta(seconds=1)
#: How many states of records, the latest, are looked at, and how many of them all they are among.
MOST_STATES = 500
MOST_STATES_PASSED = 5000
#: How many records, the latest of each kind, are looked at.
MOST_LOOKED_AT = 1000

READ_OF_STATES = ["kind", "key", "at", "rows", "published_at"]


class Subject(NamedTuple):
    """The live records of a kind that a feed is about; their keys where they are few.

    They are what `find` makes a queryset of, given `values`, the first of which is a moment.
    """

    model: type
    find: Callable
    values: tuple
    keys: tuple | None = None

    @property
    def kind(self):
        return self.model._meta.label_lower


class Order(NamedTuple):
    """Records by when something happened to them, the latest first; `moment(root)` is when.

    `sort` takes a queryset, a moment, and its day in ISO 8601.
    """

    sort: Callable
    moment: Callable


@freshness.remembered
def of_site(at):
    """The latest News of the whole site at `at` (aware datetime), the newest first."""
    models = (Organisation, Collaboration, Event)
    return _latest([Subject(model, _live(model), (at,)) for model in models], at)


def of_organisation(organisation, at):
    """The same of one organisation, what it does together with others, and what it holds.

    It was read with `counts` of its "parties" and "organised", up to FEW and one more.
    """
    subjects = [_of_keys(Organisation, [organisation.pk], at)]
    subjects += [_together(organisation, at), _held(organisation, at)]
    return _latest([each for each in subjects if each.keys != ()], at)


@cache
def _live(model):
    """A function: the records of `model` that are live at a moment."""

    def find(at):
        live = model.objects.live(at)
        return live.partners() if model is Organisation else live

    return find


@cache
def _live_with(model):
    """A function: those of them that have these keys."""
    return lambda at, *keys: _live(model)(at).filter(pk__in=keys)


def _of_keys(model, keys, at):
    return Subject(model, _live_with(model), (at, *keys), tuple(keys))


def _together(organisation, at):
    """By their keys, or each by itself where they are many: so neither grows with the site."""
    key, number = organisation.pk, organisation.counts["parties"]
    if number > FEW:
        return Subject(Collaboration, _taken_part_in, (at, key))
    return _of_keys(Collaboration, _keys_together(key) if number else (), at)


@Prepared
def _keys_together(key):
    return Party.objects.filter(organisation=key).order_by().values_list("collaboration", flat=True)


def _taken_part_in(at, organisation):
    parties = Party.objects.filter(organisation=organisation, collaboration=OuterRef("pk"))
    return Collaboration.objects.live(at).filter(Exists(parties))


def _held(organisation, at):
    """The same of events: what it holds itself, and editions of its series."""
    key, number = organisation.pk, organisation.counts["organised"]
    if number <= FEW:
        rows = organisation.organised.order_by().values_list("event_id", "series_id", named=True)
        found = Event.objects.live(at).organised(rows, at) if number else Event.objects.none()
        keys = found.order_by().values_list("pk", flat=True)[: FEW + 1]
        if len(keys) <= FEW:
            return _of_keys(Event, keys, at)
    return Subject(Event, _each_held, (at, key))


def _each_held(at, organisation):
    return Event.objects.live(at).each_organised_by(organisation, at)


def _latest(subjects, at):
    revisions = _revisions(subjects)
    news = {
        each
        for subject in subjects
        for root, former in _with_revisions(subject, revisions)
        for each in of_root(root, revisions[type(root), root.pk], former, at)
    }
    times = sorted(_back(each.at) for each in news)
    found = [
        _found(subject, order, revisions, at)
        for subject in subjects
        for order in ORDERS[subject.model]
    ]
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


def _published(queryset, at, today):
    latest = queryset.alias(since_when=InOrder("published_at")).filter(since_when__lte=at)
    return latest.order_by("-since_when", queryset.model.title_field, "pk")


def _begun(queryset, at, today):
    begun = queryset.filter(since__lte=today).exclude(since="")
    return begun.order_by("-since", "title", "pk")


def _ended(queryset, at, today):
    ended = queryset.annotate(last_day=LastDay("until")).exclude(until="")
    return ended.filter(last_day__lt=today).order_by("-last_day", "title", "pk")


PUBLISHED = Order(_published, lambda root: root.published_at)
#: In which the latest of what makes news is found without looking at the rest.
ORDERS = {
    Organisation: [PUBLISHED],
    Collaboration: [
        PUBLISHED,
        Order(_begun, lambda root: midnight(root.since.earliest)),
        Order(_ended, lambda root: midnight(root.until.latest + A_DAY)),
    ],
    Event: [PUBLISHED],
}


def _found(subject, order, revisions, at):
    """(moment, its News) of each record in the order of which the public has seen one state.

    Of as many as can be among the latest, or are looked at.
    """
    model, names, found = subject.model, _fields_of(subject.model), 0
    today = timezone.localdate(at)
    for start in range(0, MOST_LOOKED_AT, MOST):
        some = _rows(subject.find, order, start, start + MOST)(today.isoformat(), *subject.values)
        for row in some:  # made one by one: whoever merges the orders stops early
            root = model.from_db(DEFAULT_DB_ALIAS, names, row)
            moment, news = order.moment(root), []
            if (model, root.pk) not in revisions:
                news = [each for each in of_one_state(root, today) if each.at == moment]
            yield moment, news
            found += bool(news)
        if len(some) < MOST or found >= MOST:
            return


@lru_cache
def _rows(find, order, start, stop):
    """Prepared: what a feed reads of a stretch of the records that `find` finds, in that order."""

    def write(today, at, *others):
        rows = order.sort(find(at, *others), at, today)
        return rows.values_list(*_fields_of(rows.model))[start:stop]

    return Prepared(write)


def _apart(news):
    """The News with times to show that follow their order; equal ones are shuffled by readers."""
    above = None
    for each in news:
        shown_at = each.at if above is None else min(each.at, above - A_SECOND)
        yield each._replace(shown_at=shown_at)
        above = shown_at


@cache
def _fields_of(model):
    """What a feed says of a record, and what rules ask, in the order of the model."""
    wanted = {"key", "slug", "summary", "published_at", *ASKED[model]}
    return [field.name for field in model._meta.concrete_fields if field.name in wanted]


def _revisions(subjects):
    """{(model, key): public states, the oldest first}, of the latest ones.

    Of few records those of their keys; of very many the latest of the whole site.
    """
    few = [each for each in subjects if each.keys]
    others = tuple(each.kind for each in subjects if each.keys is None)
    latest = []
    if few:
        numbers = tuple((each.kind, len(each.keys)) for each in few)
        latest += _states_of(numbers, MOST_STATES)(*chain.from_iterable(each.keys for each in few))
    if others:
        latest += _states_of_site(others, MOST_STATES)()
    found = defaultdict(list)
    for revision in sorted(latest, key=lambda each: each.pk)[-MOST_STATES:]:
        found[revision.model, revision.key].append(revision)
    return found


@lru_cache(MOST_KEPT)
def _states_of(numbers, most):
    """Prepared: the latest states of records, by their keys: so many of each kind."""

    def write(*keys):
        keys, theirs = iter(keys), Q()
        for kind, number in numbers:
            theirs |= Q(kind=kind, key__in=list(islice(keys, number)))
        return _states(theirs)[:most]

    return Prepared(write)


@cache
def _states_of_site(kinds, most):
    """Prepared: the latest states of all records of these kinds."""
    passed = Revision.objects.annotate(passed=F("pk") - MOST_STATES_PASSED).order_by("-pk")
    # Said of the kinds that are not meant: SQLite would take an index of kinds, and read all.
    unmeant = [label.lower() for label in ROOTS.values() if label.lower() not in kinds]
    of_kinds = ~Q(kind__in=unmeant) & Q(pk__gt=passed.values("passed")[:1])
    return Prepared(lambda: _states(of_kinds)[:most])


def _states(theirs):
    """The states that the public read of the records of a Q, the latest first."""
    public = Revision.objects.filter(is_deleted=False, published_at__isnull=False)
    older = public.filter(kind=OuterRef("kind"), key=OuterRef("key"), pk__lt=OuterRef("pk"))
    states = public.filter(theirs).annotate(has_older=Exists(older)).only(*READ_OF_STATES)
    return states.order_by("-pk")


def _with_revisions(subject, revisions):
    """(record, the folded names that the page says it had) of those that have revisions."""
    keys = [key for model, key in revisions if model is subject.model]
    if not keys:
        return
    former = _former_names(keys) if subject.model is Organisation else {}
    found = subject.find(*subject.values).filter(pk__in=keys)
    for root in found.only(*_fields_of(subject.model)):
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
