"""What is said of an organisation: its other names, its size, its numbers in registers."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from partners.models.base import Part, Verifiable, required
from partners.models.fields import PositionField, ReviewDaysField
from partners.models.organisation import Organisation
from partners.values import dates
from partners.values.languages import LanguageField, tag_constraint
from partners.values.lines import LineField
from partners.values.validators import normal_identifier, validate_identifier


class OrganisationName(Part):
    """Another name that an organisation has or had. Search finds all of them."""

    class Kind(models.TextChoices):
        FORMER = "former", "former name"
        ALIAS = "alias", "also known as"
        TRANSLATION = "translation", "translation"

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="names")
    kind = models.CharField(max_length=20, choices=Kind)
    name = LineField(max_length=300)
    acronym = LineField(max_length=40, blank=True)
    language = LanguageField(help_text="Language tag (BCP 47), such as “de” or “fr”.")
    valid_from = dates.PartialDateField(blank=True)
    valid_until = dates.PartialDateField(blank=True)
    owners = ("organisation",)

    class Meta:
        ordering = ["kind", "-valid_until", "name", "pk"]
        constraints = [
            *dates.shape_constraints("organisationname", "valid_from", "valid_until"),
            dates.order_constraint("organisationname", "valid_from", "valid_until"),
            required("organisationname", "name", "Write the other name."),
            tag_constraint("organisationname", "language"),
        ]

    def __str__(self):
        return self.name

    @property
    def used(self):
        """When it was the name, for a reader: “from 1999 until 2005”; "" if that is not known."""
        ends = [("from", self.valid_from), ("until", self.valid_until)]
        return " ".join(f"{word} {date.display()}" for word, date in ends if date)

    def was_valid(self, on):
        """Whether it certainly was the name on `on` (PartialDate)."""
        ended_later = self.valid_until and on.latest < self.valid_until.earliest
        begun = not self.valid_from or self.valid_from.latest <= on.earliest
        return bool(self.kind == self.Kind.FORMER and ended_later and begun)


class Figure(Verifiable, Part):
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
    bound = models.CharField("how exact", max_length=20, choices=Bound, default=Bound.AS_STATED)
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
    owners = ("organisation",)
    usual_review_days = 730

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


class IdentifierField(LineField):
    """An identifier as its register writes it, however it was copied; see `normal_identifier`."""

    def formfield(self, **kwargs):
        """What is typed may be a whole address."""
        return super().formfield(**{"max_length": 500} | kwargs)

    def clean(self, value, identifier):
        value = super().clean(normal_identifier(identifier.scheme, value), identifier)
        validate_identifier(identifier.scheme, value)
        return value

    def pre_save(self, identifier, add):
        setattr(identifier, self.attname, self.value_to_string(identifier))
        return super().pre_save(identifier, add)

    def value_to_string(self, identifier):
        """As its register writes it; as it is where the scheme is not given (see `backups`)."""
        scheme, value = getattr(identifier, "scheme", None), self.value_from_object(identifier)
        return value if scheme is None else normal_identifier(scheme, value)


class Identifier(Part):
    """An organisation's number in a public register."""

    class Scheme(models.TextChoices):
        ROR = "ror", "ROR"
        WIKIDATA = "wikidata", "Wikidata"
        ISNI = "isni", "ISNI"
        CROSSREF_FUNDER = "crossref-funder", "Crossref Funder"
        GRID = "grid", "GRID"
        OTHER = "other", "Other register"

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="identifiers")
    scheme = models.CharField("register", max_length=20, choices=Scheme)
    register = LineField(
        "which other register",
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text="Only of “Other register”: its name, such as “UK charity register”.",
    )
    value = IdentifierField(max_length=80, help_text="“05dxps055”, “Q42”; or its whole address.")
    owners = ("organisation",)

    class Meta:
        ordering = ["scheme", "register", "value", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "register", "value"],
                name="identifier_names_one_organisation",
                violation_error_code="value",
                violation_error_message="This identifier is already recorded; it can name only "
                "one organisation.",
            ),
            required("identifier", "value", "Write the number that the register gives it."),
            models.CheckConstraint(
                name="identifier_known_register_not_named",
                condition=Q(scheme="other") | Q(register=""),
                violation_error_code="register",
                violation_error_message="This is for “Other register” alone. Choose that, or leave "
                "this empty.",
            ),
        ]

    #: scheme → where the register describes what the identifier names
    REGISTERS = {
        Scheme.ROR: "https://ror.org/",
        Scheme.WIKIDATA: "https://www.wikidata.org/wiki/",
        Scheme.ISNI: "https://isni.org/isni/",
        Scheme.CROSSREF_FUNDER: "https://doi.org/10.13039/",
    }

    def __str__(self):
        return f"{self.register_name} {self.value}"

    @property
    def register_name(self):
        return self.register or self.get_scheme_display()

    @property
    def url(self):
        """Where the register describes what it names; "" where that is not known."""
        register = self.REGISTERS.get(self.scheme)
        return register + self.value if register else ""

    def clean_with(self, known):
        """No constraint: the version before, which may still be serving, cannot name a register."""
        if self.scheme == self.Scheme.OTHER and not self.register:
            raise ValidationError(
                {"register": "Say which other register this is, such as “UK charity register”."}
            )
