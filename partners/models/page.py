"""Pages of text, and the headings of the partners page."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from partners.models.base import Part, Root, Vocabulary, is_live, required
from partners.models.fields import PositionField, TitleField, WebAddressField
from partners.values.lines import LineField
from partners.values.richtext import RichTextField, plain_text


class Page(Root):
    """A text that staff write: the intro of the partners page, the legal notice …"""

    #: The page whose text opens the site, and those that every page's footer links to, in order.
    PARTNERS = "partners"
    OPEN_DATA = "open-data"
    FOOTER = ("about", "legal-notice", "privacy", "contact", "accessibility", OPEN_DATA)

    #: The pages whose text stands at an address of the site's own, by its name.
    ELSEWHERE = {PARTNERS: "partners:home", OPEN_DATA: "partners:data"}

    title = TitleField(max_length=120)
    summary = LineField(max_length=300, blank=True, help_text="One sentence, for search engines.")
    body = RichTextField()
    licence = LineField(
        "licence of the data",
        max_length=120,
        blank=True,
        help_text="Under which licence the data may be used: its name, as the society decided. "
        "Empty: the page says that none is stated.",
    )
    licence_url = WebAddressField(
        "address of the licence", help_text="Where the text of the licence can be read."
    )
    parts = ("sections", "links")
    address_prefix = "pages"

    class Meta(Root.Meta):
        ordering = ["title", "pk"]
        constraints = [
            *Root.Meta.constraints,
            required("page", "title", "Give the page its title."),
            models.CheckConstraint(
                name="page_licence_has_name",
                condition=Q(licence_url="") | ~Q(licence=""),
                violation_error_code="licence",
                violation_error_message="Say what the licence at this address is called.",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        if self.pk in self.ELSEWHERE:
            return reverse(self.ELSEWHERE[self.pk])
        return super().get_absolute_url()

    def search_text(self):
        return [self.summary, plain_text(self.body)]


class SectionQuerySet(models.QuerySet):
    def of_overview(self, at):
        """The headings of the partners page, while the public sees it at `at` (aware datetime)."""
        return self.filter(is_live(at, "page__"), page=Page.PARTNERS)


class Section(Vocabulary):
    """A heading of the partners page, with the organisations that stand under it."""

    class Display(models.TextChoices):
        PROFILES = "profiles", "Profiles: one each, in full"
        MENTIONS = "mentions", "Mentions: a line each"

    page = models.ForeignKey(Page, models.PROTECT, related_name="sections", default=Page.PARTNERS)
    title = LineField(max_length=120, unique=True)
    intro = RichTextField()
    display = models.CharField(max_length=20, choices=Display, default=Display.PROFILES)
    parts = ("entries",)
    position = PositionField()

    objects = SectionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "section of the partners page"
        verbose_name_plural = "sections of the partners page"
        constraints = [required("section", "title", "Give the section its title.")]

    def __str__(self):
        return self.title


class SectionEntry(Part):
    """An organisation's place in a section."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="entries")
    organisation = models.ForeignKey(
        "partners.Organisation", models.CASCADE, related_name="section_entries"
    )
    position = PositionField()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "section entries"
        indexes = [models.Index(fields=["section", "position", "id"], name="sectionentry_in_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["section", "organisation"],
                name="sectionentry_named_once",
                violation_error_code="organisation",
                violation_error_message="This organisation already stands in this section.",
            )
        ]

    def __str__(self):
        return f"place {self.position}"
