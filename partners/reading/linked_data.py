"""What a page says, for machines: schema.org terms as JSON-LD 1.1.

What is not known is left out, and a date is as precise here as it is on record: schema.org's Date
is an ISO 8601 date, which may be a year or a month.
"""

from django.conf import settings
from django.urls import reverse

from partners.models import Collaboration, Event, Organisation, OrganisationRelation, Party
from partners.reading import site
from partners.values.lines import writable

SCHEMA = "https://schema.org"
Kind = Organisation.Kind

TYPES = {
    Kind.SOCIETY: "MedicalOrganization",
    Kind.FEDERATION: "MedicalOrganization",
    Kind.COLLEGE: "MedicalOrganization",
    Kind.RESEARCH_ORGANISATION: "ResearchOrganization",
}
EVENT_STATUS = {
    Event.Status.SCHEDULED: f"{SCHEMA}/EventScheduled",
    Event.Status.POSTPONED: f"{SCHEMA}/EventPostponed",
    Event.Status.CANCELLED: f"{SCHEMA}/EventCancelled",
    Event.Status.MOVED_ONLINE: f"{SCHEMA}/EventMovedOnline",
}
ATTENDANCE = {
    Event.Mode.ON_SITE: f"{SCHEMA}/OfflineEventAttendanceMode",
    Event.Mode.ONLINE: f"{SCHEMA}/OnlineEventAttendanceMode",
    Event.Mode.HYBRID: f"{SCHEMA}/MixedEventAttendanceMode",
}
#: What a relation makes of the other organisation, said outwards and inwards.
RELATIONS = {
    OrganisationRelation.Kind.INITIATIVE_OF: ("parentOrganization", "subOrganization"),
    OrganisationRelation.Kind.DIVISION_OF: ("parentOrganization", "subOrganization"),
    OrganisationRelation.Kind.MEMBER_OF: ("memberOf", "member"),
}
MEMBERSHIPS = {Collaboration.Kind.MEMBERSHIP, Collaboration.Kind.INSTITUTIONAL_MEMBERSHIP}


def graph(*things):
    """One JSON-LD document (dict) of the things that are known; None if there are none."""
    known = [known_of(thing) for thing in things if thing]
    return {"@context": SCHEMA, "@graph": known} if known else None


def known_of(node):
    """`said` without what is empty, at any depth."""
    if isinstance(node, dict):
        kept = {name: known_of(value) for name, value in node.items()}
        return {name: value for name, value in kept.items() if value not in (None, "", [], {})}
    if isinstance(node, list):
        return [known_of(value) for value in node if value]
    return writable(node) if isinstance(node, str) else node


def absolute(path):
    return f"{settings.SITE_URL}{path}"


def trail(*steps):
    """BreadcrumbList of (name, path), from the front page down."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": str(name), "item": absolute(path)}
            for number, (name, path) in enumerate([("Overview", "/"), *steps], start=1)
        ],
    }


def website(home):
    """WebSite with its search, published by the society `home` (Organisation or None)."""
    search = absolute(reverse("partners:search"))
    return {
        "@type": "WebSite",
        "@id": f"{settings.SITE_URL}/#website",
        "url": absolute("/"),
        "name": site.title(home),
        "publisher": home and {"@type": type_of(home), "name": home.name, "url": home.website},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{search}?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }


def type_of(organisation):
    return TYPES.get(organisation.kind, "Organization")


def named(organisation, at):
    """An organisation where another record names it: with its page, if it has one at `at`."""
    page = absolute(organisation.get_absolute_url())
    return {
        "@type": type_of(organisation),
        "@id": f"{page}#organisation" if organisation.is_live(at) else "",
        "name": organisation.name,
    }


def place(venue, city, country):
    address = {"@type": "PostalAddress", "addressLocality": city, "addressCountry": country.code}
    known = city or country
    return (venue or known) and {
        "@type": "Place",
        "name": venue or city or country.name,
        "address": known and address,
    }


def of_organisation(organisation, at, names, identifiers, relations, collaborations):
    """An Organization with its names, registers, kin and dated memberships."""
    page = absolute(organisation.get_absolute_url())
    seat = place("", organisation.seat_city, organisation.seat_country)
    has_region = organisation.region != Organisation.Region.NOT_STATED
    node = {
        "@type": type_of(organisation),
        "@id": f"{page}#organisation",
        "mainEntityOfPage": page,
        "name": organisation.name,
        "alternateName": [
            organisation.acronym,
            *(text for name in names for text in (name.name, name.acronym)),
        ],
        "description": organisation.summary,
        "url": organisation.website,
        "logo": organisation.logo and absolute(organisation.logo.url),
        "foundingDate": str(organisation.founded),
        "dissolutionDate": str(organisation.dissolved),
        "address": seat and seat["address"],
        "areaServed": organisation.get_region_display() if has_region else "",
        "sameAs": [identifier.url for identifier in identifiers],
        "identifier": [
            {
                "@type": "PropertyValue",
                "propertyID": identifier.register_name,
                "value": identifier.value,
            }
            for identifier in identifiers
        ],
    }
    for relation in relations:
        if relation["property"]:
            others = node.setdefault(relation["property"], [])
            others.append(named(relation["organisation"], at))
    for collaboration in collaborations:
        for name, role in memberships(organisation, collaboration, at):
            node.setdefault(name, []).append(role)
    return node


def memberships(organisation, collaboration, at):
    """(property, OrganizationRole) for each membership that ties others to `organisation`."""
    if collaboration.kind not in MEMBERSHIPS:
        return
    parties = collaboration.named_parties
    hosts = [party for party in parties if party.role == Party.Role.HOST_BODY]
    members = [party for party in parties if party.role == Party.Role.MEMBER]
    for member in members:
        for host in hosts:
            if organisation.pk == member.organisation_id:
                yield "memberOf", role("memberOf", host, member, collaboration, at)
            elif organisation.pk == host.organisation_id:
                yield "member", role("member", member, member, collaboration, at)


def role(name, other, member, collaboration, at):
    return {
        "@type": "OrganizationRole",
        "roleName": collaboration.get_kind_display(),
        "startDate": str(member.since or collaboration.since),
        "endDate": str(member.until or collaboration.until),
        name: named(other.organisation, at),
    }


def of_event(event, at, organisers):
    """An Event; one that waits for its new date has none."""
    page = absolute(event.get_absolute_url())
    series, larger = event.series, event.held_at
    return {
        "@type": "Event",
        "@id": f"{page}#event",
        "url": page,
        "name": event.title,
        "description": event.summary,
        "startDate": moment(event.starts, event.starts_at),
        "endDate": moment(event.ends or event.starts, event.ends_at),
        "eventStatus": EVENT_STATUS[event.status],
        "eventAttendanceMode": ATTENDANCE.get(event.attended),
        "location": _held_in(event),
        "organizer": [named(each.organisation, at) for each in organisers],
        "superEvent": [
            {"@type": kind, **_reference(each, fragment)}
            for kind, fragment, each in (
                ("EventSeries", "series", series),
                ("Event", "event", larger),
            )
            if each and each.is_live(at)
        ],
    }


def _reference(root, fragment):
    """A record where another one names it: under the @id that its own page gives it."""
    page = absolute(root.get_absolute_url())
    return {"@id": f"{page}#{fragment}", "name": root.title, "url": page}


def _held_in(event):
    return event.held_in and place(event.venue, event.city, event.country)


def of_series(series, at, organisers, editions):
    page = absolute(series.get_absolute_url())
    return {
        "@type": "EventSeries",
        "@id": f"{page}#series",
        "url": page,
        "name": series.title,
        "description": series.summary,
        "startDate": moment(series.since),
        "endDate": moment(series.until),
        "location": place("", series.usual_city, series.usual_country),
        "organizer": [named(each.organisation, at) for each in organisers],
        "subEvent": [
            {
                "@type": "Event",
                **_reference(event, "event"),
                "startDate": moment(event.starts),
                "eventStatus": EVENT_STATUS[event.status],
                "location": _held_in(event),
            }
            for event in editions
        ],
    }


def of_page(root, at, about=()):
    """WebPage: a text, or a collaboration, for which schema.org has no term of its own."""
    page = absolute(root.get_absolute_url())
    return {
        "@type": "WebPage",
        "@id": page,
        "url": page,
        "name": root.title,
        "description": root.summary,
        "about": [named(each.organisation, at) for each in about],
    }


def moment(date, at=None):
    """ISO 8601 text of the day, with the place's offset where there is a time.

    "" where no day is known: readers of events take a year for a day in it (decision 30).
    """
    if at:
        return at.isoformat(timespec="minutes")
    return str(date) if date and date.precision == "day" else ""
