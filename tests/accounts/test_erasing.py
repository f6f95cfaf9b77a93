"""What is held about a mail address: shown, deleted, and deleted again after a restore."""

import io

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from partners.accounts import erasing
from partners.care import inquiries
from partners.exchange import backups
from partners.models import Answer, Contact, Erasure, Inquiry, MistakeReport, Revision
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


@pytest.mark.slow("archive")
@pytest.mark.django_db(transaction=True)
def test_restore_of_an_older_backup_brings_nothing_back(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    told_of(ADA)
    kept = make.ContactFactory(email=BEN)
    backups.backup(tmp_path / "older.zip")
    run("delete", ADA)
    backups.restore(tmp_path / "older.zip")
    assert list(Contact.objects.all()) == [kept]
    assert "[erased]" in str(Revision.objects.get().rows)
    assert Erasure.objects.get().pk == erasing.key_of(ADA)
