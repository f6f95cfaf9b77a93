"""Pages of long lists that cost the same wherever they are."""

from functools import cached_property, lru_cache

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from partners.models.prepared import Prepared


class KeysFirst(Paginator):
    """Counts its way to a page within the index alone, and reads only the records that it shows.

    The list needs an index that holds its order and what it is narrowed by; else the database reads
    each record on the way, to throw it away.
    """

    def page(self, number):
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        stop = min(start + self.per_page, self.count)
        return Page(_between(self.object_list, start, stop), number, self)


class Found:
    """The records of `queryset` that have these `keys`, in the order of the keys.

    A slice is a list, and reads its records alone. It stands where a paginator takes a queryset.
    """

    def __init__(self, queryset, keys):
        self.queryset, self.keys = queryset, keys

    def __len__(self):
        return len(self.keys)

    def __getitem__(self, some):
        keys = self.keys[some]
        records = self.queryset.order_by().in_bulk(keys)
        return [records[key] for key in keys if key in records]  # one may be gone meanwhile

    def count(self):
        return len(self)

    def select_related(self, *names):
        return Found(self.queryset.select_related(*names), self.keys)


class Beginning:
    """The list that `find` makes a queryset of, given `values`; its first page is prepared.

    A slice is a list.
    """

    def __init__(self, find, *values):
        self.find, self.values = find, values

    def __getitem__(self, some):
        if some.start:
            return _between(self.find(*self.values), some.start, some.stop)
        return _first(self.find, some.stop)(*self.values)


@lru_cache
def _first(find, number):
    """Prepared: so many records, the first of those that `find` finds."""
    return Prepared(lambda *given: find(*given)[:number])


class InTurn(Paginator):
    """Pages of some lists, one after the other, each of which has such an index for itself.

    In place of a list it takes several, and `counts`: how many records are in each.
    """

    def __init__(self, object_lists, per_page, *, counts, **kwargs):
        super().__init__(object_lists, per_page, **kwargs)
        self.counts = counts

    @cached_property
    def count(self):
        return sum(self.counts)

    def page(self, number):
        number = self.validate_number(number)
        start, shown = (number - 1) * self.per_page, []
        for records, count in zip(self.object_list, self.counts, strict=True):
            wanted = self.per_page - len(shown)
            if start < count and wanted:
                shown += _between(records, start, start + wanted)
            start = max(start - count, 0)
        return Page(shown, number, self)


def _between(records, start, stop):
    """Those of a list; the further ones of a queryset by the keys that the index finds."""
    if not start or not isinstance(records, QuerySet):
        return records[start:stop]
    return records.filter(pk__in=list(records.values_list("pk", flat=True)[start:stop]))
