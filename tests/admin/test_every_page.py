"""Every page of the admin, for every model it keeps."""

import html

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from partners.models import (
    Answer,
    Inquiry,
    Job,
    LinkCheck,
    MissedAddress,
    MistakeReport,
    Page,
    PendingChange,
    Revision,
    SourceCheck,
)
from tests.admin.browser_form import address
from tests.admin.records import RECORDS, parameters

pytestmark = pytest.mark.django_db
every_model = pytest.mark.parametrize("model", parameters(RECORDS))
#: Rows that are made elsewhere: see test_desk and test_attention.
MADE_ELSEWHERE = {
    Answer, DBTaskResult, Inquiry, Job, LinkCheck, LogEntry, MissedAddress, MistakeReport,
    PendingChange, Revision, SourceCheck,
}  # fmt: skip


def read(client, url):
    """The text of a page that must answer."""
    response = client.get(url)
    assert response.status_code == 200, url
    return html.unescape(response.content.decode())


def test_there_is_a_record_of_every_model():
    assert set(RECORDS) == set(admin.site._registry) - MADE_ELSEWHERE


@every_model
def test_list_shows_the_record(superuser, model):
    record = RECORDS[model]()
    page = read(superuser, address(model, "changelist"))
    assert f'<a href="{address(record)}">' in page


@every_model
def test_add_page_has_an_empty_form(superuser, model):
    RECORDS[model]()
    page = read(superuser, address(model))
    assert f'id="{model._meta.model_name}_form"' in page
    assert 'name="_save"' in page or 'name="_draft"' in page


@every_model
@pytest.mark.parametrize("name", ["change", "history", "delete"])
def test_pages_of_a_record_name_it(superuser, model, name):
    record = RECORDS[model]()
    assert str(record) in read(superuser, address(record, name))


@every_model
def test_form_can_be_saved_as_it_stands(superuser, open_form, model):
    record = RECORDS[model]()
    open_form(superuser, record).save()


@pytest.mark.any_database
@pytest.mark.slow("sweep")
@every_model
@pytest.mark.parametrize("name", ["change", "history", "delete"])
def test_record_that_is_not_there_leads_back_to_the_front_page(superuser, model, name):
    record = RECORDS[model]()
    record.pk = "no-such-key"
    response = superuser.get(address(record, name), follow=True)
    assert response.redirect_chain[-1][0] == reverse("admin:index")
    assert "doesn’t exist" in html.unescape(response.content.decode())


@pytest.mark.any_database
@pytest.mark.slow("sweep")
def test_lists_histories_and_deletions_answer_for_the_content(superuser, content):
    for model in RECORDS:
        read(superuser, address(model, "changelist"))
        for record in model._default_manager.all():
            assert str(record) in read(superuser, address(record, "history"))
            needed = getattr(record, "is_home", False) or record.pk in (Page.PARTNERS, *Page.FOOTER)
            response = superuser.get(address(record, "delete"))
            assert response.status_code == (403 if needed else 200), record


@pytest.mark.any_database
@pytest.mark.slow("sweep")
def test_every_form_of_the_content_can_be_saved_as_it_stands(superuser, content, open_form):
    for model in RECORDS:
        before = list(model._default_manager.order_by("pk").values())
        for record in model._default_manager.all():
            open_form(superuser, record).save()
        assert list(model._default_manager.order_by("pk").values()) == before


SECTIONS = {
    "superuser": {
        "Content": ["Organisations", "Collaborations", "Event series", "Events", "Pages"],
        "Publishing": ["Pending changes", "Recent changes", "Longer jobs"],
        "Partners": [
            "Contacts",
            "Questions to partners",
            "Answers from partners",
            "Reported mistakes",
            "Agreements",
        ],
        "Sections and word lists": [
            "Sections of the partners page",
            "Topics",
            "Glossary terms",
            "Sources",
        ],
        "Site": [
            "Link checks",
            "Source checks",
            "Redirects",
            "Addresses not found",
            "Users",
            "Groups",
            "Log entries",
            "Task Results",
        ],
    }
}
SECTIONS["publisher"] = SECTIONS["superuser"] | {
    "Site": [
        "Link checks",
        "Source checks",
        "Redirects",
        "Addresses not found",
        "Users",
        "Log entries",
    ]
}
SECTIONS["editor"] = SECTIONS["superuser"] | {"Site": ["Link checks", "Source checks", "Redirects"]}
SECTIONS["reader"] = {}


@pytest.mark.parametrize("who", SECTIONS)
def test_front_page_lists_the_work_in_its_order(client_of, who):
    response = client_of(who).get(reverse("admin:index"))
    listed = {
        each["name"]: [model["name"] for model in each["models"]]
        for each in response.context["app_list"]
    }
    assert listed == SECTIONS[who]
    assert list(listed) == list(SECTIONS[who])


def test_front_page_has_the_name_of_the_site(superuser):
    page = read(superuser, reverse("admin:index"))
    assert "What would you like to work on?" in page
    assert "Django" not in page


def test_headings_of_the_side_bar_lead_to_the_front_page(superuser):
    """And not back to a form in which somebody is typing."""
    page = read(superuser, address(next(iter(RECORDS))))
    front = reverse("admin:index")
    assert f'<a href="{front}#content" class="section"' in page
    assert 'href=""' not in page


@pytest.mark.parametrize(
    "url", ["/admin/partners/", "/admin/auth/", "/admin/jsi18n/", "/admin/password_change/"]
)
def test_other_pages_answer(superuser, url):
    assert read(superuser, url)


def test_addresses_that_nothing_answers_are_not_found(superuser):
    for url in ("/admin/nothing/", "/admin/r/1/1/", "/admin/r/1/x/"):
        assert superuser.get(url).status_code == 404
