"""What is said of an organisation: its other names, its size, its numbers in registers."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from partners import dates
from partners.lines import LineField
from partners.models.base import Part, PositionField, ReviewDaysField, required
from partners.models.organisation import Organisation
from partners.validators import validate_identifier


class OrganisationName(Part):
    """Another name that an organisation has or had. Search finds all of them."""

    class Kind(models.TextChoices):
        FORMER = "former", "former name"
        ALIAS = "alias", "also known as"
        TRANSLATION = "translation", "translation"

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="names")
    kind = models.CharField(max_length=20, choices=Kind)
    name = LineField(max_length=200)
    acronym = LineField(max_length=40, blank=True)
    language = LineField(
        max_length=12, blank=True, help_text="Language tag (BCP 47), such as “de” or “fr”."
    )
    valid_from = dates.PartialDateField(blank=True)
    valid_until = dates.PartialDateField(blank=True)
    root_field = "organisation"

    class Meta:
        ordering = ["kind", "-valid_until", "name", "pk"]
        constraints = [
            *dates.shape_constraints("organisationname", "valid_from", "valid_until"),
            dates.order_constraint("organisationname", "valid_from", "valid_until"),
            required("organisationname", "name", "Write the other name."),
        ]

    def __str__(self):
        return self.name

    def was_valid(self, on):
        """Whether it certainly was the name on `on` (PartialDate)."""
        ended_later = self.valid_until and on.latest < self.valid_until.earliest
        begun = not self.valid_from or self.valid_from.latest <= on.earliest
        return bool(self.kind == self.Kind.FORMER and ended_later and begun)


class Figure(Part):
    """A number that says how large an organisation is, with its bound, date and source."""

    class Bound(models.TextChoices):
        AS_STATED = "as-stated", "as stated"
        EXACTLY = "exactly", "exactly"
        MORE_THAN = "more-than", "more than"
        ABOUT = "about", "about"
        UP_TO = "up-to", "up to"

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="figures")
    measure = LineField(
        max_length=80, help_text="What is counted: “members”, “radiographers represented”."
    )
    bound = models.CharField(max_length=20, choices=Bound, default=Bound.AS_STATED)
    value = models.BigIntegerField()
    as_of = dates.PartialDateField(
        blank=True, help_text="The date the figure is from. Empty: the page says “date not stated”."
    )
    source = models.ForeignKey(
        "partners.Source", models.PROTECT, related_name="figures", null=True, blank=True
    )
    note = LineField(
        max_length=300, blank=True, help_text="What a reader should know to understand the figure."
    )
    review_days = ReviewDaysField()
    position = PositionField()
    root_field = "organisation"

    class Meta:
        ordering = ["position", "measure", "pk"]
        constraints = [
            *dates.shape_constraints("figure", "as_of"),
            models.CheckConstraint(
                name="figure_not_negative",
                condition=Q(value__gte=0),
                violation_error_code="value",
                violation_error_message="A figure cannot be less than nothing.",
            ),
            required("figure", "measure", "Say what the figure counts, such as “members”."),
        ]

    def __str__(self):
        return f"{self.bound_words}{self.number} {self.measure}"

    @property
    def bound_words(self):
        """What stands before the number: "more than ", or nothing where it is the number itself."""
        is_itself = self.bound in (self.Bound.AS_STATED, self.Bound.EXACTLY)
        return "" if is_itself else f"{self.get_bound_display()} "

    @property
    def number(self):
        """The value as a reader expects it: "8,000"."""
        return f"{self.value:,}"


class Identifier(Part):
    """An organisation's number in a public register."""

    class Scheme(models.TextChoices):
        ROR = "ror", "ROR"
        WIKIDATA = "wikidata", "Wikidata"
        ISNI = "isni", "ISNI"
        OTHER = "other", "Other register"

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=20, choices=Scheme)
    value = LineField(
        max_length=80, help_text="Without the register's address: “05dxps055”, “Q42”."
    )
    root_field = "organisation"

    class Meta:
        ordering = ["scheme", "value", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="identifier_names_one_organisation",
                violation_error_code="value",
                violation_error_message="This identifier is already recorded; it can name only "
                "one organisation.",
            ),
            required("identifier", "value", "Write the number that the register gives it."),
        ]

    #: scheme → where the register describes what the identifier names
    REGISTERS = {
        Scheme.ROR: "https://ror.org/",
        Scheme.WIKIDATA: "https://www.wikidata.org/wiki/",
        Scheme.ISNI: "https://isni.org/isni/",
    }

    def __str__(self):
        return f"{self.get_scheme_display()} {self.value}"

    @property
    def url(self):
        register = self.REGISTERS.get(self.scheme)
        return register + self.value if register else ""

    def clean(self):
        try:
            validate_identifier(self.scheme, self.value)
        except ValidationError as error:
            raise ValidationError({"value": error}) from None
