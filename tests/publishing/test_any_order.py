"""Two people, any record, any order of work: the public reads what was published last, and only it.

Each person goes on from what they saw last, so their proposals may be stale. Whatever was typed and
not handed back with a sentence stays in reach, whoever presses what afterwards. ORDERS=40 in the
environment tries 40 orders of work for each kind of record instead of 10.
"""

import copy
import datetime as dt
import itertools
import os
from dataclasses import dataclass, field
from unittest import mock

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners.models import PendingChange, Revision
from partners.publishing import presses, previews
from partners.rows import snapshots
from partners.rows.door import take_one
from partners.rows.offers import Offer, Outcome
from partners.rows.standing import standing
from tests import acts
from tests.admin.records import ROOT_FACTORIES, label

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
STEPS = [
    "look", "save_draft", "hand_in", "publish", "insist", "give_in", "schedule", "preview",
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
    typed: list = field(default_factory=list)

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
        presses.apply_due(self.at)
        if due and due.rows == self.stored:
            self.public = due.rows

    def work(self, step, person, words):
        """Do it; whoever is refused looks at the record anew."""
        self.time_passes(1)
        getattr(self, step)(person, words)

    def press(self, press, person, words, whose=None):
        """Send a form; decide a conflict for the text of `whose` ("mine" or "theirs")."""
        there, rows = self.seen[person], copy.deepcopy(self.seen[person].present)
        rows[0]["fields"]["summary"] = words
        offer = Offer(
            *(self.model, self.key, there.present, rows, there.version),
            when=self.at + dt.timedelta(minutes=2),
            begun_at=self.begun[person],
        )
        answer = take_one(offer, press, person, self.at)
        if answer.outcome is Outcome.STALE and whose:
            _, conflicts = answer.error.merged(offer)
            offer, _ = answer.error.merged(offer, conflicts if whose == "mine" else [])
            answer = take_one(offer, press, person, self.at)
        if answer.outcome is Outcome.REFUSED:
            assert answer.sentences
        else:
            self.typed.append(words)
        self.look(person, "")
        return answer

    def look(self, person, words):
        self.seen[person], self.begun[person] = standing(self.model, self.key), self.at

    def save_draft(self, person, words):
        self.press(presses.SAVE_DRAFT, person, words)

    def hand_in(self, person, words):
        self.press(presses.HAND_IN, person, words)

    def publish(self, person, words, whose=None):
        answer = self.press(presses.PUBLISH, person, words, whose)
        if answer.is_taken:
            self.public = self.stored

    def insist(self, person, words):
        self.publish(person, words, "mine")

    def give_in(self, person, words):
        self.publish(person, words, "theirs")

    def schedule(self, person, words):
        self.press(presses.SCHEDULE, person, words)

    def preview(self, person, words):
        request = RequestFactory().get("/")
        request.now, request.user = self.at, person
        rows = copy.deepcopy(self.seen[person].present)
        rows[0]["fields"]["summary"] = words
        assert words in previews.page(self.model, self.key, rows, request)

    def unschedule(self, person, words):
        acts.unschedule(self.root, person, self.at)

    def withdraw(self, person, words):
        acts.withdraw(self.root, person, self.at)

    def discard(self, person, words):
        acts.discard(self.root, person, self.at)

    def undo(self, person, words):
        oldest = Revision.objects.of(self.model, self.key).states().last()
        if oldest and not PendingChange.objects.of(self.model, self.key).exists():
            acts.restore(oldest, person, self.at, publishes=True)
            self.public = oldest.rows

    def wait(self, person, words):
        self.time_passes(5)


@pytest.mark.slow("fuzzing")
@pytest.mark.parametrize("factory", ROOT_FACTORIES.values(), ids=map(label, ROOT_FACTORIES))
@settings(
    max_examples=int(os.environ.get("ORDERS", "10")),
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
        assert_no_text_is_lost(desk)


def assert_no_text_is_lost(desk):
    """Whatever was typed and not handed back is stored, pending, or in a revision."""
    kept = [desk.stored, standing(desk.model, desk.key).present]
    kept += Revision.objects.of(desk.model, desk.key).values_list("rows", flat=True)
    summaries = {rows[0]["fields"]["summary"] for rows in kept}
    assert set(desk.typed) <= summaries


def assert_public_page_says(client, desk):
    """What was published last, and no word of anything else."""
    with mock.patch("partners.serving.middleware.timezone.now", return_value=desk.at):
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
    revisions = Revision.objects.of(desk.model, desk.key)
    kept = list(revisions.values_list("pk", "rows").reverse())
    assert kept[: len(before)] == before
    before[:] = kept
    newest = revisions.states().first()
    assert newest is None or newest.rows == desk.stored
