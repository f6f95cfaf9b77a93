"""What leaves in a file comes back as it was: every awkward value, in CSV and in XLSX."""

import csv
import io
import zipfile

import openpyxl
import pytest

from partners.exchange.sheets import files
from partners.exchange.sheets.tables import tables_of
from partners.models import Collaboration, Event, Organisation
from partners.values.cells import NUMBER
from tests import acts
from tests import factories as make
from tests.admin import records
from tests.admin.conftest import colleague
from tests.exchange.sheets.conftest import book_of, carry_out, rows, sheets_of, wanted

pytestmark = pytest.mark.django_db


def cells(content):
    """All cells of a file, version and all, by name of the sheet."""
    if "xl/workbook.xml" not in zipfile.ZipFile(io.BytesIO(content)).namelist():
        archive = zipfile.ZipFile(io.BytesIO(content))
        return {name: archive.read(name) for name in archive.namelist()}
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        sheet.title: [[(cell.value, cell.data_type) for cell in row] for row in sheet.rows]
        for sheet in book.worksheets
    }


def plainer(record):
    """Take from a record what a file is to bring back; its parts keep their ids."""
    record.summary = record.region_note = record.acronym = record.founded = record.description = ""
    record.save()
    record.topics.clear()
    record.figures.update(note="", value=1, as_of="")
    record.names.update(name="Plain", valid_until="")
    record.citations.update(locator="")


def test_nothing_is_to_be_changed_by_what_was_exported(organisations, form):
    assert wanted(Organisation, book_of(organisations, form)) == []


@pytest.mark.slow("sweep")
def test_file_brings_every_value_back(organisations, form):
    write = files.FORMATS[form][0]
    before, stored = cells(write(sheets_of(organisations))), rows(organisations)
    book = book_of(organisations, form)
    for record in organisations:
        plainer(record)
    book["organisations"] = with_versions(book["organisations"], sheets_of(organisations))
    records = wanted(Organisation, book)
    assert [each.errors for each in records] == [[]] * len(organisations)
    carry_out(records, colleague("publisher"))
    assert rows(organisations) == stored
    assert cells(write(sheets_of(organisations))) == before
    assert wanted(Organisation, book_of(organisations, form)) == []


def with_versions(sheet, exported):
    """The lines of a file that was exported before, as if it were of now."""
    _, lines = exported["organisations"]
    versions = {key: version for key, version, *_ in lines}
    lines = [
        line._replace(cells=line.cells | {"version": versions[line.cells["key"]]})
        for line in sheet.lines
    ]
    return sheet._replace(lines=lines)


@pytest.mark.parametrize("model", [Organisation, Collaboration, Event])
def test_every_kind_of_record_with_all_its_parts(model, form):
    record = records.RECORDS[model]()
    book = book_of([record], form)
    assert list(book) == list(tables_of(model))
    assert all(sheet.lines for sheet in book.values())
    assert wanted(model, book) == []


def test_a_pending_change_is_what_is_exported(organisations):
    record = organisations[0]
    present = rows([record])[record.pk]
    proposed = [
        present[0] | {"fields": present[0]["fields"] | {"summary": "Proposed"}},
        *present[1:],
    ]
    by = colleague("editor")
    proposal = acts.Proposal(Organisation, record.pk, present, proposed, by)
    acts.hand_in(proposal, make.SINCE_THEN)
    book = book_of([record])
    assert book["organisations"].lines[0].cells["summary"] == "Proposed"
    assert wanted(Organisation, book) == []


def test_exported_formulas_are_text(organisations):
    book = openpyxl.load_workbook(io.BytesIO(files.write_xlsx(sheets_of(organisations))))
    texts = [cell for sheet in book for row in sheet.rows for cell in row if cell.value is not None]
    assert {cell.data_type for cell in texts} == {"s", "n"}
    assert not [cell.value for cell in texts if str(cell.value).startswith(tuple("=+-@\t\r"))]


def test_text_longer_than_a_cell_is_not_cut_off():
    record = make.OrganisationFactory(description=f"<p>{'long ' * 8000}</p>")
    with pytest.raises(files.Refused, match="longer than a cell of a workbook"):
        files.write_xlsx(sheets_of([record]))
    assert wanted(Organisation, book_of([record], "csv")) == []


NUMERALS = ["123456789012", "12345e678901", "000123456789", "1e3"]


@pytest.mark.parametrize("key", NUMERALS)
def test_key_that_looks_like_a_number_is_a_text_for_every_program(key, form):
    """In a workbook by the kind of its cell, in CSV, which has none, by an apostrophe."""
    record = make.OrganisationFactory(pk=key, slug=key, acronym=key)
    make.FigureFactory(organisation=record, value=2**62)
    assert wanted(Organisation, book_of([record], form)) == []
    content = cells(files.FORMATS[form][0](sheets_of([record])))
    if form == "xlsx":
        assert {cell for cell in content["organisations"][1] if cell[0] == key} == {(key, "s")}
        assert (str(2**62), "s") in content["figures"][1]
    else:
        assert not any(numbers(text) for text in content.values())


def numbers(content):
    """The cells of a CSV (bytes) that a program would write back as another text."""
    found = [cell for line in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in line]
    return [cell for cell in found if NUMBER.fullmatch(cell) and f"{float(cell):.11g}" != cell]


@pytest.mark.parametrize("count", [1, 3])
def test_many_are_read_by_a_few_queries(django_assert_num_queries, count):
    made = [records.organisation() for _ in range(count)]
    with django_assert_num_queries(9):
        book = book_of(made)
    with django_assert_num_queries(13):  # three of them begin and undo the rehearsal
        assert wanted(Organisation, book) == []
