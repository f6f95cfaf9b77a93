"""Records made into statements before any lock is held: to store them is to send these."""

from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import sql
from django.db.models.constants import OnConflict


class Statement(NamedTuple):
    """An INSERT of `records` (list of instances of one model) as SQL with its parameters.

    Where one of them is there already, by the fields named in `unique`, those named in `updated`
    become what it says; without any, it stays as it is.
    """

    records: list
    unique: tuple
    updated: tuple
    parts: list

    def send(self):
        """Raises IntegrityError where a rule of the database stands against one of them."""
        with connection.cursor() as cursor:
            for query, params in self.parts:
                cursor.execute(query, params)


def insert(records, unique=(), updated=()):
    """The Statements that store `records`, all of one model; as few as the database takes."""
    if not records:
        return []
    meta = records[0]._meta
    fields = [field for field in meta.concrete_fields if field.attname in _given(records[0])]
    size = max(1, connection.ops.bulk_batch_size(fields, records))
    chunks = [records[start : start + size] for start in range(0, len(records), size)]
    return [
        Statement(some, unique, updated, _parts(some, fields, unique, updated)) for some in chunks
    ]


def store(records):
    """The Statements that make the records of these keys what `records` (of one model) say."""
    meta = records[0]._meta
    updated = tuple(field.name for field in meta.concrete_fields if not field.primary_key)
    return insert(records, (meta.pk.name,), updated)


def _given(record):
    """The columns that a record fills; an id that the database counts is left to it."""
    names = [field.attname for field in record._meta.concrete_fields]
    return {name for name in names if name != record._meta.pk.attname or record.pk is not None}


def _parts(records, fields, unique, updated):
    meta = records[0]._meta
    conflict = OnConflict.UPDATE if updated else OnConflict.IGNORE if unique else None
    query = sql.InsertQuery(
        type(records[0]),
        on_conflict=conflict,
        update_fields=[meta.get_field(name) for name in updated],
        unique_fields=[meta.get_field(name) for name in unique],
    )
    query.insert_values(fields, records, raw=True)
    return query.get_compiler(connection=connection).as_sql()


def send(statements, refuse):
    """Send them; each record that the database does not take is given to `refuse`, alone.

    `refuse` (a function of a record and an IntegrityError) may raise.
    """
    for statement in statements:
        try:
            with transaction.atomic():
                statement.send()
        except IntegrityError as error:
            if len(statement.records) == 1:
                refuse(*statement.records, error)
            else:
                send(_halves(statement), refuse)


def _halves(statement):
    middle = len(statement.records) // 2
    for some in (statement.records[:middle], statement.records[middle:]):
        yield from insert(some, statement.unique, statement.updated)
