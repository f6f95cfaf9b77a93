"""Queries that Django writes once, and that are asked again with other values.

To have Django write a query takes several times as long as to ask it. What is kept is the SQL that
it wrote, with what it takes to make records of the rows; never a row. See decision 46.
"""

import datetime as dt
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models import Expression, F, QuerySet, prefetch_related_objects
from django.db.models.sql.compiler import SQLCompiler

#: How many numbers of values a query is kept for; of more values than these it is written anew.
MOST_KEPT, MOST_VALUES = 8, 500


class Given(Expression):
    """One of the values of a prepared query, by its place: not known yet when it is written."""

    def __init__(self, place):
        super().__init__()
        self.place = place

    def __str__(self):
        raise TypeError("A value of a prepared query is not known when it is written.")

    def resolve_expression(self, *args, **named):
        return self

    def as_sql(self, compiler, connection):
        return "%s", [self]


@cache
def _unconnected(vendor):
    """The database without a connection: what is kept would hold that of its thread for ever."""
    return connection.copy()


class Prepared:
    """A function of values that returns, as a list, what a queryset of them holds.

    `write` takes a Given in the place of each value and returns the queryset, which may do nothing
    with them but compare columns: an `if` in it would be decided once for all values. A value is a
    text (str), a number or an aware datetime; else TypeError. Prefetches go by names alone.
    """

    def __init__(self, write):
        self.write = write
        self._written = lru_cache(MOST_KEPT)(self._write)

    def __call__(self, *values):
        write = self._written if len(values) <= MOST_VALUES else self._write
        written = write(connection.vendor, len(values))
        queryset = written.asked_with([_as_stored(value) for value in values])
        rows = list(queryset._iterable_class(queryset))
        prefetch_related_objects(rows, *queryset._prefetch_related_lookups)
        return rows

    def _write(self, vendor, number):
        queryset = self.write(*map(Given, range(number)))
        compiler = queryset.query.get_compiler(connection=_unconnected(vendor))
        sql, params = compiler.as_sql()
        columns = [column for column, *_ in compiler.select]
        return Written(queryset, compiler, sql, params, compiler.get_converters(columns))


class PreparedRelated:
    """A function that reads what leads by `name` to records of `model`, into lists of theirs.

    What `prefetch_related` does with a Prefetch to an attribute, `to_attr`. The rows are those of
    the queryset that `rows` makes of values, as Prepared has them.
    """

    def __init__(self, model, name, rows, to_attr):
        self.model, self.name, self.rows, self.to_attr = model, name, rows, to_attr

    def __call__(self, records, *values):
        found = {record.pk: [] for record in records}
        for row in self._read(len(values))(*values, *found) if found else ():
            found[row.whose].append(row)
        for record in records:
            setattr(record, self.to_attr, found[record.pk])
            for row in found[record.pk] if self._relation.one_to_many else ():
                self._relation.field.set_cached_value(row, record)

    @cached_property
    def _relation(self):
        return self.model._meta.get_field(self.name)

    @cached_property
    def _read(self):
        return cache(self._prepared)

    def _prepared(self, number):
        """Prepared: the rows, given so many values and then the keys of records."""
        whose = f"{self._relation.remote_field.name}__pk"

        def write(*given):
            rows = self.rows(*given[:number]).filter(**{f"{whose}__in": given[number:]})
            return rows.annotate(whose=F(whose))

        return Prepared(write)


class Written(NamedTuple):
    """A queryset with the SQL of it, and how its values become those of Python."""

    queryset: QuerySet
    compiler: SQLCompiler
    sql: str
    params: list
    converters: dict

    def asked_with(self, values):
        """The queryset with these values; each thread has a connection of its own."""
        bound = [values[each.place] if isinstance(each, Given) else each for each in self.params]
        compiler = _like(
            self.compiler,
            connection=connection,
            as_sql=lambda *args, **named: (self.sql, bound),
            get_converters=lambda columns: self.converters,
        )
        query = _like(self.queryset.query, get_compiler=lambda *args, **named: compiler)
        return _like(self.queryset, _query=query)


def _like(thing, **changed):
    """A shallow copy of `thing` with other attributes: a queryset copied otherwise is read."""
    other = object.__new__(type(thing))
    vars(other).update(vars(thing), **changed)
    return other


def _as_stored(value):
    """`value` as the database takes it. Raises TypeError for one that takes a field to write."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, str | int):
        return value
    raise TypeError(f"A prepared query is asked with a text, a number or a moment, not {value!r}.")
