"""Sheets in files: CSV (RFC 4180; several sheets as a ZIP of them) and XLSX (ECMA-376).

A file from outside is looked at before it is read: what it unpacks to, how many lines it has. It is
read as a stream, formulas are refused, and XML is read by a parser that expands no entities.
"""

import codecs
import csv
import datetime as dt
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from pathlib import PurePosixPath
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter

from partners.exchange.sheets import weighing
from partners.exchange.sheets.tables import shown
from partners.exchange.sheets.weighing import MAX_ROWS, NOT_READ, TOO_LARGE
from partners.rows.snapshots import Refused
from partners.values.cells import harmless, lasting, restored
from partners.values.lines import one_line

MAX_COLUMNS = 200
LONGEST_CELL = 32_767  # characters, in XLSX
WIDTH = 24
TEXT = "@"  # the format of cells in which Excel leaves what is typed alone
MOST_EXACT = 10**15  # spreadsheets round whole numbers of more than 15 digits

#: No text of ours holds these; see validators.refuse_control_characters.
CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
#: What XML cannot hold or changes, and what looks like its escape (ECMA-376-1 §22.9.2.19).
NOT_IN_XML = re.compile("[\r\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")

UNREADABLE = (
    OSError, EOFError, LookupError, TypeError, ValueError, AttributeError, NotImplementedError,
    RuntimeError, ParseError, csv.Error, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
TABLES = {".csv", ".tsv", ".tab", ".txt"}
#: What an export of more than an import takes is a ZIP of.
PIECES = {".xlsx", ".zip"}
UNPACK = "Unpack this ZIP, and send its files one after the other, in the order of their names."
#: Excel's own first line, which says how the columns are parted and is no row.
ANNOUNCED = re.compile(r'"?sep=([,;\t|])"?\s*', re.IGNORECASE)
#: What we do not read: how it begins, or a member of a ZIP and what that holds → what it is.
OTHER_FILES = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls), or one with a password",
    b"<": "a web page or XML, whatever its name ends in",
    b"%PDF": "a PDF",
    b"{\\rtf": "a text document (.rtf)",
    b"{": "JSON",
    b"[": "JSON",
    b"ID;P": "a SYLK file (.slk)",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a compressed archive",
    b"7z\xbc\xaf": "a compressed archive",
    b"Rar!": "a compressed archive",
}
OTHER_ARCHIVES = {
    ("mimetype", b"opendocument.spreadsheet"): "an OpenDocument spreadsheet (.ods)",
    ("mimetype", b"opendocument"): "an OpenDocument file",
    ("[Content_Types].xml", b"sheet.binary"): "a binary Excel workbook (.xlsb)",
    ("_rels/.rels", b"purl.oclc.org/ooxml"): "a workbook in Strict Open XML",
    ("Index/Document.iwa", b""): "an Apple Numbers document",
    ("Index.zip", b""): "an Apple Numbers document",
    ("word/document.xml", b""): "a Word document",
    ("ppt/presentation.xml", b""): "a PowerPoint document",
}
SAVE_ANEW = "This is {}, which is not read here. Save it as Excel workbook (.xlsx), and send that."
TOO_MANY_ROWS = (
    "“{}” has more than {:,} lines. Delete those that need no change, empty ones below the last "
    "record as well; or export fewer records."
)


class Line(NamedTuple):
    """One line of a sheet: its number as a spreadsheet counts it, and {column: text}."""

    number: int
    cells: dict


class Sheet(NamedTuple):
    columns: list
    lines: list


# Writing


def write_csv(tables):
    """A ZIP (bytes) with a CSV file for each of `tables` ({name: (columns, lines of values)})."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        for name, (columns, lines) in tables.items():
            text = io.StringIO(newline="")
            sheet = csv.writer(text)
            sheet.writerow(columns)
            sheet.writerows([lasting(str(shown(value))) for value in line] for line in lines)
            # With a byte order mark Excel reads it as UTF-8.
            content = text.getvalue().encode("utf-8-sig")
            writer.writestr(zipfile.ZipInfo(f"{name}.csv"), content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def write_xlsx(tables):
    """A workbook (bytes) with a sheet for each of `tables`, as `write_csv` takes them.

    All cells but numbers are text, also those that are still to be filled in: so no program makes a
    day of "2016-05". Raises Refused where a text is longer than a cell may be.
    """
    fitting = {
        name: [columns, *([_fitting(shown(value)) for value in line] for line in lines)]
        for name, (columns, lines) in tables.items()
    }
    book = openpyxl.Workbook(write_only=True)
    for name, lines in fitting.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "B2"
        for number in range(1, len(lines[0]) + 1):
            column = sheet.column_dimensions[get_column_letter(number)]
            column.width, column.number_format = WIDTH, TEXT
        text = WriteOnlyCell(sheet)
        text.number_format = TEXT
        for line in lines:
            sheet.append(_cells_of(line, text))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fitting(value):
    """A number that no program rounds, or a text that XML can hold and no program runs."""
    if isinstance(value, int) and abs(value) < MOST_EXACT:
        return value
    text = NOT_IN_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", harmless(str(value)))
    if len(text) > LONGEST_CELL:
        raise Refused(
            f"A text is longer than a cell of a workbook holds ({LONGEST_CELL:,} characters): "
            f"“{text[:60]}…”. Export these records as CSV instead."
        )
    return text


def _cells_of(line, text):
    """One after the other: `text` is the cell of each text, for to make one takes long."""
    for value in line:
        if isinstance(value, str):
            text.value = value
            text.data_type = "s"
            yield text
        else:
            yield value


class Format(NamedTuple):
    """What writes a file, the ending of the download, its media type."""

    write: Callable
    ending: str
    media_type: str


FORMATS = {
    "xlsx": Format(
        write_xlsx,
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "csv": Format(write_csv, "zip", "application/zip"),
}


# Reading


def read(file, root):
    """{name: Sheet} of an uploaded file (binary, seekable); a lone CSV is the sheet `root`.

    Raises Refused, with a sentence for whoever sent it.
    """
    try:
        if zipfile.is_zipfile(file):
            with weighing.opened(file) as archive:
                _refuse_other_archives(archive)
                is_workbook = b"spreadsheetml" in _beginning(archive, "[Content_Types].xml")
                return (_read_workbook if is_workbook else _read_archive)(archive, file)
        file.seek(0)
        _refuse_other_files(file)
        return {root: _read_csv(root, file)}
    except UNREADABLE as error:
        raise Refused(NOT_READ) from error


def _refuse_other_files(file):
    beginning = file.read(weighing.CHUNK).removeprefix(codecs.BOM_UTF8).lstrip()
    file.seek(0)
    for signature, words in OTHER_FILES.items():
        if beginning.startswith(signature):
            raise Refused(SAVE_ANEW.format(words))


def _refuse_other_archives(archive):
    for (member, content), words in OTHER_ARCHIVES.items():
        if member in archive.namelist() and content in _beginning(archive, member):
            raise Refused(SAVE_ANEW.format(words))


def _beginning(archive, member):
    """The first bytes of a member; none if there is no such member."""
    if member not in archive.namelist():
        return b""
    with archive.open(member) as opened:
        return opened.read(weighing.CHUNK)


def _read_archive(archive, file):
    weighing.weigh(archive, is_workbook=False)
    sheets = {}
    for member in archive.infolist():
        path = PurePosixPath(member.filename)
        if member.is_dir() or path.parts[0] == "__MACOSX" or path.name.startswith("."):
            continue
        name = path.stem.casefold()
        if path.suffix.casefold() in PIECES:
            raise Refused(UNPACK)
        if path.suffix.casefold() not in TABLES or name in sheets:
            raise Refused(f"“{member.filename}” does not belong into this ZIP: send CSV files.")
        with archive.open(member) as opened:
            sheets[name] = _read_csv(name, opened)
    return sheets


def _read_csv(name, file):
    is_wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # Excel's “Unicode text”
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-16" if is_wide else "utf-8-sig", newline="")
    try:
        first = text.readline(weighing.CHUNK)
        announced = ANNOUNCED.fullmatch(first)
        if not announced:
            text.seek(0)
        delimiter = announced[1] if announced else max(",;\t|", key=first.count)
        return _sheet(name, _records(text, delimiter))
    finally:
        text.detach()


def _records(text, delimiter):
    """The lines of a CSV as lists of texts; none is longer than we read."""
    length = 0

    def measured():
        nonlocal length
        while line := text.readline(weighing.MAX_RECORD + 1):
            length += len(line)
            if length > weighing.MAX_RECORD:
                raise Refused(TOO_LARGE)
            yield line

    for record in csv.reader(measured(), delimiter=delimiter, strict=True):
        length = 0
        yield record


def _read_workbook(archive, file):
    weighing.weigh(archive, is_workbook=True)
    try:
        weighing.look_through(archive)
    except weighing.TooManyRows as error:
        titles = {part: title for title, part in _sheets_of(file)} if str(error) else {}
        title = titles.get(str(error), "a sheet")
        raise Refused(TOO_MANY_ROWS.format(title, MAX_ROWS)) from None
    parts = [part for _, part in _sheets_of(file)]
    if len(set(parts)) < len(parts):
        raise weighing.odd("twice")
    book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
    try:
        return {sheet.title: _sheet(sheet.title, _texts(sheet)) for sheet in book.worksheets}
    finally:
        book.close()


def _sheets_of(file):
    """[(title, its part)] of a workbook whose small parts were looked through."""
    reader = ExcelReader(file, read_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    return [(sheet.name, rel.target) for sheet, rel in reader.parser.find_sheets()]


def _texts(sheet):
    """The rows of a workbook's sheet as lists of str; one more than may be, if there are more."""
    rows = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_ROWS + 2)
    for number, row in enumerate(rows, 1):
        yield [_text(f"“{sheet.title}”, row {number}", cell) for cell in row]


def _text(place, cell):
    if cell.data_type == "f":
        raise Refused(
            f"{place}: there is a formula. We take only values: copy the cells, and paste them as "
            "values."
        )
    if cell.data_type == "e":
        raise Refused(f"{place}: there is an error, “{cell.value}”. Write the value itself.")
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return _moment(value, cell.number_format)
    if type(value) in (int, float) and abs(value) >= MOST_EXACT:
        raise Refused(
            f"{place}: a spreadsheet rounds numbers of more than 15 digits. Make the cell a text, "
            "and type it anew."
        )
    return WORDS.get(type(value), str)(value)


def _unescaped(text):
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _moment(value, number_format):
    """A cell that Excel made a date of is what it shows: a year, a month or a day, and a time."""
    shows = _letters(number_format)
    if isinstance(value, dt.datetime) and value.time() != dt.time() and shows & {*"dhs"}:
        return value.isoformat(" ")
    return value.isoformat()[: 10 if shows & {*"dhs"} else 7 if "m" in shows else 4]


@lru_cache(maxsize=200)
def _letters(number_format):
    """What a format shows of a moment."""
    return frozenset(NOT_SHOWN.sub("", number_format.partition(";")[0]).casefold())


#: In the format of a cell: quoted words, escaped characters, and what stands in brackets.
NOT_SHOWN = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]')


def _float(value):
    return str(int(value)) if value.is_integer() else repr(value)


#: What a cell holds → its text.
WORDS = {
    str: _unescaped,
    bool: lambda value: "yes" if value else "no",
    float: _float,
    dt.time: dt.time.isoformat,
}


def _sheet(name, rows):
    """The Sheet of an iterator of lists of texts, the first of which names the columns."""
    columns = [one_line(column) for column in next(rows, [])]
    while columns and not columns[-1]:
        columns.pop()
    _refuse_columns(name, columns)
    lines = []
    for number, texts in enumerate(islice(rows, MAX_ROWS + 1), 2):
        if number > MAX_ROWS + 1:
            raise Refused(TOO_MANY_ROWS.format(name, MAX_ROWS))
        if any(texts) and columns:
            lines.append(Line(number, _cells(f"“{name}”, row {number}", columns, texts)))
    if not columns:
        raise Refused(f"“{name}”: the first row is empty. It has to name the columns.")
    return Sheet(columns, lines)


def _refuse_columns(name, columns):
    if any(map(CONTROL.search, columns)):
        raise Refused(NOT_READ)
    if "" in columns or len(set(columns)) < len(columns):
        raise Refused(f"“{name}”: each column needs a name of its own in the first row.")


def _cells(place, columns, texts):
    if any(texts[len(columns) :]):
        raise Refused(f"{place}: there is a value in a column that has no name.")
    if any(map(CONTROL.search, texts)):
        raise Refused(
            f"{place}: there are invisible control characters. Type the text anew, or paste it as "
            "plain text."
        )
    return dict(zip(columns, map(restored, texts), strict=False))
