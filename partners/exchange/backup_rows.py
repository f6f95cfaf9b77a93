"""Rows in a backup: written, looked at, and put into the database.

What is wrong is said in one sentence that names the member of the file and the row, from 1. First
everything is looked at that needs no database; what only that can tell, it is asked row by row.
"""

import json
from types import SimpleNamespace

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction

BATCH = 500
#: What parsing, or storing, a value raises that is none of its field.
OF_THE_WRONG_KIND = (TypeError, ValueError, ArithmeticError, AttributeError, LookupError)


class Damaged(Exception):
    """A file that is not restored; the text is a sentence for the operator."""


def refused(place, words):
    return Damaged(f"Nothing was restored: {place}: {words.rstrip('.')}.")


def member_of(model):
    return f"rows/{model._meta.label_lower}.jsonl"


def written(field, value):
    """As `dumpdata` writes it; what is no record has no signals that look at its files."""
    if value is None:
        return None
    return field.value_to_string(SimpleNamespace(**{field.attname: value}))


# Reading


def rows_of(archive, model):
    """(number, {column: value}) of each row. Raises Damaged."""
    name, fields = member_of(model), model._meta.local_concrete_fields
    with archive.open(name) as member:
        for number, line in enumerate(member, 1):
            try:
                yield number, _values(fields, line)
            except Unfit as error:
                raise refused(f"{name}, row {number}", str(error)) from None


class Unfit(Exception):
    """A row that its table does not take; the text says why."""


def _values(fields, line):
    try:
        row = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Unfit("this is no JSON") from None
    if not isinstance(row, dict):
        raise Unfit("this is no object of columns and values")
    names = {field.attname for field in fields}
    if strange := row.keys() - names:
        raise Unfit(f"there is no column “{min(strange)}”")
    if missing := names - row.keys():
        raise Unfit(f"“{min(missing)}” is missing")
    return {field.attname: _value(field, row[field.attname]) for field in fields}


def _no_number(text):
    raise Unfit(f"{text} is no number")


def _value(field, raw):
    if raw is None:
        if not field.null:
            raise Unfit(f"“{field.attname}” is empty")
        return None
    try:
        value = field.to_python(raw)
        is_its_kind = type(written(field, value)) is type(raw)
    except ValidationError as error:
        raise Unfit(f"“{field.attname}”: {error.messages[0]}") from None
    except OF_THE_WRONG_KIND:
        is_its_kind = False
    if not is_its_kind:
        raise Unfit(f"“{field.attname}” cannot be {json.dumps(raw, ensure_ascii=False):.60}")
    if isinstance(value, str):
        _fits(field, value)
    return value


def _fits(field, text):
    """What PostgreSQL refuses is refused before, and on SQLite."""
    if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise Unfit(f"“{field.attname}” holds what is no character")
    is_limited = isinstance(field, models.CharField | models.FileField)
    if is_limited and field.max_length and len(text) > field.max_length:
        raise Unfit(
            f"“{field.attname}” has {len(text)} characters; there is room for {field.max_length}"
        )


# Looking


def look_at(archive, tables, counts):
    """Refuse rows that the database would refuse; `counts` says how many each table has."""
    keys, references = {}, {}
    for model in tables:
        number, own = 0, _Uniques(model)
        foreign = [field for field in model._meta.local_concrete_fields if field.remote_field]
        for number, row in rows_of(archive, model):
            own.add(number, row)
            for field in foreign:
                value = row[field.attname]
                if value is not None:
                    place = (member_of(model), number, field.attname)
                    references.setdefault(field.target_field, {}).setdefault(value, place)
        if number != counts[model._meta.label_lower]:
            promised = counts[model._meta.label_lower]
            raise refused(
                member_of(model), f"it has {number} rows, and the manifest says {promised}"
            )
        keys[model] = own.seen
    for target, wanted in references.items():
        _refuse_dangling(target, wanted, keys)


def _refuse_dangling(target, wanted, keys):
    """`wanted`: value → (member, row, column) that names the row of `target` (field) by it."""
    there = keys.get(target.model, {}).get((target.attname,), {})
    for value, (member, number, column) in wanted.items():
        if (value,) not in there:
            table = member_of(target.model)
            raise refused(
                f"{member}, row {number}", f"“{column}” names “{value}”, which is not in {table}"
            )


class _Uniques:
    """What may be once in a table: {columns: {values: row}}."""

    def __init__(self, model):
        self.name, meta = member_of(model), model._meta
        columns = [(field.attname,) for field in meta.local_concrete_fields if field.unique]
        groups = [*meta.unique_together, *(each.fields for each in meta.total_unique_constraints)]
        columns += [tuple(meta.get_field(each).attname for each in group) for group in groups]
        self.seen = {each: {} for each in columns}

    def add(self, number, row):
        for columns, seen in self.seen.items():
            values = tuple(row[each] for each in columns)
            if None not in values and seen.setdefault(values, number) != number:
                shown = ", ".join(map(str, values))
                raise refused(
                    f"{self.name}, row {number}",
                    f"“{', '.join(columns)}” is “{shown}”, as in row {seen[values]}",
                )


# Storing


def store(archive, model):
    """Put the rows of a table into the database, which is empty of them. Raises Damaged."""
    fields = model._meta.local_concrete_fields
    size = min(BATCH, connection.ops.bulk_batch_size(fields, [None] * BATCH) or BATCH)
    batch = []
    for number, row in rows_of(archive, model):
        batch.append((number, SimpleNamespace(**row)))
        if len(batch) == size:
            _insert(model, batch)
            batch = []
    if batch:
        _insert(model, batch)


def _insert(model, batch):
    """All at once; where that is refused, one by one, to find the row that it is about."""
    try:
        _try(model, batch)
    except (DatabaseError, *OF_THE_WRONG_KIND):
        for each in batch:
            try:
                _try(model, [each])
            except (DatabaseError, *OF_THE_WRONG_KIND) as error:
                place = f"{member_of(model)}, row {each[0]}"
                raise refused(place, _reason(model, error)) from error
        raise


def _try(model, batch):
    """Raw: without signals, and without what a field does to a record before it is saved."""
    with transaction.atomic():
        rows = [row for _, row in batch]
        model._base_manager._insert(rows, model._meta.local_concrete_fields, raw=True)


def _reason(model, error):
    """The sentence of the rule that is broken, or what the database says."""
    message = str(error).partition("\n")[0]
    for constraint in model._meta.constraints:
        if constraint.name in message:
            return f"{constraint.get_violation_error_message()} ({constraint.name})"
    return f"the database refuses it: {message}"
