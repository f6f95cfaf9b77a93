"""The directory and an organisation's page."""

from django.utils import timezone
from django.views.generic import ListView

from partners.exchange import calendars
from partners.models import Event, Organisation, OrganisationRelation
from partners.reading import involvement, linked_data
from partners.reading.forms import DirectoryForm
from partners.reading.paging import KeysFirst
from partners.reading.timeline import by_year
from partners.values.sorting import sort_key
from partners.views.base import PublicView, RootDetail, bad_query


class OrganisationList(PublicView, ListView):
    """The directory: every live partner, narrowed by facets and search."""

    listed_in = ("Organisations", "organisation-list")
    paginate_by = 24
    paginator_class = KeysFirst
    parameters = (*DirectoryForm.parameters, "page")
    template_name = "partners/organisation_list.html"

    def get(self, request, *args, **kwargs):
        self.form = DirectoryForm(request.GET, request.now)
        if not self.form.is_valid():
            return bad_query(request, self.form)
        self.directory = self.form.answer()
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        return self.directory.results

    def get_paginator(self, *args, **kwargs):
        paginator = super().get_paginator(*args, **kwargs)
        paginator.count = self.directory.count
        return paginator

    def get_context_data(self, **context):
        return super().get_context_data(
            form=self.form,
            facet_groups=self.directory.facet_groups(),
            letters=self.directory.letters(),
            chips=self.directory.chips(),
            corrected=" ".join(self.directory.corrected),
            query=self.directory.chosen,
            nearest=self.directory.nearest,
            **context,
        )


class OrganisationDetail(RootDetail):
    model = Organisation
    listed_in = ("Organisations", "organisation-list")
    counted = (
        "links", "names", "figures", "identifiers", "relations", "inverse_relations",
        "parties", "organised",
    )  # fmt: skip

    def thing(self, context):
        shown = ("names", "identifiers", "relations", "collaborations")
        return linked_data.of_organisation(
            self.object, self.request.now, **{name: context[name] for name in shown}
        )

    def farewell(self):
        succeeded = self.object.relations.filter(kind=OrganisationRelation.Kind.SUCCEEDED_BY)
        successors = Organisation.objects.live(self.request.now).filter(
            inverse_relations__in=succeeded
        )
        return super().farewell() | {"successors": successors}

    def get_context_data(self, **context):
        organisation, at = self.object, self.request.now
        today = timezone.localdate(at)
        counts, collaborations, organised = organisation.counts, [], []
        has_many_collaborations, has_many_events = (
            counts[name] > involvement.MOST_INVOLVED for name in ("parties", "organised")
        )
        if counts["parties"] and not has_many_collaborations:
            collaborations = involvement.in_order(involvement.collaborations(organisation, at), at)
        if counts["organised"] and not has_many_events:
            organised = self.rows("organised", "event", "series")
        is_related = counts["relations"] or counts["inverse_relations"]
        held = {organiser.root for organiser in organised if organiser.root.is_live(at)}
        events = [root for root in held if isinstance(root, Event)]
        return super().get_context_data(
            names=self.rows("names"),
            figures=self.rows("figures", "source"),
            identifiers=self.rows("identifiers"),
            topics=self.rows("topics"),
            relations=involvement.relations(organisation, at) if is_related else [],
            collaborations=collaborations,
            series=sorted(held.difference(events), key=lambda each: sort_key(each.title)),
            timeline=by_year(events, today),
            has_many_collaborations=has_many_collaborations,
            has_many_events=has_many_events,
            calendar=_calendar(organisation, events, organised, has_many_events, at),
            **context,
        )


def _calendar(organisation, events, organised, has_many, at):
    """The Subscription to what it holds, `events` and the editions of its series; None: nothing."""
    if has_many:
        return calendars.of_root(organisation)
    recent = [event for event in events if calendars.is_shared(event, at)]
    found, known = len(recent), sum(event.has_days for event in recent)
    if any(organiser.series_id for organiser in organised):
        found, known = calendars.events_among(organised, at).count_with_days()
    return calendars.of_root(organisation, found - known, has_events=known > 0) if found else None
