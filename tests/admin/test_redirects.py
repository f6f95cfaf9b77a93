"""Redirects, and the list of addresses asked for in vain: from a line to its redirect."""

import datetime as dt
import html
import io

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.exchange.sheets import files
from partners.models import MissedAddress, Redirect, SentSheet
from tests import factories as make
from tests.admin.browser_form import address, errors, read_all

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


@pytest.mark.parametrize(
    "old",
    [
        "/Organisations/ESR",
        "/organisations/esr/?a=1",
        "/events/",
        "/organisations/esr/calendar.ics",
        "/organisations/x/../esr/history/",
        "/api/v1/organisations/esr/",
    ],
)
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


# By spreadsheet


def send(client, content, name="redirects.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(address(Redirect, "import"), {"sheet": file})


def confirm(client, response, button="_save"):
    (sent,) = read_all(response, "_sent")
    return client.post(address(Redirect, "import"), {"_sent": sent, button: "1"}, follow=True)


def said(response):
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("form", files.FORMATS)
def test_redirects_go_out_and_come_back(publisher, form):
    make.RedirectFactory(old_path="/old/", new_path="/")
    page = said(publisher.get(address(Redirect, "changelist")))
    for page_name in ("import/", f"export/{form}/"):
        assert f'href="{address(Redirect, "changelist")}{page_name}"' in page
    exported = publisher.get(f"{address(Redirect, 'changelist')}export/{form}/")
    name = exported["Content-Disposition"].partition('"')[2].rstrip('"')
    assert "Nothing to change" in said(send(publisher, exported.content, name))


def test_publisher_stores_a_sheet_at_once(publisher):
    old = make.RedirectFactory(old_path="/old/", new_path="/")
    (version,) = export(publisher)
    content = f"{HEAD}{old.pk},{version},/old/,/events/\n,,/New?a=1,/\n".encode()
    response = send(publisher, content)
    page = said(response)
    assert "would change 2 records." in page
    assert "Row 2: /old/" in page
    assert "Row 3: /new/?a=1 (new)" in page
    assert "slug" not in page
    assert "It takes effect at once." in page
    assert "Saved: 2." in said(confirm(publisher, response))
    assert dict(Redirect.objects.values_list("old_path", "new_path")) == {
        "/old/": "/events/",
        "/new/?a=1": "/",
    }
    assert sorted(LogEntry.objects.values_list("action_flag", "change_message")) == [
        (flag, "Imported from “redirects.csv”: Saved.") for flag in (ADDITION, CHANGE)
    ]
    assert not SentSheet.objects.exists()


HEAD = "key,version,old_path,new_path\n"


def export(client):
    """The versions of all redirects, as they are exported."""
    exported = client.get(f"{address(Redirect, 'changelist')}export/xlsx/")
    book = files.read(io.BytesIO(exported.content), "redirects")
    return [line.cells["version"] for line in book["redirects"].lines]


def test_page_that_appeared_since_the_dry_run_keeps_out_all(publisher):
    response = send(publisher, f"{HEAD},,/organisations/esr/,/\n,,/x/,/\n".encode())
    make.OrganisationFactory(slug="esr")
    response = confirm(publisher, response)
    assert response.status_code == 409
    assert "/organisations/esr/: Redirect, old address: There is a page" in said(response)
    assert not Redirect.objects.exists()


@pytest.mark.parametrize("button", ["_draft", "_publish", "_continue"])
def test_redirects_have_no_other_way_in(publisher, button):
    response = send(publisher, f"{HEAD},,/x/,/\n".encode())
    assert confirm(publisher, response, button).status_code == 400
    assert not Redirect.objects.exists()


def test_editor_reads_redirects_and_sends_none(editor):
    make.RedirectFactory()
    page = said(editor.get(address(Redirect, "changelist")))
    assert "export/csv/" in page
    assert "import/" not in page
    assert len(export(editor)) == 1
    assert editor.get(address(Redirect, "import")).status_code == 403
    assert send(editor, f"{HEAD},,/x/,/\n".encode()).status_code == 403
    posted = {"_sent": "0" * 32, "_save": "1"}
    assert editor.post(address(Redirect, "import"), posted).status_code == 403
    assert Redirect.objects.count() == 1
