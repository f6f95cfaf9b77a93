"""The list of collaborations and the page of one."""

from functools import lru_cache

from django.db.models import Count, Value
from django.utils import timezone
from django.views.generic import ListView

from partners.models import Collaboration
from partners.reading import linked_data
from partners.reading.involvement import name_parties
from partners.reading.paging import Beginning, InTurn
from partners.reading.timeline import Picture
from partners.rows import freshness
from partners.values.sorting import sort_key
from partners.views.base import PublicView, RootDetail


class CollaborationList(PublicView, ListView):
    """What goes on first, what has ended after it; nothing is dropped because a date passed."""

    listed_in = ("Collaborations", "collaboration-list")
    paginate_by = 24
    parameters = ("page",)
    template_name = "partners/collaboration_list.html"

    def get_queryset(self):
        return _parts(self.request.now)

    def get_paginator(self, *args, **kwargs):
        return InTurn(*args, **kwargs, counts=_counts(self.request.now))

    def get_context_data(self, **context):
        context = super().get_context_data(**context)
        shown = context["object_list"]
        name_parties(shown, self.request.now)
        return context | {
            "picture": Picture(shown, timezone.localdate(self.request.now)),
            "partners": who_with_whom(shown),
        }


def _parts(at):
    """[what goes on or is to begin, what has ended], of those that are live at `at`.

    Each with `is_over` (bool).
    """
    return [Beginning(find, at) for find in _finds(timezone.localdate(at))]


@lru_cache(2)
def _finds(today):
    """For each part, a function of a moment of `today` (datetime.date) that makes a queryset."""
    live = Collaboration.objects.live
    return (
        lambda at: live(at).not_ended(today).annotate(is_over=Value(False)),
        lambda at: live(at).ended(today).annotate(is_over=Value(True)),
    )


@freshness.remembered
def _counts(at):
    """How many records are in each of the parts."""
    live = Collaboration.objects.live(at).with_is_over(timezone.localdate(at))
    counts = dict(live.order_by().values_list("is_over").annotate(Count("pk")))
    return [counts.get(False, 0), counts.get(True, 0)]


class CollaborationDetail(RootDetail):
    model = Collaboration
    listed_in = ("Collaborations", "collaboration-list")
    counted = ("links", "joint_works", "series")

    def thing(self, context):
        return linked_data.of_page(self.object, self.request.now, context["parties"])

    def get_context_data(self, **context):
        at = self.request.now
        return super().get_context_data(
            parties=self.object.parties.named(at),
            joint_works=self.rows("joint_works"),
            series=self.object.series.live(at) if self.object.counts["series"] else [],
            **context,
        )


def who_with_whom(collaborations):
    """[(organisation, [(collaboration, the others in it)])], by name.

    The society takes part everywhere: named are those who work with each other as well.
    """
    theirs = {}
    for collaboration in collaborations:
        organisations = {party.organisation for party in collaboration.named_parties}
        named = {organisation for organisation in organisations if not organisation.is_home}
        for organisation in named if len(named) > 1 else ():
            others = sorted(named - {organisation}, key=_by_name)
            theirs.setdefault(organisation, []).append((collaboration, others))
    return sorted(theirs.items(), key=lambda pair: _by_name(pair[0]))


def _by_name(organisation):
    return sort_key(organisation.name), organisation.pk
