"""An import, or what a list action did to many records, taken back as one.

Each record becomes what history says it was before; one that was made by it goes. What staff
changed since is shown, and left alone unless somebody says otherwise.
"""

import hashlib
from functools import cached_property
from typing import NamedTuple

from django.db.models import Max, OuterRef, Subquery

from partners.models import Revision
from partners.models.known import batches
from partners.rows import differences, snapshots
from partners.rows.door import Batch
from partners.rows.kept import in_form_of_today
from partners.rows.offers import Offer, Press
from partners.rows.snapshots import Refused
from partners.rows.standing import Standing, standings


def _put_back(before, offer, by, at):
    """The record as it was; the times of publication are those of then."""
    if before.pending:
        raise Refused("There is a pending change. Publish or discard it first.")
    if not offer.rows:
        return before._replace(rows=[]), ""
    times = dict(zip(("published_at", "withdrawn_at"), offer.base, strict=True))
    return before._replace(rows=offer.rows, **times), ""


UNDO = Press("Undone", _put_back, "Nothing to undo: the record says this already.")


class Undo(NamedTuple):
    """What is to be undone of one record: its Standing, what the act made of it (Revision), and
    what it was before that (Revision; None: there was no such record)."""

    there: Standing
    made: Revision
    before: Revision | None

    @property
    def title(self):
        return self.made.title

    @property
    def name(self):
        """Names the record within a form (str)."""
        return f"{self.made.kind} {self.made.key}"

    @property
    def rows(self):
        """What the record is put back to; none where it goes."""
        is_gone = self.before is None or self.before.is_deleted
        return [] if is_gone else in_form_of_today(self.before.rows)[0]

    @property
    def is_changed(self):
        """Whether staff changed it since, or propose to."""
        there, made = self.there, self.made
        if made.is_deleted:
            return bool(there.rows)
        made_rows = in_form_of_today(made.rows)[0]
        is_other = bool(snapshots.changes(made_rows, there.rows))
        return is_other or there.times != made.times or there.pending is not None

    @property
    def differences(self):
        return differences.between(self.there.rows, self.rows)

    def offer(self, act):
        times = self.before.times if self.before else (None, None)
        seen, why = self.there.version, f"As it was before: {self.made.what}"
        return Offer(self.there.model, self.there.key, times, self.rows, seen, why=why, act=act)


class Undoing:
    """What undoing an act (UUID) comes to, as the records stand now."""

    def __init__(self, act):
        self.act = act

    @cached_property
    def records(self):
        """An Undo for each record, in the order of what was done."""
        made = list(Revision.objects.filter(act=self.act, is_aside=False).order_by("pk"))
        before = _states_before(self.act)
        there = _standings(made)
        return [Undo(there[each.kind, each.key], each, before.get(each.pk)) for each in made]

    @property
    def seen(self):
        """Tells what was shown from what there is now (str)."""
        versions = " ".join(each.there.version for each in self.records)
        return hashlib.sha256(versions.encode()).hexdigest()

    def chosen(self, also):
        """Those that nobody changed since, and those whose names are in `also`."""
        return [each for each in self.records if not each.is_changed or each.name in also]

    def carry_out(self, also, by, at, act, then=None):
        """Put back what is `chosen`: all or nothing.

        Returns how many; raises Refused. `act` (UUID) is that of this undoing.
        """
        chosen = self.chosen(also)
        batch = Batch([each.offer(act) for each in chosen], UNDO, by, at)
        batch.look_ahead()
        answers = batch.take(then)
        against = [
            f"{each.title}: {answer}"
            for each, answer in zip(chosen, answers, strict=True)
            if not answer.is_taken
        ]
        if against:
            raise Refused(*against)
        return len(chosen)


def _states_before(act):
    """{id of a revision of the act: the state that the record had before} where there is one."""
    states = Revision.objects.states().order_by()
    earlier = states.filter(kind=OuterRef("kind"), key=OuterRef("key"), pk__lt=OuterRef("pk"))
    latest = earlier.values("kind", "key").annotate(last=Max("pk")).values("last")
    of_act = Revision.objects.filter(act=act, is_aside=False)
    ids = dict(of_act.annotate(earlier=Subquery(latest)).values_list("pk", "earlier"))
    found = {}
    for some in batches(filter(None, ids.values())):
        found |= Revision.objects.in_bulk(some)
    return {pk: found[before] for pk, before in ids.items() if before}


def _standings(revisions):
    keys = {}
    for each in revisions:
        keys.setdefault(each.model, []).append(each.key)
    return {
        (model._meta.label_lower, key): there
        for model, some in keys.items()
        for key, there in standings(model, some).items()
    }
