"""Records as sheets, the way staff left them last: pending changes included.

What is more than an import takes is written as several files, each of which can be imported alone:
a record is in one of them with all its parts, and what it refers to is in the same or before it.
"""

import io
import zipfile
from collections import defaultdict
from itertools import islice
from typing import NamedTuple

from partners.exchange.sheets import files
from partners.exchange.sheets.tables import tables_of
from partners.exchange.sheets.weighing import MAX_ROWS
from partners.models.known import batches, slices
from partners.rows.standing import standings

#: How much of anything is in one file, well below what `weighing` lets in: lines a sheet; cells,
#: each six tags of a workbook; and bytes of text, before a workbook escapes them.
MOST_LINES, MOST_CELLS, MOST_BYTES = MAX_ROWS, 120_000, 8_000_000


class File(NamedTuple):
    """What is downloaded; `pieces` is how many files are in it that are imported one by one."""

    name: str
    kind: str
    content: bytes
    pieces: int

    @property
    def described(self):
        return {"name": self.name, "kind": self.kind}


def file(model, keys, form, name, progress=None):
    """The File, called `name`, of the records of these keys in that form, a key of `files.FORMATS`.

    `progress` is told of as in `pieces`. Raises Refused where a cell cannot hold a text.
    """
    made = files.FORMATS[form]
    written = [made.write(sheets) for sheets in pieces(model, keys, progress)]
    if len(written) == 1:
        return File(f"{name}.{made.ending}", made.media_type, written[0], 1)
    count, archive = len(written), io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        for number, content in enumerate(written, 1):
            member = f"{name}-{number:0{len(str(count))}}-of-{count}.{made.ending}"
            writer.writestr(zipfile.ZipInfo(member), content)
    return File(f"{name}.zip", files.FORMATS["csv"].media_type, archive.getvalue(), count)


def sheets(model, keys):
    """{name: (columns, lines of values)} of the records of these keys, in that order."""
    whole = _Piece(tables_of(model))
    for lines in _records(model, keys, whole.tables):
        whole.add(lines)
    return whole.sheets


def pieces(model, keys, progress=None):
    """Yield the `sheets` of these records: all in that order, or in pieces that can be imported.

    `progress` is called now and then with how many are read, and of how many.
    """
    keys, tables = [str(key) for key in keys], tables_of(model)
    first, *others = islice(_full(_records(model, keys, tables, progress), tables), 2)
    if not others:
        yield first.sheets
        return
    keys = _referred_first(keys, _references(model, keys, tables))
    groups = _together(_records(model, keys, tables, progress), keys, model, tables)
    for piece in _full(groups, tables):
        yield piece.sheets


def _records(model, keys, tables, progress=None):
    """Yield {name: lines} of each record."""
    read = 0
    for some in slices([str(key) for key in keys]):
        there = standings(model, some)
        for key in some:
            present = there[key].present
            yield {name: list(_lines(each, there[key])) for name, each in tables.items() if present}
        read += len(some)
        if progress:
            progress(read, len(keys))


def _lines(table, record):
    """The lines of one record in one sheet: parts by their position, then by their id."""
    own = [row for row in record.present if row["model"] == table.model._meta.label_lower]
    for row in sorted(own, key=lambda row: (row["fields"].get("position", 0), row["pk"])):
        last = record.version if row["pk"] == record.key else row["pk"]
        yield [record.key, last, *(row["fields"].get(name) for name in table.fields)]


class _Piece:
    """What one file holds."""

    def __init__(self, tables):
        self.tables = tables
        self.sheets = {name: (table.columns, []) for name, table in tables.items()}
        self.cells = self.bytes = 0

    def add(self, lines, cells=0, size=0):
        for name, some in lines.items():
            self.sheets[name][1].extend(some)
        self.cells, self.bytes = self.cells + cells, self.bytes + size

    def takes(self, lines, cells, size):
        return (
            self.cells + cells <= MOST_CELLS
            and self.bytes + size <= MOST_BYTES
            and all(len(self.sheets[name][1]) + len(lines[name]) <= MOST_LINES for name in lines)
        )


def _weight(lines):
    """(cells, bytes of text) of {name: lines}."""
    values = [value for some in lines.values() for line in some for value in line]
    return len(values), sum(len(each.encode()) for each in values if isinstance(each, str))


def _full(groups, tables):
    """Yield the Pieces of as many of `groups` ({name: lines} each) as one takes."""
    piece = _Piece(tables)
    for lines in groups:
        weight = _weight(lines)
        if piece.cells and not piece.takes(lines, *weight):
            yield piece
            piece = _Piece(tables)
        piece.add(lines, *weight)
    yield piece


# What refers to what


def _fields_within(model, tables):
    """(table, name) of each field by which a record refers to another one of its kind."""
    for table in tables.values():
        for name, field in table.fields.items():
            if field.many_to_one and field.related_model is model:
                yield table, name


def _references(model, keys, tables):
    """{key: the keys of the records that it refers to}, as they are stored."""
    found, among = defaultdict(list), set(keys)
    for table, name in _fields_within(model, tables):
        owner = "pk" if table.model is model else table.identity[0]
        for some in batches(keys):
            rows = table.model._base_manager.filter(**{f"{owner}__in": some}).order_by("pk")
            for key, other in rows.values_list(owner, name):
                if other in among:
                    found[key].append(other)
    return found


def _referred_first(keys, references):
    """The keys in an order in which what a record refers to comes before it, as far as can be."""
    order, seen = [], set()
    for key in keys:
        path = [] if key in seen else [(key, iter(references[key]))]
        seen.add(key)
        while path:
            last, further = path[-1]
            following = next((each for each in further if each not in seen), None)
            if following is None:
                order.append(last)
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(references[following])))
    return order


def _together(records, keys, model, tables):
    """Yield {name: lines} of those `records` in turn that must be in one file: what refers to one
    that is further down is together with it, as a pending change or a circle may."""
    within = [(table, table.columns.index(name)) for table, name in _fields_within(model, tables)]
    place, reach = {key: number for number, key in enumerate(keys)}, 0
    together = {name: [] for name in tables}
    for number, lines in enumerate(records):
        for name, some in lines.items():
            together[name].extend(some)
        named = [line[at] for table, at in within for line in lines.get(table.name, ())]
        reach = max([reach, *(place.get(key, 0) for key in named)])
        if reach <= number:
            yield together
            together = {name: [] for name in tables}
