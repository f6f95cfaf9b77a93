"""The API: what it answers, in which pages, to whom, and what it refuses."""

import json
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from partners.exchange.opendata.kinds import KINDS
from partners.models import Page
from tests import factories as make

LIST = "/api/v1/organisations/"
SITE = settings.SITE_URL


@pytest.fixture
def ask(client):
    """A function: (address, status that is expected, query) → the JSON of the answer."""

    def ask(address, status=200, **query):
        response = client.get(address, query)
        assert response.status_code == status, response.content.decode()
        kind = "application/json" if status == 200 else "application/problem+json"
        assert response["Content-Type"] == kind
        return json.loads(response.content)

    return ask


def names(said):
    return [record.get("name") or record.get("title") for record in said["results"]]


# What it answers


def test_root_leads_everywhere(ask, client):
    said = ask("/api/v1/")
    assert (said["title"], said["licence"]) == ("CIRSE partners", None)
    addresses = [value for value in said.values() if str(value).startswith(SITE)]
    assert len(addresses) == 7
    for address in addresses:
        assert client.get(address.removeprefix(SITE)).status_code == 200


def test_what_is_not_known_is_null(ask):
    make.OrganisationFactory(slug="esr", key="k-1", name="European Society", founded="2005-12")
    said = ask(f"{LIST}esr/")
    assert (said["key"], said["slug"], said["founded"]) == ("k-1", "esr", "2005-12")
    assert said["url"] == f"{SITE}/organisations/esr/"
    for name in ("acronym", "kind", "not_for_profit", "region", "seat_country", "dissolved",
                 "website", "description", "verified_on"):  # fmt: skip
        assert said[name] is None
    assert said["has_ended"] is False
    assert all(said[name] == [] for name in ("names", "figures", "relations", "topics", "links"))


def test_what_staff_alone_may_see_is_not_described():
    described = {field.name for kind in KINDS.values() for field in kind.fields}
    described |= {
        field.name for kind in KINDS.values() for part in kind.parts for field in part.fields
    }
    staff_only = {
        "logo", "logo_permission", "logo_permission_until", "logo_source", "review_days", "keeper",
        "verified_by", "how", "document", "published_at", "withdrawn_at", "version",
    }  # fmt: skip
    assert described & staff_only == set()


def test_withdrawn_is_named_without_a_slug(ask):
    gone = make.OrganisationFactory(name="Gone", withdrawn=True)
    party = make.PartyFactory(organisation=gone)
    (said,) = ask(f"/api/v1/collaborations/{party.collaboration.slug}/")["parties"]
    assert (said["organisation"], said["organisation_name"]) == (None, "Gone")


def test_citation_says_only_what_is_shown(ask):
    record = make.OrganisationFactory(slug="esr")
    figure, other = make.FigureFactory(organisation=record), make.FigureFactory()
    paths = ["name", f"figures/{figure.pk}/value", f"figures/{other.pk}/value", "logo_source"]
    for place, path in enumerate(paths):
        make.CitationFactory(organisation=record, path=path, locator=place)
    said = {each["locator"]: each["statement"] for each in ask(f"{LIST}esr/")["citations"]}
    assert said == {"0": paths[0], "1": paths[1], "2": None, "3": None}


def test_organiser_has_the_name_of_then(ask):
    organisation = make.OrganisationFactory(name="New")
    make.OrganisationNameFactory(organisation=organisation, name="Old", valid_until="2019")
    event = make.OrganiserFactory(organisation=organisation, event=make.EventFactory()).event
    (said,) = ask(f"/api/v1/events/{event.slug}/")["organisers"]
    assert (said["organisation_name_then"], said["organisation_name"]) == ("Old", "New")


# Lists


def test_list_is_paged(ask):
    make.OrganisationFactory.create_batch(4)
    first = ask(LIST, page_size=2, kind="not-stated")
    assert {name: first[name] for name in ("count", "pages", "page", "previous")} == {
        "count": 5, "pages": 3, "page": 1, "previous": None,
    }  # fmt: skip
    second = ask(urlsplit(first["next"]).path, page_size=2, page=2, kind="not-stated")
    assert first["next"] == f"{SITE}{LIST}?page_size=2&kind=not-stated&page=2"
    assert second["previous"] == f"{SITE}{LIST}?page_size=2&page=1&kind=not-stated"
    last = ask(LIST, page_size=2, page=3)
    assert (last["next"], len(last["results"])) == (None, 1)
    assert ask(LIST, 404, page=4, page_size=2)["detail"] == "The list ends with page 3."


def test_list_without_records(ask):
    assert ask("/api/v1/events/") == {
        "count": 0, "pages": 1, "page": 1, "previous": None, "next": None, "results": [],
    }  # fmt: skip


def test_filters_are_those_of_the_directory(ask, client):
    topic = make.TopicFactory()
    esr = make.OrganisationFactory(
        name="Radiology", kind="society", region="europe", topics=[topic]
    )
    make.PartyFactory(organisation=esr)
    make.OrganisationFactory(name="Other", kind="college")
    for query in (
        {"kind": "society"}, {"region": "europe"}, {"topic": topic.pk}, {"q": "radiolgy"},
        {"collaboration": "liaison"}, {"kind": "society", "q": "radio"},
    ):  # fmt: skip
        assert names(ask(LIST, **query)) == ["Radiology"]
        shown = client.get("/organisations/", query).context["object_list"]
        assert [each.name for each in shown] == ["Radiology"]


def test_collaborations_by_state_and_kind(ask):
    make.CollaborationFactory(title="Ends", until="2990", kind="membership")
    make.CollaborationFactory(title="Ended", until="2018")
    make.CollaborationFactory(title="Over", has_ended=True, kind="membership")
    address = "/api/v1/collaborations/"
    assert names(ask(address)) == ["Ends", "Ended", "Over"]
    assert names(ask(address, state="ongoing")) == ["Ends"]
    assert names(ask(address, state="ended")) == ["Ended", "Over"]
    assert names(ask(address, state="ended", kind="membership")) == ["Over"]
    assert [each["status"] for each in ask(address)["results"]] == ["ongoing", "ended", "ended"]


def test_events_by_when(ask):
    make.EventFactory(title="Past", starts="2017")
    make.EventFactory(title="Later", starts="2991")
    make.EventFactory(title="Next", starts="2990-05")
    address = "/api/v1/events/"
    assert names(ask(address)) == ["Later", "Next", "Past"]
    assert names(ask(address, when="upcoming")) == ["Next", "Later"]
    assert names(ask(address, when="past")) == ["Past"]
    assert [each["is_over"] for each in ask(address)["results"]] == [False, False, True]


def test_topics_are_those_in_use(ask):
    used, _ = make.TopicFactory(name="Used"), make.TopicFactory(name="Unused")
    drafted = make.TopicFactory(name="Drafted")
    make.OrganisationFactory.create_batch(2, topics=[used])
    make.OrganisationFactory(draft=True, topics=[drafted])
    assert names(ask("/api/v1/topics/")) == ["Used"]
    assert ask(f"/api/v1/topics/{used.pk}/")["url"] == f"{SITE}/organisations/?topic={used.pk}"
    ask(f"/api/v1/topics/{drafted.pk}/", 404)
    ask(LIST, 400, topic=drafted.pk)


def test_some_fields_of_each(ask):
    make.OrganisationFactory(slug="esr", name="ESR")
    assert ask(f"{LIST}esr/", fields=["name", "slug"]) == {"slug": "esr", "name": "ESR"}
    assert ask(f"{LIST}esr/", fields="name,slug") == {"slug": "esr", "name": "ESR"}
    said = ask(LIST, fields="figures")["results"]
    assert said == [{"figures": []}, {"figures": []}]


# What it refuses


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("kind=nothing", "“nothing” is no kind of organisation that the list can be narrowed to."),
        ("page=0", "“page” must be a whole number from 1 to 1000000."),
        ("page=first", "“page” must be a whole number from 1 to 1000000."),
        ("page_size=101", "“page_size” must be a whole number from 1 to 100."),
        ("page=1&page=2", "“page” is given more than once."),
        ("region=", "“region” is empty. Leave it out."),
        ("fields=name,name", "Name each field once in “fields”."),
    ],
)
def test_nonsense_is_told_in_words(ask, query, sentence):
    said = ask(f"{LIST}?{query}", 400)
    assert said == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": sentence,
        "errors": [sentence],
    }


def test_unknown_parameter_and_field_are_told_with_those_there_are(ask):
    (unknown,) = ask("/api/v1/topics/?sort=name", 400)["errors"]
    assert unknown == "“sort” is no parameter here. There are: page, page_size, fields."
    assert ask("/api/v1/?a=b", 400)["errors"] == ["“a” is no parameter here. There are: none."]
    assert ask("/api/v1/topics/?fields=nme", 400)["errors"] == [
        "“nme” is no field. There are: slug, name, url."
    ]


@pytest.mark.parametrize("state", ["draft", "scheduled"])
@pytest.mark.parametrize(
    ("kind", "factory"),
    [
        ("organisations", make.OrganisationFactory),
        ("collaborations", make.CollaborationFactory),
        ("events", make.EventFactory),
        ("series", make.EventSeriesFactory),
    ],
)
def test_what_is_not_public_is_not_there_and_what_was_is_gone(ask, kind, factory, state):
    hidden, gone = factory(**{state: True}), factory(withdrawn=True)
    assert ask(f"/api/v1/{kind}/{hidden.slug}/", 404)["title"] == "Not Found"
    assert ask(f"/api/v1/{kind}/{gone.slug}/", 410)["detail"] == "This record was withdrawn."
    assert {each["slug"] for each in ask(f"/api/v1/{kind}/")["results"]} <= {"cirse"}


def test_old_address_leads_to_the_new_one(client, society):
    make.RedirectFactory(old_path="/organisations/old/", new_path="/organisations/older/")
    make.RedirectFactory(old_path="/organisations/older/", new_path=society.get_absolute_url())
    make.RedirectFactory(old_path="/organisations/list/", new_path="/organisations/")
    make.RedirectFactory(old_path="/organisations/lost/", new_path="/no/such/page/")
    response = client.get(f"{LIST}old/?fields=name")
    assert (response.status_code, response["Location"]) == (301, f"{LIST}cirse/?fields=name")
    assert client.get(f"{LIST}list/").status_code == client.get(f"{LIST}lost/").status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/nothing/", 404),
        (f"{LIST}nobody/", 404),
        (f"{LIST}?q=%00", 400),
        (f"{LIST}?q={'a' * 4_000}", 414),
    ],
)
def test_every_refusal_is_a_problem(ask, address, status):
    said = ask(address, status)
    assert said["status"] == status
    assert said["title"]
    assert said["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_nothing_can_be_written(method):
    response = getattr(Client(enforce_csrf_checks=True), method)(LIST)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert response["Content-Type"] == "application/problem+json"
    assert response["Access-Control-Allow-Origin"] == "*"


# To whom, and how often


@pytest.mark.parametrize(
    "address", ["/api/v1/", LIST, f"{LIST}cirse/", "/api/v1/openapi.json", "/data/partners.json",
                "/data/partners.csv.zip", "/data/partners.jsonld"]
)  # fmt: skip
def test_other_sites_may_read_it_and_ask_whether_it_changed(client, address):
    response = client.get(address, headers={"origin": "https://other.example"})
    assert response.getvalue()
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Expose-Headers"] == "ETag, X-Request-ID"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not response.cookies
    again = client.get(address, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", response["ETag"])
    assert again["Access-Control-Allow-Origin"] == "*"
    head = client.head(address)
    assert (head.status_code, head.getvalue(), head["ETag"]) == (200, b"", response["ETag"])
    Page.objects.all().delete()
    make.OrganisationFactory(name="New", topics=[make.TopicFactory()])
    make.PageFactory(key=Page.OPEN_DATA, licence="Any")
    if address != f"{LIST}cirse/":
        changed = client.get(address, headers={"if-none-match": response["ETag"]})
        assert (changed.status_code, changed.getvalue() != b"") == (200, True)


def test_page_cache_changes_nothing_of_that(settings, society):
    settings.PAGE_CACHE_MEGABYTES = 4
    client = Client()
    client.handler.load_middleware()
    make.OrganisationFactory(name="Society", kind="society")
    for _ in range(2):
        assert client.get(LIST).json()["count"] == 2
        assert client.get(LIST, {"kind": "society"}).json()["count"] == 1
        assert client.get(f"{LIST}?kind=society&kind=society").status_code == 400
        assert client.get(f"{LIST}?kind=society&sort=name").status_code == 400
        for address in ("/embed/organisations/", "/data/partners.json", LIST):
            response = client.get(address)
            assert response.getvalue()
            assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
            again = client.get(address, headers={"if-none-match": response["ETag"]})
            assert again.status_code == 304
        assert again["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in again["Access-Control-Expose-Headers"]
        framed = [
            client.get("/embed/organisations/", query).content.decode()
            for query in ({}, {"kind": "college"}, {"theme": "dark"}, {"kind": "society"})
        ]
        assert ["theme-dark" in each for each in framed] == [False, False, True, False]
        assert ["1 organisation<" in each for each in framed] == [True, False, True, True]


def test_other_pages_are_not_for_other_sites(client):
    for address in ("/", "/organisations/", "/data/", "/api/", "/embed/"):
        response = client.get(address)
        assert not response.has_header("Access-Control-Allow-Origin")
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_browser_is_told_beforehand_what_it_may_send(client):
    response = client.options(
        LIST,
        headers={
            "origin": "https://other.example",
            "access-control-request-method": "GET",
            "access-control-request-headers": "if-none-match",
        },
    )
    assert (response.status_code, response.content) == (204, b"")
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert response["Access-Control-Allow-Headers"] == "If-None-Match"


def test_page_for_developers_has_every_field_and_parameter(read):
    make.OrganisationFactory(topics=[make.TopicFactory()])
    page = read("/api/")
    for name, kind in KINDS.items():
        words = page.under(name.capitalize())
        for field in kind.fields:
            assert f"{field.name} {field.description}" in words
    assert "Only events that can still take place" in page.under("Events")
    assert "The licence is the one that the page open data states: none yet." in page.main
