"""Who holds events and series."""

from django.db import models

from partners.models.base import InvolvementQuerySet, Part, owner_constraint
from partners.models.fields import PositionField
from partners.models.indexes import references


class Organiser(Part):
    """An organisation that holds a series or an event, and how."""

    class Role(models.TextChoices):
        ORGANISER = "organiser", "organiser"
        HOST = "host", "host"
        SUPPORTER = "supporter", "supporter"

    series = models.ForeignKey(
        "partners.EventSeries",
        models.CASCADE,
        related_name="organisers",
        null=True,
        blank=True,
        db_index=False,
    )
    event = models.ForeignKey(
        "partners.Event",
        models.CASCADE,
        related_name="organisers",
        null=True,
        blank=True,
        db_index=False,
    )
    organisation = models.ForeignKey(
        "partners.Organisation", models.PROTECT, related_name="organised"
    )
    role = models.CharField(max_length=20, choices=Role, default=Role.ORGANISER)
    position = PositionField()
    owners = ("series", "event")

    objects = InvolvementQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        indexes = references("organiser", "series", "event")
        constraints = [
            owner_constraint("organiser", ("series", "event")),
            models.UniqueConstraint(
                fields=["series", "organisation", "role"],
                name="organiser_named_once_a_series",
                violation_error_code="organisation",
                violation_error_message="This organisation is already named for the series.",
            ),
            models.UniqueConstraint(
                fields=["event", "organisation", "role"],
                name="organiser_named_once_an_event",
                violation_error_code="organisation",
                violation_error_message="This organisation is already named for the event.",
            ),
        ]

    def __str__(self):
        return self.get_role_display()
