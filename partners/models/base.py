"""What all records share: keys, publication, parts, owners, and rules with a sentence."""

import datetime as dt
import secrets
import uuid
from functools import cache

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact
from django.urls import get_script_prefix, reverse
from django.utils import timezone

from partners.models.fields import ReviewDaysField
from partners.models.known import Known
from partners.values.lines import CleanField, Trimmed
from partners.values.validators import refuse_control_characters, validate_moment

#: The field by which other records point at a root → the root's model.
ROOTS = {
    "organisation": "partners.Organisation",
    "collaboration": "partners.Collaboration",
    "series": "partners.EventSeries",
    "event": "partners.Event",
    "page": "partners.Page",
}
_NAMES = {label: name for name, label in ROOTS.items()}


def root_name(root):
    """What a root, or a model of roots, is called in fields and in names of addresses (str)."""
    return _NAMES[root._meta.label]


@cache
def _page(model, script_prefix):
    """Where the page of the record “-slug-” would be: to reverse each one's own takes long."""
    return reverse(f"partners:{root_name(model)}-detail", args=["-slug-"])


def new_key():
    """A key that no other record has had or will have: 12 random hexadecimal digits.

    It begins with a letter other than "e", so that no spreadsheet takes it for a number.
    """
    return secrets.choice("abcdf") + secrets.token_hex(6)[1:]


class ContentModel(models.Model):
    """A record whose errors name the field they belong to."""

    class Meta:
        abstract = True

    def clean_fields(self, exclude=None):
        for field in self._meta.fields:
            if isinstance(field, CleanField):
                setattr(self, field.attname, field.cleaned(getattr(self, field.attname)))
        errors = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for field in self._meta.fields:
            value = getattr(self, field.attname)
            if isinstance(value, str) and field.name not in (exclude or ()):
                try:
                    refuse_control_characters(value)
                except ValidationError as error:
                    errors.setdefault(field.name, []).extend(error.error_list)
        if errors:
            raise ValidationError(errors)

    @classmethod
    def ask_ahead(cls, records, known):
        """Read into `known` (Known) what `clean_with` will ask for of `records`, in few queries."""

    def clean(self):
        super().clean()
        self.clean_with(Known())

    def clean_with(self, known):
        """Raise ValidationError where the record does not fit beside others, those in `known`."""

    def clean_typed(self):
        """Raise ValidationError for what a form or a sheet may not say, but a fixture may.

        A fixture may bring a record before the one that makes room for it.
        """

    def validate_constraints(self, exclude=None):
        """Put each broken constraint under the field that its `violation_error_code` names."""
        try:
            super().validate_constraints(exclude=exclude)
        except ValidationError as error:
            fields = {field.name for field in self._meta.fields} - set(exclude or ())
            errors = {}
            for name, broken in error.update_error_dict({}).items():
                for each in broken:
                    moved = name == NON_FIELD_ERRORS and each.code in fields
                    errors.setdefault(each.code if moved else name, []).append(each)
            raise ValidationError(errors) from None


def is_live(at, path=""):
    """Q: the root that `path` ("organisation__") leads to has a public page at `at`."""
    stays = Q(**{f"{path}withdrawn_at": None}) | Q(**{f"{path}withdrawn_at__gt": at})
    return Q(**{f"{path}published_at__lte": at}) & stays


def union(querysets):
    """The rows of all querysets (of values, alike in their columns), none dropped, in no order.

    Django 6.1 orders a union by `Meta.ordering`, even if no part of it is ordered.
    """
    first, *others = querysets
    return first.union(*others, all=True).order_by()


class PublishedQuerySet(models.QuerySet):
    """Publication by query: nothing has to run at the hour for a record to appear or go."""

    def named(self, at=None):
        """Records that may be named in public at `at` (default: now): live, or withdrawn."""
        return self.filter(published_at__lte=at or timezone.now())

    def live(self, at=None):
        """Records that have a public page at `at` (aware datetime; default: now)."""
        return self.filter(is_live(at or timezone.now()))


#: What an organisation takes part in is asked for by the keys of so many; of more, each is asked.
FEW = 500


class InvolvementQuerySet(models.QuerySet):
    """Rows that name an organisation's part in something."""

    def named(self, at):
        """Those whose organisation may be named in public at `at`, with that organisation."""
        return self.filter(organisation__published_at__lte=at).select_related("organisation")

    def few(self):
        """Them as a list where they are few; None where they are a good part of the site."""
        found = list(self.order_by()[: FEW + 1])
        return found if len(found) <= FEW else None


class Verifiable:
    """What is compared with the world now and then; a model with the field `review_days`."""

    #: How long a verification holds where neither the record nor the settings say otherwise.
    usual_review_days = 365

    @property
    def verified_for(self):
        """How long a verification of it holds (timedelta)."""
        return self.holds_for(self.review_days)

    @classmethod
    def holds_for(cls, review_days):
        """How long a verification of one holds (timedelta) that says so many days, or None."""
        usual = settings.REVIEW_DAYS.get(cls._meta.model_name, cls.usual_review_days)
        return dt.timedelta(days=review_days or usual)


class Root(Verifiable, ContentModel):
    """A record with a page of its own: published, verified and versioned as a whole."""

    key = models.SlugField(
        max_length=80,
        primary_key=True,
        default=new_key,
        editable=False,
        help_text="Names this record for ever, in fixtures and calendars; never changes.",
    )
    slug = models.SlugField(
        "address",
        max_length=120,
        unique=True,
        error_messages={"unique": "Another record has this address. Choose a different one."},
        help_text="The last part of the page's address. When it changes, the old one redirects.",
    )
    published_at = models.DateTimeField(
        "published from",
        null=True,
        blank=True,
        validators=[validate_moment],
        help_text="Empty: a draft, seen by staff only. In the future: it appears at that time.",
    )
    withdrawn_at = models.DateTimeField(
        "withdrawn from",
        null=True,
        blank=True,
        validators=[validate_moment],
        help_text="From then on the page is gone, and the record is named without a link.",
    )

    review_days = ReviewDaysField()

    objects = PublishedQuerySet.as_manager()

    #: The names of what belongs to it, as related managers.
    parts = ("links",)
    #: The first part of the addresses of its pages: "organisations".
    address_prefix = ""
    #: The field that holds what it is called.
    title_field = "title"

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "publish")
        constraints = [
            models.CheckConstraint(
                name="%(class)s_withdrawn_after_published",
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("published_at")),
                violation_error_code="withdrawn_at",
                violation_error_message="Only what has been published can be withdrawn, and "
                "not before the time it was published.",
            ),
            models.CheckConstraint(
                name="%(class)s_withdrawn_needs_published",
                condition=Q(withdrawn_at=None) | Q(published_at__isnull=False),
                violation_error_code="withdrawn_at",
                violation_error_message="A draft cannot be withdrawn: it was never published.",
            ),
            models.CheckConstraint(
                name="%(class)s_has_key_and_slug",
                condition=~Q(key="") & ~Q(slug=""),
                violation_error_code="slug",
                violation_error_message="Give the record an address, such as its acronym.",
            ),
        ]

    def get_absolute_url(self):
        return _page(type(self), get_script_prefix()).replace("-slug-", self.slug)

    @property
    def root(self):
        return self

    @property
    def last_verified(self):
        """The Verification beside this record, or None."""
        return self.verification

    def is_named(self, at):
        """Whether this record may be named in public at `at` (aware datetime)."""
        return self.published_at is not None and self.published_at <= at

    def is_live(self, at):
        """Whether the public sees a page of this record at `at` (aware datetime)."""
        return self.is_named(at) and (self.withdrawn_at is None or self.withdrawn_at > at)

    def is_scheduled(self, at):
        """Whether it appears or goes by itself after `at` (aware datetime)."""
        return any(time and time > at for time in (self.published_at, self.withdrawn_at))

    def publish(self, at):
        """Make it live from `at` on, or live again; say whether that changed anything."""
        if self.is_live(at):
            return False
        if not self.is_named(at):
            self.published_at = at
        self.withdrawn_at = None
        return True

    def appear(self, at):
        """Make a root that the public never saw appear at `at`; say whether that is news."""
        news = (self.published_at, self.withdrawn_at) != (at, None)
        self.published_at, self.withdrawn_at = at, None
        return news

    def withdraw(self, at):
        """Take it from the public from `at` on; say whether that changed anything."""
        if not self.is_live(at):
            return False
        self.withdrawn_at = at
        return True

    def unschedule(self, at):
        """Take back what was to happen after `at`; say whether that changed anything."""
        before = (self.published_at, self.withdrawn_at)
        if self.withdrawn_at is not None and self.withdrawn_at > at:
            self.withdrawn_at = None
        if self.published_at is not None and self.published_at > at:
            self.published_at = None
        return before != (self.published_at, self.withdrawn_at)

    def state(self, at):
        """One sentence for staff: where the record stands at `at` (aware datetime)."""
        if self.published_at is None:
            return "Draft: seen by staff only."
        if self.published_at > at:
            return f"Scheduled: appears on {moment(self.published_at)}."
        if not self.is_live(at):
            return f"Withdrawn since {moment(self.withdrawn_at)}."
        until = f", until {moment(self.withdrawn_at)}" if self.withdrawn_at else ""
        return f"Live since {moment(self.published_at)}{until}."

    def search_names(self):
        """What people call this record: the texts that search ranks highest."""
        return [str(self)]

    def search_text(self):
        """What else search finds it by."""
        return []


def moment(at):
    """An aware datetime for staff, in the site's time zone: “3 May 2026, 14:00”."""
    at = timezone.localtime(at)
    return f"{at.day} {at:%B %Y, %H:%M}"


class Part(ContentModel):
    """Belongs to one root; edited, versioned and published with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True

    #: The fields that may point at the root; none of what takes effect at once.
    owners = ()

    @property
    def owner(self):
        """(model, key) of the root, without a query; None where there is none."""
        fields = map(self._meta.get_field, self.owners)
        found = ((field.related_model, getattr(self, field.attname)) for field in fields)
        return next((each for each in found if each[1] is not None), None)

    @property
    def root(self):
        return next(filter(None, (getattr(self, name) for name in self.owners)), None)


def owner_constraint(model, owners=tuple(ROOTS)):
    """CheckConstraint: exactly one of the fields named in `owners` is set."""
    exactly_one = Q()
    for owner in owners:
        exactly_one |= Q(**{f"{other}__isnull": other != owner for other in owners})
    return models.CheckConstraint(
        name=f"{model}_has_exactly_one_owner",
        condition=exactly_one,
        violation_error_message="This must belong to exactly one record.",
    )


def required(model, field, sentence):
    """CheckConstraint: there is something in the text `field`; `sentence` asks the editor for it.

    Blanks alone are nothing, whoever wrote them.
    """
    return models.CheckConstraint(
        name=f"{model}_has_{field}",
        condition=~Q(Exact(Trimmed(field), "")),
        violation_error_code=field,
        violation_error_message=sentence,
    )


def owner(model):
    """The foreign key to an owner of that model, which `references` has an index for."""
    return models.ForeignKey(
        model, models.CASCADE, related_name="%(class)ss", null=True, blank=True, db_index=False
    )


class Owned(Part):
    """A part that any kind of root can have."""

    organisation = owner("partners.Organisation")
    collaboration = owner("partners.Collaboration")
    series = owner("partners.EventSeries")
    event = owner("partners.Event")
    page = owner("partners.Page")

    owners = tuple(ROOTS)

    class Meta:
        abstract = True


class Vocabulary(ContentModel):
    """A word list that publishers keep; a change takes effect at once."""

    key = models.SlugField(
        max_length=80,
        primary_key=True,
        help_text="A short name in lower-case letters and hyphens; it stands in addresses and "
        "fixtures, so it cannot be changed later.",
    )

    class Meta:
        abstract = True
