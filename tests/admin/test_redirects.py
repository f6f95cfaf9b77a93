"""Redirects, and the list of addresses asked for in vain: from a line to its redirect."""

import datetime as dt
import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.models import MissedAddress, Redirect
from tests import factories as make
from tests.admin.browser_form import address, errors

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 28)


def test_publisher_makes_a_redirect_of_a_line(publisher, open_form):
    MissedAddress.objects.add({"/über&co/": 2, "/other/": 1}, TODAY)
    page = html.unescape(publisher.get(address(MissedAddress, "changelist")).content.decode())
    assert page.index("/über&co/") < page.index("/other/")
    link = "/admin/partners/redirect/add/?old_path=%2F%C3%BCber%26co%2F"
    assert f'href="{link}"' in page
    assert 'value="/über&co/"' in html.unescape(publisher.get(link).content.decode())
    open_form(publisher, Redirect).save(old_path="/Über&co", new_path="/events/")
    listed = publisher.get(address(MissedAddress, "changelist")).context["cl"].queryset
    assert [each.path for each in listed] == ["/other/"]


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_often_for_many_as_for_one(publisher, count):
    MissedAddress.objects.add({f"/{number}/": 1 for number in range(count)}, TODAY)
    publisher.get(address(MissedAddress, "changelist"))
    with CaptureQueriesContext(connection) as captured:
        assert publisher.get(address(MissedAddress, "changelist")).status_code == 200
    assert len(captured) == 9


@pytest.mark.parametrize("old", ["/Organisations/ESR", "/organisations/esr/?a=1", "/events/"])
def test_publisher_is_told_that_a_page_is_in_use(publisher, open_form, old):
    make.OrganisationFactory(slug="esr")
    said = errors(open_form(publisher, Redirect).send(old_path=old, new_path="/"))
    sentence = "There is a page at this address, which people see: nobody is sent on."
    assert said == {"old_path": [sentence]}


def test_address_of_a_draft_leads_on_until_it_is_published(publisher, open_form):
    make.OrganisationFactory(slug="esr", draft=True)
    open_form(publisher, Redirect).save(old_path="/organisations/esr/", new_path="/")
    assert Redirect.objects.get().old_path == "/organisations/esr/"


def test_redirects_are_found_by_a_piece_of_the_address(publisher):
    redirect = make.RedirectFactory(old_path="/our-partners/list/")
    listed = publisher.get(address(Redirect, "changelist"), {"q": "/our-part"})
    assert list(listed.context["cl"].queryset) == [redirect]
