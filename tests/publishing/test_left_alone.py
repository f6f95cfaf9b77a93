"""What a press is not about stays as it is."""

import datetime as dt

import pytest
from django.contrib.auth.models import User

from partners.models import Organisation, PendingChange, Revision
from partners.publishing import presses
from partners.rows.door import take_one
from partners.rows.offers import Offer, Outcome
from partners.rows.standing import standing
from tests import acts
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
TICK = dt.timedelta.resolution
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def ann():
    return User.objects.create_user("ann")


def new_summary(root, by, when=None):
    base = standing(Organisation, root.pk).present
    rows = [base[0] | {"fields": base[0]["fields"] | {"summary": "New."}}]
    return acts.Proposal(Organisation, root.pk, base, rows, by, when=when)


def test_taking_back_a_schedule_leaves_what_waits_for_approval(ann):
    root = make.OrganisationFactory(withdrawn_at=LATER)
    acts.hand_in(new_summary(root, ann), NOW)
    acts.unschedule(root, ann, NOW)
    assert Organisation.objects.get().withdrawn_at is None
    assert PendingChange.objects.get().is_handed_in


@pytest.mark.parametrize("way", ["gone", "not scheduled", "not yet", "another reason"])
def test_clock_publishes_nothing_that_somebody_else_decided_on(ann, way):
    root = make.OrganisationFactory()
    if way == "not scheduled":
        acts.save_draft(new_summary(root, ann), NOW)
    elif way == "not yet":
        acts.schedule(new_summary(root, ann, LATER), NOW)
    elif way == "another reason":
        acts.schedule(new_summary(root, ann, LATER - TICK)._replace(why="Another."), NOW)
    before = standing(Organisation, root.pk).version
    offer = Offer(Organisation, root.pk)
    answer = take_one(offer, presses.PUBLISH_AS_SCHEDULED, ann, LATER - TICK)
    assert answer.outcome is Outcome.UNCHANGED
    assert standing(Organisation, root.pk).version == before


def test_history_says_why_what_was_scheduled_was_changed(ann):
    root = make.OrganisationFactory()
    acts.schedule(new_summary(root, ann, LATER)._replace(why="As they wrote."), NOW)
    assert presses.apply_due(LATER) == 1
    assert Revision.objects.of(Organisation, root.pk).first().why == "As they wrote."


def test_asking_whether_a_change_can_be_published_publishes_nothing(ann):
    root = make.OrganisationFactory()
    change = acts.save_draft(new_summary(root, ann), NOW)
    assert presses.obstacle(change, NOW) == ""
    assert Organisation.objects.get().summary == ""
    Organisation.objects.update(summary="Theirs.")
    assert presses.obstacle(change, NOW) == "Somebody saved this meanwhile."
    assert PendingChange.objects.get() == change
