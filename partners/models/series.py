"""Series of events."""

from django.db import models

from partners.models.base import Root, required
from partners.models.fields import CountryField, TitleField
from partners.models.indexes import listed, references
from partners.values import dates
from partners.values.lines import LineField
from partners.values.richtext import RichTextField, plain_text


class EventSeries(Root):
    """A row of events under one name, such as the European Congress of Radiology."""

    title = TitleField(max_length=200)
    cadence = LineField(max_length=80, blank=True, help_text="“annual”, “every two years” …")
    since = dates.PartialDateField(
        blank=True, help_text="As precisely as it is known: “2016”, “May 2016” or “3 May 2016”."
    )
    until = dates.PartialDateField(blank=True)
    usual_city = LineField(max_length=80, blank=True)
    usual_country = CountryField(blank=True)
    collaboration = models.ForeignKey(
        "partners.Collaboration",
        models.PROTECT,
        related_name="series",
        null=True,
        blank=True,
        db_index=False,
        help_text="The collaboration that the series belongs to, if it is held together.",
    )
    summary = LineField(max_length=300, blank=True, help_text="One sentence: what it is.")
    description = RichTextField()
    parts = ("organisers", "links")
    address_prefix = "events/series"
    usual_review_days = 730

    class Meta(Root.Meta):
        ordering = ["title", "pk"]
        verbose_name_plural = "event series"
        indexes = [
            listed("eventseries", "title", "key"),
            *references("eventseries", "collaboration"),
        ]
        constraints = [
            *Root.Meta.constraints,
            *dates.shape_constraints("eventseries", "since", "until"),
            dates.order_constraint("eventseries", "since", "until"),
            required("eventseries", "title", "Give the series its title."),
        ]

    def __str__(self):
        return self.title

    @property
    def place(self):
        return place_of(self.usual_city, self.usual_country)

    def search_text(self):
        return [self.summary, plain_text(self.description), self.place]


def place_of(*parts):
    """Venue, city and country, those that are known, as one line."""
    return ", ".join(str(getattr(part, "name", part)) for part in parts if part)
