"""What is more than an import takes leaves in several files, each of which comes back alone."""

import io
import zipfile
from itertools import pairwise

import pytest

from partners.exchange.sheets import export, files, weighing
from partners.models import Citation, Event, Organisation, OrganisationRelation, Revision
from partners.rows.snapshots import Refused
from tests import factories as make
from tests.admin.conftest import colleague
from tests.exchange.sheets.conftest import carry_out, read, sheets_of, wanted

pytestmark = pytest.mark.django_db

MANY, CITED = 105, 20  # organisations, and what is cited of each


@pytest.fixture
def society():
    """Organisations that refer to one another, along the alphabet and against it, once in a circle;
    with 2,100 cited statements in all."""
    made = make.OrganisationFactory.create_batch(MANY, topics=[make.TopicFactory()])
    pairs = [*((*pair, "member-of") for pair in pairwise(made)), (made[1], made[0], "succeeded-by")]
    OrganisationRelation.objects.bulk_create(
        OrganisationRelation(organisation=one, other=other, kind=kind) for one, other, kind in pairs
    )
    source = make.SourceFactory()
    figures = {each.pk: make.FigureFactory(organisation=each, source=source).pk for each in made}
    Citation.objects.bulk_create(
        Citation(
            organisation=each,
            source=source,
            locator=f"line {number}",
            path=f"figures/{figures[each.pk]}/value" if number else "founded",
        )
        for each in made
        for number in range(CITED)
    )
    return list(Organisation.objects.order_by("name", "pk"))


def pieces(records, form):
    """(names, contents) of the files in the file that is downloaded."""
    file = export.file(type(records[0]), [each.pk for each in records], form, "organisations")
    archive = zipfile.ZipFile(io.BytesIO(file.content))
    assert (file.name, file.pieces) == ("organisations.zip", len(archive.namelist()))
    return archive.namelist(), [archive.read(name) for name in archive.namelist()]


def content(records):
    """What is exported of them, but for the version of each, which is of its site."""
    found = {}
    for name, (columns, lines) in sheets_of(records).items():
        at = columns.index("version") if "version" in columns else len(columns)
        found[name] = sorted(str([*line[:at], *line[at + 1 :]]) for line in lines)
    return found


@pytest.mark.any_database
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_all_pieces_make_an_empty_site_the_same(society, form):
    before = content(society)
    assert len(before["citations"]) == MANY * CITED > weighing.MAX_ROWS
    names, files_ = pieces(society, form)
    assert names == sorted(names)
    assert len(names) == 2
    OrganisationRelation.objects.all().delete()
    Organisation.objects.all().delete()
    publisher = colleague("publisher")
    for file in files_:
        records = wanted(Organisation, read(file))
        assert [each.errors for each in records if each.errors] == []
        assert all(each.is_new for each in records)
        carry_out(records, publisher)
    assert content(list(Organisation.objects.all())) == before
    assert [wanted(Organisation, read(file)) for file in pieces(society, form)[1]] == [[], []]


def test_file_of_files_is_to_be_unpacked(society):
    file = export.file(Organisation, [each.pk for each in society], "csv", "organisations")
    with pytest.raises(Refused, match="Unpack this ZIP"):
        read(file.content)


def test_pieces_change_nothing_where_they_come_from(society):
    _, files_ = pieces(society, "csv")
    read_back = [read(file) for file in files_]
    assert [wanted(Organisation, book) for book in read_back] == [[], []]
    keys = [line.cells["key"] for book in read_back for line in book["organisations"].lines]
    assert sorted(keys) == sorted(each.pk for each in society)


def test_what_is_referred_to_is_in_the_same_file_or_before(society, monkeypatch):
    monkeypatch.setattr(export, "MOST_LINES", 2 * CITED)
    there = set()
    _, files_ = pieces(society, "csv")
    assert len(files_) > MANY // 3
    for book in map(read, files_):
        there |= {line.cells["key"] for line in book["organisations"].lines}
        assert {line.cells["other"] for line in book["relations"].lines} <= there


def test_events_follow_those_that_they_are_part_of(monkeypatch):
    part, whole = make.EventFactory(title="A"), make.EventFactory(title="B")
    Event.objects.filter(pk=part.pk).update(held_at=whole)
    monkeypatch.setattr(export, "MOST_LINES", 1)
    _, files_ = pieces([part, whole], "csv")
    found = [read(file, "events")["events"].lines[0].cells["title"] for file in files_]
    assert found == ["B", "A"]


@pytest.mark.parametrize("limit", ["MOST_CELLS", "MOST_BYTES"])
def test_heavy_records_are_apart(limit, monkeypatch):
    made = make.OrganisationFactory.create_batch(3)
    monkeypatch.setattr(export, limit, 10)
    assert len(pieces(made, "csv")[0]) == 3


def test_full_workbook_is_one_that_is_read(monkeypatch):
    """As many cells as a file may have: what they weigh is let in."""
    made = make.OrganisationFactory.create_batch(60, description="<p>Words &amp; “more”.</p>" * 9)
    monkeypatch.setattr(export, "MOST_LINES", 10**6)
    ((columns, lines), *_) = sheets_of(made).values()
    whole = {"organisations": (columns, lines * (export.MOST_CELLS // len(columns) // 60))}
    archive = zipfile.ZipFile(io.BytesIO(files.write_xlsx(whole)))
    weighing.weigh(archive, is_workbook=True)


# A record that is not here


@pytest.fixture
def elsewhere():
    """What was exported of a record with a figure, which is not on this site."""
    record = make.OrganisationFactory(pk="esr", name="ESR")
    make.FigureFactory(organisation=record, source=make.SourceFactory())
    file = files.write_csv(sheets_of([record]))
    record.delete()
    return file


def test_dry_run_says_that_a_record_is_not_here(elsewhere):
    (each,) = wanted(Organisation, read(elsewhere))
    assert (each.is_new, each.key, each.errors) == (True, "esr", [])
    assert "added under the key that it was exported with, “esr”" in each.notes[0]


def test_record_that_was_deleted_here_is_not_added(elsewhere):
    Revision.objects.create(kind="partners.organisation", key="esr", what="Deleted")
    (each,) = wanted(Organisation, read(elsewhere))
    assert "It was deleted since the file was exported" in each.errors[0]


def test_record_that_has_another_address_by_now_is_not_added_under_the_old_one(elsewhere):
    make.RedirectFactory(
        old_path=Organisation(
            slug=read(elsewhere)["organisations"].lines[0].cells["slug"]
        ).get_absolute_url()
    )
    (each,) = wanted(Organisation, read(elsewhere))
    assert "there is no “esr”" in each.errors[0]


def test_id_that_two_records_have_is_given_to_the_first_alone():
    made = make.OrganisationFactory.create_batch(2)
    for each in made:
        make.FigureFactory(organisation=each)
    book = read(files.write_csv(sheets_of(made)))
    first, second = book["figures"].lines
    second.cells["id"] = first.cells["id"]
    Organisation.objects.all().delete()
    one, other = wanted(Organisation, book)
    assert one.errors == []
    assert "this id is not one of the record's" in other.errors[0]


def test_id_that_another_record_has_is_not_taken(elsewhere):
    book = read(elsewhere)
    other = make.FigureFactory()
    book["figures"].lines[0].cells["id"] = str(other.pk)
    (each,) = wanted(Organisation, book)
    assert "this id is not one of the record's" in each.errors[0]


@pytest.mark.parametrize("count", [1, 3])
def test_new_records_are_read_by_a_few_queries(django_assert_num_queries, count):
    made = make.OrganisationFactory.create_batch(count)
    for each in made:
        make.FigureFactory(organisation=each)
    file = files.write_csv(sheets_of(made))
    Organisation.objects.all().delete()
    book = read(file)
    with django_assert_num_queries(52):
        assert [each.errors for each in wanted(Organisation, book)] == [[]] * count
