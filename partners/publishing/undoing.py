"""An import, or what a list action did to many records, taken back as one.

Each record becomes what history says it was before; one that was made by it goes; what it proposed
and nobody took is no longer proposed. What staff changed since is shown, and left alone unless
somebody says otherwise.
"""

import datetime as dt
import hashlib
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, OuterRef, Subquery

from partners.models import PendingChange, Revision
from partners.models.known import batches
from partners.rows import differences, snapshots
from partners.rows.door import Batch
from partners.rows.kept import in_form_of_today
from partners.rows.offers import Offer, Press
from partners.rows.snapshots import Refused
from partners.rows.standing import Standing, standings


def putting_back(act):
    """The Press that makes records what they were before `act` (UUID), as their offers say.

    An offer without rows is of a record that the act did not change: it has proposed something.
    """

    def decide(before, offer, by, at):
        if before.pending and before.pending.act != act:
            raise Refused("There is a pending change. Publish or discard it first.")
        before = before._replace(pending=None)
        if offer.rows is None:
            return before, ""
        if not offer.rows:
            return before._replace(rows=[]), ""
        times = dict(zip(("published_at", "withdrawn_at"), offer.base, strict=True))
        return before._replace(rows=offer.rows, **times), ""

    nothing = "Nothing to undo: the record says this already."
    return Press("Undone", decide, nothing, overrules="Undone")


class Done(NamedTuple):
    """What was done to several records, as staff are told."""

    what: str
    by_name: str
    at: dt.datetime
    why: str


class Undo(NamedTuple):
    """What is to be undone of one record: its Standing, what the act made of it (Revision; None: it
    proposed something), and what it was before that (Revision; None: there was no such record)."""

    act: UUID
    there: Standing
    made: Revision | None = None
    before: Revision | None = None

    @property
    def done(self):
        if self.made:
            return Done(self.made.what, self.made.by_name, self.made.at, self.made.why)
        proposed = self.there.pending
        return Done("Proposed", proposed.by_name, proposed.saved_at, proposed.why)

    @property
    def title(self):
        there = self.there
        return self.made.title if self.made else snapshots.title_of(*there[:2], there.present)

    @property
    def name(self):
        """Names the record within a form (str)."""
        return f"{self.there.model._meta.label_lower} {self.there.key}"

    @property
    def is_proposed(self):
        """Whether what the act proposed is still what waits."""
        return self.there.pending is not None and self.there.pending.act == self.act

    @property
    def rows(self):
        """What the record is put back to; none where it goes."""
        if self.made is None:
            return self.there.rows
        is_gone = self.before is None or self.before.is_deleted
        return [] if is_gone else in_form_of_today(self.before.rows)[0]

    @property
    def is_changed(self):
        """Whether staff changed it since, or propose to."""
        there, made = self.there, self.made
        if made is None:
            return False
        if made.is_deleted:
            return bool(there.rows)
        made_rows = in_form_of_today(made.rows)[0]
        is_other = bool(snapshots.changes(made_rows, there.rows)) or there.times != made.times
        return is_other or (there.pending is not None and not self.is_proposed)

    @property
    def differences(self):
        return differences.between(
            self.there.present if self.is_proposed else self.there.rows, self.rows
        )

    def is_private_to(self, user):
        """Whether nobody but staff has met it, and it is this person's own doing."""
        if self.made is None:
            return self.there.pending.by == user
        return self.made.by == user and not any((*self.there.times, *self.made.times))

    def offer(self, act):
        """What puts it back; `act` (UUID) is that of the undoing."""
        model, key, seen = self.there.model, self.there.key, self.there.version
        why = f"As it was before: {self.done.what}"
        if self.made is None:
            return Offer(model, key, seen=seen, why=why, act=act)
        times = self.before.times if self.before else (None, None)
        return Offer(model, key, times, self.rows, seen, why=why, act=act)


class Undoing:
    """What undoing an act (UUID) comes to, as the records stand now."""

    def __init__(self, act):
        self.act = act

    @cached_property
    def records(self):
        """An Undo for each record, in the order of what was done; first what it changed."""
        made = list(Revision.objects.filter(act=self.act, is_aside=False).order_by("pk"))
        proposed = list(PendingChange.objects.filter(act=self.act).order_by("pk"))
        before, there = _states_before(self.act), _standings(made + proposed)
        found = {}
        for each in made:
            record = each.kind, each.key
            found[record] = Undo(self.act, there[record], each, before.get(each.pk))
        for each in proposed:
            record = each.kind, each.key
            found.setdefault(record, Undo(self.act, there[record]))
        return list(found.values())

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
        batch = Batch([each.offer(act) for each in chosen], putting_back(self.act), by, at)
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


def _standings(records):
    keys = {}
    for each in records:
        keys.setdefault(each.model, []).append(each.key)
    return {
        (model._meta.label_lower, key): there
        for model, some in keys.items()
        for key, there in standings(model, some).items()
    }
