"""The queue: what the rules find now, without what staff have put off."""

from typing import NamedTuple

from django.contrib.auth import get_user_model

from partners.care.attention.rule import Rule
from partners.care.attention.rules import RULES
from partners.care.attention.scene import Scene
from partners.models import ROOT_MODELS, ROOTS, Record, Snooze
from partners.rows import freshness

#: As many findings of one rule stand on the front page; the page of the queue has all.
SHOWN = 5


class Group(NamedTuple):
    """What one rule finds."""

    rule: Rule
    findings: list


def queue(now):
    """[Group] of the rules that find something at `now` (aware datetime), in their order."""
    scene = Scene(now)
    snoozed = set(Snooze.objects.filter(until__gt=scene.today).values_list("pk", flat=True))
    groups = [
        Group(rule, [each for each in rule.findings(scene) if each.key not in snoozed])
        for rule in RULES
    ]
    return [group for group in groups if group.findings]


class Line(NamedTuple):
    """A finding in words, to be remembered without the record that it is about."""

    url: str
    record: str
    says: str


class Overview(NamedTuple):
    """How much one rule finds, and the first of it."""

    rule: Rule
    count: int
    findings: list


@freshness.remembered
def overview(now):
    """[Overview] of the queue at `now`; what a rule sees of the hour may be as old as the day."""
    return [
        Overview(rule, len(findings), [_line(each) for each in findings[:SHOWN]])
        for rule, findings in queue(now)
    ]


def _line(finding):
    return Line(finding.url, str(finding.record or ""), finding.says)


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
