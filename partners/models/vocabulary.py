"""Topics and the glossary."""

from django.db import models

from partners.models.base import Vocabulary, required
from partners.models.fields import TitleField
from partners.values.lines import LineField, LinesField


class Topic(Vocabulary):
    """A field of work that visitors filter the directory by."""

    name = TitleField(max_length=80, unique=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [required("topic", "name", "Give the topic its name.")]

    def __str__(self):
        return self.name


class Term(Vocabulary):
    """An abbreviation that the pages use, with what it stands for."""

    abbreviation = TitleField(max_length=40, unique=True)
    expansion = LineField(max_length=200)
    definition = LinesField(
        blank=True, help_text="One or two sentences for a reader outside the field. Optional."
    )
    source = models.ForeignKey(
        "partners.Source", models.PROTECT, related_name="terms", null=True, blank=True
    )
    is_to_be_verified = models.BooleanField(
        "to be verified",
        default=False,
        help_text="The expansion is not from a source of our own; the glossary says so.",
    )

    class Meta:
        ordering = ["abbreviation", "pk"]
        verbose_name = "glossary term"
        constraints = [
            required("term", "abbreviation", "Write the abbreviation."),
            required("term", "expansion", "Write what the abbreviation stands for."),
        ]

    def __str__(self):
        return self.abbreviation
