"""What a visitor gets who asks for something that is not there, or in a way that is not taken."""

from functools import partial

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from partners.views.errors import permission_denied, server_error
from tests import factories as make
from tests.views.reading import Reading

WAYS_ON = ["/", "/organisations/", "/events/", "/search/"]


def reading(response):
    assert response["Content-Type"] == "text/html; charset=utf-8"
    return Reading(response.content.decode())


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/nowhere", "/organisations/nobody/", "/events/series/", "/media/a.png"]
)
def test_unknown_address_points_on(client, path):
    response = client.get(path)
    page = reading(response)
    assert response.status_code == 404
    assert page.headings == ["There is no such page"]
    assert page.addresses("/") == WAYS_ON
    assert ("meta", "content", "noindex") in page.attributes


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/organisations/efsr/", ["/organisations/efrs/"]),
        ("/pages/radiographer/", ["/organisations/efrs/"]),
        ("/efrs", ["/organisations/efrs/"]),
        ("/organisations/radiografers-federatoin/", ["/organisations/efrs/"]),
        ("/organisations/hidden/", []),
        ("/wp-login.php", []),
        ("/.env", []),
    ],
)
def test_unknown_address_offers_what_may_be_meant(client, path, near):
    make.OrganisationFactory(slug="efrs", acronym="EFRS", name="Federation of Radiographers")
    make.OrganisationFactory(slug="hidden", name="Hidden", draft=True)
    page = reading(client.get(path))
    assert page.addresses("/organisations/e") == near
    assert ("form", "role", "search") in page.attributes


@pytest.mark.parametrize("path", ["/organisations/a%00b/", "/search/?q=%00"])
def test_address_that_cannot_be_read_points_on(client, path):
    response = client.get(path)
    page = reading(response)
    assert response.status_code == 400
    assert page.headings == ["This request could not be read"]
    assert page.addresses("/") == WAYS_ON


def test_parameters_without_number_are_of_no_account(client, db):
    response = client.get(f"/search/?{'&'.join('a' * 1_100)}")
    assert response.content == client.get("/search/").content


def test_address_beyond_all_reason_is_refused(client):
    response = client.get(f"/search/?q={'a' * 4_000}")
    page = reading(response)
    assert (response.status_code, page.title) == (414, "This address is too long")
    assert page.addresses("/") == WAYS_ON


def test_body_beyond_all_reason_is_refused_unread(client):
    response = client.post("/admin/login/", CONTENT_LENGTH="100000001")
    page = reading(response)
    assert (response.status_code, page.title) == (413, "This is too large")
    assert page.addresses("/") == WAYS_ON


@pytest.mark.parametrize("path", ["/", "/organisations/", "/organisations/esr/", "/admin/login/"])
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_database_that_is_away_is_said_with_when_to_come_back(settings, path, error):
    settings.DEBUG = False
    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(partial(fail, error)):
        response = client.get(path)
    page = reading(response)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert page.title == "Back in a moment"
    assert [piece.href for piece in page.pieces if piece.href] == ["/"]


def fail(error, *args):
    raise error("The server closed the connection: user=root")


def test_what_is_not_for_the_visitor_points_on(rf):
    response = permission_denied(rf.get("/"), None)
    page = reading(response)
    assert (response.status_code, page.title) == (403, "This page is not for you")
    assert page.addresses("/") == WAYS_ON


def test_form_from_elsewhere_points_on():
    response = Client(enforce_csrf_checks=True).post("/search/", {"q": "a"})
    page = reading(response)
    assert (response.status_code, page.title) == (403, "This form could not be accepted")
    assert page.addresses("/") == WAYS_ON


@pytest.mark.parametrize(
    "path",
    ["/", "/organisations/", "/organisations/cirse/", "/collaborations/", "/events/", "/search/",
     "/glossary/"],
)  # fmt: skip
def test_public_page_can_only_be_read(client, path):
    response = client.post(path, {"name": "a"})
    page = reading(response)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert page.title == "This page can only be read"
    assert page.addresses("/") == WAYS_ON


def test_fault_of_ours_is_said_without_the_database(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = server_error(rf.get("/"))
    page = reading(response)
    assert (response.status_code, page.title) == (500, "Something went wrong")
    assert [piece.href for piece in page.pieces if piece.href] == ["/"]


def test_error_page_does_not_give_the_address_an_own_canonical_one(client):
    content = client.get("/nowhere/").content.decode()
    assert 'rel="canonical"' not in content
    assert f'rel="canonical" href="{settings.SITE_URL}/"' in client.get("/").content.decode()
