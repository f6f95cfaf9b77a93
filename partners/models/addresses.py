"""Every address in the content: the one list that checks of links and the queue go by."""

from functools import cache
from typing import NamedTuple
from urllib.parse import urljoin

from django.apps import apps
from django.conf import settings
from django.db.models import Field
from django.utils.text import capfirst

from partners.models.base import ContentModel, Part
from partners.models.fields import SCHEME, WebAddressField
from partners.values.richtext import RichTextField, links


class Address(NamedTuple):
    """A web address, what leads there in words, and where it stands."""

    url: str
    label: str
    record: ContentModel
    field: Field

    @property
    def root(self):
        """The record on whose form it stands; a vocabulary has one of its own."""
        return self.record.root if isinstance(self.record, Part) else self.record

    @property
    def is_in_text(self):
        return isinstance(self.field, RichTextField)


@cache
def address_fields(model):
    """The fields of `model` that can hold addresses."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, WebAddressField | RichTextField)
    ]


def addresses_of(record):
    """Yield each Address that `record` itself holds, its parts not included.

    A link within this site is taken from its public address; one to a mailbox is none of the web.
    """
    for field in address_fields(type(record)):
        value = getattr(record, field.attname)
        if isinstance(field, RichTextField):
            for target, label in links(value):
                url = urljoin(f"{settings.SITE_URL}/", target)
                if target[:1] not in ("", "#") and SCHEME.match(url):
                    yield Address(url, label, record, field)
        elif value:
            label = str(record) if isinstance(record, Part) else capfirst(field.verbose_name)
            yield Address(value, label, record, field)


def outside_addresses():
    """All addresses on record (sorted list of str), drafts included.

    Those of registers are left out: they are made of identifiers whose check digits are right.
    """
    models = [
        model
        for model in apps.get_app_config("partners").get_models()
        if issubclass(model, ContentModel) and address_fields(model)
    ]
    records = (
        record
        for model in models
        for record in model.objects.order_by().only("pk", *_read(model)).iterator()
    )
    return sorted({address.url for record in records for address in addresses_of(record)})


def _read(model):
    """The names of the columns that an Address of `model` is made of."""
    words = {"label", "title", "name"} & {field.name for field in model._meta.concrete_fields}
    return [*words, *(field.name for field in address_fields(model))]
