"""What the door keeps beside what it stores: whose proposal ended, what was typed in vain."""

import copy
import datetime as dt

import pytest
from django.contrib.auth.models import User

from partners.models import Organisation, PendingChange, Revision
from partners.publishing import presses
from partners.rows.door import Batch, take_one
from partners.rows.offers import Offer, Outcome
from partners.rows.standing import standing
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)


@pytest.fixture
def editor():
    return User.objects.create_user("editor")


@pytest.fixture
def publisher():
    return User.objects.create_user("publisher")


@pytest.fixture
def roots():
    return make.OrganisationFactory.create_batch(2, summary="Old.")


def offer(root, seen=None, **fields):
    """What somebody types who sees the record as it stands, or as it was when it had `seen`."""
    there = standing(Organisation, root.pk)
    rows = copy.deepcopy(there.present)
    rows[0]["fields"] |= fields
    return Offer(Organisation, root.pk, there.present, rows, seen or there.version)


def take(press, by, root, **fields):
    return take_one(offer(root, **fields), press, by, NOW)


def test_who_proposed_is_told_once_it_is_decided_and_not_before(editor, publisher, roots):
    root = roots[0]
    take(presses.HAND_IN, editor, root, summary="New.")
    take(presses.SEND_BACK, publisher, root)
    assert not Revision.objects.exclude(unseen_by=None).exists()
    take(presses.PUBLISH, publisher, root)
    (told,) = Revision.objects.exclude(unseen_by=None)
    assert (told.unseen_by, told.rows[0]["fields"]["summary"]) == (editor, "New.")


def test_nobody_is_told_of_what_they_decided_themselves(editor, roots):
    take(presses.SAVE_DRAFT, editor, roots[0], summary="New.")
    take(presses.PUBLISH, editor, roots[0])
    assert not Revision.objects.exclude(unseen_by=None).exists()


def test_what_a_form_could_not_save_is_kept_and_kept_once(editor, roots):
    for _ in range(2):
        answer = take(presses.PUBLISH, editor, roots[0], seen="v of the past", summary="Typed.")
        assert answer.outcome is Outcome.STALE
    (kept,) = Revision.objects.filter(is_aside=True)
    assert kept.rows[0]["fields"]["summary"] == "Typed."


def test_of_a_file_nothing_is_kept_that_could_not_be_saved(editor, roots):
    offers = [offer(root, seen="v of the past", summary="Typed.") for root in roots]
    batch = Batch(offers, presses.PUBLISH, editor, NOW)
    assert {answer.outcome for answer in batch.take()} == {Outcome.STALE}
    assert not Revision.objects.filter(is_aside=True).exists()


def test_history_keeps_both_times_of_publication(editor, roots):
    until = NOW + dt.timedelta(days=3)
    take_one(offer(roots[0])._replace(when=until), presses.WITHDRAW, editor, NOW)
    last = Revision.objects.of(Organisation, roots[0].pk).first()
    assert last.times == (roots[0].published_at, until)


@pytest.mark.parametrize("press", [presses.SAVE_DRAFT, presses.HAND_IN])
def test_pending_change_is_called_as_the_record_will_be(editor, roots, press):
    take(press, editor, roots[0], name="As it will be called")
    assert PendingChange.objects.get().title == "As it will be called"
    take(press, editor, roots[0], name="As it will be called then")
    assert PendingChange.objects.get().title == "As it will be called then"
