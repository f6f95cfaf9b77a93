"""The directory and an organisation's page."""

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils import timezone
from django.views.generic import ListView

from partners.exchange import calendars
from partners.models import (
    Collaboration,
    Event,
    Organisation,
    OrganisationRelation,
    Party,
)
from partners.reading import linked_data
from partners.reading.forms import DirectoryForm
from partners.reading.paging import KeysFirst
from partners.reading.timeline import by_year
from partners.values.sorting import sort_key
from partners.views.base import PublicView, RootDetail, bad_query

#: What it takes of an organisation to name it on the page of another: its name, type and address.
NAMED_BY = ("name", "acronym", "kind", "slug", "published_at", "withdrawn_at")

#: An organisation that is involved in more than these, as the society itself may be one day, sends
#: its reader on to the lists.
MOST_INVOLVED = 100


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
        parties, has_many_collaborations = involved(
            organisation.parties.order_by().select_related("collaboration")
        )
        organised, has_many_events = involved(
            organisation.organised.order_by().select_related("event", "series")
        )
        collaborations = _in_order({party.collaboration for party in parties}, at)
        held = {organiser.root for organiser in organised if organiser.root.is_live(at)}
        events = [root for root in held if isinstance(root, Event)]
        return super().get_context_data(
            names=organisation.names.all(),
            figures=organisation.figures.select_related("source"),
            identifiers=organisation.identifiers.all(),
            topics=organisation.topics.all(),
            relations=relations(organisation, at),
            collaborations=collaborations,
            series=sorted(held.difference(events), key=lambda each: sort_key(each.title)),
            timeline=by_year(events, today),
            has_many_collaborations=has_many_collaborations,
            has_many_events=has_many_events,
            calendar=_calendar(organisation, events, organised, has_many_events, at),
            **context,
        )


def involved(rows):
    """(those of `rows`, whether there are too many to list): none where there are."""
    found = list(rows[: MOST_INVOLVED + 1])
    has_many = len(found) > MOST_INVOLVED
    return [] if has_many else found, has_many


def _in_order(collaborations, at):
    """Those with a page at `at`, with their parties: what goes on by its beginning, then the rest.

    Each with `is_over` (bool).
    """
    shown, today = [each for each in collaborations if each.is_live(at)], timezone.localdate(at)
    prefetch_related_objects(shown, Prefetch("parties", Party.objects.named(at)))
    for each in shown:
        each.is_over = each.status(today) == Collaboration.Status.ENDED
    return sorted(
        shown, key=lambda each: (each.is_over, str(each.since), sort_key(each.title), each.pk)
    )


def _calendar(organisation, events, organised, has_many, at):
    """The Subscription to what it holds, `events` and the editions of its series; None: nothing."""
    if has_many:
        return calendars.of_root(organisation)
    recent = [event for event in events if not calendars.is_long_past(event, at)]
    found, known = len(recent), sum(event.has_days for event in recent)
    if any(organiser.series_id for organiser in organised):
        found, known = calendars.events_among(organised, at).count_with_days()
    return calendars.of_root(organisation, found - known, has_events=known > 0) if found else None


def relations(organisation, at):
    """How it stands to others and they to it: in words, as schema.org's property, and to whom."""
    inverse = {
        OrganisationRelation.Kind.INITIATIVE_OF: "has the initiative",
        OrganisationRelation.Kind.DIVISION_OF: "has the division",
        OrganisationRelation.Kind.MEMBER_OF: "has the member",
        OrganisationRelation.Kind.SUCCEEDED_BY: "successor of",
    }
    either = Q(organisation=organisation) | Q(other=organisation)
    rows = OrganisationRelation.objects.filter(either).select_related("organisation", "other")
    named_by = [f"{side}__{name}" for side in ("organisation", "other") for name in NAMED_BY]
    described = []
    for row in rows.only("kind", "basis", *named_by):
        outward = row.organisation_id == organisation.pk
        other = row.other if outward else row.organisation
        if other.is_named(at):
            words = row.get_kind_display() if outward else inverse[row.kind]
            outwards, inwards = linked_data.RELATIONS.get(row.kind, ("", ""))
            described.append(
                {
                    "words": words,
                    "property": outwards if outward else inwards,
                    "organisation": other,
                    "basis": row.basis,
                }
            )
    return sorted(described, key=lambda each: (each["words"], sort_key(each["organisation"].name)))
