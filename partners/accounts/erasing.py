"""What is held about a mail address: shown, and deleted (GDPR, articles 15 and 17).

Every text of every table is searched. What is about the person goes as a whole; elsewhere, history
included, the address is taken out of the text. Two things are told and left: an account, which
`/admin/` ends, and content that the public reads, which is edited and published as ever. Documents
are read as well, and told: nobody takes words out of a PDF, so whoever asks says which of them go.
"""

import json
import re
from typing import NamedTuple

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models.functions import Cast
from django.utils.crypto import salted_hmac
from django_tasks_db.models import DBTaskResult

from partners.accounts.links import alike
from partners.models import (
    AgreementDocument,
    Answer,
    Contact,
    Erasure,
    MistakeReport,
    Part,
    Root,
    Vocabulary,
)
from partners.values import pdf

ADDRESS = re.compile(r"[^\s<>()\[\]{}\"'“”,;:|\\]+@[^\s<>()\[\]{}\"'“”,;:|\\]+[^\W_]")
INSTEAD = "[erased]"
#: What a line of a document that is too short for an address parts it by.
PARTING = re.compile(r"[\s-]+")
#: What is about a person, and goes as a whole with all that hangs on it.
ABOUT_PEOPLE = (Contact, Answer, MistakeReport, DBTaskResult)
#: What is told and left.
LEFT = (User, Root, Part, Vocabulary)
TEXTS = (models.CharField, models.TextField, models.JSONField)


class Held(NamedTuple):
    """A row that names the address, and the texts that do: {column: text}."""

    record: models.Model
    texts: dict

    @property
    def is_left(self):
        return isinstance(self.record, LEFT)


def key_of(address):
    """What an erased address, or the SHA-256 of a document, is remembered by: a keyed hash."""
    salt = "partners.accounts.erasing"
    return salted_hmac(salt, alike(address), algorithm="sha256").hexdigest()


def held(keys):
    """Each Held of the addresses with these keys (set of str)."""
    for model in apps.get_models():
        columns = [field for field in model._meta.concrete_fields if isinstance(field, TEXTS)]
        if not columns or not model._meta.managed:
            continue
        for record in _with_addresses(model, columns):
            texts = {field.attname: _text(field, record) for field in columns}
            named = {name: text for name, text in texts.items() if _names(text, keys)}
            if named:
                yield Held(record, named)


def _with_addresses(model, columns):
    wanted = models.Q()
    for number, _ in enumerate(columns):
        wanted |= models.Q(**{f"text_{number}__contains": "@"})
    texts = {
        f"text_{number}": Cast(field.name, models.TextField())
        for number, field in enumerate(columns)
    }
    return model._base_manager.alias(**texts).filter(wanted).order_by("pk").iterator()


def _text(field, record):
    value = getattr(record, field.attname)
    if isinstance(field, models.JSONField):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return str(value or "")


def _names(text, keys):
    return any(key_of(found) in keys for found in ADDRESS.findall(text))


def documents(address):
    """Yield (AgreementDocument, why a person should look at it: str) of those to be looked at.

    They are yielded without their content, of which there may be more than memory.
    """
    contacts = Contact.objects.exclude(collaboration=None)
    emails = contacts.values_list("collaboration", "email")
    theirs = {key for key, email in emails if alike(email) == alike(address)}
    wanted = PARTING.sub("", alike(address))
    for document in (
        AgreementDocument.objects.select_related("agreement").order_by("pk").iterator(1)
    ):
        content = bytes(document.content)
        del document.content  # it would be read anew
        text, obstacle = pdf.all_text(content)
        if wanted in PARTING.sub("", alike(f"{text} {content.decode('latin-1')}")):
            yield document, "names the address"
        elif obstacle:
            yield document, f"cannot be searched{' whole' if text else ''}: {obstacle}"
        elif document.agreement.collaboration_id in theirs:
            yield document, "belongs to a collaboration that this person is a contact of"


@transaction.atomic
def erase(address, at, chosen=()):
    """Delete all about `address` and the `chosen` AgreementDocuments, and remember that it was.

    Returns the list of Held.
    """
    keys = {key_of(address), *(key_of(document.sha256) for document in chosen)}
    for key in keys:
        Erasure.objects.update_or_create(key=key, defaults={"at": at})
    return erase_again(keys)


def erase_again(keys):
    """Delete all about the addresses, and the documents, that have these keys.

    Returns the list of Held.
    """
    for document in AgreementDocument.objects.defer("content"):
        if key_of(document.sha256) in keys:
            _delete(document)
    found = list(held(keys))
    for each in found:
        if isinstance(each.record, ABOUT_PEOPLE):
            _delete(each.record)
        elif not each.is_left:
            _take_out(each, keys)
    return found


def _delete(record):
    """With what the log of the back office calls it, and all that goes with it."""
    if isinstance(record, Contact):
        for answer in Answer.objects.filter(inquiry__contact=record):
            _delete(answer)
        for inquiry in record.inquiries.all():
            _delete(inquiry)
    kind = ContentType.objects.get_for_model(record)
    LogEntry.objects.filter(content_type=kind, object_id=str(record.pk)).delete()
    type(record)._base_manager.filter(pk=record.pk).delete()


def _take_out(each, keys):
    """Past `save`: nothing else of the row changes."""
    fields = {}
    for name, text in each.texts.items():
        kept = ADDRESS.sub(lambda it: INSTEAD if key_of(it[0]) in keys else it[0], text)
        is_json = isinstance(each.record._meta.get_field(name), models.JSONField)
        fields[name] = json.loads(kept) if is_json else kept
    type(each.record)._base_manager.filter(pk=each.record.pk).update(**fields)
