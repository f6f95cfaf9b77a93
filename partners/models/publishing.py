"""What stands beside the live version: past states, the one pending change, shared previews."""

import uuid

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from partners.models.renames import in_present_names
from partners.values.lines import LineField, LinesField


class RowsField(models.JSONField):
    """A record with its parts, as `snapshots.rows_of` writes it; read under the present names."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"default": list, "encoder": DjangoJSONEncoder} | kwargs)

    def from_db_value(self, value, expression, connection):
        return in_present_names(super().from_db_value(value, expression, connection))


class RecordReference(models.Model):
    """A row about one record, that outlives the record."""

    kind = models.CharField(max_length=100, help_text="The record's model: “partners.event”.")
    key = models.CharField(max_length=80)
    title = LineField(max_length=300, help_text="What the record was called then.")

    class Meta:
        abstract = True

    @property
    def model(self):
        return apps.get_model(self.kind)


class RevisionQuerySet(models.QuerySet):
    def of(self, model, key):
        """What is kept of one record, the latest first."""
        return self.filter(kind=model._meta.label_lower, key=key).order_by("-pk")

    def states(self):
        """What records were; without what was only proposed."""
        return self.filter(is_aside=False)

    def unseen_by(self, user):
        """What others did with the proposals of `user`, who has not seen it yet; latest first."""
        return self.filter(unseen_by=user).order_by("-pk")

    def latest_of_each(self):
        states = self.model.objects.states()
        newer = states.filter(
            kind=models.OuterRef("kind"), key=models.OuterRef("key"), pk__gt=models.OuterRef("pk")
        )
        return self.states().filter(~models.Exists(newer))

    def deleted(self):
        """The last word on each record that is gone."""
        return self.latest_of_each().filter(is_deleted=True).order_by("-pk")


class Revision(RecordReference):
    """One state that a record has had, or was proposed to have: who made it so, when and why."""

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    by_name = models.CharField("by", max_length=150, blank=True, help_text="Outlives the account.")
    what = models.CharField(max_length=120, help_text="“Published”, “Draft saved” …")
    why = LineField(max_length=300, blank=True)
    rows = RowsField()
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    is_deleted = models.BooleanField(default=False)
    is_aside = models.BooleanField(
        default=False,
        db_default=False,
        help_text="A proposal that was discarded, replaced or overruled: the record never was so.",
    )
    unseen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Whose proposal this was the end of, until that person has seen it.",
    )

    act = models.UUIDField(
        null=True, help_text="What was done to several records at once, and is undone as one."
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = "past state"
        verbose_name_plural = "recent changes"
        indexes = [
            models.Index(fields=["kind", "key", "-id"], name="revision_of_record"),
            models.Index(
                fields=["kind", "key"],
                name="revision_of_deletion",
                condition=models.Q(is_deleted=True),
            ),
            models.Index(
                fields=["act"], name="revision_of_act", condition=models.Q(act__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.what}: {self.title}"

    @property
    def times(self):
        return self.published_at, self.withdrawn_at


class PendingChangeQuerySet(models.QuerySet):
    def of(self, model, key):
        return self.filter(kind=model._meta.label_lower, key=key)

    def came_back_to(self, user):
        """What `user` proposed and finds with a comment: sent back, or not to be published."""
        return self.filter(by=user).exclude(comment="").order_by("-pk")

    def waiting(self):
        """What a publisher has to decide on, the longest waiting first."""
        return self.filter(status=PendingChange.Status.HANDED_IN).order_by("saved_at", "pk")

    def due(self, at):
        """What was to be public by `at` (aware datetime)."""
        return self.filter(publish_at__lte=at).order_by("publish_at", "pk")


class PendingChange(RecordReference):
    """What a record is to become; the public reads the live version until it is published."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Not handed in"
        HANDED_IN = "handed-in", "Awaits approval"
        SENT_BACK = "sent-back", "Sent back"
        SCHEDULED = "scheduled", "Scheduled"

    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    base = RowsField(help_text="The live version that the change was begun from.")
    rows = RowsField()
    why = LineField(max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    by_name = models.CharField("by", max_length=150)
    saved_at = models.DateTimeField("saved", default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    comment = LinesField(blank=True, help_text="From the publisher, or why it failed.")
    publish_at = models.DateTimeField("publish on", null=True, db_index=True)
    act = models.UUIDField(null=True, help_text="What proposed several at once; undone as one.")

    objects = PendingChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                name="pendingchange_one_a_record",
                violation_error_message="This record has a pending change already.",
            ),
            models.CheckConstraint(
                name="pendingchange_scheduled_has_time",
                condition=models.Q(status="scheduled", publish_at__isnull=False)
                | ~models.Q(status="scheduled") & models.Q(publish_at=None),
                violation_error_message="A scheduled change needs its time; no other has one.",
            ),
        ]

    def __str__(self):
        return f"{self.title}: change by {self.by_name}, {self.get_status_display().lower()}"

    @property
    def is_open(self):
        """Whether it is still with its editor."""
        return self.status in (self.Status.DRAFT, self.Status.SENT_BACK)

    @property
    def is_handed_in(self):
        return self.status == self.Status.HANDED_IN

    @property
    def is_scheduled(self):
        return self.status == self.Status.SCHEDULED


class SignedLinkQuerySet(models.QuerySet):
    def valid(self, at):
        """Those that open a page at `at` (aware datetime)."""
        return self.filter(expires_at__gt=at, revoked_at=None)


class SignedLink(models.Model):
    """What somebody without an account may open for a while; `publishing.links` has its address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField("made", default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = SignedLinkQuerySet.as_manager()

    #: Keeps the addresses of one kind of link from opening another; and the name of its page.
    salt = address_name = ""

    class Meta:
        abstract = True


class PreviewLink(SignedLink, RecordReference):
    """A rendering to be shown to somebody without an account."""

    html = models.TextField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )

    salt = "partners.publishing.previews"
    address_name = "partners:shared-preview"

    class Meta:
        indexes = [models.Index(fields=["kind", "key"], name="previewlink_of_record")]

    def __str__(self):
        return f"Preview of {self.title}"


class SentSheet(models.Model):
    """A file that was sent and is not stored yet: a spreadsheet after its dry run, a logo."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=100, help_text="The model of its records.")
    name = models.CharField(max_length=200, help_text="What the file was called.")
    content = models.BinaryField()
    lines = models.PositiveIntegerField(default=0, db_default=0, help_text="On all its sheets.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return self.name
