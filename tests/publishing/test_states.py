"""What staff are told of where a record stands, and of the change that waits beside it."""

import datetime as dt

import pytest
from django.contrib.auth.models import User

from partners.models import Organisation, PendingChange
from partners.models.base import moment
from partners.publishing import presses
from tests import factories as make

NOW = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
BEA = User(username="bea")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "draft"}, "not handed in."),
        ({"status": "handed-in"}, "awaits approval."),
        ({"status": "handed-in", "comment": "It broke.", "decided_by": BEA},
         "awaits approval: “It broke.”"),
        ({"status": "sent-back", "comment": "Why?", "decided_by": BEA},
         "sent back by bea: “Why?”"),
        ({"status": "sent-back", "comment": "Why?"}, "sent back: “Why?”"),
        ({"status": "scheduled", "publish_at": NOW, "comment": "Of before.", "decided_by": BEA},
         f"scheduled for {moment(NOW)}."),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("published_at", "what"), [(make.LONG_AGO, "A pending change"), (None, "Saved last")]
)
def test_state_tells_who_did_what_and_who_decided(published_at, what, change, said):
    root = Organisation(published_at=published_at)
    assert presses.state(root, None, NOW) == root.state(NOW)
    change = PendingChange(by_name="ann", **change)
    assert presses.state(root, change, NOW) == f"{root.state(NOW)} {what} by ann: {said}"
