"""What leads to a record is counted together with it."""

import pytest

from partners.models import Event, Organisation
from partners.models.counts import Counts
from tests import factories as make

pytestmark = pytest.mark.django_db


def counted(record, *names, most=5):
    model = type(record)
    return model.objects.annotate(counts=Counts(model, names, most)).get(pk=record.pk).counts


def test_each_name_has_its_own_number():
    subject, other = make.OrganisationFactory.create_batch(2)
    make.LinkFactory.create_batch(3, organisation=subject)
    make.LinkFactory(organisation=other)
    make.OrganisationRelationFactory(organisation=subject, other=other)
    names = ("links", "relations", "inverse_relations")
    assert counted(subject, *names) == {"links": 3, "relations": 1, "inverse_relations": 0}
    assert counted(other, *names) == {"links": 1, "relations": 0, "inverse_relations": 1}


def test_no_more_are_counted_than_asked_for():
    subject = make.OrganisationFactory()
    make.LinkFactory.create_batch(3, organisation=subject)
    assert counted(subject, "links", most=2) == {"links": 2}


def test_records_that_lead_to_their_own_kind_are_counted():
    congress = make.EventFactory()
    make.EventFactory(held_at=congress)
    assert counted(congress, "held_here", "links") == {"held_here": 1, "links": 0}
    assert counted(Event.objects.get(held_at=congress), "held_here") == {"held_here": 0}


def test_several_records_have_their_own_numbers():
    first, second = make.OrganisationFactory.create_batch(2)
    make.LinkFactory(organisation=second)
    found = Organisation.objects.annotate(counts=Counts(Organisation, ("links",), 1))
    assert found.in_bulk([first.pk])[first.pk].counts == {"links": 0}
    assert found.in_bulk([first.pk, second.pk])[second.pk].counts == {"links": 1}
