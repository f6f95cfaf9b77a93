"""What the directory answers: searched once an edition, then narrowed by what else is chosen."""

import pytest
from django.utils import timezone

from partners.models import Organisation
from partners.reading.directory import Directory
from partners.reading.facets import choices
from tests import factories as make


def keys(chosen, **options):
    at = timezone.now()
    results = Directory(chosen, choices(at), at, **options).results
    found = [each.pk for each in results[:10]]
    assert len(results) == len(found)
    return found


@pytest.mark.django_db(transaction=True)  # within a transaction nothing is remembered
def test_a_question_is_searched_once_until_anything_changes(django_assert_num_queries):
    make.OrganisationFactory(key="first", name="Radiology First", kind="society")
    assert keys({"q": "radiology"}) == ["first"]
    with django_assert_num_queries(8):  # whether what is kept is true, and the records
        assert keys({"q": "radiology"}) == keys({"q": "radiology", "kind": "society"}) == ["first"]
    make.OrganisationFactory(key="second", name="Radiology Second", kind="college")
    assert keys({"q": "radiology"}) == ["first", "second"]
    assert keys({"q": "radiology", "kind": "society"}) == ["first"]
    Organisation.objects.filter(pk="first").update(withdrawn_at=timezone.now())
    assert keys({"q": "radiology"}) == ["second"]


@pytest.mark.django_db
def test_the_society_is_found_only_where_it_counts():
    make.OrganisationFactory(key="home", name="Radiology Home", is_home=True)
    make.OrganisationFactory(key="partner", name="Radiology Partner")
    assert keys({"q": "radiology"}) == ["partner"]
    assert keys({"q": "radiology"}, has_home=True) == ["home", "partner"]


@pytest.mark.django_db
def test_a_word_that_somebody_has_is_not_corrected_whatever_else_is_chosen():
    make.OrganisationFactory(key="esor", name="Esor", kind="society")
    make.OrganisationFactory(key="esr", name="Esr", kind="college")
    assert keys({"q": "esr", "kind": "society"}) == []
    assert keys({"q": "esxr", "kind": "society"}) == ["esor"]
