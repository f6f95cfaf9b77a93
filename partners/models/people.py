"""People at partners and at the society, for staff alone; and who asked to be forgotten."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from partners.models.base import owner, owner_constraint, required
from partners.models.indexes import references
from partners.values import dates
from partners.values.lines import LineField, LinesField

OWNERS = ("organisation", "collaboration")


class Contact(models.Model):
    """Somebody to write to about an organisation or a collaboration; in no page, file or feed."""

    class Side(models.TextChoices):
        PARTNER = "partner", "the partner's"
        SOCIETY = "society", "the society's own"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = owner("partners.Organisation")
    collaboration = owner("partners.Collaboration")
    side = models.CharField("whose", max_length=20, choices=Side, default=Side.PARTNER)
    name = LineField(max_length=150, help_text="As a letter begins: “Dr Ada Example”.")
    role = LineField(max_length=150, blank=True, help_text="“Secretary General”, “Office” …")
    email = models.EmailField("mail address")
    language = LineField(max_length=80, blank=True, help_text="In which to write to them.")
    since = dates.PartialDateField(blank=True)
    until = dates.PartialDateField(blank=True)
    note = LinesField(blank=True, help_text="For colleagues; the person may ask to read it.")

    class Meta:
        ordering = ["name", "pk"]
        indexes = references("contact", *OWNERS)
        constraints = [
            owner_constraint("contact", OWNERS),
            *dates.shape_constraints("contact", "since", "until"),
            dates.order_constraint("contact", "since", "until"),
            required("contact", "name", "Give the person's name, or that of the office."),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        """The rule of `owner_constraint`, said of the fields to choose from."""
        if bool(self.organisation_id) == bool(self.collaboration_id):
            sentence = "Choose an organisation or a collaboration: one of the two."
            raise ValidationError({"organisation": sentence})

    @property
    def root(self):
        """The Organisation or Collaboration that it is about."""
        return self.organisation or self.collaboration


class Erasure(models.Model):
    """That all about a mail address was deleted: a restore of an older backup does so again."""

    #: A keyed hash of the address.
    key = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"erased at {self.at}"
