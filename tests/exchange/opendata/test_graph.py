"""The JSON-LD file says of each record what its own page says, and needs nothing else."""

import json

import pytest
from django.conf import settings
from django.db.models import Value

from partners.exchange.opendata import graph, kind
from partners.exchange.opendata.dumps import FILES
from partners.models import Organisation, Page
from partners.reading import involvement
from tests import factories as make
from tests.exchange.opendata.reading import document
from tests.views.test_linked_data import BLOCK

pytestmark = pytest.mark.django_db
KINDS = ("organisations", "collaborations", "events", "series")
DATASET = "/data/#dataset"


def nodes(client):
    """{@id without the site: node} of the file; each @id is there once."""
    said = json.loads(client.get("/data/partners.jsonld").getvalue())
    assert said["@context"] == graph.CONTEXT
    found = {each["@id"].removeprefix(settings.SITE_URL): each for each in said["@graph"]}
    assert len(found) == len(said["@graph"])
    return found


def on_page(client, address):
    """What the page says of its own subject: all but the way to it."""
    (block,) = BLOCK.findall(client.get(address).content.decode())
    (node,) = (each for each in json.loads(block)["@graph"] if each["@type"] != "BreadcrumbList")
    return node


def agreed(client):
    """The nodes of all records: as their pages have them, no more and no fewer."""
    found, records = nodes(client), document(client)
    said = [each for name in KINDS for each in records[name]]
    assert len(found) == len(said) + 1
    for each in said:
        node = on_page(client, each["url"].removeprefix(settings.SITE_URL))
        assert found.pop(node["@id"].removeprefix(settings.SITE_URL)) == node
    assert set(found) == {DATASET}
    return said


def test_file_says_what_the_pages_say(client, content):
    assert len(agreed(client)) > 30


@pytest.mark.parametrize("at_once", [1, 200])
def test_whatever_is_written_at_once(client, monkeypatch, at_once):
    monkeypatch.setattr(kind, "AT_ONCE", at_once)
    series = make.EventSeriesFactory(since="2015", collaboration=make.CollaborationFactory())
    for starts in ("2018", "2018-05-03", "2990-01-01", "2990-01", "2019"):
        event = make.EventFactory(starts=starts, series=series, held_at=make.EventFactory())
        make.OrganiserFactory(event=event)
    make.EventFactory(series=series, status="postponed", starts="")
    host, member, gone = (make.OrganisationFactory(withdrawn=each) for each in (0, 0, 1))
    for together in (
        make.CollaborationFactory(kind="membership", until="2020"),
        make.CollaborationFactory(kind="institutional-membership", since="2021-05"),
        make.CollaborationFactory(kind="membership", draft=True),
    ):
        make.PartyFactory(collaboration=together, organisation=host, role="host-body")
        for each in (member, gone, make.OrganisationFactory(draft=True)):
            make.PartyFactory(collaboration=together, organisation=each, role="member")
    make.OrganisationRelationFactory(organisation=member, other=host)
    make.OrganisationRelationFactory(organisation=gone, other=host, kind="succeeded-by")
    make.OrganisationNameFactory(organisation=host)
    make.IdentifierFactory(organisation=host)
    agreed(client)
    found = nodes(client)[f"{host.get_absolute_url()}#organisation"]
    assert len(found["member"]) == 5  # one by a relation


def test_who_takes_part_in_very_much_is_named_by_the_others(client, monkeypatch):
    monkeypatch.setattr(involvement, "MOST_INVOLVED", 1)
    host, *members = make.OrganisationFactory.create_batch(3)
    for member in members:
        together = make.CollaborationFactory(kind="membership")
        make.PartyFactory(collaboration=together, organisation=host, role="host-body")
        make.PartyFactory(collaboration=together, organisation=member, role="member")
    agreed(client)


def test_licence_is_that_of_all_files(client):
    assert "license" not in nodes(client)[DATASET]
    page = {"key": Page.OPEN_DATA, "slug": "open-data"}
    make.PageFactory(**page, licence="Open 1.0", licence_url="https://example.org/open")
    said = nodes(client)[DATASET]
    assert said["license"] == {
        "@type": "CreativeWork", "@id": "https://example.org/open", "name": "Open 1.0"
    }  # fmt: skip
    files = [each["contentUrl"] for each in said["distribution"]]
    assert files == [f"{settings.SITE_URL}/data/{name}" for name in FILES]


def test_character_that_xml_forbids_does_not_get_out(client):
    make.OrganisationFactory(slug="rs")
    Organisation.objects.update(name=Value("Rhubarb\x01Society"))
    text = client.get("/data/partners.jsonld").getvalue().decode()
    assert "Rhubarb" in text
    assert "u0001" not in text
