"""Two records of one organisation become one: what the other has moves to the one that is kept.

As everywhere (see `snapshots`) it is said in rows: of each record that names the other one, as it
is and as it would be. What both have stays once. Each of these records gets one revision, and the
other one's last state stays among the deleted records, so that all of it can be undone.
"""

from collections import Counter, defaultdict
from functools import cached_property
from typing import NamedTuple

from partners.models import (
    Citation,
    Figure,
    Identifier,
    Link,
    Organisation,
    OrganisationName,
    OrganisationRelation,
    Organiser,
    Party,
    PendingChange,
    Redirect,
    SectionEntry,
)
from partners.rows import bookkeeping, snapshots
from partners.rows.door import take
from partners.rows.offers import LOOK_AGAIN, Offer, Press
from partners.rows.snapshots import Refused
from partners.rows.standing import lock, standings
from partners.values.folding import fold

#: How other records name an organisation → what leads from there to the record.
ELSEWHERE = {
    "parties": "collaboration",
    "organised": "root",
    "section_entries": "section",
    "inverse_relations": "organisation",
}
#: Model → the fields by which two of its rows say the same, once they belong to one record.
SAME = {
    OrganisationName: ["name", "acronym"],
    Figure: ["measure", "bound", "value", "as_of"],
    Link: ["label", "url"],
    Citation: ["path", "source", "locator", "quotation"],
    OrganisationRelation: ["organisation", "kind", "other"],
    Party: ["collaboration", "organisation", "role", "since"],
    Organiser: ["series", "event", "organisation", "role"],
    SectionEntry: ["section", "organisation"],
}
#: Fields that make sense together alone; each other field is a group by itself.
GROUPS = [
    ("founded", "founded_label"),
    ("dissolved", "has_ended"),
    ("region", "region_note"),
    ("seat_city", "seat_country"),
    (
        "logo", "logo_width", "logo_height", "logo_alt", "logo_source",
        "logo_permission", "logo_permission_until",
    ),
]  # fmt: skip
#: What a record is called and where it is found: never taken over by another.
ITS_OWN = {"slug", "name", "is_home", "review_days", "topics"}
#: What an organisation is silent about.
SILENT = ("", None, False, "not-stated", "founded")


class United(NamedTuple):
    """The rows of a record once nothing is said twice, and those that went for that."""

    rows: list
    twice: list


def merge(plan, seen, by, at):
    """Do what the plan says, if it touches the records that were shown, as they were `seen`.

    `by` (User) does it at `at` (aware datetime). Raises Refused.
    """
    if sentences := plan.barriers(at):
        raise Refused(*sentences)
    with bookkeeping.batch():
        for model, keys in sorted(
            _by_model(plan.before).items(), key=lambda each: each[0]._meta.label
        ):
            lock(model, sorted(keys))
        now = plan.anew()
        if now is None or now.versions != seen:
            raise Refused(LOOK_AGAIN)
        if sentences := now.obstacles(at):
            raise Refused(*sentences)
        now.write(by, at)


def _merged(before, offer, by, at):
    return before._replace(rows=offer.rows), "" if offer.rows else "Merged and deleted"


MERGE = Press("Merged", _merged)


class Merge:
    """What it means that `other` becomes `kept`, as the database is now. Nothing is written yet.

    The name of the other one stays with the one kept, as a name of `name_kind`.
    """

    def __init__(self, kept, other, name_kind=OrganisationName.Kind.ALIAS):
        self.kept, self.other, self.name_kind = kept, other, name_kind

    def anew(self):
        """The same as the database is now; None where one of the two is gone."""
        there = Organisation.objects.in_bulk([self.kept.pk, self.other.pk])
        if len(there) < 2:
            return None
        return Merge(there[self.kept.pk], there[self.other.pk], self.name_kind)

    @cached_property
    def standings(self):
        """(model, key) → the Standing of each record that is touched: the two first."""
        touched = dict.fromkeys((Organisation, each.pk) for each in (self.kept, self.other))
        for manager, way in ELSEWHERE.items():
            for part in getattr(self.other, manager).order_by("pk"):
                touched.setdefault(_owner(part, way))
        found = {model: standings(model, keys) for model, keys in _by_model(touched).items()}
        return {(model, key): found[model][key] for model, key in touched}

    @cached_property
    def before(self):
        """(model, key) → the rows of each record that is touched, as they are."""
        return {identity: each.rows for identity, each in self.standings.items()}

    @property
    def versions(self):
        """Which records are touched, and the version of each (str)."""
        return ", ".join(
            f"{model._meta.model_name} {key} {each.version}"
            for (model, key), each in self.standings.items()
        )

    @property
    def after(self):
        """The same of each record that stays, as it would be."""
        return {identity: united.rows for identity, united in self._united.items()}

    @property
    def twice(self):
        """(record, row) of what goes because the one kept says the same; without citations."""
        return [
            (identity, row)
            for identity, united in self._united.items()
            for row in united.twice
            if not _is_citation(row)
        ]

    @property
    def moved(self):
        """How many of which parts move to the record kept, the largest number first."""
        standing = {_identity(row) for rows in self.after.values() for row in rows}
        moved = Counter(
            snapshots.model_of(row["model"])._meta
            for rows in self.before.values()
            for row in rows
            if self._names_other(row) and _identity(row) in standing
        )
        return [
            f"{count} {meta.verbose_name if count == 1 else meta.verbose_name_plural}"
            for meta, count in moved.most_common()
        ]

    @property
    def registers(self):
        """Those in which both have a number, so that one of the two is wrong (list of str)."""
        number = Identifier._meta.label_lower
        mine, theirs = (
            {row["fields"]["scheme"] for row in rows if row["model"] == number}
            for rows in (self._mine, self._theirs)
        )
        both = mine & theirs - {Identifier.Scheme.OTHER}
        return sorted(Identifier.Scheme(scheme).label for scheme in both)

    @property
    def lost(self):
        """Rows of the record kept, as they will be and as the other one has it instead."""
        (row, *_), (theirs, *_) = self.after[self._kept], self._theirs
        others = {
            name: theirs["fields"][name]
            for name in row["fields"].keys() - ITS_OWN
            if theirs["fields"][name] not in SILENT
        }
        return [row], [row | {"fields": row["fields"] | others}]

    def barriers(self, at):
        """What can be said against it before anything else is read: a list of sentences."""
        kept, other = f"“{self.kept}”", f"“{self.other}”"
        if self.other.is_home:
            sentence = f"{other} is the society whose site this is: it cannot be merged away."
            return [f"{sentence} Keep it, and merge {kept} into it."]
        if self._is_better_known(at):
            sentence = f"Visitors know {other}, but not {kept}."
            return [f"{sentence} Publish {kept} first, or keep {other} instead."]
        return []

    def obstacles(self, at):
        """Why they cannot be merged at `at` (aware datetime): a list of sentences."""
        if sentences := self.barriers(at):
            return sentences
        sentences = [
            f"“{change.title}” has a pending change by {change.by_name}: publish or discard it "
            "first."
            for change in self._pending
        ]
        return sentences or self._refusal(at)

    def write(self, by, at):
        """Store it, one revision a record. Within a transaction; raises Refused."""
        kept, other = str(self.kept)[:120], str(self.other)[:120]
        wanted = self.after | {self._other: []}
        offers = [
            Offer(
                *identity,
                rows=rows,
                seen=self.standings[identity].version,
                why=f"“{other}” is now “{kept}”" if rows else f"Now “{kept}”",
            )
            for identity, rows in wanted.items()
        ]
        self.other.contacts.update(organisation=self.kept)
        for answer in take(offers, MERGE, by, at):
            if not answer.is_taken:
                raise Refused(*answer.sentences)
        Redirect.objects.record_move(self.other, self.kept)

    # What is refused

    @property
    def _pending(self):
        """The pending changes of what is touched, or that would name the other one."""
        return [
            change
            for change in PendingChange.objects.order_by("pk")
            if (change.model, change.key) in self.before or any(map(self._names_other, change.rows))
        ]

    def _is_better_known(self, at):
        """Whether the public would lose a page that it has, or a name that it knows."""
        loses_page = self.other.is_live(at) and not self.kept.is_live(at)
        return loses_page or (self.other.is_named(at) and not self.kept.is_named(at))

    def _names_other(self, row):
        return any(row["fields"].get(name) == self.other.pk for name in _references(row))

    def _refusal(self, at):
        try:
            with bookkeeping.rehearsal():
                self.write(None, at)
        except Refused as error:
            return error.sentences
        return []

    # What becomes of the rows

    @property
    def _kept(self):
        return Organisation, self.kept.pk

    @property
    def _other(self):
        return Organisation, self.other.pk

    @property
    def _mine(self):
        return self.before[self._kept]

    @property
    def _theirs(self):
        return self.before[self._other]

    @cached_property
    def _united(self):
        """(model, key) → United of each record that stays."""
        (own, *parts), (_, *others) = self._mine, self._theirs
        carried = filter(None, map(self._carried, others))
        rows = self.before | {self._kept: [self._filled(own), *parts, *self.name_row, *carried]}
        return {record: self._unite(rows[record]) for record in rows if record != self._other}

    @cached_property
    def _taken(self):
        """The fields in which the record kept says nothing, and the other one something."""
        mine, theirs = self._mine[0]["fields"], self._theirs[0]["fields"]
        grouped = {name for group in GROUPS for name in group}
        groups = [*GROUPS, *((name,) for name in mine.keys() - grouped - ITS_OWN)]
        return {
            name: theirs[name]
            for group in groups
            if all(mine[each] in SILENT for each in group)
            for name in group
        }

    def _filled(self, row):
        topics = {*row["fields"]["topics"], *self._theirs[0]["fields"]["topics"]}
        return row | {"fields": row["fields"] | self._taken | {"topics": sorted(topics)}}

    @cached_property
    def name_row(self):
        """The row of the other one's name (in a list), unless the one kept is called so already."""
        known = self.kept.search_names()
        if not self.kept.acronym:
            known.append(self.other.acronym)
        if {fold(self.other.name), fold(self.other.acronym)} <= {"", *map(fold, known)}:
            return []
        called = {"name": self.other.name, "acronym": self.other.acronym}
        name = OrganisationName(organisation=self.kept, kind=self.name_kind, **called)
        return snapshots.rows_of(name)

    def _carried(self, row):
        """A part as the record kept can have it; None for the source of what that does not say."""
        path = row["fields"].get("path") if _is_citation(row) else None
        mine, theirs = self._filled(self._mine[0])["fields"], self._theirs[0]["fields"]
        if path not in theirs or path == "topics" or mine[path] == theirs[path]:
            return row
        if self.name_row and path in ("name", "acronym"):
            path = f"names/{self.name_row[0]['pk']}/{path}"
            return row | {"fields": row["fields"] | {"path": path}}
        return None

    def _unite(self, rows):
        """Let them name the one kept instead of the other; what it says already goes."""
        united, stands, instead = United([], []), {}, {}
        for row in sorted(rows, key=lambda row: (_is_citation(row), self._names_other(row))):
            renamed = _recited(self._renamed(row), instead)
            if renamed is None or _is_of_itself(renamed):
                instead[row["pk"]] = ""
            elif renamed != row and _says(renamed) in stands:
                instead[row["pk"]] = stands[_says(renamed)]
                united.twice.append(row)
            else:
                stands.setdefault(_says(renamed), row["pk"])
                united.rows.append(renamed)
        return united

    def _renamed(self, row):
        names = {
            name: self.kept.pk
            for name in _references(row)
            if row["fields"].get(name) == self.other.pk
        }
        return row | {"fields": row["fields"] | names}


def _owner(part, way):
    """(model, key) of the record that `way` leads to from a part, without a query."""
    if way == "root":
        return part.owner
    field = part._meta.get_field(way)
    return field.related_model, getattr(part, field.attname)


def _by_model(records):
    keys = defaultdict(list)
    for model, key in records:
        keys[model].append(key)
    return keys


def _identity(row):
    return row["model"], row["pk"]


def _references(row):
    """The fields by which a row names organisations."""
    model = snapshots.model_of(row["model"])
    fields = model._meta.fields if model else ()
    return [field.name for field in fields if field.related_model is Organisation]


def _is_citation(row):
    return row["model"] == Citation._meta.label_lower


def _is_of_itself(row):
    relation, fields = row["model"] == OrganisationRelation._meta.label_lower, row["fields"]
    return relation and fields["organisation"] == fields["other"]


def _says(row):
    """What no second row of its record may say."""
    names = SAME.get(snapshots.model_of(row["model"]))
    return (row["model"], *(row["fields"][name] for name in names)) if names else _identity(row)


def _recited(row, instead):
    """The row; a source of a part that goes (`instead`: id → the one that stays, or "") is its."""
    if not _is_citation(row):
        return row
    steps = [instead.get(step, step) for step in row["fields"]["path"].split("/")]
    return row | {"fields": row["fields"] | {"path": "/".join(steps)}} if all(steps) else None
