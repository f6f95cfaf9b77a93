"""What pages say to machines: JSON-LD that omits what is unknown and is as precise as we are."""

import json
import re

import pytest
from django.conf import settings
from django.db.models import Value

from partners.models import ROOTS, Organisation
from tests import factories as make
from tests.values.test_lines import UNWRITABLE

pytestmark = pytest.mark.django_db
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def things(client, path):
    """{type: thing} of what a page says."""
    (block,) = BLOCK.findall(client.get(path).content.decode())
    said = json.loads(block)
    assert said["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in said["@graph"]}


@UNWRITABLE
def test_no_character_that_xml_forbids_gets_out(client, character):
    """Whatever is stored: a value that no field of ours has cleaned."""
    make.OrganisationFactory(slug="rs")
    Organisation.objects.update(name=Value(f"Rhubarb{character}Society"))
    name = things(client, "/organisations/rs/")["Organization"]["name"]
    assert name in ("Rhubarb Society", "RhubarbSociety")


def at(path):
    return settings.SITE_URL + path


def test_trail_leads_from_the_front_page_to_the_page(client):
    organisation = make.OrganisationFactory(name="Rhubarb Society", slug="rs")
    steps = things(client, "/organisations/rs/")["BreadcrumbList"]["itemListElement"]
    assert [(step["position"], step["name"], step["item"]) for step in steps] == [
        (1, "Overview", at("/")),
        (2, "Organisations", at("/organisations/")),
        (3, organisation.name, at("/organisations/rs/")),
    ]


def test_front_page_says_how_to_search_the_site(client, society):
    said = things(client, "/")["WebSite"]
    assert said["publisher"]["name"] == society.name
    target = said["potentialAction"]["target"]["urlTemplate"]
    assert target == at("/search/?q={search_term_string}")


def test_organisation_has_its_names_registers_and_kin(client):
    organisation = make.OrganisationFactory(
        name="Rhubarb Society", acronym="RS", slug="rs", kind="society", founded="2016",
        website="https://rhubarb.example/", seat_city="Vienna", seat_country="AT", region="europe",
        summary="Grows rhubarb.",
    )  # fmt: skip
    make.OrganisationNameFactory(organisation=organisation, name="Old Rhubarb", acronym="OR")
    make.IdentifierFactory(organisation=organisation, scheme="wikidata", value="Q42")
    division = make.OrganisationFactory(name="Division of it", slug="division", kind="division")
    make.OrganisationRelationFactory(organisation=division, other=organisation, kind="division-of")
    assert things(client, "/organisations/rs/")["MedicalOrganization"] == {
        "@type": "MedicalOrganization",
        "@id": at("/organisations/rs/#organisation"),
        "mainEntityOfPage": at("/organisations/rs/"),
        "name": "Rhubarb Society",
        "alternateName": ["RS", "Old Rhubarb", "OR"],
        "description": "Grows rhubarb.",
        "url": "https://rhubarb.example/",
        "foundingDate": "2016",
        "address": {
            "@type": "PostalAddress", "addressLocality": "Vienna", "addressCountry": "AT"
        },
        "areaServed": "Europe",
        "sameAs": ["https://www.wikidata.org/wiki/Q42"],
        "identifier": [{"@type": "PropertyValue", "propertyID": "Wikidata", "value": "Q42"}],
        "subOrganization": [
            {
                "@type": "Organization",
                "@id": at("/organisations/division/#organisation"),
                "name": "Division of it",
            }
        ],
    }  # fmt: skip


def test_unknown_is_left_out(client):
    make.OrganisationFactory(name="Bare", slug="bare", kind="not-stated", region="not-stated")
    assert things(client, "/organisations/bare/")["Organization"] == {
        "@type": "Organization",
        "@id": at("/organisations/bare/#organisation"),
        "mainEntityOfPage": at("/organisations/bare/"),
        "name": "Bare",
    }


@pytest.mark.parametrize(
    ("joined", "since"), [("", "2015-05"), ("2016", "2016")], ids=["with it", "later"]
)
def test_membership_is_a_dated_role_from_both_sides(client, joined, since):
    host, member = (make.OrganisationFactory(slug=slug, kind="society") for slug in ("h", "m"))
    together = make.CollaborationFactory(kind="membership", since="2015-05", until="2018")
    make.PartyFactory(collaboration=together, organisation=host, role="host-body")
    make.PartyFactory(collaboration=together, organisation=member, role="member", since=joined)
    for path, name, other in (("m", "memberOf", host), ("h", "member", member)):
        (role,) = things(client, f"/organisations/{path}/")["MedicalOrganization"][name]
        assert (role["@type"], role["roleName"]) == ("OrganizationRole", "Membership")
        assert (role["startDate"], role["endDate"]) == (since, "2018")
        assert role[name]["name"] == other.name


def test_withdrawn_organisation_is_named_without_a_page(client):
    gone = make.OrganisationFactory(withdrawn=True)
    organiser = make.OrganiserFactory(event=make.EventFactory(slug="e"), organisation=gone)
    make.OrganiserFactory(event=organiser.event, organisation=make.OrganisationFactory(draft=True))
    (said,) = things(client, "/events/e/")["Event"]["organizer"]
    assert said["name"] == gone.name
    assert "@id" not in said


@pytest.mark.parametrize("mode", ["hybrid", "online", "not-stated"])
def test_event_that_moved_online_is_attended_online(client, mode):
    make.EventFactory(slug="e", status="moved-online", mode=mode, city="Vienna")
    event = things(client, "/events/e/")["Event"]
    assert "location" not in event
    assert event["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"


def test_event_is_as_precise_as_it_is_known(client):
    series = make.EventSeriesFactory(slug="congress", usual_city="Vienna", usual_country="AT")
    make.EventFactory(
        slug="e", series=series, starts="2030-05-03", ends="2030-05-05", start_time="09:30",
        time_zone="Europe/Vienna", city="Vienna", country="AT", mode="hybrid",
    )  # fmt: skip
    make.EventFactory(slug="year", series=series, starts="2031")
    make.EventFactory(slug="waiting", starts="", status="postponed")
    event = things(client, "/events/e/")["Event"]
    assert (event["startDate"], event["endDate"]) == ("2030-05-03T09:30+02:00", "2030-05-05")
    assert event["location"]["address"]["addressLocality"] == "Vienna"
    assert event["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert event["superEvent"][0]["url"] == at("/events/series/congress/")
    year = things(client, "/events/year/")["Event"]
    assert not {"startDate", "endDate"} & year.keys()  # readers would make it a day of 2031
    waiting = things(client, "/events/waiting/")["Event"]
    assert waiting["eventStatus"] == "https://schema.org/EventPostponed"
    assert not {"startDate", "endDate", "location"} & waiting.keys()
    listed = things(client, "/events/series/congress/")["EventSeries"]["subEvent"]
    assert [each.get("startDate") for each in listed] == ["2030-05-03", None]


def test_text_cannot_end_the_script(client):
    name = "</script><script>alert(1)</script> & <!--"
    make.OrganisationFactory(slug="evil", name=name)
    page = client.get("/organisations/evil/").content.decode()
    assert page.count("<script") == 1
    assert things(client, "/organisations/evil/")["Organization"]["name"] == name


def test_pages_that_are_none_say_nothing(client):
    gone = make.OrganisationFactory(withdrawn=True)
    for path in ("/nowhere/", gone.get_absolute_url(), "/organisations/?kind=nonsense"):
        assert not BLOCK.findall(client.get(path).content.decode())


@pytest.mark.parametrize("root", ROOTS)
def test_title_and_description_are_those_of_the_record(client, root):
    factory = {
        "organisation": make.OrganisationFactory, "collaboration": make.CollaborationFactory,
        "series": make.EventSeriesFactory, "event": make.EventFactory, "page": make.PageFactory,
    }[root]  # fmt: skip
    record = factory(summary='Grows “rhubarb” & "more".')
    page = client.get(record.get_absolute_url()).content.decode()
    assert f'<meta property="og:title" content="{record} – ' in page
    description = "Grows “rhubarb” &amp; &quot;more&quot;."
    shape = f'<meta name="description" property="og:description" content="{description}">'
    assert shape in page
    assert f'<meta property="og:url" content="{at(record.get_absolute_url())}">' in page
    bare = client.get(factory().get_absolute_url()).content.decode()
    assert 'name="description"' not in bare
