"""The directory and an organisation's page."""

from django.db.models import Count, OuterRef, Prefetch, Q, Subquery, Value
from django.utils import timezone
from django.views.generic import ListView

from partners import calendars, linked_data
from partners.forms import DirectoryForm
from partners.models import (
    Collaboration,
    Event,
    Organisation,
    OrganisationRelation,
    Organiser,
    Party,
)
from partners.timeline import by_year
from partners.views.base import PublicView, RootDetail, bad_query


class OrganisationList(PublicView, ListView):
    """The directory: every live partner, narrowed by facets and search."""

    listed_in = ("Organisations", "organisation-list")
    paginate_by = 24
    template_name = "partners/organisation_list.html"

    def get(self, request, *args, **kwargs):
        self.form = DirectoryForm(request.GET, request.now)
        if not self.form.is_valid():
            return bad_query(request, self.form)
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        return self.form.results()

    def get_context_data(self, **context):
        return super().get_context_data(
            form=self.form,
            facet_groups=self.form.facet_groups(),
            chips=self.form.chips(),
            corrected=" ".join(self.form.search.corrected),
            query=self.form.chosen,
            nearest=self.form.nearest,
            **context,
        )


class OrganisationDetail(RootDetail):
    model = Organisation
    listed_in = ("Organisations", "organisation-list")

    def thing(self, context):
        said = ("names", "identifiers", "relations", "collaborations")
        return linked_data.of_organisation(
            self.object, self.request.now, **{name: context[name] for name in said}
        )

    def get_queryset(self):
        """Each with `left_out`: how many events its calendar cannot hold (int, or None for 0)."""
        organised = Event.objects.live(self.request.now).organised_by(
            OuterRef("pk"), self.request.now
        )
        counted = organised.without_days().order_by().values(all=Value(1))
        counted = counted.annotate(number=Count("pk", distinct=True)).values("number")
        return super().get_queryset().annotate(left_out=Subquery(counted))

    def get_context_data(self, **context):
        organisation, at = self.object, self.request.now
        collaborations = Collaboration.objects.live(at).filter(parties__organisation=organisation)
        today = timezone.localdate(at)
        collaborations = (
            collaborations.distinct()
            .with_is_over(today)
            .prefetch_related(Prefetch("parties", Party.objects.named(at)))
            .order_by("is_over", "since", "title", "pk")
        )
        organised = Organiser.objects.filter(organisation=organisation).select_related(
            "event", "series"
        )
        held = {organiser.root for organiser in organised if organiser.root.is_live(at)}
        events = [root for root in held if isinstance(root, Event)]
        return super().get_context_data(
            names=organisation.names.all(),
            figures=organisation.figures.select_related("source", "verification"),
            identifiers=organisation.identifiers.all(),
            topics=organisation.topics.all(),
            relations=relations(organisation, at),
            collaborations=collaborations,
            series=sorted(held.difference(events), key=str),
            timeline=by_year(collaborations, events, today),
            calendar=calendars.of_root(organisation, organisation.left_out or 0) if held else None,
            **context,
        )


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
    said = []
    for row in rows:
        outward = row.organisation_id == organisation.pk
        other = row.other if outward else row.organisation
        if other.is_named(at):
            words = row.get_kind_display() if outward else inverse[row.kind]
            outwards, inwards = linked_data.RELATIONS.get(row.kind, ("", ""))
            said.append(
                {
                    "words": words,
                    "property": outwards if outward else inwards,
                    "organisation": other,
                    "basis": row.basis,
                }
            )
    return sorted(said, key=lambda each: (each["words"], each["organisation"].name))
