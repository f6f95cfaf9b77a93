"""What is held about a mail address: shown, deleted, and deleted again after a restore."""

import io

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from partners.accounts import erasing
from partners.care import inquiries
from partners.exchange import backups
from partners.models import (
    AgreementDocument,
    Answer,
    Contact,
    Erasure,
    Inquiry,
    MistakeReport,
    Revision,
)
from tests import factories as make

pytestmark = pytest.mark.django_db
ADA, BEN = "Ada@partner.example.org", "ben@partner.example.org"


def told_of(address):
    """A contact with all that follows from it, and what names the address elsewhere."""
    contact = make.ContactFactory(name=f"Dr {address[:3]}", email=address)
    inquiry = inquiries.ask(contact, "Subject", f"Write to {address}.", None, timezone.now())
    make.AnswerFactory(inquiry=inquiry, by_email=address)
    make.MistakeReportFactory(email=address)
    rows = [{"model": "partners.event", "pk": "a", "fields": {"summary": f"By {address}, now."}}]
    Revision.objects.create(kind="partners.event", key="a", title="A", what="Saved", rows=rows)
    ann, _ = User.objects.get_or_create(username="ann", email=address)
    LogEntry.objects.log_actions(ann.pk, [contact], CHANGE, "Changed.", single_object=True)
    return contact


def run(*arguments):
    out = io.StringIO()
    call_command("personal_data", *arguments, stdout=out)
    return out.getvalue()


def test_all_that_is_held_is_shown_and_nothing_of_others():
    told_of(ADA)
    shown = run("show", ADA.lower())
    for what in ("contact", "answer from a partner", "reported mistake", "past state", "user"):
        assert f"\n{what} " in f"\n{shown}"
    assert "Dr Ada" in shown
    assert "found in 0 rows" in run("show", BEN)
    assert Contact.objects.exists()


def test_deleted_address_is_gone_from_history_too_and_others_stay():
    told_of(ADA)
    kept = make.ContactFactory(email=BEN)
    run("delete", ADA.lower())
    assert list(Contact.objects.all()) == [kept]
    assert not Inquiry.objects.exists()
    assert not Answer.objects.exists()
    assert not MistakeReport.objects.exists()
    assert not LogEntry.objects.exists()
    assert Revision.objects.get().rows[0]["fields"]["summary"] == "By [erased], now."
    shown = run("show", ADA)
    assert "found in 1 rows" in shown  # the account, which the back office ends
    assert ADA not in str(Erasure.objects.values())


def test_address_within_another_one_is_another_one():
    make.ContactFactory(email=f"x{ADA}")
    make.ContactFactory(email=f"{ADA}.au")
    run("delete", ADA)
    assert Contact.objects.count() == 2


def test_public_content_is_told_and_left():
    make.OrganisationFactory(summary=f"Write to {ADA}.")
    assert "left: end the account in the back office, or edit" in run("delete", ADA)


def document(*lines, comment="", notes="", **fields):
    """A document whose one page says these lines, and has `notes`."""
    text = " 0 -20 Td ".join(f"({line}) Tj" for line in lines)
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    place = "/Parent 2 0 R/MediaBox[0 0 600 800]"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page{place}/Contents 4 0 R/Resources<</Font<</F {font}>>>>{notes}>>",
        f"<<>>stream\nBT /F 12 Tf 50 700 Td {text} ET\nendstream",
    ]
    written = "\n".join(f"{n} 0 obj{each} endobj" for n, each in enumerate(objects, 1))
    content = f"%PDF-1.4\n%{comment}\n{written}\ntrailer<</Root 1 0 R>>".encode()
    return make.AgreementDocumentFactory(content=content, **fields)


def listed(output):
    """{name: why} of the documents that the command lists."""
    lines = output.partition("NUMBER`:\n")[2].splitlines()[::2]
    return {name: why for _, name, why in (line.split(" ", 2) for line in lines)}


def test_documents_are_read_and_listed_and_left():
    agreement = make.AgreementFactory()
    make.ContactFactory(collaboration=agreement.collaboration, email=ADA)
    document("Between Dr Ada", "and us", name="theirs.pdf", agreement=agreement)
    document("Other matters", name="other.pdf")
    document("write to ADA@partner.", "example.org, please", name="names.pdf")
    document("Mail us", name="link.pdf", comment=f"(mailto:{ADA})")
    document(name="scan.pdf")
    document("Page 2 of 2", name="noted.pdf", notes="/Annots[<</Subtype/Text/Contents<00>>>]")
    found = run("show", ADA)
    assert listed(found) == {
        "theirs.pdf": "belongs to a collaboration that this person is a contact of",
        "names.pdf": "names the address",
        "link.pdf": "names the address",
        "scan.pdf": "cannot be searched: its pages are pictures, or in letters of its own",
        "noted.pdf": "cannot be searched whole: it has notes, links or fields of a form",
    }
    assert f"/admin/partners/agreement/{agreement.pk}/change/" in found
    assert listed(run("delete", ADA)) == listed(found)
    assert AgreementDocument.objects.count() == 6


def test_list_of_documents_holds_none_of_their_content():
    document(f"By {ADA}")
    document(name="scan.pdf")
    found = list(erasing.documents(ADA))
    assert [each.get_deferred_fields() for each, _ in found] == [{"content"}, {"content"}]


def test_documents_that_are_named_go_and_no_others():
    goes, stays = document(f"By {ADA}", name="goes.pdf"), document(f"To {ADA}", name="stays.pdf")
    other = document(f"To {BEN}", name="other.pdf")
    with pytest.raises(CommandError, match="Nothing was done"):
        run("delete", ADA, "--document", str(goes.pk), "--document", str(other.pk))
    assert AgreementDocument.objects.count() == 3
    assert listed(run("delete", ADA, "--document", str(goes.pk))) == {
        "stays.pdf": "names the address"
    }
    assert set(AgreementDocument.objects.all()) == {stays, other}


@pytest.mark.slow("archive")
@pytest.mark.django_db(transaction=True)
def test_restore_of_an_older_backup_brings_nothing_back(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    told_of(ADA)
    kept = make.ContactFactory(email=BEN)
    goes, stays = document(f"By {ADA}"), document(f"To {ADA}")
    backups.backup(tmp_path / "older.zip")
    run("delete", ADA, "--document", str(goes.pk))
    backups.restore(tmp_path / "older.zip")
    assert list(Contact.objects.all()) == [kept]
    assert "[erased]" in str(Revision.objects.get().rows)
    assert list(AgreementDocument.objects.all()) == [stays]
    assert {each.pk for each in Erasure.objects.all()} == {
        erasing.key_of(ADA),
        erasing.key_of(goes.sha256),
    }
