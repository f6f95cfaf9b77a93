"""How the directory is narrowed, and how many organisations each choice would leave.

A database that counts thousands of them for each choice anew takes its time. So they are counted
here: each value of a facet is a row of bits, one an organisation. To narrow is to AND two rows,
and the answer is the number of bits. The rows serve until anything changes.
"""

from collections.abc import Callable
from functools import reduce
from itertools import chain, islice
from operator import or_
from string import ascii_lowercase
from typing import NamedTuple

from django.db.models import Aggregate, Exists, OuterRef, Q, TextField, Value

from partners.models import Collaboration, Organisation, Party, Section, SectionEntry, Topic
from partners.models.base import is_live, union
from partners.rows import freshness
from partners.values.folding import fold
from partners.values.sorting import sort_key


class Facet(NamedTuple):
    """One way to narrow the directory: by the parameter `name`.

    `condition(value, at)` is what a queryset of organisations is filtered by; `pairs(at)` are the
    rows, of live organisations at least, that have a value and a key in `columns`. What can be
    chosen is `choices`, or in the words of staff: `worded(at)` are their keys and labels. `at` is
    an aware datetime.
    """

    name: str
    title: str
    condition: Callable
    pairs: Callable
    columns: tuple
    choices: tuple = ()
    worded: Callable | None = None
    #: Makes the value of what stands in the first of the columns.
    value_of: Callable = str


def _of_column(name, title, choices):
    return Facet(
        name,
        title,
        lambda value, at: Q(**{name: value}),
        lambda at: Organisation.objects.live(at).order_by(),
        (name, "pk"),
        choices,
    )


def _entries(at):
    shown = Section.objects.of_overview(at).order_by()
    return SectionEntry.objects.filter(section__in=shown).order_by()


def _stands_in(value, at):
    return Exists(_entries(at).filter(section=value, organisation=OuterRef("pk")))


def _parties(at):
    return Party.objects.filter(is_live(at, "collaboration__")).order_by()


def _has_topic(value, at):
    topics = Organisation.topics.through.objects
    return Exists(topics.filter(organisation=OuterRef("pk"), topic=value))


def _collaborates(value, at):
    parties = _parties(at).filter(collaboration__kind=value)
    return Exists(parties.filter(organisation=OuterRef("pk")))


#: What a name begins with that begins with no letter from A to Z.
OTHER = "other"
LETTERS = (*ascii_lowercase, OTHER)


def letter_of(name):
    """The letter that a name stands under, whatever accents it has: "Österreich" → "o"."""
    first = name[:1].lower()
    if first not in LETTERS:  # of a letter without an accent folding makes nothing else
        first = fold(name)[:1]
    return first if first and first in ascii_lowercase else OTHER


def _begins(value, at):
    if value == OTHER:
        return ~reduce(or_, (_begins(letter, at) for letter in ascii_lowercase))
    return Q(record__names__startswith=f"\n{value}")


FACETS = [
    _of_column("kind", "Kind of organisation", Organisation.Kind.choices),
    _of_column("region", "Region of activity", Organisation.Region.choices),
    Facet(
        "topic",
        "Topic",
        _has_topic,
        lambda at: Organisation.topics.through.objects,
        ("topic", "organisation"),
        worded=lambda at: Topic.objects.order_by().values_list("pk", "name"),
    ),
    Facet(
        "collaboration",
        "Kind of collaboration",
        _collaborates,
        _parties,
        ("collaboration__kind", "organisation"),
        Collaboration.Kind.choices,
    ),
    Facet(
        "section",
        "Section of the overview",
        _stands_in,
        _entries,
        ("section", "organisation"),
        worded=lambda at: Section.objects.of_overview(at).order_by().values_list("pk", "title"),
    ),
    Facet(
        "letter",
        "First letter",
        _begins,
        lambda at: Organisation.objects.live(at).order_by(),
        ("name", "pk"),
        tuple((letter, letter.upper() if letter != OTHER else "#") for letter in LETTERS),
        value_of=letter_of,
    ),
]

#: The name of the row of the society whose site it is, by which nobody narrows.
HOME = "home"


@freshness.remembered
def choices(at):
    """{facet's name: [(value, label)]}; the words of staff in one query, and by alphabet."""
    words = union(
        facet.worded(at).annotate(facet=Value(facet.name)) for facet in FACETS if facet.worded
    )
    known = {facet.name: list(facet.choices) for facet in FACETS}
    for value, label, name in sorted(words, key=lambda row: sort_key(row[1])):
        known[name].append((value, label))
    return known


class Keys(Aggregate):
    """The keys in a group as one text, parted by commas, which no key holds.

    A row for each of a hundred thousand pairs took three times as long to read.
    """

    function = "group_concat"
    output_field = TextField()

    def as_postgresql(self, compiler, connection):
        return self.as_sql(compiler, connection, template="string_agg(%(expressions)s, ',')")


def _keys_by_value(facet, at):
    """The rows (value, Keys, name of the facet) of those that have the value."""
    value, key = facet.columns
    pairs = facet.pairs(at).values_list(value)
    return pairs.annotate(keys=Keys(key), facet=Value(facet.name))


def _key_of_home(at):
    """The one row (key, Keys, HOME) of the society, as far as it is live."""
    home = Organisation.objects.live(at).filter(is_home=True).order_by().values_list("pk")
    return home.annotate(keys=Keys("pk"), facet=Value(HOME))


class Census:
    """The organisations that are live at a moment, as bits; rows of bits are plain int."""

    def __init__(self, at):
        value_of = {facet.name: facet.value_of for facet in FACETS} | {HOME: str}
        found = union([*(_keys_by_value(facet, at) for facet in FACETS), _key_of_home(at)])
        keys = {name: {} for name in value_of}
        for value, some, name in found.iterator():
            keys[name].setdefault(value_of[name](value), []).extend(some.split(","))
        everybody = chain.from_iterable(keys["kind"].values())
        self.place = {key: place for place, key in enumerate(everybody)}
        self.everybody = self.row(self.place)
        self.partners = self.everybody & ~self.row(keys.pop(HOME))
        self.rows = {
            name: {value: self.row(those) for value, those in values.items()}
            for name, values in keys.items()
        }

    def row(self, keys):
        """The bits of the organisations with these keys, as far as they are live."""
        bits = bytearray(len(self.place) // 8 + 1)
        for place in map(self.place.get, keys):
            if place is not None:
                bits[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(bits, "little")

    def narrowed(self, chosen, among):
        """The bits of those in `among` that have all values in `chosen` (facet's name → value)."""
        row = among
        for name, value in chosen.items():
            row &= self.rows[name].get(value, 0)
        return row


class Narrowed:
    """Those of `keys` that have their bit in `row` of a Census, in the order of the keys.

    A slice is a list; no more keys are looked at than it takes.
    """

    def __init__(self, census, keys, row):
        self.place, self.keys, self.row = census.place, keys, row

    def __len__(self):
        return self.row.bit_count()

    def __getitem__(self, some):
        bits = self.row.to_bytes(len(self.place) // 8 + 1, "little")
        found = (
            key
            for key in self.keys
            if (place := self.place.get(key)) is not None and bits[place >> 3] >> (place & 7) & 1
        )
        return list(islice(found, some.start, some.stop))
