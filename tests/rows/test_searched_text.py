"""What the search looks through: made of a record and its parts at every write, and of topics."""

import pytest
from django.core.management import call_command

from partners.models import JointWork, Record, Topic, Word, root_name
from partners.rows import bookkeeping
from tests import factories as make
from tests.rows.test_bookkeeping import ROOTS, text, version
from tests.worker import work

pytestmark = pytest.mark.django_db


def test_record_holds_names_on_lines_and_all_text_in_words():
    organisation = make.OrganisationFactory(
        name="Société X–Y", acronym="SXY", summary="A sum.", description="<p>Tells&nbsp;more</p>"
    )
    make.OrganisationNameFactory(organisation=organisation, name="Ex", acronym="E.X.")
    record = Record.objects.get()
    assert record.names == "\nsociete x y\nsxy\nex\nex\n"
    assert record.text == "societe x y sxy ex ex a sum tells more"
    words = set(Word.objects.values_list("text", flat=True))
    assert words == set(record.text.split())


def test_words_are_kept_once_and_not_when_endless():
    make.OrganisationFactory.create_batch(2, name="Same " + "x" * 60 + " " + "y" * 61)
    words = list(Word.objects.order_by("text").values_list("text", flat=True))
    assert words == ["same", "x" * 60]


def test_topic_that_is_renamed_is_found_by_its_new_name():
    topic = make.TopicFactory(name="Imaging")
    tagged, plain = make.OrganisationFactory(topics=[topic]), make.OrganisationFactory()
    topic.name = "Interventions"
    topic.save()
    assert text(tagged).endswith(" interventions")
    assert version(plain) == 1


@pytest.mark.parametrize("goes", [False, True], ids=["renamed", "deleted"])
def test_topic_of_many_is_followed_by_the_worker(monkeypatch, goes):
    topic = make.TopicFactory(name="Imaging")
    tagged = make.OrganisationFactory.create_batch(2, topics=[topic])
    monkeypatch.setattr(bookkeeping, "BATCH", 1)
    topic.name = "Interventions"
    topic.delete() if goes else topic.save()
    assert all(text(each).endswith(" imaging") for each in tagged)
    work()
    assert all(text(each).endswith(" interventions") is not goes for each in tagged)
    assert not any(text(each).endswith(" imaging") for each in tagged)


@pytest.mark.parametrize("by_query", [False, True], ids=["alone", "by-query"])
def test_topic_that_goes_is_found_no_more(by_query):
    topic = make.TopicFactory(name="Imaging")
    tagged = make.OrganisationFactory(topics=[topic])
    plain = make.OrganisationFactory()
    assert text(tagged).endswith(" imaging")
    (Topic.objects.filter(pk=topic.pk) if by_query else topic).delete()
    assert not text(tagged).endswith(" imaging")
    assert version(plain) == 1


def test_text_of_a_collaboration_follows_its_joint_works():
    work = make.JointWorkFactory(title="Gloves")
    assert text(work.collaboration).endswith(" gloves")
    JointWork.objects.get().delete()
    assert not text(work.collaboration).endswith(" gloves")


@ROOTS
def test_text_that_an_earlier_folding_made_is_made_anew(factory):
    root, untouched = factory(), factory()
    make.LinkFactory(**{root_name(root): root})
    expected, fresh = text(root), version(root)
    changed_at = root.record.changed_at
    Record.objects.filter(pk=root.record.pk).update(text="old", names="\nold\n", folding=0)
    Word.objects.create(text="fragment")
    call_command("migrate", verbosity=0)
    record = Record.objects.get(pk=root.record.pk)
    assert (record.text, record.version, record.changed_at) == (expected, fresh, changed_at)
    assert record.names != "\nold\n"
    words = {*record.text.split(), *text(untouched).split()}
    assert set(Word.objects.values_list("text", flat=True)) >= words
    assert not Word.objects.filter(text__in=["fragment", "old"]).exists()
