"""What staff did stays, and meets what the fixtures changed."""

import re

import pytest
from django.contrib.auth.models import User

from partners.models import (
    Collaboration,
    Figure,
    LoadedRow,
    Organisation,
    Revision,
    SectionEntry,
    Source,
    Topic,
    Verification,
)
from partners.rows import history, snapshots
from tests import acts
from tests.exchange.loaddata.broken import LINK
from tests.exchange.loaddata.changes import (
    ESR_MEMBERS,
    EUROSAFE_LINK,
    FIXTURES,
    ORGANISATIONS,
    TOTAL,
    copies,
    edit,
    find,
    load,
    put,
    refusal,
)
from tests.factories import SINCE_THEN, OrganisationFactory, VerificationFactory

REFUSED = "Staff changed these records since they were loaded:"


def listed(said):
    """The records that a refusal lists."""
    first, *records, last = said.splitlines()
    assert first == REFUSED
    assert last.startswith("Nothing was loaded.")
    return [re.search(r"\((.+)\)$", line)[1] for line in records]


@pytest.fixture
def staff():
    """Staff change a text and a list of topics, and delete a link and a whole organisation."""
    Organisation.objects.filter(pk="sir").update(summary="Changed by staff.")
    Organisation.objects.get(pk="esr").topics.add("renal-medicine")
    Organisation.objects.get(pk="eurosafe-imaging").links.all().delete()
    Collaboration.objects.get(pk="cirse-esso").delete()
    Organisation.objects.get(pk="esso").delete()


@pytest.mark.usefixtures("staff")
def test_what_staff_did_stays_where_the_fixtures_are_as_they_were():
    report = load(*FIXTURES)
    kept = int(re.search(r" 0 new, 0 changed, \d+ unchanged, (\d+) kept as they are\.", report)[1])
    assert kept > 8
    assert Organisation.objects.get(pk="sir").summary == "Changed by staff."
    assert Organisation.objects.get(pk="esr").topics.filter(pk="renal-medicine").exists()
    assert not Organisation.objects.get(pk="eurosafe-imaging").links.exists()
    assert not Organisation.objects.filter(pk="esso").exists()
    assert not Collaboration.objects.filter(pk="cirse-esso").exists()


@pytest.mark.usefixtures("staff")
def test_what_staff_changed_as_well_is_refused_and_listed(broken):
    def change(records):
        find(records, "sir")["fields"]["summary"] = "Changed by the fixture."
        find(records, "esr")["fields"]["topics"] = []
        find(records, EUROSAFE_LINK)["fields"]["label"] = "Another label"
        find(records, "esso")["fields"]["summary"] = "Deleted by staff, changed here."

    expected = ["partners.organisation esr", "partners.organisation esso"]
    expected += ["partners.organisation sir", LINK]
    assert sorted(listed(refusal(broken(ORGANISATIONS, edit(change))))) == sorted(expected)


@pytest.mark.usefixtures("staff")
def test_what_the_fixture_changed_elsewhere_in_the_record_is_merged(broken):
    path = broken(ORGANISATIONS, put("sir", region_note="Changed by the fixture."))
    assert " 0 new, 1 changed, " in load(path)
    sir = Organisation.objects.get(pk="sir")
    assert (sir.summary, sir.region_note) == ("Changed by staff.", "Changed by the fixture.")
    assert " 0 new, 0 changed, " in load(path)


def test_field_that_was_not_there_when_it_was_loaded_has_its_default():
    """As after a migration that added it: nothing that staff left alone is called changed."""
    for loaded in LoadedRow.objects.filter(model="partners.organisation"):
        del loaded.fields["region_note"]
        loaded.save()
    assert load(*FIXTURES) == f"{TOTAL} records: 0 new, 0 changed, {TOTAL} unchanged."
    Organisation.objects.filter(pk="sir").update(region_note="Filled in by staff.")
    assert ", 1 kept as they are." in load(FIXTURES[4])


@pytest.mark.usefixtures("staff")
def test_overwrite_replaces_what_staff_did():
    VerificationFactory(organisation=Organisation.objects.get(pk="sir"))
    load(*FIXTURES, overwrite=True)
    assert Organisation.objects.get(pk="sir").summary.startswith("A non-profit society")
    assert not Organisation.objects.get(pk="esr").topics.filter(pk="renal-medicine").exists()
    assert Organisation.objects.get(pk="eurosafe-imaging").links.count() == 1
    assert Collaboration.objects.get(pk="cirse-esso").parties.count() == 2
    assert SectionEntry.objects.filter(organisation="esso").count() == 1
    assert Verification.objects.get().organisation_id == "sir"
    assert load(*FIXTURES) == f"{TOTAL} records: 0 new, 0 changed, {TOTAL} unchanged."


def test_history_keeps_what_is_overwritten_and_what_comes_instead():
    sir = Organisation.objects.get(pk="sir")
    editor = User.objects.create_user("publisher")
    rows = snapshots.rows_of(sir)
    changed = [{**rows[0], "fields": rows[0]["fields"] | {"summary": "By staff."}}, *rows[1:]]
    proposal = acts.Proposal(Organisation, "sir", rows, changed, editor)
    acts.publish(proposal, SINCE_THEN)
    load(*FIXTURES, overwrite=True)
    states = Revision.objects.of(Organisation, "sir")
    assert [state.what for state in states] == ["Loaded", "Published", history.OUTSIDE]
    assert [state.rows for state in states] == [rows, changed, rows]
    load(*FIXTURES)
    assert states.count() == 3


@pytest.mark.usefixtures("staff")
def test_only_new_adds_what_is_missing_and_keeps_the_rest(sound):
    general_knowledge = Source.objects.get(pk="general-knowledge").title
    content = {
        model: set(model.objects.values_list("pk", flat=True)) for model in (Organisation, Figure)
    }

    report = load(sound, *FIXTURES[1:], only_new=True)

    kept = int(
        re.fullmatch(
            r"\d+ records: 1 new, 0 changed, \d+ unchanged, (\d+) kept as they are\.", report
        )[1]
    )
    assert kept > 8
    assert Source.objects.get(pk="sound").title == "General knowledge"
    assert Source.objects.get(pk="general-knowledge").title == general_knowledge
    assert Organisation.objects.get(pk="sir").summary == "Changed by staff."
    assert Organisation.objects.get(pk="esr").topics.filter(pk="renal-medicine").exists()
    assert not Organisation.objects.get(pk="eurosafe-imaging").links.exists()
    for model, keys in content.items():
        assert set(model.objects.values_list("pk", flat=True)) == keys
    assert not Collaboration.objects.filter(pk="cirse-esso").exists()


def test_deleted_topic_stays_away_from_what_had_it():
    had_it = Organisation.objects.filter(topics="research").count()
    Topic.objects.get(pk="research").delete()
    assert f", {had_it + 1} kept as they are." in load(FIXTURES[1], FIXTURES[4])
    assert had_it
    assert not Topic.objects.filter(pk="research").exists()


def test_deleted_part_stays_away():
    Organisation.objects.get(pk="eurosafe-imaging").links.all().delete()
    for options in ({}, {"only_new": True}, {}):
        load(FIXTURES[4], **options)
        assert not Organisation.objects.get(pk="eurosafe-imaging").links.exists()


def test_only_new_does_not_bring_a_changed_fixture(broken):
    path = broken(ORGANISATIONS, put(ESR_MEMBERS, value=80_000))
    assert ", 1 kept as they are." in load(path, only_new=True)
    assert Figure.objects.get(pk=ESR_MEMBERS).value == 75_000
    assert " 1 changed, " in load(path)
    assert Figure.objects.get(pk=ESR_MEMBERS).value == 80_000


def test_record_that_staff_made_under_the_same_key_is_not_replaced(broken):
    OrganisationFactory(key="esr-2", name="Made by staff")
    path = broken(ORGANISATIONS, copies("esr", {"pk": "esr-2", "slug": "esr-2"}))
    assert listed(refusal(path)) == ["partners.organisation esr-2"]
    load(path, overwrite=True)
    assert Organisation.objects.get(pk="esr-2").acronym == "ESR"


def test_change_that_staff_took_back_is_none():
    summary = Organisation.objects.get(pk="sir").summary
    Organisation.objects.filter(pk="sir").update(summary="Changed by staff.")
    Organisation.objects.filter(pk="sir").update(summary=summary)
    assert load(*FIXTURES) == f"{TOTAL} records: 0 new, 0 changed, {TOTAL} unchanged."


def test_change_that_the_fixture_makes_as_well_is_none(broken):
    Organisation.objects.filter(pk="sir").update(summary="Changed by both.")
    path = broken(ORGANISATIONS, put("sir", summary="Changed by both."))
    assert " 0 new, 0 changed, " in load(path)
    assert " 1 changed, " in load(FIXTURES[4])
    assert LoadedRow.objects.count() == TOTAL


def test_organisation_that_staff_moved_is_not_moved_back():
    Organisation.objects.filter(pk="sir").update(slug="society-of-interventional-radiology")
    load(FIXTURES[4])
    assert Organisation.objects.get(pk="sir").slug == "society-of-interventional-radiology"
