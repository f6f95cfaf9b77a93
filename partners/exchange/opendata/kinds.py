"""The five kinds of public records, described once; the order of the fields is that of the answers.

What is not described here is in no answer and in no file: keepers, permissions for logos and their
sources, review intervals, who verified, times of publication.
"""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partners.exchange.opendata.fields import (
    SLUG,
    TIME,
    Field,
    Part,
    always,
    attribute,
    choice,
    country,
    date,
    day,
    flag,
    html,
    identity,
    nullable,
    number,
    reference,
    text,
)
from partners.exchange.opendata.kind import Kind
from partners.models import (
    Citation,
    Collaboration,
    Event,
    EventSeries,
    Figure,
    Identifier,
    JointWork,
    Link,
    Organisation,
    OrganisationName,
    OrganisationRelation,
    Organiser,
    Party,
    Topic,
)
from partners.models.sources import Basis
from partners.reading.forms import (
    CollaborationForm,
    EventForm,
    OrganisationForm,
    SeriesForm,
    TopicForm,
)
from partners.reading.involvement import NAMED_BY

ID = always("id", "Names the row; citations refer to it.", "pk", format="uuid")


class Citations(Part):
    """The sources, each with the statement that it backs, if that is in the answer."""

    def read(self, record, at):
        rows = super().read(record, at)
        return [row | {"statement": _shown(row["statement"], record)} for row in rows]


def _shown(path, record):
    """`path` if it leads to something that the record's description shows; else None."""
    name, *inner = path.split("/")
    kind = OF_MODEL[type(record)]
    if name not in kind.names:
        return None
    if inner and not any(inner[0] == str(part.pk) for part in kind.part(name).shown(record)):
        return None
    return path


CITATIONS = Citations(
    "citations",
    "Which source says what.",
    (
        text(
            "statement",
            "What it backs: a field, or a part, its id and the part's field, parted by slashes. "
            "Null for a statement that is on the site alone.",
            "path",
        ),
        always("source", "What the source is called.", "source.title"),
        text("url", "Where it can be read.", "source.url", format="uri"),
        date("read_on", "When it was read", "source.read_on"),
        text("locator", "Where in it."),
        choice("basis", "Whether the source states it, or it was inferred.", Basis),
        text("quotation", "A few words of the source itself, in its language."),
        text("language", "The language of the source (BCP 47).", "source.language"),
        flag("names_us", "Whether the source is a partner's page that names the society."),
    ),
    lambda at: Citation.objects.select_related("source").order_by(
        "source__title", "source", "locator", "-basis", "pk"
    ),
)
LINKS = Part(
    "links",
    "Links that the page offers.",
    (ID, always("label", "Where it leads, in words."), always("url", "Where.", format="uri")),
    lambda at: Link.objects.exclude(url=""),
)
TAIL = (
    LINKS,
    CITATIONS,
    day(
        "verified_on",
        "The day on which it was last compared with the world. Null if it never was.",
        "verification.verified_at",
    ),
    Field(
        "changed_at",
        "When it last changed, in UTC (RFC 3339).",
        {"type": "string", "format": "date-time"},
        attribute("record.changed_at"),
    ),
)
BESIDE = ("record", "verification")


def relations(name, other, description):
    """The relations of an organisation in one direction; `other` is the field of the other end."""
    return Part(
        name,
        description,
        (
            ID,
            choice("kind", "What the one is to the other.", OrganisationRelation.Kind),
            *reference(other, "The other organisation", "name"),
            choice("basis", "Whether a source states it, or it was inferred.", Basis),
        ),
        # a condition of the join: to look for all that may be named grows with the site
        lambda at: (
            OrganisationRelation.objects.filter(**{f"{other}__published_at__lte": at})
            .select_related(other)
            .only("organisation", "kind", "other", "basis", *(f"{other}__{n}" for n in NAMED_BY))
        ),
    )


ORGANISATIONS = Kind(
    "organisations",
    "organisation",
    Organisation,
    OrganisationForm,
    "Who the society works with, and the society itself, which the site's directory leaves out.",
    (
        *identity("the organisation"),
        always("name", "What it is called now."),
        text("acronym", "As it writes it itself."),
        flag("is_home", "Whether it is the society whose site this is."),
        choice("kind", "What kind of organisation it is.", Organisation.Kind),
        choice("not_for_profit", "Whether it is not for profit.", Organisation.NotForProfit),
        choice("region", "Where it is active.", Organisation.Region),
        text("region_note", "What the region alone does not say."),
        text("seat_city", "The city of its seat."),
        country("seat_country", "The country of its seat"),
        date("founded", "When it was founded or launched"),
        Field(
            "founded_label",
            "Which of the two; null where it is not known when.",
            nullable(enum=[*Organisation.FoundedLabel.values, None]),
            lambda record, at: record.founded_label if record.founded else None,
        ),
        date("dissolved", "When it was dissolved"),
        flag("has_ended", "Whether it is dissolved, at a date that is unknown."),
        text("website", "Its own site.", format="uri"),
        text("summary", "Who it is, in one sentence."),
        html("description", "What it does"),
        Part(
            "topics",
            "What it works on.",
            (
                always("slug", "The topic.", "pk", pattern=SLUG),
                always("name", "What the topic is called."),
            ),
            lambda at: Topic.objects.all(),
        ),
        Part(
            "names",
            "Other names that it has or had.",
            (
                ID,
                choice("kind", "Which kind of name.", OrganisationName.Kind),
                always("name", "The name."),
                text("acronym", "Its acronym."),
                text("language", "The language of the name (BCP 47)."),
                date("valid_from", "Since when it was the name"),
                date("valid_until", "Until when it was the name"),
            ),
            lambda at: OrganisationName.objects.all(),
        ),
        relations("relations", "other", "What it is to others: “initiative of” them."),
        relations("inverse_relations", "organisation", "What others are to it."),
        Part(
            "figures",
            "How large it is.",
            (
                ID,
                always("measure", "What is counted."),
                choice("bound", "How the value is to be read.", Figure.Bound),
                number("value", "The number."),
                date("as_of", "The date that the number is from"),
                text("source", "Which source gives it.", "source.title"),
                text("source_url", "Where that can be read.", "source.url", format="uri"),
                text("note", "What a reader should know to understand it."),
            ),
            lambda at: Figure.objects.select_related("source"),
        ),
        Part(
            "identifiers",
            "Its numbers in public registers.",
            (
                ID,
                choice("scheme", "Which register.", Identifier.Scheme),
                text("register", "The name of the register, where it is another one."),
                always("value", "The number."),
                text("url", "Where the register describes it.", format="uri"),
            ),
            lambda at: Identifier.objects.all(),
        ),
        *TAIL,
    ),
    related=BESIDE,
)

COLLABORATIONS = Kind(
    "collaborations",
    "collaboration",
    Collaboration,
    CollaborationForm,
    "What organisations do together, since when, and who takes part how.",
    (
        *identity("the collaboration"),
        always("title", "What it is called."),
        choice("kind", "What kind of collaboration it is.", Collaboration.Kind),
        Field(
            "status",
            "Where it stands on the day of the answer.",
            {"type": "string", "enum": Collaboration.Status.values},
            lambda record, at: record.status(timezone.localdate(at)).value,
        ),
        date("since", "When it began"),
        date("until", "When it ended, or is to end"),
        flag("has_ended", "Whether it has ended, at a date that is unknown."),
        text("cadence", "How often."),
        text("through", "The society's own body that it runs through."),
        text("summary", "What is done together, in one sentence."),
        html("description", "What is done together"),
        Part(
            "parties",
            "Who takes part.",
            (
                ID,
                *reference("organisation", "The organisation", "name"),
                choice("role", "As what.", Party.Role),
                date("since", "When it joined, if that was at another time"),
                date("until", "When it left, if that was at another time"),
            ),
            Party.objects.named,
        ),
        Part(
            "joint_works",
            "What was made or done together.",
            (
                ID,
                always("title", "What it is."),
                date("date", "When it was made"),
                text("url", "Where it can be found.", format="uri"),
            ),
            lambda at: JointWork.objects.all(),
        ),
        *TAIL,
    ),
    related=BESIDE,
)


def organisers(*more):
    return Part(
        "organisers",
        "Who holds it.",
        (
            ID,
            *reference("organisation", "The organisation", "name"),
            *more,
            choice("role", "As what.", Organiser.Role),
        ),
        lambda at: Organiser.objects.named(at).prefetch_related("organisation__names"),
    )


SERIES = Kind(
    "series",
    "series",
    EventSeries,
    SeriesForm,
    "Rows of events under one name.",
    (
        *identity("the series"),
        always("title", "What it is called."),
        text("cadence", "How often."),
        date("since", "When it began"),
        date("until", "When it ended, or is to end"),
        text("usual_city", "The city where it usually is."),
        country("usual_country", "The country where it usually is"),
        *reference("collaboration", "The collaboration that it belongs to", "title"),
        text("summary", "What it is, in one sentence."),
        html("description", "What it is"),
        organisers(),
        *TAIL,
    ),
    related=(*BESIDE, "collaboration"),
)

EVENTS = Kind(
    "events",
    "event",
    Event,
    EventForm,
    "Editions of series, and single events; those that were cancelled or postponed among them.",
    (
        *identity("the event"),
        always("title", "What it is called."),
        choice("status", "Whether it takes place as announced.", Event.Status),
        *reference("series", "The series that it is an edition of", "title"),
        date("starts", "When it starts; null while a postponed event has no new date"),
        date("ends", "When it ends; null if it ends on the day it starts"),
        text(
            "start_time",
            "When it starts on that day, by the clock of the place: “18:30”.",
            pattern=TIME,
        ),
        text("end_time", "When it ends, by the clock of the place.", pattern=TIME),
        text("time_zone", "The time zone of the place (IANA)."),
        text(
            "repeated_hour",
            "Where the clocks go back and show an hour twice: whether it starts and ends in the "
            "“first”, in the “second”, or starts in the one and ends in the other (“both”).",
        ),
        Field(
            "is_over",
            "Whether it is past on the day of the answer.",
            {"type": "boolean"},
            lambda record, at: record.is_over(timezone.localdate(at)),
        ),
        text("venue", "The building or the room."),
        text("city", "The city."),
        country("country", "The country"),
        choice("mode", "Whether one goes there or not.", Event.Mode),
        *reference("held_at", "The larger event that it is part of", "title"),
        text("summary", "What it is, in one sentence."),
        html("description", "What it is"),
        html("write_up", "How it was"),
        organisers(
            Field(
                "organisation_name_then",
                "What the organisation was called when the event began, as far as that is known.",
                nullable(minLength=1),
                lambda row, at: row.organisation.name_on(row.event.starts),
            )
        ),
        *TAIL,
    ),
    related=(*BESIDE, "series", "held_at"),
)

TOPICS = Kind(
    "topics",
    "topic",
    Topic,
    TopicForm,
    "What organisations work on: the words that the directory is narrowed by.",
    (
        always("slug", "Names the topic for ever.", "pk", pattern=SLUG),
        always("name", "What it is called."),
        Field(
            "url",
            "The directory, narrowed to it.",
            {"type": "string", "format": "uri"},
            lambda topic, at: (
                f"{settings.SITE_URL}{reverse('partners:organisation-list')}?topic={topic.pk}"
            ),
        ),
    ),
    address="key",
)

KINDS = {kind.name: kind for kind in (ORGANISATIONS, COLLABORATIONS, EVENTS, SERIES, TOPICS)}
OF_MODEL = {kind.model: kind for kind in KINDS.values()}
