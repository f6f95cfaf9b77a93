"""Agreements: documents are kept whole and in versions, and leave as attachments to staff alone."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partners.models import AgreementDocument
from tests import factories as make

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 one"


@pytest.fixture
def agreement(db):
    return make.AgreementFactory()


def add(client, agreement, content, name="agreement.pdf"):
    form = {
        "collaboration": agreement.collaboration_id, "renewal": "open", "notice_days": "",
        "note": "", "document": SimpleUploadedFile(name, content),
    }  # fmt: skip
    return client.post(reverse("admin:partners_agreement_change", args=[agreement.pk]), form)


def test_documents_are_kept_in_versions(editor, agreement):
    for content in (PDF, b"%PDF-1.7 two"):
        assert add(editor, agreement, content).status_code == 302
    second, first = AgreementDocument.objects.all()
    assert (bytes(first.content), first.added_by_name) == (PDF, "editor")
    for each in (first, second):
        assert hashlib.sha256(each.content).hexdigest() == each.sha256


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html>", "This is no PDF"),
        (PDF, "kept already"),
        (b"%PDF-" + b"x" * 5_000_000, "larger than 5 MB"),
    ],
    ids=["no PDF", "twice", "large"],
)
def test_document_is_refused_with_a_sentence(editor, agreement, content, sentence):
    add(editor, agreement, PDF)
    response = add(editor, agreement, content)
    assert sentence in response.content.decode()
    assert AgreementDocument.objects.count() == 1


def test_document_is_served_to_staff_as_an_attachment(editor, client_of, agreement):
    add(editor, agreement, PDF)
    page = reverse("admin:partners_agreement_document", args=[AgreementDocument.objects.get().pk])
    response = editor.get(page)
    assert response.content == PDF
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Security-Policy"].startswith("sandbox")
    assert client_of("reader").get(page).status_code == 403
    assert client_of("anonymous").get(page).status_code == 302
