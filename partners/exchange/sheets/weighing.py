"""What a file from outside may cost: weighed before anybody reads it.

A ZIP is weighed by what it unpacks to; a workbook then by what openpyxl would make objects of. That
costs a microsecond an element, openpyxl up to fifty. Both take memory for a piece at a time.
"""

import struct
import zipfile
from contextlib import suppress
from xml.parsers import expat

from partners.rows.snapshots import Refused

MAX_MEMBERS = 100
MAX_DIRECTORY = 100_000  # bytes of the list of members
MAX_UNPACKED = 25_000_000  # bytes, all that a file unpacks to
MAX_BESIDE = 256_000  # bytes: a member of a workbook that is neither a sheet nor its texts
MAX_TAGS = 1_000_000  # of XML in a workbook, those that end an element as well
MAX_ATTRIBUTES = 1_000_000  # all signs of equality count
MAX_RUN = 400_000  # bytes without a tag: the longest text of a cell, each character escaped
MAX_DEPTH = 30
MAX_ATTRIBUTES_EACH = 64
MAX_ASIDE = 8_192  # characters of a text or an attribute that is no cell's
#: The sum of their squares: openpyxl searches some of them from each of their characters on.
MAX_SQUARES = 100_000_000
CHUNK = 65_536
MAX_RECORD = 1_000_000  # characters of one line of CSV, line breaks in its cells included

NOT_READ = (
    "This file cannot be read. Send a workbook (XLSX), or CSV in UTF-8: in Excel choose "
    "“CSV UTF-8” when you save it."
)
TOO_LARGE = "This file unpacks to more than we read. Export fewer records, and send those."
ODD = "This workbook {}. Copy its cells into a new workbook, and send that."
ODDITIES = {
    "doctype": "has parts that no spreadsheet program writes",
    "depth": "is nested more deeply than those of spreadsheet programs",
    "attributes": "has an element with more attributes than spreadsheet programs write",
    "aside": "has long texts outside its cells",
    "others": "holds more beside its cells (formats, rules, links) than we read",
    "sheets": "has more sheets than we read",
    "twice": "shows one sheet under two names",
}
#: How many of each kind of element; the rows are those of one sheet.
MOST = {"rows": 20_000, "cells": 250_000, "texts": 100_000, "sheets": 50, "values": MAX_TAGS}
MOST_OTHERS = 20_000
MAX_ROWS = 2_000  # below the names of the columns; up to MOST, the sheet is named that has more
#: The name of an element → its kind; all others are "others".
KINDS = {
    "row": "rows", "c": "cells", "si": "texts", "sheet": "sheets",
    "v": "values", "is": "values", "t": "values", "f": "values",
}  # fmt: skip


class TooManyRows(Refused):
    """A sheet has more lines than we read; the text is its part, or empty. Whoever knows its name
    says so.
    """


def odd(what):
    return Refused(ODD.format(ODDITIES[what]))


def opened(file):
    """The ZipFile of a file whose list of members is not too long. Raises Refused, BadZipFile."""
    if _size_of_directory(file) > MAX_DIRECTORY:
        raise Refused(TOO_LARGE)
    return zipfile.ZipFile(file)


def _size_of_directory(file):
    """As the end of the file says (APPNOTE 4.3.16, 4.3.14), where zipfile believes it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 2**16 - 22 - 20 - 56))
    tail = file.read()
    end = tail.rfind(b"PK\5\6")
    if tail[end - 20 : end - 16] == b"PK\6\7" and end >= 76:
        return struct.unpack("<Q", tail[end - 76 + 40 : end - 76 + 48])[0]
    return struct.unpack("<L", tail[end + 12 : end + 16])[0]


def weigh(archive, *, is_workbook):
    """Refuse what would unpack to too much: by what it says of itself, then by what it is."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS or sum(each.file_size for each in members) > MAX_UNPACKED:
        raise Refused(TOO_LARGE)
    if not {each.compress_type for each in members} <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Refused(NOT_READ)
    load = Load()
    for member in members:
        is_xml = is_workbook and not _is_picture(member)
        if is_xml and not _is_content(member) and member.file_size > MAX_BESIDE:
            raise Refused(TOO_LARGE)
        load.add(_pieces(archive, member), is_xml)


def look_through(archive):
    """Refuse a workbook that has more of something than we read. Raises Refused, TooManyRows.

    What is no XML, or ends being it, is looked at as far as openpyxl would read it.
    """
    look = Look()
    for member in sorted(archive.infolist(), key=_is_content):  # what is small first
        if not _is_picture(member):
            look.at(_pieces(archive, member), member.filename)
    if look.crowded:
        raise TooManyRows(look.crowded)


def _is_content(member):
    return member.filename.startswith(("xl/worksheets/", "xl/sharedStrings"))


def _is_picture(member):
    return member.filename.startswith("xl/media/")


def _pieces(archive, member):
    with archive.open(member) as file:
        while piece := file.read(CHUNK):
            yield piece


class Load:
    """What a file unpacks to, counted by the byte."""

    def __init__(self):
        self.bytes = self.tags = self.equals = 0

    def add(self, pieces, is_xml):
        run, too_long = 0, False
        for piece in pieces:
            self.bytes += len(piece)
            if is_xml:
                self.tags += piece.count(b"<")
                self.equals += piece.count(b"=")
                before, tag, after = piece.partition(b"<")
                run += len(before)
                too_long, run = run > MAX_RUN, len(after) - after.rfind(b"<") if tag else run
            too_many = self.tags > MAX_TAGS or self.equals > MAX_ATTRIBUTES
            if too_long or too_many or self.bytes > MAX_UNPACKED:
                raise Refused(TOO_LARGE)


class Look:
    """What a workbook is made of, counted by the element."""

    def __init__(self):
        self.kinds = dict(KINDS)
        self.left = MOST | {"others": MOST_OTHERS}
        self.squares, self.crowded = 0, ""

    def at(self, pieces, name):
        self.depth, self.text = 0, None
        self.left["rows"] = MOST["rows"]
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True  # a list, which is cheaper
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype
        with suppress(expat.ExpatError):
            for piece in pieces:
                self.parser.Parse(piece)
        if MOST["rows"] - self.left["rows"] > MAX_ROWS + 1:
            self.crowded = name

    def start(self, name, attributes):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise odd("depth")
        if len(attributes) > 2 * MAX_ATTRIBUTES_EACH:
            raise odd("attributes")
        kind = self.kinds.get(name) or self.kind_of(name)
        self.left[kind] -= 1
        if self.left[kind] < 0:
            self.refuse(kind)
        if kind == "others":
            for value in attributes[1::2]:
                self.weigh_aside(len(value))
            self.parser.CharacterDataHandler, self.text = self.aside, 0
        elif self.text is not None:
            self.parser.CharacterDataHandler = self.text = None

    def end(self, name):
        self.depth -= 1

    def doctype(self, *declared):
        raise odd("doctype")

    def kind_of(self, name):
        """Of a name that was not met before: some programs put a prefix before each."""
        kind = self.kinds[name] = KINDS.get(name.rpartition(":")[2], "others")
        return kind

    def refuse(self, kind):
        if kind == "rows":
            raise TooManyRows
        raise odd(kind) if kind in ODDITIES else Refused(TOO_LARGE)

    def aside(self, value):
        self.text += len(value)
        self.weigh_aside(self.text)

    def weigh_aside(self, length):
        self.squares += length * length
        if length > MAX_ASIDE or self.squares > MAX_SQUARES:
            raise odd("aside")
