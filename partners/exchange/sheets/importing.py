"""Sheets as proposals: what each record is to become, what stands against it, and doing it.

A record is named by its key and may be changed only as it was exported: its version says so. What
the file does not have (a sheet, a column, a record) stays as it is; but of a record and a kind of
part that it has, it has all: a part whose line is gone is deleted.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import models

from partners.exchange.sheets.tables import Reading, normal, shown, tables_of
from partners.models import Redirect, Revision
from partners.models.base import moment
from partners.models.known import batches
from partners.publishing import presses
from partners.rows import checks, differences, snapshots
from partners.rows.door import Batch
from partners.rows.offers import Offer
from partners.rows.snapshots import Refused
from partners.rows.standing import Standing, standings
from partners.values.lines import one_line

NEW_HERE = (
    "It is not on this site, and would be added under the key that it was exported with, “{}”."
)


@dataclass
class Wanted:
    """What a file wants one record to become: from the rows in `base` to `rows`.

    `errors` stand against it; `notes` say what was read in another way than it stands in the file;
    `there` is the record's Standing, None of a new one.
    """

    model: type[models.Model]
    number: int
    key: str
    there: Standing | None = None
    rows: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    @property
    def is_new(self):
        return self.there is None

    @property
    def base(self):
        return self.there.present if self.there else []

    @property
    def title(self):
        """What the record is called, as far as that can be said."""
        return snapshots.title_of(self.model, self.key, self.base or self.rows)

    @property
    def differs(self):
        return bool(snapshots.changes(self.base, self.rows))

    @property
    def differences(self):
        return differences.between(self.base, self.rows)

    def offer(self, **known):
        seen = self.there and self.there.version
        return Offer(self.model, self.key, self.base, self.rows, seen, **known)


def wanted(model, book, progress=None):
    """What `book` ({name: Sheet}) wants: a list of Wanted, those that change nothing left out.

    What can be seen not to be has its errors. `progress` is called with how many lines are read,
    and of how many. Raises Refused where the file as a whole cannot be read as records of `model`.
    """
    tables = tables_of(model)
    _refuse_unknown(tables, book)
    records = _Records(model, tables, book).wanted(progress)
    changed = [each for each in records if each.errors or each.differs]
    for each in changed:
        each.errors += [] if each.errors else _refused_of_a_person(each)
    return changed


def _refused_of_a_person(wanted):
    try:
        checks.check_typed(wanted.model, wanted.key, wanted.rows)
    except Refused as error:
        return error.sentences
    return []


def rehearse(records, by, at, progress=None):
    """Try to store each Wanted, and forget it again; what cannot be stored has its errors then.

    `progress` is told of as in `Batch.look_ahead`.
    """
    whole = [each for each in records if not each.errors]
    batch = Batch([each.offer() for each in whole], presses.SAVE_AT_ONCE, by, at)
    batch.look_ahead(progress)
    for each, answer in zip(whole, batch.rehearse(), strict=True):
        each.errors += [] if answer.is_taken else answer.sentences


def carry_out(records, press, by, at, why, progress=None, then=None):
    """Store all of them or none, as `press` says.

    `progress` is told of as in `Batch.look_ahead`; `then` is called in the same transaction. Raises
    Refused with all that stands against it.
    """
    if any(each.errors for each in records):
        raise Refused(
            *(f"{each.title}: {' '.join(each.errors)}" for each in records if each.errors)
        )
    known = {"why": why, "begun_at": at, "act": uuid4()}
    batch = Batch([each.offer(**known) for each in records], press, by, at)
    batch.look_ahead(progress)
    answers = batch.take(then)
    if not all(answer.is_taken for answer in answers):
        answered = zip(records, answers, strict=True)
        raise Refused(
            *(f"{each.title}: {answer}" for each, answer in answered if not answer.is_taken)
        )


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
        for table in (self.first, *self.others):
            _tidy_names(table, book[table.name].lines)
        self.lines = book[self.first.name].lines
        self.there = self._standings()
        self.new_here = self._new_here()
        self.reading = Reading({model: self.new_here})
        self.parts = {table.name: self._by_owner(table) for table in self.others}
        self.free = {table.name: self._free(table) for table in self.others if self.new_here}
        self.seen, self.blanks = set(), {}

    def blank(self, model):
        """The fields of a new row that says nothing yet."""
        if model not in self.blanks:
            self.blanks[model] = snapshots.blank(model)["fields"]
        return dict(self.blanks[model])

    def _standings(self):
        """{key: Standing} of the records that the lines name, by their keys as they are stored."""
        pk, missing = self.model._meta.pk, {}
        for cells in (line.cells for line in self.lines if line.cells["key"]):
            try:
                cells["key"] = str(pk.to_python(cells["key"]))
            except ValidationError:  # no key of any record
                missing[cells["key"]] = Standing(self.model, cells["key"], [])
        keys = {line.cells["key"] for line in self.lines} - {"", *missing}
        return standings(self.model, keys) | missing

    def _new_here(self):
        """The keys of records that were exported elsewhere: here is neither a record of that key or
        of that address, whose key was mistyped, nor was there one."""
        if "slug" not in self.first.fields:
            return set()
        slugs = {line.cells["key"]: line.cells.get("slug") for line in self._lines_from_elsewhere()}
        for some in batches(slugs):
            known = Revision.objects.filter(kind=self.model._meta.label_lower, key__in=some)
            slugs = {
                key: slugs[key] for key in slugs.keys() - set(known.values_list("key", flat=True))
            }
        taken = set()
        for some in batches(set(filter(None, slugs.values()))):
            here = self.model._base_manager.filter(slug__in=some)
            taken |= set(here.values_list("slug", flat=True))
            addresses = {self.model(slug=slug).get_absolute_url(): slug for slug in some}
            led = Redirect.objects.filter(old_path__in=addresses)
            taken |= {addresses[path] for path in led.values_list("old_path", flat=True)}
        return {key for key, slug in slugs.items() if slug and slug not in taken}

    def _lines_from_elsewhere(self):
        for line in self.lines:
            key = line.cells["key"]
            if key and line.cells["version"] and not self.there[key].rows:
                yield line

    def _by_owner(self, table):
        """{what names the record: lines} of a sheet of parts."""
        lines = defaultdict(list)
        for line in self.book[table.name].lines:
            lines[line.cells[table.identity[0]]].append(line)
        return lines

    def _free(self, table):
        """The ids that lines of records that are new here have, and that no part has yet."""
        lines = (line for key in self.new_here for line in self.parts[table.name].get(key, ()))
        ids = {line.cells["id"] for line in lines if _is_uuid(line.cells["id"])}
        for some in batches(ids):
            taken = table.model._base_manager.filter(pk__in=some)
            ids -= set(map(str, taken.values_list("pk", flat=True)))
        return ids

    def wanted(self, progress=None):
        records = []
        for line in self.lines:
            records.append(self._record(line))
            if progress:
                progress(len(records), len(self.lines))
        if strays := list(self._strays()):
            unknown = [each for each in records if not each.is_new and not each.there.rows]
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
        if key in self.new_here:
            wanted, obstacle = Wanted(self.model, line.number, key), ""
            wanted.notes.append(NEW_HERE.format(key))
        elif key:
            there = self.there[key]
            wanted = Wanted(self.model, line.number, key, there, there.present)
            obstacle = self._obstacle(wanted, line.cells["version"])
        else:
            wanted = Wanted(self.model, line.number, str(self.model._meta.pk.get_default()))
            is_nameless = "slug" in self.first.fields and not slug
            obstacle = "A new record needs an address: fill in “slug”." if is_nameless else ""
        owner = key or slug or wanted.key
        if owner in self.seen:
            obstacle = f"“{owner}” stands here twice."
        self.seen.add(owner)
        if obstacle:
            wanted.errors.append(obstacle)
        else:
            wanted.rows = self._rows(wanted, line, owner)
        return wanted

    def _obstacle(self, wanted, exported):
        """Why the file may not change a record that it names by key; "" if it may."""
        there = wanted.there
        if not there.rows:
            return (
                f"“{self.first.name}”, row {wanted.number}, key: there is no “{wanted.key}”. "
                "It was deleted since the file was exported, or its key is not whole."
            )
        if exported == there.version:
            return ""
        if not exported:
            return "Its version is missing: export it anew, so that nobody's work is overwritten."
        last = Revision.objects.of(self.model, wanted.key).first()
        by, at = (last.by_name, last.at) if last else ("", None)
        if there.pending:
            by, at = there.pending.by_name, there.pending.saved_at
        when = f" on {moment(at)}" if at else ""
        return (
            f"Changed by {by or 'an operator'}{when}, since this file was exported. Export it anew."
        )

    def _rows(self, wanted, line, owner):
        """The rows of the record as the file says them."""
        before = snapshots.by_row(wanted.base)
        identity = self.model._meta.label_lower, wanted.key
        root = before.pop(identity, None) or self.blank(self.model)
        rows = {identity: self._filled(wanted, self.first, line, root)}
        replaced = {table.model._meta.label_lower for table in self.others}
        rows |= {each: fields for each, fields in before.items() if each[0] not in replaced}
        for table in self.others:
            rows |= self._parts(wanted, table, before, self.parts[table.name][owner])
        return _without_stray_citations(self.tables, before, rows)

    def _parts(self, wanted, table, before, lines):
        """{(model, id): fields} of the parts that the lines name."""
        found, is_new_here = {}, wanted.key in self.new_here
        for line in lines:
            number = line.cells["id"]
            identity = table.model._meta.label_lower, number or str(uuid4())
            is_free = not number or (is_new_here and number in self.free[table.name])
            blank = self.blank(table.model) if is_free else None
            fields = before.get(identity, blank)
            if fields is None or identity in found:
                wanted.errors.append(
                    f"“{table.name}”, row {line.number}: this id is not one of the record's, or "
                    "stands here twice. Leave it empty for a new line."
                )
                continue
            if is_new_here:
                self.free[table.name].discard(number)
            own = fields | {table.identity[0]: wanted.key}
            found[identity] = self._filled(wanted, table, line, own)
        return found

    def _filled(self, wanted, table, line, fields):
        """`fields` (dict) with what the line says differently."""
        values = dict(fields)
        for column, text in line.cells.items():
            if column in table.identity or text == str(shown(fields[column])):
                continue
            where = f"“{table.name}”, row {line.number}, {column}"
            try:
                values[column] = self.reading.value(table.fields[column], text)
            except ValidationError as error:
                wanted.errors.append(f"{where}: {' '.join(error.messages)}")
            wanted.notes += [f"{where}: {note}" for note in self.reading.notes]
            self.reading.notes.clear()
        return normal(table, values)


def _is_uuid(text):
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _tidy_names(table, lines):
    """What names a record or a part is read without the blanks around it."""
    for line in lines:
        for column in {*table.identity, "slug"} & line.cells.keys():
            line.cells[column] = one_line(line.cells[column])


def _without_stray_citations(tables, before, rows):
    """The rows as a list; what backed a part that is gone goes with it."""
    names = {table.model._meta.label_lower: name for name, table in tables.items()}
    gone = tuple(f"{names[model]}/{pk}/" for model, pk in before.keys() - rows.keys())
    return [
        {"model": model, "pk": pk, "fields": fields}
        for (model, pk), fields in rows.items()
        if not (model == "partners.citation" and fields["path"].startswith(gone))
    ]
