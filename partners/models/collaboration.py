"""Collaborations: what organisations do together, since when, and who takes part how."""

from django.db import models
from django.db.models import Q

from partners.models.base import (
    InvolvementQuerySet,
    Part,
    PublishedQuerySet,
    Root,
    required,
)
from partners.models.fields import PositionField, TitleField, WebAddressField
from partners.models.indexes import LastDay, latest, listed, withdrawals
from partners.values import dates
from partners.values.folding import fold
from partners.values.lines import LineField
from partners.values.richtext import RichTextField, plain_text
from partners.values.validators import validate_label


class CollaborationQuerySet(PublishedQuerySet):
    def ended(self, on):
        """Those that are over on `on` (datetime.date), by their date or by the mark."""
        return self.exclude(self._goes_on(on))

    def not_ended(self, on):
        """Those that go on, or are still to begin, on `on` (datetime.date)."""
        return self.filter(self._goes_on(on))

    def with_is_over(self, on):
        """Each with `is_over` (bool): whether it has ended on `on` (datetime.date)."""
        goes_on = models.When(self._goes_on(on), then=False)
        return self.annotate(is_over=models.Case(goes_on, default=True))

    @staticmethod
    def _goes_on(on):
        return Q(has_ended=False) & (Q(until="") | dates.on_or_after("until", on))


class Collaboration(Root):
    """Something that two or more organisations do together, the society among them."""

    class Kind(models.TextChoices):
        MEMBERSHIP = "membership", "Membership"
        INSTITUTIONAL_MEMBERSHIP = "institutional-membership", "Institutional membership"
        CO_STAKEHOLDER = "co-stakeholder", "Co-stakeholder"
        JOINT_EXAMINATION = "joint-examination", "Joint examination"
        JOINT_SESSIONS = "joint-sessions", "Joint sessions"
        PROJECT_WORK = "project-work", "Project work"
        INITIATIVE_SUPPORT = "initiative-support", "Support of an initiative"
        LIAISON = "liaison", "Liaison"
        AD_HOC = "ad-hoc", "Ad hoc collaboration"

    class Status(models.TextChoices):
        TO_BEGIN = "to-begin", "to begin"
        ONGOING = "ongoing", "ongoing"
        ENDED = "ended", "ended"

    title = TitleField(max_length=200)
    kind = models.CharField(max_length=30, choices=Kind)
    since = dates.PartialDateField(
        blank=True, help_text="As precisely as it is known: “2016”, “May 2016” or “3 May 2016”."
    )
    until = dates.PartialDateField(blank=True)
    has_ended = models.BooleanField(
        "ended, date unknown",
        default=False,
        help_text="For what has ended at a date that nobody knows.",
    )
    cadence = LineField(max_length=80, blank=True, help_text="“annual”, “regular” …")
    through = LineField(
        "through our own body",
        max_length=160,
        blank=True,
        help_text="The society's committee or office that it runs through.",
    )
    summary = LineField(
        max_length=300, blank=True, help_text="One sentence: what is done together."
    )
    description = RichTextField()

    objects = CollaborationQuerySet.as_manager()
    parts = ("parties", "joint_works", "links")
    address_prefix = "collaborations"

    class Meta(Root.Meta):
        ordering = ["title", "pk"]
        indexes = [
            listed("collaboration", "title", "key", "kind", "has_ended", "until"),
            latest("collaboration", "title"),
            withdrawals("collaboration"),
            models.Index(fields=["-since", "title", "key"], name="collaboration_begun"),
            models.Index(LastDay("until").desc(), "title", "key", name="collaboration_ended"),
        ]
        constraints = [
            *Root.Meta.constraints,
            *dates.shape_constraints("collaboration", "since", "until"),
            dates.order_constraint("collaboration", "since", "until"),
            models.CheckConstraint(
                name="collaboration_end_dated_or_marked",
                condition=Q(has_ended=False) | Q(until=""),
                violation_error_code="has_ended",
                violation_error_message="Either give the date it ended, or tick “ended, date "
                "unknown”, not both.",
            ),
            required("collaboration", "title", "Give the collaboration a title."),
        ]

    def __str__(self):
        return self.title

    def status(self, on):
        """The Status on `on` (datetime.date): computed, never stored."""
        if self.has_ended or (self.until and self.until.latest < on):
            return self.Status.ENDED
        if self.since and self.since.earliest > on:
            return self.Status.TO_BEGIN
        return self.Status.ONGOING

    @property
    def timing(self):
        """Since and until when, and how often, as far as known: "since 2016, annual"."""
        since, until = (date and date.display() for date in (self.since, self.until))
        span = since and f"since {since}"
        if until:
            span = f"{since} to {until}" if since else f"until {until}"
        ended = self.has_ended and "ended"
        return ", ".join(filter(None, [span, ended, self.cadence]))

    @property
    def outline(self):
        """Its kind and its timing: "Liaison, since 2016"."""
        return ", ".join(filter(None, [self.get_kind_display(), self.timing]))

    @property
    def subtitle(self):
        """What its title leaves to say of kind and timing: "Liaison, since 2016", or less."""
        says_kind = fold(self.get_kind_display()) in fold(self.title)
        return self.timing if says_kind else self.outline

    def search_text(self):
        return [
            self.get_kind_display(),
            self.through,
            self.summary,
            plain_text(self.description),
            *(work.title for work in self.joint_works.all()),
        ]


class Party(Part):
    """An organisation's part in a collaboration; the role keeps who is what to whom."""

    class Role(models.TextChoices):
        PARTNER = "partner", "partner"
        MEMBER = "member", "member"
        HOST_BODY = "host-body", "host body"
        CO_STAKEHOLDER = "co-stakeholder", "co-stakeholder"
        SUPPORTER = "supporter", "supporter"
        ORGANISER = "organiser", "organiser"

    collaboration = models.ForeignKey(Collaboration, models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(
        "partners.Organisation", models.PROTECT, related_name="parties"
    )
    role = models.CharField(max_length=20, choices=Role, default=Role.PARTNER)
    since = dates.PartialDateField(
        blank=True, help_text="Only if this party joined at another time than the collaboration."
    )
    until = dates.PartialDateField(blank=True)
    position = PositionField()
    owners = ("collaboration",)

    objects = InvolvementQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "parties"
        constraints = [
            *dates.shape_constraints("party", "since", "until"),
            dates.order_constraint("party", "since", "until"),
            models.UniqueConstraint(
                fields=["collaboration", "organisation", "role", "since"],
                name="party_named_once",
                violation_error_code="organisation",
                violation_error_message="This organisation already has this role here.",
            ),
        ]

    def __str__(self):
        return self.get_role_display()


class JointWork(Part):
    """Something made or done together: a recommendation, an exhibition, an examination."""

    collaboration = models.ForeignKey(Collaboration, models.CASCADE, related_name="joint_works")
    title = LineField(
        max_length=200,
        validators=[validate_label],
        help_text="In words that say what it is: where there is an address, it is the link to it.",
    )
    date = dates.PartialDateField(blank=True, help_text="When it was made, if known.")
    url = WebAddressField("web address")
    position = PositionField()
    owners = ("collaboration",)

    class Meta:
        ordering = ["position", "title", "pk"]
        constraints = [
            *dates.shape_constraints("jointwork", "date"),
            required("jointwork", "title", "Say what was made or done together."),
        ]

    def __str__(self):
        return self.title
