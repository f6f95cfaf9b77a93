"""Pending changes on their way to be stored, each tried as if it were to be public alone."""

from collections import defaultdict

from partners.models import PendingChange
from partners.models.known import batches
from partners.rows import bookkeeping, statements, writing
from partners.rows.writing import Prepared, Writing


class Proposals:
    """What waits beside records, prepared: `refused` are those that cannot be stored.

    Made of a list of (Standing before, Standing after, rows of the record as they will be stored)
    and of the Known in which these are; its places are those of that list.
    """

    def __init__(self, standings, known):
        self.known, self.refused, self.tried = known, {}, {}
        self.ended, self.changed = defaultdict(list), defaultdict(list)
        wanted = {
            place: Writing(after.model, after.key, rows, after.pending.rows)
            for place, (before, after, rows) in enumerate(standings)
            if _names(before, after)
        }
        writing.read_ahead(wanted.values(), known)
        for place, each in wanted.items():
            self._prepare(place, *standings[place][:2], each)
        for before, after, _ in standings:
            if before.pending and after.pending is None:
                self.ended[after.model].append(after.key)
        self.statements = [
            statement
            for names, changes in self.changed.items()
            for statement in statements.insert(changes, ("kind", "key") if names else (), names)
        ]

    def _prepare(self, place, before, after, wanted):
        names = _names(before, after)
        title = ""
        if before.pending is None or "rows" in names:
            title = self._title(place, wanted)
            names = (*names, "title")
        change = PendingChange(
            kind=after.model._meta.label_lower,
            key=after.key,
            title=title,
            **after.pending._asdict(),
        )
        self.changed[names if before.pending else ()].append(change)

    def _title(self, place, wanted):
        """What the record is called once the pending change is public."""
        known = self.known.fork()
        prepared = Prepared([wanted], known)
        self._refuse(place, prepared)
        if prepared.statements or prepared.deleted:
            self.tried[place] = prepared
        record = known.get(wanted.model, wanted.model._meta.pk.to_python(wanted.key))
        return str(record)[:300]

    def _refuse(self, place, prepared):
        for error in prepared.refused.values():
            self.refused[place] = error

    def store(self):
        """Within the transaction that has stored the records; returns {place: Refused}."""
        for place, prepared in self.tried.items():
            with bookkeeping.rehearsal():
                prepared.try_rules()
            self._refuse(place, prepared)
        for model, keys in self.ended.items():
            for some in batches(keys):
                label = model._meta.label_lower
                PendingChange.objects.filter(kind=label, key__in=some).delete()
        for statement in () if self.refused else self.statements:
            statement.send()
        return self.refused


def _names(before, after):
    """The names of what a pending change is to say, where it says something else than before."""
    if after.pending is None:
        return ()
    values = after.pending._asdict()
    waited = before.pending
    return tuple(name for name in values if not waited or values[name] != getattr(waited, name))
