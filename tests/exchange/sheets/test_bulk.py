"""Many lines at once become what they become one by one, and hold nobody up."""

import json

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from partners.exchange.sheets import importing
from partners.models import Organisation, Redirect, Revision
from partners.publishing import presses
from partners.rows import bookkeeping, snapshots
from partners.rows.door import Batch
from partners.rows.snapshots import Refused
from tests import factories as make
from tests.admin.conftest import colleague
from tests.exchange.sheets.conftest import book_of, carry_out, wanted
from tests.exchange.sheets.test_importing import line
from tests.factories import LONG_AGO

pytestmark = pytest.mark.django_db
#: What differs between any two runs.
VARIES = {"at", "changed_at", "saved_at", "token", "transaction", "act"}


def tables():
    """{table: its rows}, without what varies and without numbers that the database counts."""
    return {
        model._meta.label: sorted(_rows(model))
        for model in apps.get_app_config("partners").get_models(include_auto_created=True)
    }


def _rows(model):
    fields = [field for field in model._meta.concrete_fields if field.name not in VARIES]
    counted = {model._meta.auto_field, Redirect._meta.pk}  # one that is kept of a move is new
    names = [field.attname for field in fields if field not in counted]
    for values in model._base_manager.order_by("pk").values_list(*names) if names else ():
        yield json.dumps(dict(zip(names, map(str, values), strict=True)), sort_keys=True)


def after(act):
    """The tables after that; it is undone."""
    with transaction.atomic():
        act()
        found = tables()
        transaction.set_rollback(True)
    return found


def changed_book(records):
    """Every line says something else; some records are new, some parts come and some go."""
    book = book_of(records)
    first, figures = book["organisations"].lines, book["figures"].lines
    for number, each in enumerate(list(first)):
        each.cells["summary"] = f"{number} \u00a0 is  “new”"
        if number % 3 == 0:
            each.cells["slug"] = f"moved-{number}"
        cells = each.cells | {"key": "", "version": "", "slug": f"new-{number}", "is_home": "no"}
        first.append(each._replace(number=100 + number, cells=cells))
        part = figures[number].cells | {"organisation": f"new-{number}", "id": ""}
        figures.append(figures[number]._replace(number=100 + number, cells=part))
    del figures[:5]
    for each in book["names"].lines:
        each.cells["name"] += " – renamed"
    return book


@pytest.mark.parametrize(
    "press",
    [presses.SAVE_DRAFT, presses.HAND_IN, presses.PUBLISH_WHAT_IS_PUBLIC],
    ids=["draft", "handed-in", "published"],
)
def test_many_lines_become_what_they_become_one_by_one(organisations, press):
    by = colleague("ben")
    for number, record in enumerate(organisations):
        if number % 4 == 0:
            Organisation.objects.filter(pk=record.pk).update(published_at=None)
    records = wanted(Organisation, changed_book(organisations))
    assert [each.errors for each in records] == [[]] * len(records)

    def one_by_one():
        for each in records:
            carry_out([each], by, press)

    assert after(lambda: carry_out(records, by, press)) == after(one_by_one)


def test_history_holds_what_is_stored(organisations):
    records = wanted(Organisation, changed_book(organisations))
    carry_out(records, colleague("ben"))
    for revision in Revision.objects.latest_of_each():
        stored = snapshots.stored(revision.model, revision.key)
        assert revision.rows == stored


def test_search_text_is_that_of_what_is_stored(organisations):
    carry_out(wanted(Organisation, changed_book(organisations)), colleague("ben"))
    kept = {root.pk: (root.record.names, root.record.text) for root in Organisation.objects.all()}
    bookkeeping.refresh_all(list(Organisation.objects.all()))
    for root in Organisation.objects.all():
        assert (root.record.names, root.record.text) == kept[root.pk]


def count(act):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        act()
    return len(queries)


def test_a_line_more_costs_no_query(organisations):
    """But for statements, which hold a limited number of values."""
    more = make.OrganisationFactory.create_batch(3)
    book = line(line(book_of(more[:2]), summary="Alpha"), number=1, summary="Beta")
    few = wanted(Organisation, book)
    book = book_of(more)
    for number in range(3):
        line(book, number=number, summary=f"Gamma{number}")
    many = wanted(Organisation, book)
    by = colleague("ben")
    after_nothing(lambda: carry_out(few, by))  # what is remembered for good
    of_few = count(lambda: after_nothing(lambda: carry_out(few, by)))
    assert count(lambda: after_nothing(lambda: carry_out(many, by))) == of_few


def after_nothing(act):
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


def test_each_broken_line_is_named_and_no_sound_one(organisations):
    """What only the database knows is found among many lines, and told of each."""
    taken = [each.slug for each in make.OrganisationFactory.create_batch(3)]
    book = book_of(organisations)
    for number, each in enumerate(book["organisations"].lines):
        each.cells["summary"] = f"New {number}"
    for number, slug in zip((1, 7, 8), taken, strict=True):
        line(book, number=number, slug=slug)
    records = wanted(Organisation, book)
    broken = [number for number, each in enumerate(records) if each.errors]
    assert broken == [1, 7, 8]
    assert all("Another record has this address" in records[n].errors[0] for n in broken)
    with pytest.raises(Refused):
        carry_out(records, colleague("ben"))
    assert not Revision.objects.exists()


def test_old_addresses_of_many_lead_on(organisations):
    by = colleague("ben")
    book = book_of(organisations)
    for number, each in enumerate(book["organisations"].lines):
        each.cells["slug"] = f"moved-{number}"
    before = {record.pk: record.get_absolute_url() for record in organisations}
    carry_out(wanted(Organisation, book), by)
    for record in Organisation.objects.filter(pk__in=before):
        assert Redirect.objects.target(before[record.pk]) == record.get_absolute_url()


def test_progress_is_told(organisations):
    records = wanted(Organisation, changed_book(organisations))
    told = []
    importing.carry_out(
        records, presses.PUBLISH, colleague("ben"), LONG_AGO, "Imported",
        progress=lambda done, number: told.append((done, number)),
    )  # fmt: skip
    assert told[0][0] == 0
    assert told == sorted(told)


def test_what_changed_while_it_was_looked_at_is_seen(organisations):
    """A colleague saves between the look ahead and the lock."""
    record = organisations[0]
    (each,) = wanted(Organisation, line(book_of([record]), summary="Mine"))
    batch = Batch([each.offer()], presses.PUBLISH, colleague("ben"), LONG_AGO)
    batch.look_ahead()
    Organisation.objects.filter(pk=record.pk).update(region_note="Theirs")
    (answer,) = batch.take()
    assert str(answer).startswith("Somebody saved this meanwhile")
    record.refresh_from_db()
    assert (record.summary == "Mine", record.region_note) == (False, "Theirs")


def test_what_it_rests_on_and_is_gone_meanwhile_is_named(organisations):
    topic = make.TopicFactory(key="imaging")
    (each,) = wanted(Organisation, line(book_of(organisations[:1]), topics="imaging"))
    batch = Batch([each.offer()], presses.PUBLISH, colleague("ben"), LONG_AGO)
    batch.look_ahead()
    topic.delete()
    (answer,) = batch.take()
    assert "Something that is chosen here is gone since" in str(answer)
