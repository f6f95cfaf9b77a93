"""What a file may cost: more than a limit is refused with a sentence before anybody reads it.

The files are small and harmless, and the limits are lowered to them.
"""

import io
import re
import zipfile

import pytest

from partners.exchange.sheets import weighing
from partners.rows.snapshots import Refused
from tests.exchange.sheets.conftest import read
from tests.exchange.sheets.test_files import archive, spoilt, workbook

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET_PART, TEXTS_PART = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
STYLES_PART, BOOK_PART = "xl/styles.xml", "xl/workbook.xml"
KEY = '<row r="1"><c r="A1" t="inlineStr"><is><t>key</t></is></c></row>'
SOUND = workbook(["key"], ["esr"])


def sheet(rows="", beside=""):
    data = f"<sheetData>{KEY}{rows}</sheetData>"
    return spoilt(SHEET_PART, f"<worksheet {MAIN}>{beside}{data}</worksheet>")


def texts(said):
    return spoilt(TEXTS_PART, f"<sst {MAIN}>{said}</sst>")


def styles(said):
    return spoilt(STYLES_PART, f"<styleSheet {MAIN}>{said}</styleSheet>")


def book(change):
    """A workbook in which what is said of all sheets was changed."""
    with zipfile.ZipFile(io.BytesIO(SOUND)) as sound:
        return spoilt(BOOK_PART, change(sound.read(BOOK_PART).decode()))


def with_sheets(count):
    """A workbook that shows its one sheet under so many names."""

    def change(said):
        begin = said.index("<sheet ")
        end = said.index("</sheets>")
        sheets = [said[begin:end].replace("organisations", f"s{each}") for each in range(count)]
        return said[:begin] + "".join(sheets) + said[end:]

    return book(change)


def with_name(text):
    name = f'<definedName name="n">{text}</definedName>'
    names = f"<definedNames>{name}</definedNames>"
    return book(lambda said: re.sub("<definedNames ?/>", names, said))  # with lxml, without a blank


def odd(what):
    return weighing.ODD.format(weighing.ODDITIES[what])


LARGE, CROWDED = weighing.TOO_LARGE, "“organisations” has more than 2 lines."
PREFIXED = '<x:c xmlns:x="x"/>'
ATTRIBUTES = " ".join(f'a{number}="1"' for number in range(40))
FORMAT = f'<numFmts><numFmt numFmtId="200" formatCode="{"0" * 400}"/></numFmts>'
#: What there is too much of → (a limit, lowered, a file, the sentence).
CSV = {
    "bytes": ("MAX_UNPACKED", 20, archive({"organisations.csv": "key\n" + "x\n" * 20}), LARGE),
    "members": ("MAX_MEMBERS", 2, archive({f"{each}.csv": "key\nx" for each in "abc"}), LARGE),
    "names of members": ("MAX_DIRECTORY", 60, archive({"organisations.csv": "key"}), LARGE),
    "a line": ("MAX_RECORD", 8, b"key\nesr,,,,,,\n", LARGE),
    "a line of several": ("MAX_RECORD", 8, b'key\n"a\nb\nc\nd\ne"\n', LARGE),
}
WORKBOOKS = {
    "bytes of a part": ("MAX_BESIDE", 11_000, styles(f"<!--{' ' * 12_000}-->"), LARGE),
    "tags": ("MAX_TAGS", 500, sheet("<row/>" * 500), LARGE),
    "attributes": ("MAX_ATTRIBUTES", 500, sheet('<row ht="1"/>' * 500), LARGE),
    "text of a cell": ("MAX_RUN", 4_000, sheet(f"<row><c><v>{'0' * 4_000}1</v></c></row>"), LARGE),
    "depth": ("MAX_DEPTH", 15, sheet(f"<row>{'<a>' * 15}{'</a>' * 15}</row>"), odd("depth")),
    "attributes of one": (
        "MAX_ATTRIBUTES_EACH", 30, sheet(f"<row {ATTRIBUTES}/>"), odd("attributes"),
    ),
    "text of a name": ("MAX_ASIDE", 300, with_name("1" * 400), odd("aside")),
    "texts of names": ("MAX_SQUARES", 400_000, with_name("1" * 700), odd("aside")),
    "a format": ("MAX_ASIDE", 300, styles(FORMAT), odd("aside")),
    "elements beside": (
        "MOST_OTHERS", 600, sheet(beside=f"<cols>{'<a/>' * 600}</cols>"), odd("others"),
    ),
    "formats": ("MOST_OTHERS", 600, styles(f"<cellXfs>{'<xf/>' * 600}</cellXfs>"), odd("others")),
    "sheets": ("sheets", 3, with_sheets(4), odd("sheets")),
    "cells": ("cells", 30, sheet(f"<row>{'<c/>' * 30}</row>"), LARGE),
    "cells with a prefix": ("cells", 30, sheet(f"<row>{PREFIXED * 31}</row>"), LARGE),
    "texts": ("texts", 30, texts("<si/>" * 31), LARGE),
    "rows": ("MAX_ROWS", 2, sheet("<row/>" * 3), CROWDED),
    "very many rows": ("rows", 30, sheet("<row/>" * 31), "“a sheet” has more than 2,000 lines."),
}  # fmt: skip


def lower(monkeypatch, limit, value):
    if limit in weighing.MOST:
        monkeypatch.setitem(weighing.MOST, limit, value)
    else:
        monkeypatch.setattr(weighing, limit, value)
        monkeypatch.setattr(f"partners.exchange.sheets.files.{limit}", value, raising=False)


@pytest.mark.parametrize("what", [*CSV, *WORKBOOKS])
def test_more_than_a_limit_is_refused_before_anybody_reads_it(monkeypatch, what):
    limit, value, content, sentence = (CSV | WORKBOOKS)[what]
    lower(monkeypatch, limit, value)
    monkeypatch.setattr(weighing, "CHUNK", 2_000)
    if what in WORKBOOKS:
        read(SOUND)
        monkeypatch.setattr("openpyxl.load_workbook", None)
    with pytest.raises(Refused) as refused:
        read(content)
    assert str(refused.value).startswith(sentence)


@pytest.mark.filterwarnings("ignore:Workbook contains no")  # openpyxl, of style sheets so small
@pytest.mark.parametrize("what", [each for each in (*CSV, *WORKBOOKS) if each != "sheets"])
def test_the_same_is_read_within_the_limits(what):
    said = ""
    try:
        read((CSV | WORKBOOKS)[what][2])
    except Refused as refused:
        said = str(refused)
    assert said not in [LARGE, *map(odd, weighing.ODDITIES)]


def test_sheet_is_not_read_again_under_another_name():
    with pytest.raises(Refused, match="shows one sheet under two names"):
        read(with_sheets(2))


def test_document_type_is_refused():
    declared = "<!DOCTYPE worksheet>"
    content = spoilt(
        SHEET_PART, f"{declared}<worksheet {MAIN}><sheetData>{KEY}</sheetData></worksheet>"
    )
    with pytest.raises(Refused, match="has parts that no spreadsheet program writes"):
        read(content)


def liar(content, size):
    """A ZIP that says of its members to be that small."""
    written = bytearray(content)
    position = 0
    while (position := written.find(b"PK\x01\x02", position)) >= 0:
        written[position + 24 : position + 28] = size.to_bytes(4, "little")
        position += 4
    return bytes(written)


def test_member_that_is_larger_than_it_says_is_refused(monkeypatch):
    monkeypatch.setattr(weighing, "MAX_UNPACKED", 1_000)
    with pytest.raises(Refused):
        read(liar(archive({"organisations.csv": "key\n" + "x\n" * 600}), 10))


def test_other_ways_of_packing_are_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as writer:
        writer.writestr("organisations.csv", "key\nesr\n")
    with pytest.raises(Refused, match="cannot be read"):
        read(file.getvalue())


def test_row_far_below_ends_the_sheet():
    with pytest.raises(Refused, match="has more than 2,000 lines"):
        read(sheet('<row r="999999999999"/>'))
