"""What an organisation is involved in, and how it stands to others: in the order of its page."""

from django.db.models import Count, Q
from django.utils import timezone

from partners.models import Collaboration, OrganisationRelation, Party
from partners.models.prepared import Prepared, PreparedRelated
from partners.reading import linked_data
from partners.values.sorting import sort_key

#: What it takes of an organisation to name it on the page of another: its name, type and address.
NAMED_BY = ("name", "acronym", "kind", "slug", "published_at", "withdrawn_at")

#: An organisation that is involved in more than these, as the society itself may be one day, sends
#: its reader on to the lists.
MOST_INVOLVED = 100

#: A relation in words, as the other organisation has it.
INVERSE = {
    OrganisationRelation.Kind.INITIATIVE_OF: "has the initiative",
    OrganisationRelation.Kind.DIVISION_OF: "has the division",
    OrganisationRelation.Kind.MEMBER_OF: "has the member",
    OrganisationRelation.Kind.SUCCEEDED_BY: "successor of",
}


def of_few(rows):
    """Those of `rows` (queryset of parties) whose organisation has not too many to list."""
    counts = rows.order_by().values_list("organisation").annotate(Count("pk"))
    few = [key for key, number in counts if number <= MOST_INVOLVED]
    return rows.filter(organisation__in=few)


def with_parties(collaborations, at):
    """Those of `collaborations` with a page at `at` (aware datetime), and their `named_parties`."""
    shown = [each for each in collaborations if each.is_live(at)]
    name_parties(shown, at)
    return shown


def _named(at):
    """The parties whose organisations may be named at `at`, with what it takes to name them."""
    own = (field.name for field in Party._meta.concrete_fields)
    of_others = (f"organisation__{name}" for name in (*NAMED_BY, "is_home"))
    return Party.objects.named(at).only(*own, *of_others)


#: Gives each of collaborations (list) its `named_parties` (list): those that may be named at `at`.
name_parties = PreparedRelated(Collaboration, "parties", _named, "named_parties")


@Prepared
def _parties_beside(key, at):
    """Those of all collaborations that the organisation with this key takes part in."""
    theirs = _named(at).filter(collaboration__parties__organisation=key)
    return theirs.select_related("collaboration").order_by()


def collaborations(organisation, at):
    """Those with a page at `at` that `organisation` takes part in, and their `named_parties`.

    As `with_parties`, in one query.
    """
    # The join repeats parties where it takes part twice; to sort a few here is cheaper.
    parties = set(_parties_beside(organisation.pk, at))
    found = {}
    for party in sorted(parties, key=lambda each: (each.position, each.pk)):
        found.setdefault(party.collaboration, []).append(party)
    for collaboration, parties in found.items():
        collaboration.named_parties = parties
    return [each for each in found if each.is_live(at)]


def in_order(collaborations, at):
    """What goes on by its beginning, then the rest; each with `is_over` (bool)."""
    today = timezone.localdate(at)
    for each in collaborations:
        each.is_over = each.status(today) == Collaboration.Status.ENDED
    return sorted(
        collaborations,
        key=lambda each: (each.is_over, str(each.since), sort_key(each.title), each.pk),
    )


def relations(organisation, at):
    """How it stands to others and they to it, as `described` has it."""
    return described(organisation, _either_way(organisation.pk), at)


@Prepared
def _either_way(key):
    """The relations of the organisation with this key to others, and theirs to it."""
    rows = OrganisationRelation.objects.filter(Q(organisation=key) | Q(other=key))
    named_by = [f"{side}__{name}" for side in ("organisation", "other") for name in NAMED_BY]
    return rows.select_related("organisation", "other").only("kind", "basis", *named_by)


def described(organisation, rows, at):
    """Its relations (`rows`) to those that may be named at `at` (aware datetime), as dicts.

    Each in words, as schema.org's property, and to whom.
    """
    found = []
    for row in rows:
        outward = row.organisation_id == organisation.pk
        other = row.other if outward else row.organisation
        if other.is_named(at):
            outwards, inwards = linked_data.RELATIONS.get(row.kind, ("", ""))
            found.append(
                {
                    "words": row.get_kind_display() if outward else INVERSE[row.kind],
                    "property": outwards if outward else inwards,
                    "organisation": other,
                    "basis": row.basis,
                }
            )
    return sorted(found, key=lambda each: (each["words"], sort_key(each["organisation"].name)))
