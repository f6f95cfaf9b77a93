"""A query that Django writes once finds what it would find if it were written anew."""

import datetime as dt
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import Collaboration, Organisation, Party, Topic
from partners.models.prepared import MOST_VALUES, Prepared, PreparedRelated
from tests import factories as make

pytestmark = pytest.mark.django_db

live = Prepared(lambda at, *keys: Organisation.objects.live(at).filter(pk__in=keys))


def test_each_call_has_its_own_values():
    at = timezone.now()
    first, second, third = make.OrganisationFactory.create_batch(3)
    assert live(at, first.pk, second.pk) == sorted([first, second], key=lambda each: each.name)
    assert live(at, third.pk, third.pk) == [third]
    assert live(at, third.pk) == [third]


def test_moment_decides_as_it_does_in_a_query_that_is_written_anew():
    at = timezone.now()
    record = make.OrganisationFactory(published_at=at)
    before = at - dt.timedelta(microseconds=1)
    assert live(before, record.pk) == list(Organisation.objects.live(before)) == []
    assert live(at, record.pk) == list(Organisation.objects.live(at)) == [record]


def test_it_is_written_once(monkeypatch):
    calls = []

    @Prepared
    def named(name):
        calls.append(name)
        return Organisation.objects.filter(name=name)

    make.OrganisationFactory(name="A")
    assert [each.name for each in (*named("A"), *named("B"), *named("A"))] == ["A", "A"]
    assert len(calls) == 1


def test_nothing_of_what_was_found_is_kept():
    record = make.OrganisationFactory(name="Old")
    (found,) = live(timezone.now(), record.pk)
    found.name = "Changed by whoever read it"
    Organisation.objects.update(name="New")
    assert [each.name for each in live(timezone.now(), record.pk)] == ["New"]


def test_texts_are_values_and_no_sql():
    make.OrganisationFactory()
    named = Prepared(lambda name: Organisation.objects.filter(name=name))
    assert named("' OR 1=1 --") == named("%s") == named("%(name)s") == []


@pytest.mark.parametrize(
    "write",
    [
        lambda given: Party.objects.filter(organisation__in=[given]),
        lambda given: Organisation.objects.filter(name=f"{given}"),
        lambda given: Organisation.objects.filter(name=given.lower()),
    ],
)
def test_query_that_looks_at_its_values_cannot_be_prepared(write):
    with pytest.raises((TypeError, AttributeError)):
        Prepared(write)("A")


@pytest.mark.parametrize("value", [None, dt.date(2016, 2, 29), 1.5, uuid4()])
def test_value_that_takes_a_field_to_write_is_refused(value):
    with pytest.raises(TypeError, match="a text, a number or a moment"):
        live(timezone.now(), value)


def test_query_of_very_many_values_is_not_kept():
    record = make.OrganisationFactory()
    assert live(timezone.now(), record.pk, *map(str, range(MOST_VALUES))) == [record]
    kept = live._written.cache_info().currsize
    assert live(timezone.now(), record.pk, *map(str, range(MOST_VALUES + 1))) == [record]
    assert live._written.cache_info().currsize == kept


def test_related_records_counts_subqueries_and_prefetched_names_come_as_usual():
    party = make.PartyFactory()
    make.OrganisationNameFactory(organisation=party.organisation)

    def write(key):
        theirs = Party.objects.filter(organisation=OuterRef("organisation"))
        found = Party.objects.filter(organisation__pk=key).select_related("collaboration")
        found = found.annotate(whose=F("organisation__pk"), is_party=Exists(theirs))
        return found.prefetch_related("organisation__names")

    (found,) = Prepared(write)(party.organisation_id)
    assert (found, found.whose, found.is_party) == (party, party.organisation_id, True)
    with CaptureQueriesContext(connection) as asked:
        assert found.collaboration == party.collaboration
        assert len(found.organisation.names.all()) == 1
    assert not asked.captured_queries


def test_values_and_slices_come_as_usual():
    pair = make.OrganisationFactory.create_batch(2)
    first = min(pair, key=lambda each: each.name)
    names = Prepared(lambda: Organisation.objects.order_by("name").values_list("name", "pk")[:1])
    assert names() == [(first.name, first.pk)]
    flat = Prepared(lambda key: Organisation.objects.filter(pk=key).values_list("name", flat=True))
    assert flat(first.pk) == [first.name]


@pytest.mark.django_db(transaction=True)
def test_threads_ask_by_connections_of_their_own():
    record, at, found = make.OrganisationFactory(), timezone.now(), []
    assert live(at, record.pk) == [record]

    def ask():
        found.append((live(at, record.pk), connection.connection))
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    [(records, other)] = found
    assert records == [record]
    assert other is not connection.connection


def test_what_is_kept_holds_no_connection():
    record = make.OrganisationFactory()
    live(timezone.now(), record.pk)
    named([make.CollaborationFactory()], timezone.now())
    writer = live._written(connection.vendor, 2).compiler.connection
    assert writer is not connection
    assert writer.connection is None


topics = PreparedRelated(Organisation, "topics", Topic.objects.all, "shown_topics")
named = PreparedRelated(Collaboration, "parties", Party.objects.named, "named_parties")


def test_what_leads_to_records_is_read_in_one_query(django_assert_num_queries):
    at, others = timezone.now(), make.CollaborationFactory.create_batch(2)
    first, second = (make.PartyFactory(collaboration=others[0], position=n) for n in (2, 1))
    make.PartyFactory(collaboration=others[0], organisation__draft=True)
    make.PartyFactory()
    with django_assert_num_queries(1):
        named(others, at)
        assert [each.named_parties for each in others] == [[second, first], []]
        assert first in others[0].named_parties[1].collaboration.named_parties


def test_what_many_records_share_is_read_for_each():
    shared, other = make.TopicFactory(name="A"), make.TopicFactory(name="B")
    records = make.OrganisationFactory.create_batch(3)
    records[0].topics.set([other, shared])
    records[1].topics.set([shared])
    topics(records)
    assert [each.shown_topics for each in records] == [[shared, other], [shared], []]


def test_nothing_is_asked_of_no_records(django_assert_num_queries):
    with django_assert_num_queries(0):
        named([], timezone.now())
