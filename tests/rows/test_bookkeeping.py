"""The rows beside the content: counted at every write, raw ones too; never reset."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.core import serializers
from django.core.management import call_command
from django.db import connection
from django.db.models import ProtectedError
from django.utils import timezone

from partners.models import (
    Event,
    Figure,
    Organisation,
    OrganisationName,
    Record,
    Verification,
    Word,
    root_name,
)
from partners.rows import bookkeeping
from tests import factories as make

pytestmark = pytest.mark.django_db


def version(root):
    return Record.objects.get(**{root_name(root): root}).version


def text(root):
    return Record.objects.get(**{root_name(root): root}).text


ROOTS = pytest.mark.parametrize(
    "factory",
    make.ROOT_FACTORIES,
    ids=lambda factory: factory._meta.model._meta.model_name,
)


@ROOTS
def test_root_is_counted_at_every_save(factory):
    root = factory()
    assert version(root) == 1
    root.save()
    root.save(update_fields=["slug"])
    assert version(root) == 3


@ROOTS
def test_root_is_counted_when_written_raw(factory):
    root = factory.build()
    root.save_base(raw=True)
    assert version(root) == 1
    root.save_base(raw=True)
    assert version(root) == 2


PARTS = pytest.mark.parametrize(
    ("factory", "owner"),
    [
        (make.OrganisationNameFactory, "organisation"),
        (make.OrganisationRelationFactory, "organisation"),
        (make.FigureFactory, "organisation"),
        (make.IdentifierFactory, "organisation"),
        (make.PartyFactory, "collaboration"),
        (make.JointWorkFactory, "collaboration"),
        (make.OrganiserFactory, "event"),
        (make.LinkFactory, "organisation"),
        (make.CitationFactory, "organisation"),
    ],
    ids=lambda given: getattr(given, "__name__", given),
)


@PARTS
def test_part_counts_for_its_root(factory, owner):
    part = factory()
    root = getattr(part, owner)
    assert version(root) == 2
    part.save()
    assert version(root) == 3
    part.save_base(raw=True)
    assert version(root) == 4
    part.delete()
    assert version(root) == 5


@PARTS
def test_part_deleted_by_query_counts(factory, owner):
    part = factory()
    root = getattr(part, owner)
    type(part).objects.filter(pk=part.pk).delete()
    assert version(root) == 3


def test_part_leaves_the_organisation_it_names_alone():
    party = make.PartyFactory()
    organiser = make.OrganiserFactory()
    relation = make.OrganisationRelationFactory()
    make.SectionEntryFactory(organisation=relation.other)
    for organisation in (party.organisation, organiser.organisation, relation.other):
        assert version(organisation) == 1


@pytest.mark.parametrize(
    ("owner", "factory"), [("series", make.EventSeriesFactory), ("page", make.PageFactory)]
)
def test_owned_part_counts_for_whichever_root_has_it(owner, factory):
    root = factory()
    make.LinkFactory(**{owner: root})
    assert version(root) == 2


def test_batch_counts_each_root_once():
    one, other, alone = make.OrganisationFactory.create_batch(3)
    with bookkeeping.batch():
        one.save()
        one.save()
        figure = make.FigureFactory(organisation=one)
        make.OrganisationNameFactory(organisation=one)
        figure.delete()
        one.topics.set([make.TopicFactory()])
        other.save()
        assert version(one) == version(other) == 1
    assert (version(one), version(other), version(alone)) == (2, 2, 1)


def test_batch_takes_the_new_root_in():
    with bookkeeping.batch():
        root = make.OrganisationFactory(name="Made within")
        make.OrganisationNameFactory(organisation=root, name="Once called so")
    assert version(root) == 1
    assert text(root) == "made within once called so"


def test_batch_folds_what_is_in_the_database_not_what_was_in_hand():
    root = make.OrganisationFactory(name="Old name")
    name = make.OrganisationNameFactory(organisation=root, name="Alias")
    stale = OrganisationName.objects.select_related("organisation").get(pk=name.pk)
    with bookkeeping.batch():
        root.name = "New name"
        root.save()
        stale.save()
    assert text(root).startswith("new name alias")


def test_batch_takes_dates_given_as_text():
    with bookkeeping.batch():
        event = Event.objects.create(key="e", slug="e", title="Congress", starts="2018-05")
    assert text(event) == "congress 2018"


def test_batch_in_which_a_root_comes_and_goes_leaves_nothing():
    kept = make.OrganisationFactory()
    with bookkeeping.batch():
        root = make.OrganisationFactory(key="gone")
        make.FigureFactory(organisation=root)
        root.delete()
        kept.save()
    assert not Record.objects.filter(organisation_id="gone").exists()
    assert version(kept) == 2


def _save_then_fail(root):
    root.save()
    make.PartyFactory(organisation=root)
    root.delete()


def test_batch_that_fails_counts_and_keeps_nothing():
    root = make.OrganisationFactory(name="Before")
    root.name = "After"
    with pytest.raises(ProtectedError), bookkeeping.batch():
        _save_then_fail(root)
    assert Organisation.objects.get().name == "Before"
    assert (version(root), text(root)) == (1, "before")
    root.save()
    assert version(root) == 2


@ROOTS
def test_root_that_goes_leaves_nothing(factory):
    root, kept = factory(), factory()
    owner = root_name(root)
    make.LinkFactory(**{owner: root})
    make.CitationFactory(**{owner: root})
    make.VerificationFactory(**{owner: root})
    before = version(kept)
    root.delete()
    assert not Record.objects.filter(**{f"{owner}_id": root.key}).exists()
    assert not Verification.objects.exists()
    assert version(kept) == before


def test_root_that_goes_with_all_its_parts_leaves_nothing():
    organisation = make.OrganisationFactory(topics=[make.TopicFactory()])
    figure = make.FigureFactory(organisation=organisation)
    make.VerificationFactory(figure=figure)
    make.OrganisationNameFactory(organisation=organisation)
    make.IdentifierFactory(organisation=organisation)
    relation = make.OrganisationRelationFactory(organisation=organisation)
    make.SectionEntryFactory(organisation=organisation)
    Organisation.objects.filter(pk=organisation.pk).delete()
    assert not Figure.objects.exists()
    assert not Verification.objects.exists()
    assert [record.organisation for record in Record.objects.filter(page=None)] == [relation.other]
    connection.check_constraints()


def test_key_that_is_used_again_is_counted_anew():
    make.OrganisationFactory(key="k", name="First").delete()
    assert text(make.OrganisationFactory(key="k", name="Second")) == "second"
    assert Record.objects.count() == 1


def test_changed_at_is_the_time_of_the_last_write():
    root = make.OrganisationFactory()
    long_ago = timezone.now() - dt.timedelta(days=1)
    Record.objects.update(changed_at=long_ago)
    make.OrganisationFactory()
    record = Record.objects.get(organisation=root)
    assert record.changed_at == long_ago
    root.save()
    record.refresh_from_db()
    assert long_ago < record.changed_at <= timezone.now()


def test_topics_given_and_taken_count_from_either_side():
    topic, root = make.TopicFactory(name="Imaging"), make.OrganisationFactory()
    root.topics.add(topic)
    assert (version(root), text(root).endswith(" imaging")) == (2, True)
    root.topics.remove(topic)
    assert (version(root), text(root).endswith(" imaging")) == (3, False)
    topic.organisations.add(root)
    assert (version(root), text(root).endswith(" imaging")) == (4, True)
    topic.organisations.set([])
    assert (version(root), text(root).endswith(" imaging")) == (5, False)
    root.topics.add(topic)
    root.topics.clear()
    assert (version(root), text(root).endswith(" imaging")) == (7, False)


def test_many_to_many_rows_of_others_are_none_of_ours():
    """Both directions of a relation that has nothing to do with the domain."""
    group, user = Group.objects.create(name="G"), User.objects.create(username="u")
    group.user_set.add(user)
    user.groups.remove(group)
    assert not Record.objects.exists()


def test_verification_is_left_alone_by_every_write(tmp_path):
    user = User.objects.create(username="u")
    root = make.OrganisationFactory(key="o")
    figure = make.FigureFactory(organisation=root)
    make.VerificationFactory(organisation=root, verified_by=user)
    make.VerificationFactory(figure=figure)
    before = list(Verification.objects.order_by("pk").values())
    fixture = tmp_path / "organisations.json"
    fixture.write_text(serializers.serialize("json", [root, figure]))

    root.save()
    figure.save()
    root.save_base(raw=True)
    call_command("loaddata", str(fixture), verbosity=0)
    with bookkeeping.batch():
        root.name = "Another"
        root.save()

    assert list(Verification.objects.order_by("pk").values()) == before
    assert version(root) >= 5


@ROOTS
def test_verify_keeps_the_last_verification(factory):
    root, user = factory(), User.objects.create(username="u")
    bookkeeping.verify(root, user, make.LONG_AGO)
    bookkeeping.verify(root, user, make.SINCE_THEN, "asked them")
    verification = Verification.objects.get()
    assert getattr(verification, root_name(root)) == root
    assert (verification.verified_by, verification.verified_at) == (user, make.SINCE_THEN)
    assert verification.how == "asked them"
    assert version(root) == 1


def test_verification_outlives_the_account_of_who_verified():
    user = User.objects.create(username="u")
    bookkeeping.verify(make.OrganisationFactory(), user, make.LONG_AGO)
    user.delete()
    assert Verification.objects.get().verified_by is None


def test_many_roots_are_counted_and_folded_as_one_is(django_assert_num_queries):
    old, new = make.OrganisationFactory(), make.OrganisationFactory.build()
    Organisation.objects.bulk_create([new])
    make.OrganisationNameFactory(organisation=old, name="Óld näme")
    make.OrganisationNameFactory(organisation=new, name="Nomen novum")
    Organisation.objects.update(summary="Rewritten")
    roots = list(Organisation.objects.order_by("name"))
    before = [version(root) for root in roots]
    with django_assert_num_queries(8):  # two of them begin and end a savepoint
        bookkeeping.refresh_all(roots)
    assert [version(root) for root in roots] == [number + 1 for number in before]
    many = [text(root) for root in roots]
    for root in roots:
        bookkeeping.refresh(root)
    assert [text(root) for root in roots] == many
    assert Word.objects.filter(text__in=["novum", "rewritten"]).count() == 2
