"""Organisations: who the society works with, and the society itself."""

import uuid
from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from partners.models.base import Part, PublishedQuerySet, Root, required
from partners.models.fields import CountryField, TitleField, WebAddressField
from partners.models.indexes import latest, listed, withdrawals
from partners.models.known import batches
from partners.models.sources import Basis
from partners.values import dates
from partners.values.lines import LineField
from partners.values.richtext import RichTextField, plain_text
from partners.values.validators import validate_logo


def logo_path(organisation, filename):
    """A name that says nothing and cannot be guessed; the type is checked by content."""
    suffix = filename.rpartition(".")[2].lower()
    return f"logos/{uuid.uuid4().hex}.{suffix if suffix.isalnum() else 'img'}"


class OrganisationQuerySet(PublishedQuerySet):
    def partners(self):
        """All but the society whose site this is."""
        return self.filter(is_home=False)

    def home(self):
        """The society whose site this is, or None before it is recorded."""
        return self.filter(is_home=True).order_by().first()


class Organisation(Root):
    """A body with a name: a society, a federation, an initiative, a division …"""

    class Kind(models.TextChoices):
        SOCIETY = "society", "Society"
        FEDERATION = "federation", "Federation"
        INSTITUTE = "institute", "Institute"
        COLLEGE = "college", "College"
        ASSOCIATION = "association", "Association"
        RESEARCH_ORGANISATION = "research-organisation", "Research organisation"
        INITIATIVE = "initiative", "Initiative"
        DIVISION = "division", "Division"
        NOT_STATED = "not-stated", "Not stated"

    class NotForProfit(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        NOT_STATED = "not-stated", "Not stated"

    class Region(models.TextChoices):
        EUROPE = "europe", "Europe"
        NORTH_AMERICA = "north-america", "North America"
        LATIN_AMERICA = "latin-america", "Latin America"
        AFRICA = "africa", "Africa"
        MIDDLE_EAST = "middle-east", "Middle East"
        ASIA_PACIFIC = "asia-pacific", "Asia Pacific"
        AUSTRALASIA = "australasia", "Australasia"
        WORLDWIDE = "worldwide", "Worldwide"
        NOT_STATED = "not-stated", "Not stated"

    class FoundedLabel(models.TextChoices):
        FOUNDED = "founded", "Founded"
        LAUNCHED = "launched", "Launched"

    name = TitleField(max_length=300)
    acronym = LineField(max_length=40, blank=True, help_text="As they write it themselves.")
    kind = models.CharField(max_length=30, choices=Kind, default=Kind.NOT_STATED)
    not_for_profit = models.CharField(
        max_length=20, choices=NotForProfit, default=NotForProfit.NOT_STATED
    )
    region = models.CharField(
        "region of activity", max_length=20, choices=Region, default=Region.NOT_STATED
    )
    region_note = LineField(
        max_length=120, blank=True, help_text="What the region alone does not say: “mainly U.S.”."
    )
    seat_city = LineField(
        max_length=80, blank=True, help_text="Only if a source says so; a congress is no seat."
    )
    seat_country = CountryField(blank=True)
    founded = dates.PartialDateField(
        blank=True, help_text="As precisely as it is known: “2016”, “May 2016” or “3 May 2016”."
    )
    founded_label = models.CharField(
        "founded or launched",
        max_length=20,
        choices=FoundedLabel,
        default=FoundedLabel.FOUNDED,
    )
    dissolved = dates.PartialDateField(blank=True)
    has_ended = models.BooleanField(
        "dissolved, date unknown",
        default=False,
        db_default=False,
        help_text="For a body that no longer exists, if its last year is unknown.",
    )
    website = WebAddressField()
    summary = LineField(
        max_length=300, blank=True, help_text="One sentence: who they are. It stands in lists."
    )
    description = RichTextField(help_text="What they do, for a reader who has not heard of them.")
    logo = models.ImageField(
        upload_to=logo_path,
        blank=True,
        width_field="logo_width",
        height_field="logo_height",
        validators=[validate_logo],
        help_text="PNG, JPEG or WebP, at least 400 pixels wide, up to 2 MB.",
    )
    logo_width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    logo_height = models.PositiveIntegerField(null=True, blank=True, editable=False)
    logo_alt = LineField(
        "logo in words",
        max_length=160,
        blank=True,
        help_text="What the logo shows, for readers who cannot see it: “EIBIR logo”.",
    )
    logo_permission = LineField(
        max_length=200, blank=True, help_text="Who allowed us to show it, when, and for what."
    )
    logo_permission_until = dates.PartialDateField(
        "permission ends", blank=True, help_text="Empty if it has no end, or none is known."
    )
    logo_source = LineField(
        "source of the file",
        max_length=300,
        blank=True,
        help_text="Where the file came from: a web address, or who sent it and when.",
    )
    topics = models.ManyToManyField("partners.Topic", related_name="organisations", blank=True)
    is_home = models.BooleanField(
        "the society whose site this is",
        default=False,
        help_text="Exactly one record has this: it gives the site its title.",
    )

    objects = OrganisationQuerySet.as_manager()
    parts = ("names", "figures", "identifiers", "relations", "links")
    address_prefix = "organisations"
    title_field = "name"

    class Meta(Root.Meta):
        ordering = ["name", "pk"]
        indexes = [
            listed("organisation", "name", "key", "is_home", "kind", "region"),
            latest("organisation", "name"),
            withdrawals("organisation"),
            models.Index(
                fields=["acronym", "key", "published_at", "withdrawn_at"],
                name="organisation_by_acronym",
                condition=~Q(acronym=""),
            ),
        ]
        constraints = [
            *Root.Meta.constraints,
            *dates.shape_constraints(
                "organisation", "founded", "dissolved", "logo_permission_until"
            ),
            dates.order_constraint("organisation", "founded", "dissolved"),
            models.CheckConstraint(
                name="organisation_end_dated_or_marked",
                condition=Q(has_ended=False) | Q(dissolved=""),
                violation_error_code="has_ended",
                violation_error_message="Either give the date it was dissolved, or tick "
                "“dissolved, date unknown”, not both.",
            ),
            models.UniqueConstraint(
                fields=["is_home"],
                name="organisation_one_home",
                condition=Q(is_home=True),
                violation_error_code="is_home",
                violation_error_message="Another organisation is already the society whose "
                "site this is. There can be only one.",
            ),
            required("organisation", "name", "Give the organisation its name."),
            models.CheckConstraint(
                name="organisation_logo_has_alt",
                condition=Q(logo="") | ~Q(logo_alt=""),
                violation_error_code="logo_alt",
                violation_error_message="Say in words what the logo shows, for readers who "
                "cannot see it.",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def short_name(self):
        return self.acronym or self.name

    def name_on(self, date):
        """What it was called on `date` (PartialDate or ""), as far as its former names tell."""
        then = [former for former in self.names.all() if former.was_valid(date)] if date else ()
        return min(then, key=lambda former: former.valid_until).name if then else self.name

    @property
    def seat(self):
        """City and country, those that are known, as one line."""
        return ", ".join(filter(None, [self.seat_city, self.seat_country.name]))

    @property
    def past(self):
        """That it is no more, as pages say it; "" where nothing says so."""
        if self.dissolved:
            return f"Past: dissolved {self.dissolved.display()}"
        return "Past: dissolved, date not stated" if self.has_ended else ""

    def clean_with(self, known):
        if not self.is_home and self.pk in known.ask(keys_of_home):
            raise ValidationError(
                {"is_home": "This is the society whose site this is; the site needs it."}
            )

    def search_names(self):
        others = [text for name in self.names.all() for text in (name.name, name.acronym)]
        return [self.name, self.acronym, *others]

    def search_text(self):
        return [
            self.summary,
            plain_text(self.description),
            "" if self.region == self.Region.NOT_STATED else self.get_region_display(),
            self.region_note,
            *(topic.name for topic in self.topics.all()),
        ]


def keys_of_home():
    """The key of the society whose site this is, as a set; empty before it is recorded."""
    return set(Organisation.objects.filter(is_home=True).values_list("pk", flat=True))


class OrganisationRelation(Part):
    """How one organisation stands to another: "EuroSafe Imaging is an initiative of ESR"."""

    class Kind(models.TextChoices):
        INITIATIVE_OF = "initiative-of", "initiative of"
        DIVISION_OF = "division-of", "division of"
        MEMBER_OF = "member-of", "member of"
        SUCCEEDED_BY = "succeeded-by", "succeeded by"

    #: Kinds that form one hierarchy: going up them must never lead back.
    HIERARCHIES = (
        {Kind.INITIATIVE_OF, Kind.DIVISION_OF},
        {Kind.MEMBER_OF},
        {Kind.SUCCEEDED_BY},
    )

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="relations")
    kind = models.CharField(max_length=20, choices=Kind)
    other = models.ForeignKey(
        Organisation, models.PROTECT, related_name="inverse_relations", verbose_name="organisation"
    )
    basis = models.CharField(
        max_length=20,
        choices=Basis,
        default=Basis.STATED,
        help_text="Stated by a source, or inferred from one. The page says which.",
    )
    owners = ("organisation",)

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(
                name="organisationrelation_not_to_itself",
                condition=~Q(organisation=models.F("other")),
                violation_error_code="other",
                violation_error_message="An organisation cannot stand in a relation to itself.",
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "other"],
                name="organisationrelation_said_once",
                violation_error_code="other",
                violation_error_message="This relation is already recorded.",
            ),
        ]

    def __str__(self):
        return self.get_kind_display()

    @classmethod
    def ask_ahead(cls, records, known):
        known.view(_Hierarchies).load_above({record.other_id for record in records})

    def clean_with(self, known):
        if self.organisation_id == self.other_id:
            return  # said by the constraint
        if self.organisation_id and self.other_id and self.closes_cycle(known):
            raise ValidationError(
                {
                    "other": "This would close a circle: following these relations from that "
                    "organisation leads back to this one."
                }
            )

    def closes_cycle(self, known):
        """Whether `other` already leads to `organisation` by relations of this hierarchy."""
        kinds = next((kinds for kinds in self.HIERARCHIES if self.kind in kinds), ())
        hierarchies = known.view(_Hierarchies)
        seen, reached = set(), {self.other_id} if kinds else set()
        while reached:
            if self.organisation_id in reached:
                return True
            seen |= reached
            reached = hierarchies.above(reached, kinds, self.pk) - seen
        return False


class _Hierarchies:
    """Who is said to stand above whom, in what is known."""

    def __init__(self, known):
        self.known, self.stored = known, {}
        self.counted, self.new = 0, defaultdict(list)

    def load_above(self, keys):
        """Read the relations of these organisations, and of all that they lead to."""
        while missing := keys - self.stored.keys():
            self.stored |= {key: [] for key in missing}
            for some in batches(missing):
                for relation in self.known.ask(_relations, some):
                    self.stored[relation[0]].append(relation)
            keys = {other for key in missing for _, other, _, _ in self.stored[key]}

    def above(self, keys, kinds, but):
        """Those that organisations are said to stand under, by any relation of `kinds` but one."""
        self.load_above(keys)
        changed = self._changed()
        stored = (each for key in keys for each in self.stored[key] if each[3] not in changed)
        new = (each for key in keys for each in self.new[key])
        return {other for _, other, kind, pk in [*stored, *new] if kind in kinds and pk != but}

    def _changed(self):
        """What is known to change of the relations; those that come are sorted into `new`."""
        put = self.known.put_so_far.get(OrganisationRelation, [])
        for record in put[self.counted :]:
            relation = record.organisation_id, record.other_id, record.kind, record.pk
            self.new[record.organisation_id].append(relation)
        self.counted = len(put)
        return self.known.changed.get(OrganisationRelation, {})


def _relations(keys):
    """(organisation, other, kind, pk) of the stored relations of these organisations."""
    relations = OrganisationRelation.objects.filter(organisation__in=keys).order_by("pk")
    return list(relations.values_list("organisation", "other", "kind", "pk"))
