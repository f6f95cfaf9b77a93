"""Content as code: the database as fixtures, byte for byte, and back."""

import difflib
import io

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models as db
from hypothesis import given
from hypothesis import strategies as st

from partners.exchange import fixtures
from partners.exchange.fixtures import FILES
from partners.exchange.loading import BOOKKEEPING, read
from partners.models import (
    Event,
    Figure,
    Organisation,
    OrganisationRelation,
    Party,
    Redirect,
    Topic,
)
from partners.models.fields import WebAddressField
from partners.rows import bookkeeping
from partners.values.dates import PartialDate
from partners.values.richtext import RichTextField
from tests import factories as make
from tests.admin.records import RECORDS

COMMITTED = settings.BASE_DIR / "fixtures"
OURS = list(apps.get_app_config("partners").get_models())
#: What content holds and files, forms and programs trip over.
AWKWARD = {
    "quotes": "“curly”, \"straight\", 'single' and `back`",
    "line breaks": "first\nsecond\r\nthird\n",
    "right to left": "الجمعية \u202bRTL\u202c שלום",
    "en dash": "2016\N{EN DASH}2018, 5\N{NO-BREAK SPACE}%",
    "markup": "R&amp;D & <b>bold</b> </script>",
    "formula": "=1+1",
    "plus": "+43 1 904",
    "minus": "-2",
    "at": "@SUM(A1)",
    "tab": "\t=cmd",
    "backslashes": "C:\\new\\u0041\\",
    "joined": "\N{OLD ITALIC LETTER A} \N{WOMAN}\u200d\N{STAFF OF AESCULAPIUS} e\u0301",
    "separators": "a\u2028b\u2029c\ufeff",
    "braces": '{"a": [null, true]}, // /* # %s {{ x }}',
    "long": "Ünïcode & “quotes” " * 540,
}


@bookkeeping.batch()
def build(said):
    """A record of every kind, tied to others every way, with `said` in each of its texts."""
    for factory in (*RECORDS.values(), make.TermFactory, make.IdentifierFactory):
        if factory.__name__ not in ("user", "group"):
            factory()
    for model in OURS:
        if model not in BOOKKEEPING:
            for record in model._base_manager.all():
                _say(record, said)


def _say(record, said):
    fixed = {
        "key", "slug", "value", "register", "time_zone", "language", "old_path", "new_path", "path",
    }  # fmt: skip
    for field in record._meta.fields:
        text = isinstance(field, db.CharField | db.TextField | RichTextField)
        closed = field.choices or field.primary_key or field.unique or field.name in fixed
        if text and not closed and not isinstance(field, WebAddressField | db.FileField):
            longest = field.max_length or len(said)
            if longest > 20 and field.get_internal_type() in ("CharField", "TextField"):
                setattr(record, field.name, said[:longest].replace("://", ""))
    record.save()


def dates_of_every_precision():
    for number, date in enumerate(["2016", "2016-05", "2016-05-03"]):
        make.EventFactory(starts=date, draft=number == 0)
        make.CollaborationFactory(since=date, withdrawn=number == 1)
        make.OrganisationFactory(founded=date, scheduled=number == 2)


def texts():
    """File → what it says."""
    return {name: fixtures.text(fixtures.rows_of(name)) for name in FILES}


def write(folder):
    """The files that are not empty, in their order."""
    folder.mkdir(exist_ok=True)
    for name, said in texts().items():
        if said:
            (folder / f"{name}.json").write_bytes(said.encode())
    return sorted(folder.glob("*.json"))


@bookkeeping.batch()
def empty():
    """Take all content away, and what is kept beside it."""
    for model in (OrganisationRelation, Party, *_in_order_of_removal()):
        model._base_manager.all().delete()
    for model in BOOKKEEPING:
        model._base_manager.all().delete()


def _in_order_of_removal():
    Event._base_manager.update(held_at=None)
    return [model for tables in reversed(FILES.values()) for model, _ in reversed(tables)]


def load(paths, **options):
    call_command("loaddata", *map(str, paths), verbosity=0, **options)


def changed_lines(before, after):
    """(lines gone, lines new) over all files."""
    diff = [
        line
        for name in FILES
        for line in difflib.ndiff(before[name].splitlines(), after[name].splitlines())
    ]
    return [line[2:] for line in diff if line[0] == "-"], [
        line[2:] for line in diff if line[0] == "+"
    ]


def test_every_model_is_content_or_bookkeeping():
    exported = {model for tables in FILES.values() for model, _ in tables}
    assert exported | BOOKKEEPING == set(OURS)
    assert not exported & BOOKKEEPING


def test_every_owner_has_its_files():
    """No part is left out because of whom it belongs to."""
    for model in OURS:
        owners = {owner for tables in FILES.values() for each, owner in tables if each is model}
        if len(owners) > 1:
            fields = {f.name for f in model._meta.fields if f.many_to_one and f.null}
            assert owners == fields, model


@pytest.mark.django_db
def test_committed_fixtures_are_as_the_export_writes_them(content):
    committed = {path.stem: path.read_bytes().decode() for path in COMMITTED.glob("*.json")}
    assert texts() == committed


@pytest.mark.slow("sweep")
@pytest.mark.django_db
@pytest.mark.parametrize("said", AWKWARD.values(), ids=AWKWARD)
def test_round_trip_is_byte_equal(said, tmp_path):
    build(said)
    dates_of_every_precision()
    before, paths = texts(), write(tmp_path)
    assert all(before.values())
    empty()
    assert set(texts().values()) == {""}
    load(paths)
    assert texts() == before


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_one_line_and_reads_as_it_was(said):
    rows = [{"model": "partners.topic", "pk": "a", "fields": {"name": said, "other": None}}]
    written = fixtures.text(rows)
    assert written.count("\n") == len(["[", "{", "model", "pk", "fields", "a", "b", "}", "}", "]"])
    assert read("a.json", written.encode()) == rows


@pytest.mark.slow("sweep")
@pytest.mark.django_db
def test_awkward_texts_are_in_what_goes_round():
    build(AWKWARD["line breaks"])
    organisation = Organisation.objects.exclude(acronym="").first()
    as_stored = " ".join(AWKWARD["line breaks"].split())
    assert organisation.name == organisation.region_note == as_stored
    build(AWKWARD["long"])
    assert len(max((event.write_up for event in Event.objects.all()), key=len)) >= 10_000


@pytest.mark.django_db
def test_event_stands_after_the_one_it_is_held_at(tmp_path):
    last = make.EventFactory(pk="z-congress")
    middle = make.EventFactory(pk="m-day", held_at=last)
    make.EventFactory(pk="a-session", held_at=middle)
    make.EventFactory(pk="b-alone")
    assert [row["pk"] for row in fixtures.rows_of("09_events")] == [
        "z-congress", "m-day", "a-session", "b-alone",
    ]  # fmt: skip
    before, paths = texts(), write(tmp_path)
    empty()
    load(paths)
    assert texts() == before


@pytest.mark.django_db
def test_relations_both_ways_between_organisations_come_back(tmp_path):
    one, other = make.OrganisationFactory(pk="a"), make.OrganisationFactory(pk="b")
    make.OrganisationRelationFactory(organisation=one, other=other, kind="member-of")
    make.OrganisationRelationFactory(organisation=other, other=one, kind="initiative-of")
    before, paths = texts(), write(tmp_path)
    empty()
    load(paths)
    assert texts() == before


@pytest.mark.slow("sweep")
@pytest.mark.django_db
def test_redirect_that_a_moved_record_left_comes_back(tmp_path, content):
    """Also over a database that still has the record at its old address."""
    paths = write(tmp_path / "before")
    moved = Organisation.objects.get(pk="esr")
    moved.slug = "esr-new"
    Redirect.objects.record_move(Organisation.objects.get(pk="esr"), moved)
    moved.save()
    after = write(tmp_path / "after")
    wanted = texts()
    for start in ([], paths):
        empty()
        if start:
            load(start)
        load(after)
        assert texts() == wanted


ONE_FIELD = {
    "summary": lambda: Organisation.objects.filter(pk="esr").update(summary="Other words."),
    "name": lambda: Organisation.objects.filter(pk="esr").update(name="A name that sorts first"),
    "slug": lambda: Organisation.objects.filter(pk="esr").update(slug="aaa"),
    "figure": lambda: Figure.objects.filter(pk=Figure.objects.first().pk).update(value=1),
    "date": lambda: Event.objects.filter(pk="apscvir-2018").update(starts=PartialDate("2018-05")),
    "position": lambda: Party.objects.filter(pk=Party.objects.first().pk).update(position=99),
    "publication": lambda: Organisation.objects.filter(pk="esr").update(published_at=None),
    "10 KB": lambda: Organisation.objects.filter(pk="esr").update(description="<p>a\n</p>" * 2000),
    "topic": lambda: Topic.objects.filter(pk="radiology").update(name="Another name"),
}


@pytest.mark.django_db
def test_export_takes_in_what_staff_did(content, tmp_path):
    """Loaded where it comes from, it changes nothing, and what staff wrote is no obstacle later."""
    Organisation.objects.filter(pk="esr").update(summary="By staff.")
    said = io.StringIO()
    call_command("loaddata", *map(str, write(tmp_path)), stdout=said)
    assert said.getvalue().strip() == "342 records: 0 new, 0 changed, 342 unchanged."
    path = tmp_path / "05_organisations.json"
    path.write_text(path.read_text().replace("By staff.", "By the next commit."))
    load([path])
    assert Organisation.objects.get(pk="esr").summary == "By the next commit."


@pytest.mark.slow("sweep")
@pytest.mark.django_db
@pytest.mark.parametrize("change", ONE_FIELD.values(), ids=ONE_FIELD)
def test_one_changed_field_is_one_changed_line(content, change):
    before = texts()
    assert change() == 1
    gone, new = changed_lines(before, texts())  # a default has no line: one comes or goes
    assert max(len(gone), len(new)) == 1


@pytest.mark.django_db
def test_added_part_is_added_lines_alone(content):
    before = texts()
    make.OrganisationNameFactory(organisation_id="esr", name="An old name")
    gone, new = changed_lines(before, texts())
    assert gone == []
    assert '    "name": "An old name"' in new


@pytest.mark.django_db
def test_drafts_and_withdrawn_records_are_content_with_their_times():
    make.OrganisationFactory(pk="draft", draft=True)
    make.OrganisationFactory(pk="withdrawn", withdrawn=True)
    rows = {row["pk"]: row["fields"] for row in fixtures.rows_of("05_organisations")}
    assert "published_at" not in rows["draft"]
    assert rows["withdrawn"]["withdrawn_at"] == make.SINCE_THEN


@pytest.mark.django_db
def test_what_a_field_says_by_default_is_left_out():
    organisation = make.OrganisationFactory(draft=True, name="A", founded="", review_days=0)
    [row] = fixtures.rows_of("05_organisations")
    default = Organisation()
    said = {name: getattr(organisation, name) for name in row["fields"] if name != "topics"}
    assert {"founded", "website", "is_home", "topics"}.isdisjoint(row["fields"])
    assert (said["name"], said["review_days"]) == ("A", 0)
    assert [name for name in said if said[name] == getattr(default, name)] == []
