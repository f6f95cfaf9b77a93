"""What a form may hold, and what is said of one that holds more."""

import pytest
from django.conf import settings as site_settings
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.admin.page import SectionEntryInline
from partners.admin.versioned import VersionedAdmin
from partners.models import Organisation, SectionEntry
from tests import factories as make
from tests.admin.browser_form import BrowserForm, address

pytestmark = pytest.mark.django_db
VERSIONED = {
    model: kept for model, kept in admin.site._registry.items() if isinstance(kept, VersionedAdmin)
}
KEPT = "go back in your browser"


def fill(section, count):
    organisations = make.OrganisationFactory.build_batch(count)
    Organisation.objects.bulk_create(organisations)
    SectionEntry.objects.bulk_create(
        SectionEntry(section=section, organisation=each, position=position)
        for position, each in enumerate(organisations, 1)
    )


@pytest.mark.parametrize("model", VERSIONED, ids=lambda model: model._meta.label)
def test_largest_record_fits_into_one_form(model, rf, admin_user):
    request, kept = rf.get("/"), VERSIONED[model]
    request.user = admin_user
    rows = [
        len(formset(instance=model()).empty_form.fields)
        for formset, _ in kept.get_formsets_with_inlines(request)
    ]
    most = sum(rows) * site_settings.MOST_ROWS + len(kept.get_form(request).base_fields)
    assert most + 1_000 < site_settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


@pytest.mark.any_database
@pytest.mark.slow("sweep")
def test_section_with_the_most_organisations_is_opened_and_saved(superuser, open_form):
    section = make.SectionFactory()
    fill(section, site_settings.MOST_ROWS)
    form = open_form(superuser, section)
    last = SectionEntryInline.per_page - 1
    assert f"entries-{last}-organisation" in form.fields
    form.save(**{f"entries-{last}-position": "7000"})
    assert section.entries.count() == site_settings.MOST_ROWS
    assert section.entries.filter(position=7000).exists()


def test_section_of_many_is_edited_a_page_at_a_time(superuser, monkeypatch):
    monkeypatch.setattr(SectionEntryInline, "per_page", 2)
    section, new = make.SectionFactory(), make.OrganisationFactory()
    fill(section, 5)
    entries = list(section.entries.all())
    form = BrowserForm(superuser, f"{address(section)}?part-page=2")
    assert form.row_of(entries[2], "entries") == "entries-0"
    assert form.fields["entries-INITIAL_FORMS"] == "2"
    assert "Numbers 3 to 4." in form.page
    assert 'data-first="3"' in form.page
    assert 'href="?part-page=1"' in form.page
    assert 'href="?part-page=3"' in form.page
    form.row("entries", organisation=new.pk)
    again = form.send("_save", title="").content.decode()  # a mistake: it is the same page
    assert 'data-first="3"' in again
    assert 'href="?part-page=3"' in again
    values = {"entries-0-DELETE": "on", "entries-1-position": "70", "title": section.title}
    saved = form.save(**values)
    assert saved.cookies["typing_saved"].value.endswith("%3Fpart-page%3D2")
    kept = [each for each in entries if each not in entries[2:4]]
    expected = [each.organisation_id for each in [*kept, entries[3]]]
    placed = section.entries.values_list("organisation", "position")
    assert [key for key, _ in placed if key != new.pk] == expected
    assert dict(placed)[entries[3].organisation_id] == 70
    assert new.pk in dict(placed)


def test_rows_on_other_pages_count_as_well(superuser, monkeypatch):
    monkeypatch.setattr(SectionEntryInline, "per_page", 2)
    monkeypatch.setattr(SectionEntryInline, "max_num", 4)
    section, new = make.SectionFactory(), make.OrganisationFactory()
    fill(section, 4)
    form = BrowserForm(superuser, address(section))
    form.row("entries", organisation=new.pk)
    assert "A record may have 4 rows of this kind" in form.send("_save").content.decode()
    form.save("_save", **{"entries-0-DELETE": "on"})
    assert section.entries.count() == 4


def test_more_rows_than_a_record_may_have_are_refused_in_words(superuser, open_form, monkeypatch):
    monkeypatch.setattr(SectionEntryInline, "max_num", 2)
    section, third = make.SectionFactory(), make.OrganisationFactory()
    fill(section, 2)
    form = open_form(superuser, section)
    form.row("entries", organisation=third.pk, position="777")
    page = form.send("_save").content.decode()
    assert "A record may have 2 rows of this kind, not more. Delete some." in page
    assert 'value="777"' in page
    assert section.entries.count() == 2


@pytest.mark.parametrize(
    ("limit", "value", "word"),
    [
        ("DATA_UPLOAD_MAX_NUMBER_FIELDS", 5, "fields"),
        ("DATA_UPLOAD_MAX_MEMORY_SIZE", 2_000, "bytes together"),
        ("DATA_UPLOAD_MAX_NUMBER_FILES", 0, "files"),
    ],
)
@pytest.mark.parametrize("model", [Organisation, SectionEntry.section.field.related_model])
def test_form_beyond_the_limits_says_so(superuser, open_form, settings, model, limit, value, word):
    form = open_form(superuser, model)
    setattr(settings, limit, value)
    file = SimpleUploadedFile("logo.png", b"a")
    posted = {k: v for k, v in form.fields.items() if v is not None}
    response = superuser.post(form.url, posted | {"summary": "a" * 3_000, "logo": file})
    page = response.content.decode()
    assert (response.status_code, f'<a href="{address(model)}"' in page) == (413, True)
    assert word in page
    assert KEPT in page
    assert not model.objects.exists()


def test_long_form_of_somebody_who_is_logged_out_leads_to_the_login(superuser, open_form):
    form = open_form(superuser, Organisation)
    superuser.logout()
    posted = {k: v for k, v in form.fields.items() if v is not None}
    response = superuser.post(form.url, posted | {"summary": "a" * 30_000})
    assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={form.url}")


def test_long_form_of_a_stranger_is_refused(client):
    login = client.post("/admin/login/", {"username": "a" * 30_000})
    page = client.post("/search/", {"q": "a" * 30_000})
    assert (login.status_code, login["Location"]) == (302, "/admin/login/?next=/admin/login/")
    assert page.status_code == 413
    assert "It has more than 20,000 bytes, and you are not logged in." in page.content.decode()
