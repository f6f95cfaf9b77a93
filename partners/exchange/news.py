"""What is new, for those who follow the site: the latest of what happened to records.

Nothing of it is stored, and no more is read than what the latest can be made of: see decision 35.
"""

import datetime as dt
from bisect import insort
from collections import defaultdict
from collections.abc import Callable
from heapq import merge
from itertools import chain
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from partners.exchange.happenings import (
    A_DAY,
    ASKED,
    midnight,
    of_one_state,
    of_root,
)
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
from partners.models.base import FEW
from partners.models.indexes import InOrder, LastDay
from partners.rows import freshness
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
    """The live records of a kind that a feed is about; their keys where they are few."""

    queryset: QuerySet
    keys: list | None = None


class Order(NamedTuple):
    """Records by when something happened to them, the latest first; `moment(root)` is when."""

    roots: QuerySet
    moment: Callable


@freshness.remembered
def of_site(at):
    """The latest News of the whole site at `at` (aware datetime), the newest first."""
    live = [Organisation.objects.live(at).partners()]
    live += [Collaboration.objects.live(at), Event.objects.live(at)]
    return _latest([Subject(queryset) for queryset in live], at)


def of_organisation(organisation, at):
    """The same of one organisation, what it does together with others, and what it holds."""
    key = organisation.pk
    itself = Subject(Organisation.objects.live(at).partners().filter(pk=key), [key])
    return _latest([itself, _together(key, at), _held(key, at)], at)


def _together(organisation, at):
    """By their keys, or each by itself where they are many: so neither grows with the site."""
    live, parties = Collaboration.objects.live(at), Party.objects.filter(organisation=organisation)
    keys = parties.values_list("collaboration", flat=True).few()
    if keys is None:
        return Subject(live.filter(Exists(parties.filter(collaboration=OuterRef("pk")))))
    return Subject(live.filter(pk__in=keys), keys)


def _held(organisation, at):
    """The same of events: what it holds itself, and editions of its series."""
    live, rows = Event.objects.live(at), Organiser.objects.filter(organisation=organisation)
    few = rows.values_list("event_id", "series_id", named=True).few()
    if few is not None:
        keys = list(live.organised(few, at).order_by().values_list("pk", flat=True)[: FEW + 1])
        if len(keys) <= FEW:
            return Subject(live.filter(pk__in=keys), keys)
    return Subject(live.each_organised_by(organisation, at))


def _latest(subjects, at):
    revisions = _revisions(subjects)
    news = {
        each
        for queryset, _ in subjects
        for root, former in _with_revisions(queryset, revisions)
        for each in of_root(root, revisions[type(root), root.pk], former, at)
    }
    times = sorted(_back(each.at) for each in news)
    orders = chain.from_iterable(_orders(queryset, at) for queryset, _ in subjects)
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
        yield Order(begun, lambda root: midnight(root.since.earliest))
        ended = queryset.annotate(last_day=LastDay("until")).exclude(until="")
        ended = ended.filter(last_day__lt=today).order_by("-last_day", "title", "pk")
        yield Order(ended, lambda root: midnight(root.until.latest + A_DAY))


def _found(order, revisions, at):
    """(moment, its News) of each record in the order of which the public has seen one state.

    Of as many as can be among the latest, or are looked at.
    """
    model, found = order.roots.model, 0
    names = _fields_of(model)
    rows = order.roots.values_list(*names)
    for start in range(0, MOST_LOOKED_AT, MOST):
        some = list(rows[start : start + MOST])
        for row in some:  # made one by one: whoever merges the orders stops early
            root = model.from_db(rows.db, names, row)
            moment, news = order.moment(root), []
            if (type(root), root.pk) not in revisions:
                news = [each for each in of_one_state(root, at) if each.at == moment]
            yield moment, news
            found += bool(news)
        if len(some) < MOST or found >= MOST:
            return


def _apart(news):
    """The News with times to show that follow their order; equal ones are shuffled by readers."""
    above = None
    for each in news:
        shown_at = each.at if above is None else min(each.at, above - A_SECOND)
        yield each._replace(shown_at=shown_at)
        above = shown_at


def _fields_of(model):
    """What a feed says of a record, and what rules ask, in the order of the model."""
    wanted = {"key", "slug", "summary", "published_at", *ASKED[model]}
    return [field.name for field in model._meta.concrete_fields if field.name in wanted]


def _revisions(subjects):
    """{(model, key): public states, the oldest first}, of the latest ones.

    Of few records those of their keys; of very many the latest of the whole site.
    """
    public = Revision.objects.filter(is_deleted=False, published_at__isnull=False)
    older = public.filter(kind=OuterRef("kind"), key=OuterRef("key"), pk__lt=OuterRef("pk"))
    by_key, others = Q(), []
    for queryset, keys in subjects:
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
    for root in queryset.filter(pk__in=keys).only(*_fields_of(queryset.model)) if keys else ():
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
