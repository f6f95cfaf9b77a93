"""Sheets as proposals: what each record is to become, what stands against it, and doing it.

A record is named by its key and may be changed only as it was exported: its version says so. What
the file does not have (a sheet, a column, a record) stays as it is; but of a record and a kind of
part that it has, it has all: a part whose line is gone is deleted.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models, transaction

from partners import bookkeeping, differences, publishing, snapshots
from partners.models import Revision
from partners.models.base import moment, new_key
from partners.publishing import Proposal, Stale
from partners.sheets import version
from partners.sheets.tables import Reading, normal, shown, tables_of
from partners.snapshots import Refused


@dataclass
class Wanted:
    """What a file wants one record to become: from `base` to `rows`; `errors` stand against it.

    `stored` are its rows in the database; `base` those of its pending change, if there is one.
    """

    model: type[models.Model]
    number: int
    key: str
    stored: list
    base: list
    rows: list
    is_new: bool = False
    errors: list = field(default_factory=list)
    #: What was read as something else than its letters say (list of str).
    notes: list = field(default_factory=list)

    @property
    def title(self):
        """What the record is called, as far as that can be said."""
        rows = snapshots.by_row(self.base or self.rows)
        said = rows.get((self.model._meta.label_lower, self.key), {})
        return said.get("name") or said.get("title") or self.key

    @property
    def differs(self):
        return bool(snapshots.changes(self.base, self.rows))

    @property
    def differences(self):
        return differences.between(self.base, self.rows)


def wanted(model, book):
    """What `book` ({name: Sheet}) wants: a list of Wanted, those that change nothing left out.

    What can be seen not to be has its errors. Raises Refused where the file as a whole cannot be
    read as records of `model`.
    """
    tables = tables_of(model)
    _refuse_unknown(tables, book)
    records = _Records(model, tables, book).wanted()
    return [each for each in records if each.errors or each.differs]


def rehearse(records):
    """Try to store each Wanted, and forget it again; what cannot be stored has its errors then."""
    with bookkeeping.rehearsal():
        for each in records:
            if each.errors:
                continue
            try:
                with transaction.atomic():
                    snapshots.write(each.model, each.key, each.rows, each.stored)
            except Refused as error:
                each.errors += error.sentences


def carry_out(records, press, by, at, why):
    """Store all of them or none: `press` (proposal, at) each, in one transaction.

    Raises Refused with all that stands against it.
    """
    errors = []
    with bookkeeping.batch():
        for each in records:
            proposal = Proposal(each.model, each.key, each.base, each.rows, by, why, begun_at=at)
            try:
                if each.errors:
                    raise Refused(*each.errors)
                press(proposal, at)
            except (Refused, Stale) as error:
                errors.append(f"{each.title}: {error}")
        if errors:
            raise Refused(*errors)


def publish_what_is_public(proposal, at):
    """Publish what is new, and what changes a live record; anything else keeps its standing.

    A sheet does not show that a record is a draft or withdrawn, or that a colleague's change of it
    waits: nobody publishes those by sending a file.
    """
    root = proposal.model._base_manager.filter(pk=proposal.key).first()
    is_public = root is None or (root.is_live(at) and proposal.pending is None)
    (publishing.publish if is_public else publishing.save_draft)(proposal, at)


def _refuse_unknown(tables, book):
    """Nothing that a person wrote is silently left out."""
    first, *others = tables.values()
    if list(book) == [first.name]:
        _refuse_part_alone(first, others, set(book[first.name].columns))
    sentences = [
        sentence
        for name, sheet in book.items()
        for sentence in _strangers(tables.get(name), name, sheet)
    ]
    if first.name not in book:
        sentences.append(f"The sheet “{first.name}” is missing: it says which records are meant.")
    if sentences:
        raise Refused(*sentences, f"The sheets that we know: {', '.join(tables)}.")


def _refuse_part_alone(first, others, columns):
    """A single CSV file is taken for the first sheet; maybe it is another one of the archive."""
    for table in others:
        if set(table.identity) <= columns <= set(table.columns):
            raise Refused(
                f"This is the sheet “{table.name}” alone. Send it in the archive that it came in, "
                f"together with “{first.name}”."
            )


def _strangers(table, name, sheet):
    """A sentence for a sheet, and for the columns, that have no place, or that are missing."""
    if table is None:
        yield f"There is no place for the sheet “{name}”."
        return
    if unknown := [column for column in sheet.columns if column not in table.columns]:
        known = ", ".join(table.columns)
        yield f"“{name}”: there is no place for the column {_quoted(unknown)}; only for {known}."
    if missing := [column for column in table.identity if column not in sheet.columns]:
        yield f"“{name}” lacks {_quoted(missing)}: keep these columns as they were exported."


def _quoted(names):
    return ", ".join(f"“{name}”" for name in names)


class _Records:
    """The lines of a book, put together record by record."""

    def __init__(self, model, tables, book):
        self.model, self.tables, self.book = model, tables, book
        self.first, *self.others = [table for name, table in tables.items() if name in book]
        self.lines = book[self.first.name].lines
        self.reading = Reading()
        keys = [key for line in self.lines if (key := line.cells["key"])]
        self.pending = publishing.pending_many(model, keys)
        self.stored = snapshots.stored_many(model, keys)
        self.parts = {table.name: self._by_owner(table) for table in self.others}
        self.seen = set()

    def _by_owner(self, table):
        """{what names the record: lines} of a sheet of parts."""
        lines = defaultdict(list)
        for line in self.book[table.name].lines:
            lines[line.cells[table.identity[0]]].append(line)
        return lines

    def wanted(self):
        records = [self._record(line) for line in self.lines]
        if strays := list(self._strays()):
            unknown = [each for each in records if each.key not in self.stored and not each.is_new]
            raise Refused(*(sentence for each in unknown for sentence in each.errors), *strays)
        return records

    def _strays(self):
        """A sentence for what the lines of a part belong to, if the file has no such record."""
        for name, by_owner in self.parts.items():
            for owner, lines in by_owner.items():
                if owner not in self.seen:
                    yield (
                        f"“{name}”, row {lines[0].number}: “{owner}” names no record of the sheet "
                        f"“{self.first.name}”. Write its key; of a new one, its slug. If you took "
                        "its line out there, take it out here, too."
                    )

    def _record(self, line):
        key, slug = line.cells["key"], line.cells.get("slug", "")
        owner = key or slug
        if key:
            change, stored = self.pending.get(key), self.stored.get(key, [])
            base = change.rows if change else stored
            wanted = Wanted(self.model, line.number, key, stored, base, base)
            obstacle = self._obstacle(wanted, line.cells["version"])
        else:
            wanted = Wanted(self.model, line.number, new_key(), [], [], [], is_new=True)
            obstacle = "" if slug else "A new record needs an address: fill in “slug”."
        if owner in self.seen:
            obstacle = f"“{owner}” stands here twice."
        self.seen.add(owner)
        if obstacle:
            wanted.errors.append(obstacle)
        else:
            wanted.rows = self._rows(wanted, line, owner)
            wanted.notes, self.reading.notes = self.reading.notes, []
        return wanted

    def _obstacle(self, wanted, exported):
        """Why the file may not change a record that it names by key; "" if it may."""
        change = self.pending.get(wanted.key)
        if wanted.key not in self.stored:
            return (
                f"“{self.first.name}”, row {wanted.number}, key: there is no “{wanted.key}”. "
                "It was deleted since the file was exported, or its key is not whole."
            )
        if exported == version(wanted.base):
            return ""
        if not exported:
            return "Its version is missing: export it anew, so that nobody's work is overwritten."
        last = change or Revision.objects.of(self.model, wanted.key).first()
        who = (last and last.by_name) or "an operator"
        when = f" on {moment(change.saved_at if change else last.at)}" if last else ""
        return f"Changed by {who}{when}, since this file was exported. Export it anew."

    def _rows(self, wanted, line, owner):
        """The rows of the record as the file says them."""
        before = snapshots.by_row(wanted.base)
        identity = self.model._meta.label_lower, wanted.key
        root = before.pop(identity, None) or snapshots.blank(self.model, wanted.key)["fields"]
        rows = {identity: self._filled(wanted, self.first, line, root)}
        replaced = {table.model._meta.label_lower for table in self.others}
        rows |= {each: fields for each, fields in before.items() if each[0] not in replaced}
        for table in self.others:
            rows |= self._parts(wanted, table, before, self.parts[table.name][owner])
        return _without_stray_citations(self.tables, before, rows)

    def _parts(self, wanted, table, before, lines):
        """{(model, id): fields} of the parts that the lines name."""
        found = {}
        for line in lines:
            identity = table.model._meta.label_lower, line.cells["id"] or str(uuid4())
            blank = (
                snapshots.blank(table.model, identity[1])["fields"]
                if not line.cells["id"]
                else None
            )
            fields = before.get(identity, blank)
            if fields is None or identity in found:
                wanted.errors.append(
                    f"“{table.name}”, row {line.number}: this id is not one of the record's, or "
                    "stands here twice. Leave it empty for a new line."
                )
                continue
            own = fields | {table.identity[0]: wanted.key}
            found[identity] = self._filled(wanted, table, line, own)
        return found

    def _filled(self, wanted, table, line, fields):
        """`fields` (dict) with what the line says differently."""
        said = dict(fields)
        for column, text in line.cells.items():
            if column in table.identity or text == str(shown(fields[column])):
                continue
            try:
                said[column] = self.reading.value(table.fields[column], text)
            except ValidationError as error:
                where = f"“{table.name}”, row {line.number}, {column}"
                wanted.errors.append(f"{where}: {' '.join(error.messages)}")
        return normal(table, said)


def _without_stray_citations(tables, before, rows):
    """The rows as a list; what backed a part that is gone goes with it."""
    names = {table.model._meta.label_lower: name for name, table in tables.items()}
    gone = tuple(f"{names[model]}/{pk}/" for model, pk in before.keys() - rows.keys())
    return [
        {"model": model, "pk": pk, "fields": fields}
        for (model, pk), fields in rows.items()
        if not (model == "partners.citation" and fields["path"].startswith(gone))
    ]
