"""The queue: what the rules find now, without what staff have put off."""

import datetime as dt
import gc
from collections import defaultdict
from collections.abc import Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from threading import Lock
from typing import NamedTuple

from django.contrib.auth import get_user_model

from partners.care.attention.rule import Rule
from partners.care.attention.rules import RULES
from partners.care.attention.scene import Scene
from partners.models import ROOT_MODELS, ROOTS, Record, Snooze
from partners.rows import freshness

#: As many findings of one rule stand on the front page; the page of the queue has all.
SHOWN = 5
#: So old may the front page's numbers be, where it takes long to find them.
OVERVIEW_LASTS = dt.timedelta(minutes=5)
#: One thread at a time switches the collector of garbage off, and on again.
_collecting = Lock()


class Group(NamedTuple):
    """What one rule finds."""

    rule: Rule
    findings: Sequence


class All(list):
    """Each finding."""

    def take(self, found, make):
        """Add what `make` (a function) makes of each of `found`."""
        self.extend(make(*each) for each in found)


class Beginning(Sequence):
    """How many findings there are, and the first `most` of them: the others are not even made."""

    def __init__(self, most):
        self.kept, self.count, self.most = [], 0, most

    def take(self, found, make):
        found = iter(found)
        beginning = [make(*each) for each in islice(found, self.most - len(self.kept))]
        self.kept += beginning
        self.count += len(beginning) + sum(1 for _ in found)

    def __len__(self):
        return self.count

    def __getitem__(self, place):
        return self.kept[place]


def queue(now, rules=RULES, keep=All):
    """[Group] of those of `rules` that find something at `now` (aware datetime), in their order.

    `keep` makes what takes the findings of a rule: an All, or a Beginning.
    """
    with _nothing_collected():
        scene, groups = Scene(now), [Group(rule, keep()) for rule in rules]
        put_off = _put_off(scene.today)
        for rule, findings in groups:
            _look(rule, scene, findings, put_off)
    return [group for group in groups if group.findings]


def _look(rule, scene, findings, put_off):
    """Let `findings` take what the rule finds and nobody has put off."""
    found, keys = rule.find(scene), put_off[rule.name]
    if keys:
        found = (each for each in found if rule.finding(*each).key not in keys)
    findings.take(found, rule.finding)


def _put_off(today):
    """{name of a rule: the keys of its findings that staff have put off}."""
    keys = defaultdict(set)
    for key in Snooze.objects.filter(until__gt=today).values_list("pk", flat=True):
        keys[key.partition(":")[0]].add(key)
    return keys


@contextmanager
def _nothing_collected():
    """A hundred thousand records are none of them garbage yet: to look for it among them, again and
    again, took 0.7 to 1.4 of 4 s."""
    with _collecting:
        was_on = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if was_on:
                gc.enable()


class Line(NamedTuple):
    """A finding in words, to be remembered without the record that it is about."""

    url: str
    record: str
    text: str


class Lines(NamedTuple):
    """How much one rule finds, and the first of it."""

    rule: Rule
    count: int
    findings: list


class Overview(NamedTuple):
    """The queue in numbers as it was at a moment (aware datetime)."""

    at: dt.datetime
    rules: list


@freshness.remembered(slow_lasts=OVERVIEW_LASTS)
def overview(now):
    """The Overview of the queue at `now`; what a rule sees of the hour may be as old as the day."""
    groups = queue(now, keep=partial(Beginning, SHOWN))
    lines = [
        Lines(rule, len(those), [_line(each) for each in those.kept]) for rule, those in groups
    ]
    return Overview(now, lines)


def _line(finding):
    return Line(finding.url, str(finding.record or ""), finding.text)


def keepers(findings):
    """[(user, their findings)]: to who looks after the record, else to the rule's group."""
    staff = get_user_model().objects.filter(is_active=True, is_staff=True).order_by("pk")
    roles = {
        user: {group.name for group in user.groups.all()}
        for user in staff.prefetch_related("groups")
    }
    kept = _kept()

    def is_for(user, finding):
        keeper = kept.get((type(finding.record), getattr(finding.record, "pk", None)))
        return keeper == user if keeper in roles else finding.rule.role in roles[user]

    theirs = [(user, [each for each in findings if is_for(user, each)]) for user in roles]
    return [(user, mine) for user, mine in theirs if mine]


def _kept():
    """{(model, key): who looks after it} of the records that have a keeper of their own."""
    records = Record.objects.exclude(keeper=None).select_related("keeper")
    rows = ((each.keeper, name, getattr(each, f"{name}_id")) for each in records for name in ROOTS)
    return {(ROOT_MODELS[name], key): keeper for keeper, name, key in rows if key is not None}
