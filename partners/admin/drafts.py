"""Drafts that a record names: its page leaves them out until they are published as well.

What is scheduled is no draft: on its day it appears, and not before.
"""

from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied

from partners.admin.base import address
from partners.models import Root
from partners.publishing import presses
from partners.rows import snapshots
from partners.rows.door import take
from partners.rows.offers import Offer
from partners.rows.standing import standing


class Draft(NamedTuple):
    """A record that nobody meets yet."""

    record: Root

    @property
    def address(self):
        """Of its form."""
        return address("change", type(self.record), self.record.pk)

    @property
    def field(self):
        """The name of the hidden field with its version."""
        return f"seen-{self.record._meta.model_name}-{self.record.pk}"

    @property
    def version(self):
        return standing(type(self.record), self.record.pk).version

    def offer(self, request):
        """To publish it as the page showed it."""
        model, key = type(self.record), self.record.pk
        rows = standing(model, key).present
        return Offer(model, key, rows, rows, request.POST[self.field])

    def __str__(self):
        return str(self.record)


def named_in(rows):
    """[Draft] of the records that these rows name and that have no place in public."""
    named = {}
    for row in rows:
        model = snapshots.model_of(row["model"])
        for field in model._meta.fields if model else ():
            key = field.many_to_one and row["fields"].get(field.name)
            if key and issubclass(field.related_model, Root) and not snapshots.is_owner(field):
                named.setdefault(field.related_model, set()).add(key)
    found = (each for model, keys in named.items() for each in model.objects.filter(pk__in=keys))
    return [Draft(each) for each in sorted(found, key=str) if each.published_at is None]


def publish(model_admin, request, offer):
    """Publish what is offered with the drafts that it names and the page showed: all, or nothing.

    Returns the Answers, that to `offer` first. Raises PermissionDenied.
    """
    drafts = [each for each in named_in(offer.rows) if each.field in request.POST]
    for each in drafts:
        admin = model_admin.admin_site.get_model_admin(type(each.record))
        if not admin.has_publish_permission(request):
            raise PermissionDenied
    offers = [offer, *(each.offer(request) for each in drafts)]
    answers = take(offers, presses.PUBLISH, request.user, request.now)
    if all(answer.is_taken for answer in answers):
        for each in drafts:
            model_admin.log_change(request, each.record, f"{presses.PUBLISH.done}.")
            done = f"{presses.PUBLISH.done}: {each}."
            model_admin.message_user(request, done, messages.SUCCESS)
    return answers
