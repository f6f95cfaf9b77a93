"""What partners and readers write back: whether an entry is still right, and where it is not."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from partners.models.people import Contact
from partners.models.publishing import (
    RecordReference,
    RowsField,
    SignedLink,
    SignedLinkQuerySet,
)
from partners.values.lines import LineField, LinesField

#: How long after a letter its one reminder leaves, and how long after it somebody should telephone.
REMIND_AFTER, OVERDUE_AFTER = dt.timedelta(days=21), dt.timedelta(days=35)


class InquiryQuerySet(SignedLinkQuerySet):
    def unanswered(self, at):
        """Those that were sent and can still be answered at `at` (aware datetime)."""
        answered = Answer.objects.sent().filter(inquiry=models.OuterRef("pk"))
        sent = self.valid(at).filter(sent_at__isnull=False)
        return sent.filter(~models.Exists(answered)).order_by("sent_at", "pk")

    def to_remind(self, at):
        """Those whose one reminder is due at `at`, however long it has been."""
        due = {"sent_at__lte": at - REMIND_AFTER, "reminded_at": None, "failure": ""}
        return self.unanswered(at).filter(**due)


class Inquiry(SignedLink, RecordReference):
    """A letter to a contact that asks whether a record is still right, and the link to answer."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="inquiries")
    subject = LineField(max_length=200)
    text = LinesField(help_text="What staff wrote; greeting and link are put around it.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    sent_at = models.DateTimeField(null=True, help_text="Empty: the link was only copied.")
    reminded_at = models.DateTimeField(null=True)
    failure = LineField(max_length=300, blank=True, help_text="Why a mail did not arrive.")

    objects = InquiryQuerySet.as_manager()

    salt = "partners.publishing.answers"
    address_name = "partners:answer"

    class Meta:
        verbose_name = "question to a partner"
        verbose_name_plural = "questions to partners"
        ordering = ["-made_at", "pk"]
        indexes = [models.Index(fields=["kind", "key"], name="inquiry_of_record")]

    def __str__(self):
        return f"{self.title}: is it still right?"

    @property
    def answer_sent(self):
        """Its Answer, once that was sent; else None."""
        return Answer.objects.sent().filter(inquiry=self).first()

    def state(self, at):
        """In a few words, how far it has come at `at` (aware datetime)."""
        answer = self.answer_sent
        return answer.get_kind_display() if answer else self.state_unanswered(at)

    def state_unanswered(self, at):
        """The same of one that nobody has answered, without asking whether that is so."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= at:
            return "expired unanswered"
        if self.failure:
            return "not delivered"
        if self.sent_at is None:
            return "link made"
        return "reminded" if self.reminded_at else "asked"


class AnswerQuerySet(models.QuerySet):
    def sent(self):
        """Those that are more than a draft."""
        return self.filter(sent_at__isnull=False)

    def undecided(self):
        """Those that were sent and that staff have not dealt with, the longest waiting first."""
        return self.sent().filter(decided_at=None).order_by("sent_at", "pk")


class Answer(models.Model):
    """What a partner says of its entry: beside the record and its pending change, never in it."""

    class Kind(models.TextChoices):
        RIGHT = "right", "still right"
        CORRECTED = "corrected", "corrected"
        NOT_OURS = "not-ours", "not our body any more"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inquiry = models.OneToOneField(Inquiry, models.CASCADE, related_name="answer")
    kind = models.CharField(max_length=20, choices=Kind)
    base = RowsField(help_text="What the public read as the partner looked.")
    rows = RowsField(help_text="What it should read.")
    comment = LinesField("anything else", blank=True)
    source = LineField(
        "where new numbers can be read",
        max_length=200,
        blank=True,
        help_text="“Our annual report 2026”, or a web address.",
    )
    logo = models.BinaryField(null=True)
    logo_permission = LineField("who allows us to show the logo", max_length=150, blank=True)
    by_name = LineField("by", max_length=150)
    by_role = LineField("role", max_length=150, blank=True)
    by_email = models.EmailField("mail address", blank=True)
    sent_at = models.DateTimeField("sent", null=True, help_text="Empty: not sent yet.")
    decided_at = models.DateTimeField("dealt with", null=True)
    decided_by_name = models.CharField("dealt with by", max_length=150, blank=True)
    outcome = LinesField(blank=True, help_text="What became of it, in words for the partner.")

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "answer from a partner"
        verbose_name_plural = "answers from partners"
        ordering = ["-sent_at", "pk"]

    def __str__(self):
        return f"{self.inquiry.title}: {self.get_kind_display()}"


class MistakeReportQuerySet(models.QuerySet):
    def unanswered(self):
        return self.filter(answered_at=None).order_by("at", "pk")


class MistakeReport(models.Model):
    """What a reader says is wrong on a page."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    page = LineField("page", max_length=300, blank=True)
    statement = LineField("what the page says", max_length=300, blank=True)
    text = LinesField("what is right", max_length=3000)
    email = models.EmailField("mail address", blank=True)
    at = models.DateTimeField("reported", default=timezone.now)
    answered_at = models.DateTimeField("dealt with", null=True)
    answered_by_name = models.CharField("dealt with by", max_length=150, blank=True)

    objects = MistakeReportQuerySet.as_manager()

    class Meta:
        verbose_name = "reported mistake"
        ordering = ["-at", "pk"]

    def __str__(self):
        return f"{self.page}: {self.statement or self.text[:80]}"
