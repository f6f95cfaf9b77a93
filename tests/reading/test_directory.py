"""What the directory answers: searched once an edition, then narrowed by what else is chosen."""

import datetime as dt

import pytest
from django.utils import timezone

from partners.models import Organisation
from partners.reading.directory import Directory
from partners.reading.facets import FACETS
from tests import factories as make

pytestmark = pytest.mark.django_db
#: Within a transaction nothing is kept.
commits = pytest.mark.django_db(transaction=True)


def directory(at=None, with_home=False, **chosen):
    return Directory(chosen, {}, at or timezone.now(), with_home)


def keys(*args, **chosen):
    results = directory(*args, **chosen).results
    found = [each.pk for each in results[:10]]
    assert len(results) == len(found)
    return found


@commits
def test_a_question_is_searched_once_until_anything_changes(django_assert_num_queries):
    make.OrganisationFactory(key="first", name="Radiology First", kind="society")
    assert keys(q="radiology") == ["first"]
    with django_assert_num_queries(4):  # twice whether what is kept is true, and the records
        assert keys(q="Radiology ") == keys(q="radiology", kind="society") == ["first"]
    make.OrganisationFactory(key="second", name="Radiology Second", kind="college")
    assert keys(q="radiology") == ["first", "second"]
    assert keys(q="radiology", kind="society") == ["first"]
    Organisation.objects.filter(pk="first").update(withdrawn_at=timezone.now())
    assert keys(q="radiology") == ["second"]


@commits
def test_a_question_is_searched_anew_when_time_changes_the_answer():
    at = timezone.now()
    make.OrganisationFactory(key="now", name="Radiology", published_at=at - dt.timedelta(hours=1))
    make.OrganisationFactory(key="soon", name="Radiology", published_at=at + dt.timedelta(hours=1))
    assert keys(at, q="radiology") == ["now"]
    assert keys(at + dt.timedelta(hours=2), q="radiology") == ["now", "soon"]


@pytest.mark.parametrize("with_home", [False, True])
def test_pages_of_what_is_found_and_narrowed_are_those_of_the_database(with_home):
    kinds, regions = ["society", "college", "society"], ["europe", "africa"]
    for number in range(60):
        make.OrganisationFactory(
            key=f"o{number}",
            name=f"{'Radiology' if number % 5 else 'Surgery'} {number:02}",
            kind=kinds[number % 3],
            region=regions[number % 2],
            is_home=number == 24,
        )
    at, chosen = timezone.now(), {"kind": "society", "region": "europe"}
    live = Organisation.objects.live(at) if with_home else Organisation.objects.live(at).partners()
    conditions = [each.condition(chosen[each.name], at) for each in FACETS if each.name in chosen]
    wanted = [each for each in live.filter(*conditions).order_by("name") if "Rad" in each.name]
    found = directory(at, with_home, q="radiology", **chosen)
    assert len(wanted) == found.count == len(found.results) > 12
    for start in (0, 5, 10, 15):
        assert found.results[start : start + 5] == wanted[start : start + 5]


def test_the_society_is_found_only_where_it_is_asked_for():
    make.OrganisationFactory(key="home", name="Radiology Home", is_home=True)
    make.OrganisationFactory(key="partner", name="Radiology Partner")
    assert keys(q="radiology") == ["partner"]
    assert keys(q="radiology", with_home=True) == ["home", "partner"]


def test_words_that_only_the_society_has_are_forgiven_among_partners():
    make.OrganisationFactory(key="home", name="Esxr", is_home=True)
    make.OrganisationFactory(key="esr", name="Esr")
    assert keys(q="esxr", with_home=True) == ["home"]
    assert keys(q="esxr") == ["esr"]


def test_a_word_that_somebody_has_is_not_corrected_whatever_else_is_chosen():
    make.OrganisationFactory(key="esor", name="Esor", kind="society")
    make.OrganisationFactory(key="esr", name="Esr", kind="college")
    assert keys(q="esr", kind="society") == []
    assert keys(q="esxr", kind="society") == ["esor"]


@pytest.mark.parametrize(
    ("kind", "words"), [("society", ["Esor"]), ("college", ["Esr"]), ("federation", [])]
)
def test_corrected_words_are_those_of_the_first_that_is_listed(kind, words):
    make.OrganisationFactory(name="Esor", kind="society")
    make.OrganisationFactory(name="Esr", kind="college")
    assert directory(q="esxr", kind=kind).corrected == words
