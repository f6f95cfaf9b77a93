"""What staff said of the attention queue, and what was mailed; and what checks of links found."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from partners.models.fields import WebAddressField
from partners.models.sources import LONGEST_QUOTATION
from partners.values.lines import LineField

FINDING_LENGTH = 200


class Snooze(models.Model):
    """Staff have seen a finding and want to hear of it again on a later day."""

    finding = models.CharField(max_length=FINDING_LENGTH, primary_key=True)
    title = LineField(max_length=300, help_text="What it said.")
    until = models.DateField()
    reason = LineField(max_length=300)
    by_name = models.CharField(max_length=150)

    def __str__(self):
        return f"{self.title} until {self.until}"


class Reminder(models.Model):
    """The ledger of the mails: this person was told of this finding."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reminders")
    finding = models.CharField(max_length=FINDING_LENGTH)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "finding"],
                name="reminder_sent_once",
                violation_error_message="This person was told of this already.",
            )
        ]

    def __str__(self):
        return self.finding


class LinkCheckQuerySet(models.QuerySet):
    def answered(self):
        """Those that say something of the address: a busy host said nothing of it."""
        return self.exclude(result=LinkCheck.Result.BUSY)

    def latest_of_each(self):
        """The last word on each address."""
        newer = self.model.objects.answered().filter(
            url=models.OuterRef("url"), pk__gt=models.OuterRef("pk")
        )
        return self.answered().filter(~models.Exists(newer))


class LinkCheck(models.Model):
    """What an outside address answered, once."""

    class Result(models.TextChoices):
        GOOD = "good", "answers"
        MOVED = "moved", "has moved for good"
        BROKEN = "broken", "is broken"
        SOFT_404 = "soft-404", "says in words that there is no such page"
        TIMED_OUT = "timed-out", "does not answer in time"
        BLOCKED = "blocked", "refuses to answer a machine"
        BUSY = "busy", "is busy, and will be asked again"
        FORBIDDEN = "forbidden", "is an address that must not be asked"

    url = WebAddressField(db_index=True)
    checked_at = models.DateTimeField(default=timezone.now)
    result = models.CharField(max_length=20, choices=Result)
    detail = models.CharField(max_length=200, blank=True)
    target = WebAddressField(blank=True)
    is_false_alarm = models.BooleanField("false alarm", default=False)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "link check"
        verbose_name_plural = "link checks"
        ordering = ["-pk"]

    def __str__(self):
        return self.url

    def describe(self):
        """One line: what the address answered, and where it is now, if it says so."""
        detail = f" ({self.detail})" if self.detail else ""
        target = f"; it is now {self.target}" if self.target else ""
        return f"{self.url} {self.get_result_display()}{detail}{target}"


class SourceCheckQuerySet(models.QuerySet):
    def readable(self):
        """Those that say something of the source."""
        return self.exclude(outcome=SourceCheck.Outcome.UNREADABLE)

    def current(self):
        """The last word on each quotation at each address."""
        newer = self.model.objects.readable().filter(
            url=models.OuterRef("url"),
            quotation=models.OuterRef("quotation"),
            pk__gt=models.OuterRef("pk"),
        )
        return self.readable().filter(~models.Exists(newer))

    def rereads(self, citations):
        """{(address, quotation): when it was last read} of what still says so."""
        sought = {citation.source.url for citation in citations if citation.sought}
        if not sought:
            return {}
        outcomes = [SourceCheck.Outcome.SAYS_SO, SourceCheck.Outcome.MOVED]
        checks = self.current().filter(url__in=sought, outcome__in=outcomes)
        return {(each.url, each.quotation): each.last_at for each in checks}

    def alarms(self):
        """Those that tell of something that changed at the source, and that staff let stand."""
        return self.filter(outcome__in=SourceCheck.ALARMS, is_still_right=False)


class SourceCheck(models.Model):
    """What a source said of a quotation from one reading on, until another said otherwise.

    A quotation of "" stands for the society being named there at all.
    """

    class Outcome(models.TextChoices):
        SAYS_SO = "says-so", "still says so"
        SAYS_ELSE = "says-else", "says something else now"
        GONE = "gone", "no longer says so"
        MOVED = "moved", "still says so, at another address"
        UNREADABLE = "unreadable", "cannot be read"

    #: What has moved is told by the check of links, which asks the same addresses.
    ALARMS = [Outcome.SAYS_ELSE, Outcome.GONE]

    url = WebAddressField()
    quotation = models.CharField(max_length=LONGEST_QUOTATION, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome)
    passage = models.CharField("what stands there", max_length=600, blank=True)
    number = models.CharField("the number there", max_length=40, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    target = WebAddressField("where it is now", blank=True)
    validators = models.JSONField(
        default=dict, help_text="What the host said the page is to be known by: ETag and the like."
    )
    first_at = models.DateTimeField("read thus since", default=timezone.now)
    last_at = models.DateTimeField("read thus last", default=timezone.now)
    is_still_right = models.BooleanField("our statement is still right", default=False)
    reason = LineField(max_length=300, blank=True)
    by_name = models.CharField(max_length=150, blank=True)

    objects = SourceCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "source check"
        verbose_name_plural = "source checks"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["url", "quotation", "id"], name="sourcecheck_current")]
        constraints = [
            models.CheckConstraint(
                name="sourcecheck_outcome_is_known",
                condition=Q(outcome__in=["says-so", "says-else", "gone", "moved", "unreadable"]),
                violation_error_message="No source says this: choose what became of it.",
            ),
            models.CheckConstraint(
                name="sourcecheck_moved_has_target",
                condition=Q(outcome="moved") & ~Q(target="") | ~Q(outcome="moved") & Q(target=""),
                violation_error_message="What has moved has an address where it is now; nothing "
                "else has one.",
            ),
            models.CheckConstraint(
                name="sourcecheck_last_not_before_first",
                condition=Q(last_at__gte=models.F("first_at")),
                violation_error_message="It was read last before it was read first.",
            ),
            models.CheckConstraint(
                name="sourcecheck_still_right_has_reason",
                condition=Q(is_still_right=False) | ~Q(reason=""),
                violation_error_message="Say why our statement is still right.",
            ),
        ]

    def __str__(self):
        return f"“{self.quotation}” at {self.url}" if self.quotation else self.url

    @property
    def cited(self):
        """The fields (dict) of the citations that it is about."""
        said = {"quotation": self.quotation} if self.quotation else {"names_us": True}
        return {"source__url": self.url, **said}

    @property
    def is_alarm(self):
        return self.outcome in self.ALARMS and not self.is_still_right


class RegisterRecord(models.Model):
    """What the Research Organization Registry said of one of our organisations, read last."""

    value = models.CharField("ROR id", max_length=20, primary_key=True)
    description = models.JSONField(help_text="The fields that are compared; see `values.ror`.")
    read_at = models.DateTimeField()

    def __str__(self):
        return self.value
