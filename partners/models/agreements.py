"""What is agreed about a collaboration, for staff alone: when to decide, and the document."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from partners.models.collaboration import Collaboration
from partners.values.lines import LineField, LinesField

USUAL_NOTICE = 90  # days


class Agreement(models.Model):
    """How a collaboration ends or goes on; no content, so in no page, fixture or history."""

    class Renewal(models.TextChoices):
        OPEN = "open", "not decided"
        RENEWED = "to-be-renewed", "to be renewed"
        ENDS = "ends", "ends"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    collaboration = models.OneToOneField(Collaboration, models.CASCADE, related_name="agreement")
    notice_days = models.PositiveSmallIntegerField(
        "notice period",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=f"In days before the end. Empty: the queue warns {USUAL_NOTICE} days before it.",
    )
    renewal = models.CharField(
        "decision on renewal", max_length=20, choices=Renewal, default=Renewal.OPEN
    )
    is_suspended = models.BooleanField(
        "suspended",
        default=False,
        help_text="It rests for a while; its end is warned of all the same.",
    )
    note = LinesField(blank=True)

    class Meta:
        ordering = ["collaboration__title", "pk"]

    def __str__(self):
        return f"Agreement: {self.collaboration}"


class AgreementDocument(models.Model):
    """One version of a document: kept in the database, where no web server serves it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="documents")
    name = LineField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=timezone.now)
    added_by_name = models.CharField(max_length=150)

    class Meta:
        verbose_name = "document of an agreement"
        verbose_name_plural = "documents of agreements"
        ordering = ["-added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "sha256"],
                name="agreementdocument_kept_once",
                violation_error_message="This very document is kept already.",
            )
        ]

    def __str__(self):
        return self.name
