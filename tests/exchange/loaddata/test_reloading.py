"""Twice is once, and a changed fixture changes its rows alone."""

import json

from django.contrib.auth.models import Group, User

from partners.models import (
    Figure,
    Organisation,
    Record,
    Redirect,
    Verification,
)
from partners.reading.search import Search
from partners.rows import bookkeeping
from tests.exchange.loaddata.changes import (
    ESR_MEMBERS,
    FIXTURES,
    ORGANISATIONS,
    TOPICS,
    TOTAL,
    copies,
    drop,
    dump,
    edit,
    group,
    load,
    put,
)
from tests.factories import SINCE_THEN, VerificationFactory


def test_loading_again_changes_nothing():
    user = User.objects.create_user("editor")
    bookkeeping.verify(Organisation.objects.get(pk="esr"), user, SINCE_THEN, "by mail")
    VerificationFactory(figure=Figure.objects.get(pk=ESR_MEMBERS), verified_by=user)
    bookkeeping.refresh(Organisation.objects.get(pk="sir"))
    before = dump()
    assert Record.objects.get(organisation="sir").version == 2
    assert Verification.objects.count() == 2

    assert load(*FIXTURES) == f"{TOTAL} records: 0 new, 0 changed, {TOTAL} unchanged."

    assert dump() == before


def test_loading_counts_one_change_for_each_record():
    assert set(Record.objects.values_list("version", flat=True)) == {1}


def test_changed_fixture_changes_its_row_alone(broken):
    path = broken(ORGANISATIONS, put(ESR_MEMBERS, value=80_000))
    count = len(json.loads(path.read_text()))
    assert load(path) == f"{count} records: 0 new, 1 changed, {count - 1} unchanged."
    assert Figure.objects.get(pk=ESR_MEMBERS).value == 80_000
    changed = Record.objects.filter(version=2)
    assert [record.organisation_id for record in changed] == ["esr"]
    assert load(path) == f"{count} records: 0 new, 0 changed, {count} unchanged."


def test_field_that_is_left_out_has_its_default(broken):
    def leave_out(records):
        fields = {"slug": "short", "name": "Short"}
        records[:] = [{"model": "partners.organisation", "pk": "short", "fields": fields}]

    path = broken(ORGANISATIONS, edit(leave_out))
    assert load(path) == "1 records: 1 new, 0 changed, 0 unchanged."
    assert Organisation.objects.get(pk="short").published_at is None
    before = dump()
    assert load(path) == "1 records: 0 new, 0 changed, 1 unchanged."
    assert dump() == before


def test_topics_that_are_left_out_are_taken_away(broken):
    load(broken(ORGANISATIONS, drop("esr", "topics")))
    assert not Organisation.objects.get(pk="esr").topics.exists()


def test_loaded_text_is_found(broken):
    def find_all(typed):
        found = Search(typed).ranked(Organisation.objects.all())
        return [organisation.pk for organisation in found]

    assert find_all("apscvir") == ["apscvir"]
    assert find_all("zirconium") == []
    load(broken(ORGANISATIONS, put("apscvir", acronym="Zirconium")))
    load(broken(TOPICS, put("renal-medicine", name="Beryllium")))
    assert find_all("zirconium") == ["apscvir"]
    assert find_all("beryllium") == ["era-edta"]


def test_changed_slug_leaves_a_redirect(broken):
    load(broken(ORGANISATIONS, put("esr", slug="european-society-of-radiology")))
    moves = Redirect.objects.values_list("old_path", "new_path")
    assert list(moves) == [("/organisations/esr/", "/organisations/european-society-of-radiology/")]
    load(FIXTURES[4])
    moves = Redirect.objects.values_list("old_path", "new_path")
    assert list(moves) == [("/organisations/european-society-of-radiology/", "/organisations/esr/")]


def test_changed_slug_of_a_draft_leaves_no_redirect(broken):
    load(broken(ORGANISATIONS, copies("irsa", {"pk": "draft", "slug": "a", "published_at": None})))
    load(broken(ORGANISATIONS, copies("irsa", {"pk": "draft", "slug": "b", "published_at": None})))
    assert Organisation.objects.get(pk="draft").slug == "b"
    assert not Redirect.objects.exists()


def test_sequence_goes_on_behind_a_loaded_key(broken):
    load(broken(ORGANISATIONS, group(pk=1000)))
    assert Group.objects.get(pk=1000).name == "Proofreaders"
    assert Group.objects.create(name="Interns").pk == 1001
