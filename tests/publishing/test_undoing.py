"""What was done as one is put back as one, where nothing of anybody else's stands in the way."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from partners.models import Organisation, PendingChange, Revision
from partners.publishing import presses
from partners.publishing.undoing import Done, Undoing
from partners.rows import snapshots
from partners.rows.door import take_one
from partners.rows.offers import Offer
from partners.rows.snapshots import Refused
from partners.rows.standing import standing
from tests import acts
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben():
    return User.objects.create_user("ben")


@pytest.fixture
def root():
    return make.OrganisationFactory(summary="Old.")


def say(root, summary, press, by, act=None):
    base = standing(Organisation, root.pk).present
    rows = [base[0] | {"fields": base[0]["fields"] | {"summary": summary}}]
    offer = Offer(Organisation, root.pk, base, rows, why="By a file", act=act)
    assert take_one(offer, press, by, make.LONG_AGO).is_taken


def summary(root):
    return snapshots.stored(Organisation, root.pk)[0]["fields"]["summary"]


def test_history_tells_what_was_undone(root, ben):
    act = uuid4()
    say(root, "New.", presses.PUBLISH, ben, act)
    [undo] = Undoing(act).records
    assert undo.done == Done("Published", "ben", undo.made.at, "By a file")
    assert Undoing(act).carry_out(set(), ben, make.SINCE_THEN, uuid4()) == 1
    last = Revision.objects.of(Organisation, root.pk).first()
    assert (last.what, last.why) == ("Undone", "As it was before: Published")
    assert summary(root) == "Old."


def test_record_that_was_made_goes_and_comes_back_as_the_public_saw_it(root, ben):
    act, rows = uuid4(), snapshots.rows_of(root)
    Organisation.objects.all().delete()
    offer = Offer(Organisation, root.pk, [], rows, act=act)
    assert take_one(offer, presses.PUBLISH, ben, make.LONG_AGO).is_taken
    assert Undoing(act).carry_out(set(), ben, make.SINCE_THEN, uuid4()) == 1
    [gone] = Revision.objects.deleted()
    assert (gone.what, gone.times) == ("Undone", (make.LONG_AGO, None))
    acts.restore(gone, ben, make.SINCE_THEN, publishes=True)
    assert Organisation.objects.get().published_at == make.LONG_AGO


def test_proposal_of_somebody_else_is_not_undone_with_it(root, ben):
    act, everything = uuid4(), {f"partners.organisation {root.pk}"}
    say(root, "New.", presses.PUBLISH, ben, act)
    say(root, "Better.", presses.SAVE_DRAFT, User.objects.create_user("ann"))
    assert Undoing(act).carry_out(set(), ben, make.SINCE_THEN, uuid4()) == 0
    with pytest.raises(Refused, match="There is a pending change"):
        Undoing(act).carry_out(everything, ben, make.SINCE_THEN, uuid4())
    assert (summary(root), PendingChange.objects.get().by_name) == ("New.", "ann")
