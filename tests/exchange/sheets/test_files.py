"""Files from outside: what is read, and what is refused with a sentence."""

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from openpyxl.cell import WriteOnlyCell
from openpyxl.chart import BarChart, Reference

from partners.rows.snapshots import Refused
from tests.exchange.sheets.conftest import read

OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"


def csv(text, encoding="utf-8"):
    return text.encode(encoding)


def workbook(*lines, sheet="organisations"):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for line in lines:
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def archive(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in members.items():
            writer.writestr(name, content)
    return file.getvalue()


def members_of(content):
    file = zipfile.ZipFile(io.BytesIO(content))
    return {name: file.read(name) for name in file.namelist()}


def renamed(content, old, new):
    """A workbook in which a part, and all that names it, has another name."""
    return archive(
        {
            name.replace(old, new): part.replace(old.encode(), new.encode())
            for name, part in members_of(content).items()
        }
    )


def with_chart(*lines):
    """A workbook with a sheet that is nothing but a chart."""
    book = openpyxl.Workbook()
    book.active.title = "organisations"
    for line in lines:
        book.active.append(line)
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=1, min_row=1, max_row=2))
    book.create_chartsheet("Chart").add_chart(chart)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def strict(content):
    """A workbook as programs mark it that write Strict Open XML (ISO/IEC 29500-1)."""
    return archive(
        {
            name: part.replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            ).replace(
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                b"http://purl.oclc.org/ooxml/spreadsheetml/main",
            )
            for name, part in members_of(content).items()
        }
    )


def binary(content):
    """A workbook whose parts are of the kinds that Excel's binary form (.xlsb) has."""
    name = "[Content_Types].xml"
    types = members_of(content)[name].replace(
        b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"vnd.ms-excel.sheet.binary.macroEnabled.main",
    )
    return archive(members_of(content) | {name: types})


def cells(content):
    return [line.cells for line in read(content)["organisations"].lines]


@pytest.mark.parametrize(
    "content",
    [
        csv("key,name\nesr,Größe\n"),
        csv("key,name\nesr,Größe\n", "utf-8-sig"),
        csv("key;name\r\nesr;Größe\r\n\r\n"),
        csv('"key","name"\n"esr","Größe"'),
        csv("sep=;\r\nkey;name\r\nesr;Größe\r\n", "utf-8-sig"),
        csv('"sep=,"\nkey,name\nesr,Größe\n'),
        csv("key\tname\nesr\tGröße\n"),
        csv("key|name\nesr|Größe\n"),
        csv("key\tname\r\nesr\tGröße\r\n", "utf-16"),
        archive({"organisations.csv": "key,name\nesr,Größe\n"}),
        archive({"ORGANISATIONS.CSV": "key,name\nesr,Größe\n"}),
        archive({"organisations.tsv": "key\tname\nesr\tGröße\n"}),
        archive({"a/organisations.csv": "key,name\nesr,Größe\n", "__MACOSX/a.csv": "\0"}),
        workbook(["key", "name"], ["esr", "Größe"], [None, None]),
        renamed(workbook(["key", "name"], ["esr", "Größe"]), "workbook.xml", "workbook2.xml"),
        with_chart(["key", "name"], ["esr", "Größe"]),
    ],
)
def test_what_programs_write_is_read(content):
    assert cells(content) == [{"key": "esr", "name": "Größe"}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2016, "2016"),
        (7000.0, "7000"),
        (7000.5, "7000.5"),
        (True, "yes"),
        (dt.datetime(2016, 5, 3), "2016-05-03"),  # noqa: DTZ001 — as Excel has them
        (dt.datetime(2016, 5, 3, 14, 30), "2016-05-03 14:30:00"),  # noqa: DTZ001
        (dt.time(14, 30), "14:30:00"),
        ("007", "007"),
        ("'=1+1", "=1+1"),
        ("a_x000D_b", "a\rb"),
        (None, ""),
    ],
)
def test_cell_of_a_workbook_becomes_text(value, text):
    assert cells(workbook(["key", "name"], ["esr", value])) == [{"key": "esr", "name": text}]


@pytest.mark.parametrize(
    ("number_format", "text"),
    [
        ("yyyy", "2016"),
        ("yyyy;@", "2016"),
        ('yyyy" AD"', "2016"),
        ("mmm yyyy", "2016-05"),
        ("mmm-yy", "2016-05"),
        (r"yyyy\-mm", "2016-05"),
        ("[$-407]mmmm\\ yyyy;@", "2016-05"),
        ('yyyy"-day-"mm', "2016-05"),
        ("yyyy-mm-dd", "2016-05-03"),
        ("[$-F800]dddd, mmmm dd, yyyy", "2016-05-03"),
        ("d. mmm", "2016-05-03"),
        ("yyyy-mm-dd hh:mm", "2016-05-03"),
    ],
)
def test_date_of_a_workbook_is_as_precise_as_it_is_shown(number_format, text):
    book = openpyxl.Workbook()
    book.active.title = "organisations"
    book.active.append(["founded"])
    cell = book.active.cell(2, 1, dt.datetime(2016, 5, 3))  # noqa: DTZ001 — as Excel has them
    cell.number_format = number_format
    file = io.BytesIO()
    book.save(file)
    assert cells(file.getvalue()) == [{"founded": text}]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (csv("key,name\nesr,Größe\n", "latin-1"), "CSV in UTF-8"),
        (csv("key,name\nesr,Größe\n", "utf-16")[2:], "invisible control characters|cannot be read"),
        (csv("key,name\nesr,a\0b\n"), "row 2: there are invisible control characters"),
        (csv('key,name\nesr,"never closed\n'), "cannot be read"),
        (csv("\n\nkey,name\nesr,x\n"), "the first row is empty. It has to name the columns"),
        (csv(""), "the first row is empty. It has to name the columns"),
        (csv("key,key\nesr,x\n"), "each column needs a name of its own"),
        (csv("key,name\nesr,x,more\n"), "row 2: there is a value in a column that has no name"),
        (csv("key\n" + "x\n" * 2001), "has more than 2,000 lines"),
        (workbook(["key"], *[["x"]] * 2001), "has more than 2,000 lines"),
        (workbook(["key", "name"], ["esr", "=1+1"]), "row 2: there is a formula"),
        (workbook(["key", "name"], ["esr", "_x0000_"]), "invisible control characters"),
        (workbook(["key", "name"], ["esr", "_xD800_"]), "invisible control characters"),
        (archive({"picture": "x"}), "“picture” does not belong into this ZIP"),
        (workbook(["key"])[:-200], "cannot be read"),
        *((content, rf"{words}.*Save it as Excel workbook \(.xlsx\)") for content, words in [
            (b"\xd0\xcf\x11\xe0 an old workbook", r"an old Excel workbook \(.xls\)"),
            (archive({"mimetype": OPEN_DOCUMENT, "content.xml": "<a/>"}), "an OpenDocument"),
            (binary(workbook(["key"], ["esr"])), r"a binary Excel workbook \(.xlsb\)"),
            (strict(workbook(["key"], ["esr"])), "a workbook in Strict Open XML"),
            (archive({"Index/Document.iwa": "x"}), "an Apple Numbers document"),
            (archive({"word/document.xml": "<a/>"}), "a Word document"),
            (b"\xef\xbb\xbf\n<html><table></table></html>", "a web page or XML"),
            (b"%PDF-1.7", "a PDF"),
            (b'[{"key": "esr"}]', "JSON"),
            (b"{\\rtf1 key}", "a text document"),
            (b"ID;PWXL;N;E", "a SYLK file"),
            (b"\x1f\x8b\x08", "a compressed archive"),
            (archive({"mimetype": OPEN_DOCUMENT}), r"an OpenDocument spreadsheet \(.ods\)"),
            (archive({"mimetype": OPEN_DOCUMENT[:-11] + "text"}), "an OpenDocument file"),
            (archive({"Index.zip": "x"}), "an Apple Numbers document"),
            (archive({"ppt/presentation.xml": "<a/>"}), "a PowerPoint document"),
        ]),
        *((workbook(["key"], [number]), "row 2: a spreadsheet rounds numbers of more")
          for number in (1234567890123456, 1.5e18)),
        (b"PK\x03\x04", "cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(Refused, match=sentence):
        read(content)


def test_two_thousand_lines_are_taken():
    assert len(cells(csv("key\n" + "x\n" * 2000))) == 2000
    assert len(cells(workbook(["key"], *[["x"]] * 2000))) == 2000


def test_cell_with_an_error_is_refused():
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("organisations")
    cell = WriteOnlyCell(sheet, "#N/A")
    cell.data_type = "e"
    sheet.append(["key"])
    sheet.append([cell])
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(Refused, match="row 2: there is an error, “#N/A”"):
        read(file.getvalue())


def spoilt(member, content):
    """A workbook in which one member is something else, or one more."""
    file = io.BytesIO()
    sound = zipfile.ZipFile(io.BytesIO(workbook(["key"], ["esr"])))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as writer:
        for name in {*sound.namelist(), member}:
            writer.writestr(name, content if name == member else sound.read(name))
    return file.getvalue()


def test_picture_in_a_workbook_does_no_harm():
    assert cells(spoilt("xl/media/image1.png", bytes(400_000))) == [{"key": "esr"}]
