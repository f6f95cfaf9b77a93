"""A new name keeps the old one: asked for, findable, shown where it was the name then."""

import pytest

from partners.models import Organisation, OrganisationName, PendingChange
from partners.reading.search import Search
from partners.values.dates import PartialDate
from tests import factories as make
from tests.admin.browser_form import errors
from tests.admin.test_publication import text

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ASKED = "Say whether this is a correction or the organisation’s new name."


@pytest.fixture
def rename(publisher, open_form):
    """rename(organisation, name, slug, **fields) → published as its new name."""

    def rename(organisation, name, slug, **fields):
        fields = {"renaming": "new-name"} | fields
        open_form(publisher, organisation).save(name=name, slug=slug, **fields)
        organisation.refresh_from_db()

    return rename


def former(organisation):
    return [(name.name, name.acronym, str(name.valid_until)) for name in organisation.names.all()]


def found(typed):
    return [each.pk for each in Search(typed).ranked(Organisation.objects.live())]


@pytest.mark.parametrize("field", ["name", "acronym"])
def test_change_of_name_asks_what_it_is(publisher, open_form, field):
    organisation = make.OrganisationFactory(acronym="OLD")
    form = open_form(publisher, organisation)
    assert errors(form.send(**{field: "NEW"})) == {"renaming": [ASKED]}


@pytest.mark.parametrize(
    ("before", "typed"),
    [
        ({"acronym": ""}, {"acronym": "NEW"}),
        ({}, {"summary": "New."}),
        ({"draft": True}, {"name": "New"}),
    ],
)
def test_what_changes_no_known_name_asks_nothing(publisher, open_form, before, typed):
    organisation = make.OrganisationFactory(**before)
    open_form(publisher, organisation).save(**typed)
    assert not OrganisationName.objects.exists()


def test_correction_leaves_no_former_name(rename):
    organisation = make.OrganisationFactory(name="Socety")
    rename(organisation, "Society", "society", renaming="correction", renamed_on="2016")
    assert organisation.name == "Society"
    assert former(organisation) == []


def test_new_name_keeps_the_old_one_with_its_date(rename):
    organisation = make.OrganisationFactory(name="Old Society", acronym="OS")
    rename(organisation, "New Society", "new", acronym="NS", renamed_on="May 2016")
    assert former(organisation) == [("Old Society", "OS", "2016-05")]
    assert found("Old Society") == found("New Society") == found("OS") == [organisation.pk]


def test_new_name_that_waits_for_approval_keeps_the_old_one_once(editor, publisher, open_form):
    organisation = make.OrganisationFactory(name="Old Society")
    open_form(editor, organisation).save("_hand_in", name="New Society", renaming="new-name")
    open_form(publisher, organisation).save(summary="Looked at.")
    organisation.refresh_from_db()
    assert not PendingChange.objects.exists()
    assert former(organisation) == [("Old Society", "", "")]


def test_there_and_back_again(rename, client):
    organisation = make.OrganisationFactory(name="Aorta", slug="a")
    rename(organisation, "Bronchus", "b")
    rename(organisation, "Aorta", "a")
    assert client.get("/organisations/a/").status_code == 200
    assert client.get("/organisations/b/")["Location"] == "/organisations/a/"
    assert found("Aorta") == found("Bronchus") == [organisation.pk]


def test_two_steps_lead_on_in_one(rename, client):
    organisation = make.OrganisationFactory(name="Aorta", slug="a")
    rename(organisation, "Bronchus", "b")
    rename(organisation, "Colon", "c")
    for old in "ab":
        response = client.get(f"/organisations/{old}/")
        assert (response.status_code, response["Location"]) == (301, "/organisations/c/")
    assert client.get("/organisations/c/").status_code == 200
    for name in ("Aorta", "Bronchus", "Colon"):
        assert found(name) == [organisation.pk]


def test_two_that_swap_their_names_are_found_under_both(rename, client):
    one = make.OrganisationFactory(name="Aorta", slug="a")
    other = make.OrganisationFactory(name="Bronchus", slug="b")
    rename(one, "Between", "between")
    rename(other, "Aorta", "a")
    rename(one, "Bronchus", "b")
    assert "<h1>Aorta</h1>" in text(client.get("/organisations/a/"))
    assert "<h1>Bronchus</h1>" in text(client.get("/organisations/b/"))
    assert client.get("/organisations/between/")["Location"] == "/organisations/b/"
    assert set(found("Aorta")) == set(found("Bronchus")) == {one.pk, other.pk}


@pytest.mark.parametrize(
    ("starts", "named"),
    [
        ("2012", "Old Society now New Society"),
        ("2015-12-31", "Old Society now New Society"),
        ("2016", "New Society"),
        ("2017", "New Society"),
        ("2009", "Oldest Society now New Society"),
    ],
)
def test_event_names_its_organiser_as_it_was_called_then(client, starts, named):
    organisation = make.OrganisationFactory(name="New Society")
    for name, until in (("Old Society", "2016"), ("Oldest Society", "2010-06")):
        make.OrganisationNameFactory(
            organisation=organisation, kind="former", name=name, valid_until=until
        )
    make.OrganisationNameFactory(organisation=organisation, kind="alias", name="Friends")
    event = make.EventFactory(starts=starts)
    make.OrganiserFactory(event=event, organisation=organisation)
    page = client.get(event.get_absolute_url()).content.decode()
    facts = page.partition("Organised by</dt>")[2].partition("</dd>")[0]
    words = " ".join("".join(facts.replace("<", "\0<").split("\0")).split())
    for mark in ("<dd>", "</a>", "<small>", "</small>"):
        words = words.replace(mark, "")
    assert words.partition(">")[2].strip() == named
    assert organisation.name_on(PartialDate(starts)) == named.partition(" now ")[0]
