"""Spreadsheets in the admin: out, looked at, and in."""

import html
import io
import zipfile

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.exchange.sheets import files
from partners.models import Collaboration, Event, Organisation, PendingChange, SentSheet
from partners.rows import snapshots
from partners.values.validators import SHEET_MAX_BYTES
from tests import factories as make
from tests.admin.browser_form import act, address, read_all

pytestmark = pytest.mark.django_db
every_kind = pytest.mark.parametrize(
    ("model", "factory"),
    [
        (Organisation, make.OrganisationFactory),
        (Collaboration, make.CollaborationFactory),
        (Event, make.EventFactory),
    ],
)


@pytest.fixture
def record():
    return make.OrganisationFactory(pk="esr", name="ESR", summary="Old.")


def exported(client, model=Organisation, form="csv"):
    return client.get(f"{address(model, 'changelist')}export/{form}/")


def sheet(client, old="Old.", new="New.", name="organisations.csv"):
    """The first sheet as it is exported, with a change."""
    archive = zipfile.ZipFile(io.BytesIO(exported(client).content))
    content = archive.read("organisations.csv").replace(old.encode(), new.encode())
    return SimpleUploadedFile(name, content)


def send(client, file, model=Organisation):
    return client.post(address(model, "import"), {"sheet": file})


def said(response):
    return html.unescape(response.content.decode())


def confirm(client, response, button):
    (sent,) = read_all(response, "_sent")
    return client.post(address(Organisation, "import"), {"_sent": sent, button: "1"}, follow=True)


def test_dry_run_says_what_is_read_as_something_else(editor, record):
    record.seat_country = "AT"
    record.save()
    page = said(send(editor, sheet(editor, ",AT,", ",UK,")))
    assert "“UK” is read as United Kingdom (GB)." in page


@every_kind
@pytest.mark.parametrize("form", files.FORMATS)
def test_export_sent_back_changes_nothing(editor, model, factory, form):
    factory(), factory(draft=True)
    response = exported(editor, model, form)
    name = response["Content-Disposition"].partition('"')[2].rstrip('"')
    assert name.startswith(f"{model._meta.verbose_name_plural}-20")
    answer = send(editor, SimpleUploadedFile(name, response.content), model)
    assert "Nothing to change" in said(answer)
    assert not SentSheet.objects.exists()


@every_kind
def test_list_leads_to_import_and_export(editor, model, factory):
    page = said(editor.get(address(model, "changelist")))
    for page_name in ("import/", "export/xlsx/", "export/csv/"):
        assert f'href="{address(model, "changelist")}{page_name}"' in page
    assert editor.get(address(model, "import")).status_code == 200


def test_unknown_form_is_not_found(editor):
    assert exported(editor, form="ods").status_code == 404


def test_selection_is_exported(editor, record):
    make.OrganisationFactory()
    response = act(editor, "export_csv", record)
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert len(archive.read("organisations.csv").splitlines()) == 2


def test_editor_hands_a_file_in(editor, record):
    response = send(editor, sheet(editor))
    page = said(response)
    assert "would change 1 record." in page
    assert "Row 2: ESR" in page
    assert "<del>Old.</del> <ins>New.</ins>" in page
    assert 'name="_publish"' not in page
    assert not PendingChange.objects.exists()
    page = said(confirm(editor, response, "_hand_in"))
    assert "Handed in: 1." in page
    change = PendingChange.objects.get()
    assert (change.key, change.status) == ("esr", PendingChange.Status.HANDED_IN)
    assert change.why == "Imported from “organisations.csv”"
    assert LogEntry.objects.get().change_message == f"{change.why}: Handed in."
    assert not SentSheet.objects.exists()


def test_publisher_publishes_a_file(publisher, record):
    page = said(confirm(publisher, send(publisher, sheet(publisher)), "_publish"))
    assert "Published: 1." in page
    record.refresh_from_db()
    assert record.summary == "New."


def test_publisher_is_told_what_was_not_published(publisher):
    make.OrganisationFactory(draft=True, summary="Old.")
    page = said(confirm(publisher, send(publisher, sheet(publisher)), "_publish"))
    assert "Published: 1. Kept as drafts or pending changes: 1." in page


def test_editor_cannot_publish_a_file(editor, record):
    assert confirm(editor, send(editor, sheet(editor)), "_publish").status_code == 403
    record.refresh_from_db()
    assert record.summary == "Old."


def test_file_with_an_error_cannot_be_confirmed(editor, record):
    response = send(editor, sheet(editor, "esr,v", "esr,w"))
    page = said(response)
    assert "“organisations.csv” cannot be imported: 1 of 1 record" in page
    assert "Changed by an operator, since this file was exported." in page
    assert read_all(response, "_sent") == []


def test_unreadable_file_is_refused_beside_its_box(editor):
    page = said(send(editor, SimpleUploadedFile("x.csv", "Größe".encode("latin-1"))))
    assert files.NOT_READ in page


def test_unknown_column_is_refused_beside_its_box(editor, record):
    page = said(send(editor, sheet(editor, "summary", "synopsis")))
    assert "there is no place for the column “synopsis”" in page


def test_file_that_is_too_large_is_refused_in_words(editor):
    large = SimpleUploadedFile("x.csv", b"key\n" * (SHEET_MAX_BYTES // 4 + 1))
    assert "The file is larger than 10 MB." in said(send(editor, large))


def test_nothing_sent_is_asked_for_again(editor):
    response = editor.post(address(Organisation, "import"))
    assert "This field is required." in said(response)


def test_somebody_elses_file_is_not_stored(editor, publisher, record):
    page = said(confirm(publisher, send(editor, sheet(editor)), "_publish"))
    assert "This file is no longer kept" in page
    record.refresh_from_db()
    assert record.summary == "Old."


@pytest.mark.parametrize("sent", ["nonsense", "", "0" * 32, "\0"])
def test_forged_file_is_not_stored(publisher, sent):
    posted = {"_sent": sent, "_publish": "1"}
    page = said(publisher.post(address(Organisation, "import"), posted, follow=True))
    assert "This file is no longer kept" in page


def test_record_that_changed_since_the_dry_run_is_named(publisher, record):
    response = send(publisher, sheet(publisher))
    Organisation.objects.update(region_note="Meanwhile")
    response = confirm(publisher, response, "_publish")
    assert response.status_code == 409
    assert "ESR: Changed by an operator" in said(response)
    record.refresh_from_db()
    assert record.summary == "Old."


def test_what_is_scheduled_is_left_alone(publisher, record):
    change = PendingChange(
        kind="partners.organisation", key="esr", title="ESR", by_name="anna",
        rows=[], status=PendingChange.Status.SCHEDULED, publish_at=make.FAR_AHEAD,
    )  # fmt: skip
    file = sheet(publisher)
    change.rows = change.base = snapshots.stored(Organisation, "esr")
    change.save()
    assert "A change of it is scheduled." in said(send(publisher, file))


def test_reader_of_the_admin_alone_may_do_neither(client_of):
    client = client_of("reader")
    assert exported(client).status_code == 403
    assert client.get(address(Organisation, "import")).status_code == 403
