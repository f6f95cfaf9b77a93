"""Where statements come from, and links that records carry."""

from collections import defaultdict
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import quote

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.db import models
from django.utils.text import capfirst

from partners.models.base import ROOTS, Owned, Vocabulary, owner_constraint, required
from partners.models.fields import PositionField, WebAddressField
from partners.models.indexes import references
from partners.models.known import Known
from partners.values import dates
from partners.values.languages import LanguageField, tag_constraint
from partners.values.lines import LineField
from partners.values.validators import validate_label


class Basis(models.TextChoices):
    STATED = "stated", "stated"
    INFERRED = "inferred", "inferred"


#: Of the words of a source that are kept (characters): as few as say it.
LONGEST_QUOTATION = 300


class Source(Vocabulary):
    """A page or document that says what our records say."""

    title = LineField(max_length=200)
    url = WebAddressField("web address")
    document = LineField(
        max_length=200, blank=True, help_text="Where it is not on the web: what and where it is."
    )
    language = LanguageField(
        default="",
        db_default="",
        help_text="Language tag (BCP 47), such as “de”: screen readers speak quotations in it.",
    )
    read_on = dates.PartialDateField(
        "date read", blank=True, help_text="“2016”, “May 2016” or “3 May 2016”."
    )

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            *dates.shape_constraints("source", "read_on"),
            required("source", "title", "Give the source its title."),
            tag_constraint("source", "language"),
        ]

    def __str__(self):
        return self.title


class StatementNotFound(LookupError):
    """A citation's path leads nowhere in its record."""


def statement(root, path):
    """The value that `path` names within `root`: "founded", or "figures/<id>/value".

    Raises StatementNotFound where a field or part of that name does not exist.
    """
    record, name = _led_to(root, path, Known())
    return getattr(record, name) if name else record


def _led_to(root, path, known):
    """(record, name): whose field of which name `path` leads to; "" if it leads to a part.

    Parts are those in `known`. Raises StatementNotFound.
    """
    name, *rest = path.split("/")
    try:
        field = root._meta.get_field(name)
        if not rest:
            getattr(type(root), name)
            return root, name
        identifier, *rest = rest
        part = _part(root, field, identifier, known)
    except (FieldDoesNotExist, ObjectDoesNotExist, AttributeError, ValueError, ValidationError):
        raise StatementNotFound(path) from None
    return _led_to(part, "/".join(rest), known) if rest else (part, "")


def _part(root, field, identifier, known):
    """Raises ObjectDoesNotExist, or ValidationError of what can be no id."""
    if not field.one_to_many:
        return getattr(root, field.name).get(pk=identifier)
    model = field.related_model
    part = known.get(model, model._meta.pk.to_python(identifier))
    if part is None or getattr(part, field.field.attname) != root.pk:
        raise model.DoesNotExist
    return part


def statements(root):
    """What can be cited of `root`: a list of (path, the statement in words)."""
    labelled = [(field.name, _in_words(field)) for field in _content(root)]
    for name in () if root._state.adding else root.parts:
        parts = getattr(root, name)
        labelled += [
            (f"{name}/{part.pk}/{field.name}", f"{part}: {_in_words(field)}")
            for part in parts.all()
            for field in _content(part)
            if field != parts.field and getattr(part, field.attname) is not None
        ]
    return labelled


#: What readers call a statement, where its field or part has another name for staff.
READERS_NAMES = {
    "citations": "sources",
    "founded_label": "founded",
    "identifiers": "registers",
    "joint_works": "made and done together",
    "names": "other names",
    "organisers": "organised by",
    "parties": "who takes part",
    "region_note": "region of activity",
    "relations": "how it stands to others",
    "sections": "headings",
    "usual_country": "usual place",
    "usual_city": "usual place",
}


class CitedStatement(NamedTuple):
    """A statement, as readers call it, that rests on a source: where in it, and how surely."""

    statement: str
    places: list
    is_inferred: bool
    quotations: list
    names_us: bool


def by_source(model, citations, measures, rereads):
    """[(source, [CitedStatement], last re-read)] of the `citations` of a root, in their order.

    `model` is the root's. `measures` says what a figure counts: its id (str) → "members". `rereads`
    ({(address, quotation): datetime}) says what was found again; where not all was, the last
    re-reading is None.
    """
    found, sought = {}, defaultdict(list)
    for citation in citations:
        if citation.path.startswith("links/"):
            continue  # a link without a target is not there for readers
        statements = found.setdefault(citation.source, {})
        name = readers_name(model, citation.path, measures)
        statements.setdefault(name, []).append(citation)
        sought[citation.source] += [
            rereads.get((citation.source.url, words)) for words in citation.sought
        ]
    return [
        (
            source,
            sorted(_cited(name, those) for name, those in statements.items()),
            min(sought[source]) if sought[source] and all(sought[source]) else None,
        )
        for source, statements in found.items()
    ]


def readers_name(model, path, measures):
    """What readers call the statement that `path` names: "Founded", "Members"."""
    name, *rest = path.split("/")
    known = measures.get(rest[0]) if name == "figures" and rest else READERS_NAMES.get(name)
    if not known:
        try:
            known = model._meta.get_field(name).verbose_name
        except (FieldDoesNotExist, AttributeError):
            known = name.replace("_", " ")  # a kind of part, or a field that has gone since
    return capfirst(known)


def _cited(name, citations):
    places = sorted({citation.locator for citation in citations if citation.locator})
    return CitedStatement(
        name,
        places,
        any(each.basis == Basis.INFERRED for each in citations),
        sorted({citation.quotation for citation in citations if citation.quotation}),
        any(citation.names_us for citation in citations),
    )


def _content(record):
    """The fields that say something: not keys, publication or the order of a list."""
    silent = {"position", "slug", "published_at", "withdrawn_at", "is_home"}
    fields = [*record._meta.fields, *record._meta.many_to_many]
    return [field for field in fields if field.editable and field.name not in silent]


def _in_words(field):
    return str(field.verbose_name).capitalize()


def path_in_words(path):
    """“figures, value”: the ids of parts between the names mean nothing to a person."""
    return ", ".join(path.split("/")[::2]).replace("_", " ")


def fragment(quotation):
    """What a browser goes to and marks, after an address (WICG, URL fragment text directives)."""
    return "#:~:text=" + quote(quotation, safe="").replace("-", "%2D") if quotation else ""


def sought(quotation, names_us):
    """What is looked for at a source (list of str); "" stands for the society's name."""
    return ([quotation] if quotation else []) + ([""] if names_us else [])


class Citation(Owned):
    """Which source, and where in it, says which statement of a record."""

    path = LineField(
        "statement",
        max_length=200,
        help_text="The field it backs, such as “founded”, or a part and its field, such as "
        "“figures/(its id)/value”.",
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="citations")
    locator = LineField(
        "where in it", max_length=80, blank=True, help_text="For example “line 12” or “p. 3”."
    )
    basis = models.CharField(max_length=20, choices=Basis, default=Basis.STATED)
    quotation = LineField(
        max_length=LONGEST_QUOTATION,
        blank=True,
        default="",
        db_default="",
        help_text="Its own words, copied from the page, as few as say it: “more than 75,000 "
        "members”. They are looked for every day, and you are told when they are gone.",
    )
    names_us = models.BooleanField(
        "this page of theirs names us",
        default=False,
        db_default=False,
        help_text="You are told when our name, our acronym and every link to us are gone from it.",
    )

    class Meta:
        verbose_name = "cited source"
        ordering = ["path", "locator", "pk"]
        constraints = [
            owner_constraint("citation"),
            required("citation", "path", "Choose the statement that the source backs."),
        ]
        indexes = references("citation", *ROOTS)

    def __str__(self):
        return ": ".join(filter(None, [path_in_words(self.path), self.locator]))

    @property
    def sought(self):
        return sought(self.quotation, self.names_us)

    @classmethod
    def ask_ahead(cls, records, known):
        parts = defaultdict(set)
        for model, key in filter(None, (record.owner for record in records)):
            parts[model].add(key)
        for record in records:
            for model, key in record._cited_part():
                parts[model].add(key)
        for model, keys in parts.items():
            known.load(model, keys)

    def _cited_part(self):
        """(model, id) of the part that the path leads through, as far as there can be one."""
        name, _, rest = self.path.partition("/")
        if not (self.owner and rest):
            return
        with suppress(FieldDoesNotExist, ValidationError):
            field = self.owner[0]._meta.get_field(name)
            if field.one_to_many:
                model = field.related_model
                yield model, model._meta.pk.to_python(rest.partition("/")[0])

    def clean_with(self, known):
        root = self.owner and known.get(*self.owner)
        if root is None or not self.path:
            return  # said by the constraint and by the field
        try:
            _led_to(root, self.path, known)
        except StatementNotFound:
            raise ValidationError(
                {
                    "path": f"“{self.path}” names no field or part of this record. Write a "
                    "field's name, or a part, its id and the part's field."
                }
            ) from None


class Link(Owned):
    """A link that a record offers. Without a target it waits for staff; visitors do not see it."""

    label = LineField(
        max_length=160,
        validators=[validate_label],
        help_text="Where it leads, in words: “EuroSafe Imaging: training resources”.",
    )
    url = WebAddressField(
        "web address",
        help_text="May stay empty until it is known; visitors see the link once it is filled in.",
    )
    position = PositionField()

    class Meta:
        ordering = ["position", "label", "pk"]
        constraints = [
            owner_constraint("link"),
            required("link", "label", "Say in words where the link leads."),
        ]
        indexes = references("link", *ROOTS)

    def __str__(self):
        return self.label
