"""Two people, any record, any order of work: the public reads what was published last, and only it.

Each person goes on from what they saw last, so their proposals may be stale; what is refused must
come back to them whole.
"""

import copy
import datetime as dt
import itertools
from dataclasses import dataclass, field
from unittest import mock

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners import previews, publishing
from partners.models import PendingChange, Revision
from partners.rows import snapshots
from partners.rows.door import Stale
from partners.rows.snapshots import Refused
from partners.rows.standing import standing
from tests import acts
from tests.acts import Proposal
from tests.admin.records import ROOT_FACTORIES, label

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
STEPS = [
    "look", "save_draft", "hand_in", "publish", "schedule", "preview",
    "unschedule", "withdraw", "discard", "undo", "wait",
]  # fmt: skip


@dataclass
class Desk:
    """A record, what is expected of it, and what each of two people saw of it last."""

    model: type
    key: str
    people: list
    at: dt.datetime = NOW
    seen: dict = field(default_factory=dict)
    begun: dict = field(default_factory=dict)
    shown: list = field(default_factory=list)

    def __post_init__(self):
        self.public = self.stored
        for person in self.people:
            self.look(person, "")

    @property
    def stored(self):
        return snapshots.stored(self.model, self.key)

    @property
    def root(self):
        return self.model.objects.get(pk=self.key)

    def time_passes(self, minutes):
        self.at += dt.timedelta(minutes=minutes)
        due = PendingChange.objects.of(self.model, self.key).filter(publish_at__lte=self.at).first()
        publishing.apply_due(self.at)
        if due and due.rows == self.stored:
            self.public = due.rows

    def work(self, step, person, words):
        """Do it; what is refused is shown to the person, who looks at the record anew."""
        self.time_passes(1)
        try:
            getattr(self, step)(person, words)
        except (Stale, Refused) as refused:
            self.shown.append((words, refused))
            self.look(person, "")

    def proposal(self, person, words):
        rows = copy.deepcopy(self.seen[person])
        rows[0]["fields"]["summary"] = words
        base = self.seen[person]
        self.seen[person] = rows  # as the form shows it after it is saved
        then = self.at + dt.timedelta(minutes=2)
        begun, self.begun[person] = self.begun[person], self.at
        return Proposal(self.model, self.key, base, rows, person, publish_at=then, begun_at=begun)

    def look(self, person, words):
        self.seen[person] = standing(self.model, self.key).present
        self.begun[person] = self.at

    def save_draft(self, person, words):
        acts.save_draft(self.proposal(person, words), self.at)

    def hand_in(self, person, words):
        acts.hand_in(self.proposal(person, words), self.at)

    def publish(self, person, words):
        proposal = self.proposal(person, words)
        acts.publish(proposal, self.at)
        self.public = proposal.rows

    def schedule(self, person, words):
        acts.schedule(self.proposal(person, words), self.at)

    def preview(self, person, words):
        request = RequestFactory().get("/")
        request.now, request.user = self.at, person
        rows = copy.deepcopy(self.seen[person])
        rows[0]["fields"]["summary"] = words
        assert words in previews.page(self.model, self.key, rows, request)

    def unschedule(self, person, words):
        acts.unschedule(self.root, person, self.at)

    def withdraw(self, person, words):
        acts.withdraw(self.root, person, self.at)

    def discard(self, person, words):
        acts.discard(self.model, self.key)

    def undo(self, person, words):
        states = Revision.objects.of(self.model, self.key)
        if states:
            oldest = states.last()
            acts.restore(oldest, person, self.at, publishes=True, last=states[0].pk)
            self.public = oldest.rows

    def wait(self, person, words):
        self.time_passes(5)


@pytest.mark.parametrize("factory", ROOT_FACTORIES.values(), ids=map(label, ROOT_FACTORIES))
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.booleans()), min_size=4, max_size=14))
def test_public_page_is_the_last_one_published(client, django_user_model, factory, steps):
    people = [
        django_user_model.objects.get_or_create(username=name)[0] for name in ("anna", "bert")
    ]
    root = factory()
    desk = Desk(type(root), root.pk, people)
    words = (f"Sentence {number} of them." for number in itertools.count())
    before = []
    for step, is_second in steps:
        desk.work(step, people[is_second], next(words))
        assert desk.stored == desk.public
        assert_public_page_says(client, desk)
        assert_history_goes_on(desk, before)
    assert_refusals_show_what_was_typed(desk)


def assert_public_page_says(client, desk):
    """What was published last, and no word of anything else."""
    with mock.patch("partners.middleware.timezone.now", return_value=desk.at):
        response = client.get(desk.root.get_absolute_url())
    page, summary = response.content.decode(), desk.public[0]["fields"]["summary"]
    if desk.root.is_live(desk.at):
        assert response.status_code == 200
        assert summary in page
        page = page.replace(summary, "") if summary else page
    else:
        assert response.status_code == 410
    assert "Sentence" not in page


def assert_history_goes_on(desk, before):
    """Nothing that is kept changes, and the newest state is the present one."""
    kept = list(Revision.objects.of(desk.model, desk.key).values_list("pk", "rows").reverse())
    assert kept[: len(before)] == before
    before[:] = kept
    assert not kept or kept[-1][1] == desk.stored


def assert_refusals_show_what_was_typed(desk):
    for words, refused in desk.shown:
        if isinstance(refused, Stale):
            assert refused.proposal.rows[0]["fields"]["summary"] == words
            assert refused.seen
        else:
            assert refused.sentences
