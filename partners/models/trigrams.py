"""Folded text that is searched for what it contains, with an index of its trigrams.

On PostgreSQL each column has an index of pg_trgm; on SQLite a table of FTS5 beside it, kept by
triggers. Both find what plain containment would.
"""

from typing import NamedTuple

from django.db import connection, connections, models, transaction
from django.db.models import Lookup

from partners.models import triggers

#: The one table whose text is searched, its columns, and the index on each.
TABLE = "partners_record"
INDEXES = {column: f"partners_record_{column}_trigrams" for column in ("names", "text")}
#: A trigram has three letters: what is shorter is looked for in what longer words leave. Where
#: there are none, names alone are looked at; and words of our letters are looked for where one
#: begins: with what stands before it, two letters are three.
SHORTEST = 3
BEFORE_A_WORD = (" ", "\n")

#: On SQLite each column has a table of its own: to look for a common word in the names alone must
#: not mean to read where all texts have it.
FTS5 = """
CREATE VIRTUAL TABLE {index} USING fts5(
    {column}, content=partners_record, content_rowid=id, tokenize='trigram case_sensitive 1')
"""
#: What keeps it, by the event after which.
FTS5_KEPT = {
    "insert": """
        CREATE TRIGGER {name} AFTER INSERT ON partners_record BEGIN
            INSERT INTO {index} (rowid, {column}) VALUES (new.id, new.{column});
        END""",
    "delete": """
        CREATE TRIGGER {name} AFTER DELETE ON partners_record BEGIN
            INSERT INTO {index} ({index}, rowid, {column})
                VALUES ('delete', old.id, old.{column});
        END""",
    "update": """
        CREATE TRIGGER {name} AFTER UPDATE OF {column} ON partners_record BEGIN
            INSERT INTO {index} ({index}, rowid, {column})
                VALUES ('delete', old.id, old.{column});
            INSERT INTO {index} (rowid, {column}) VALUES (new.id, new.{column});
        END""",
}
REBUILD = "INSERT INTO {index} ({index}) VALUES ('rebuild')"
GIN = "CREATE INDEX {name} ON partners_record USING gin ({column} gin_trgm_ops)"


class FoldedField(models.TextField):
    """Text as `folding.fold` leaves it, compared by character on every database."""

    def db_parameters(self, connection):
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}


class Asked(NamedTuple):
    """What a text is to contain: of each of `words` (list of lists of folded words) one.

    `most` bounds the work where very many do: so many texts (int) are looked at in each of its
    columns, in that order, of records whose column `owner` is not empty. Where
    `owner_is_rare`, those few are read in place of all texts with the words.
    """

    words: list
    owner: str = ""
    most: dict = {}
    owner_is_rare: bool = False


def _looked_at(asked, column):
    """(column, words, the most) of each part of the answer to Asked."""
    if not any(map(_is_long, asked.words)):
        yield "names", [_beginnings(each) for each in asked.words], asked.most.get("names")
    elif asked.most:
        yield from ((name, asked.words, number) for name, number in asked.most.items())
    else:
        yield column, asked.words, None


def _beginnings(words):
    return [
        f"{before}{each}"
        for each in words
        for before in (BEFORE_A_WORD if each.isascii() else ("",))
    ]


def _is_long(words):
    return min(map(len, words)) >= SHORTEST


@FoldedField.register_lookup
class Holds(Lookup):
    """`text__holds=Asked([["a", "b"], ["c"]])`: the text contains "a" or "b", and "c".

    A list of several: the text is what any of them asks for.
    """

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, _ = self.process_lhs(compiler, connection)
        parts = [
            _finding(connection)(name, asked._replace(words=words), most)
            for asked in (self.rhs if isinstance(self.rhs, list) else [self.rhs])
            for name, words, most in _looked_at(asked, self.lhs.target.column)
        ]
        table = column.rpartition(".")[0]
        select, params = _either(parts)
        return f"{table}.id IN ({select})", params


@FoldedField.register_lookup
class HoldsWithin(Lookup):
    """`text__holds_within=[["a", "b"], ["c"]]`: as `holds`, tried on each record that the rest of
    the query leaves. For words that very many texts have.
    """

    lookup_name = "holds_within"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, _ = self.process_lhs(compiler, connection)
        table = column.rpartition(".")[0]
        ((name, words, _),) = _looked_at(Asked(self.rhs), self.lhs.target.column)
        if connection.vendor == "postgresql":
            conditions, params = _like(f"{table}.{name}", words)
            return " AND ".join(conditions), params
        long = list(filter(_is_long, words))
        conditions, params = _instr(f"{table}.{name}", [each for each in words if each not in long])
        if long:  # the plus keeps SQLite from reading each record that the index has
            index = INDEXES[name]
            conditions.append(f"+{table}.id IN (SELECT rowid FROM {index} WHERE {index} MATCH %s)")  # noqa: S608
            params.append(_match(long))
        return " AND ".join(conditions), params


def names_of_found(every):
    """[{key: names}] of the records that each of `every` (list of Asked) finds, of its owner.

    All by one query, which is our own: it reads each record once.
    """
    find = _finding(connection)
    parts = [
        find(name, asked._replace(words=words), most, f"{place}, r.{asked.owner}, r.names")
        for place, asked in enumerate(every)
        for name, words, most in _looked_at(asked, "text")
    ]
    found = [{} for _ in every]
    with connection.cursor() as cursor:
        cursor.execute(*_either(parts))
        for place, key, names in cursor.fetchall():
            found[place][key] = names
    return found


def _finding(connection):
    return found_on_postgresql if connection.vendor == "postgresql" else found_on_sqlite


def _either(parts):
    """One statement of several, with the parameters of all."""
    select = " UNION ALL ".join(f"SELECT * FROM ({select}) AS part" for select, _ in parts)  # noqa: S608
    return select, [param for _, params in parts for param in params]


def found_on_postgresql(column, asked, most, columns="r.id"):
    """SQL and its parameters: the `columns` of the texts in `column` that contain the words.

    The first of very many are those with the lowest ids, as the index of SQLite has it: without an
    order, one who reads the whole table begins where another one is (`synchronize_seqscans`).
    """
    conditions, params = _like(f"r.{column}", asked.words)
    if asked.owner:
        conditions.append(f"r.{asked.owner} IS NOT NULL")
    first = most and f"ORDER BY r.id LIMIT {most}"
    return _select(columns, f"{TABLE} r", conditions, first), params


def found_on_sqlite(column, asked, most, columns="r.id"):
    """The same; words that are too short for the index are looked for in what it leaves."""
    first = most and f"LIMIT {most}"  # the index gives the lowest ids first
    long = [each for each in asked.words if _is_long(each) and not asked.owner_is_rare]
    conditions, params = _instr(f"r.{column}", [each for each in asked.words if each not in long])
    if asked.owner:  # a key is never empty; of IS NOT NULL SQLite would make no use of the index
        conditions.append(f"r.{asked.owner} > ''")
    if not long:
        return _select(columns, f"{TABLE} r", conditions, first), params
    index = INDEXES[column]
    rows = f"{index} t CROSS JOIN {TABLE} r ON r.id = t.rowid"
    conditions.insert(0, f"t.{index} MATCH %s")
    return _select(columns, rows, conditions, first), [_match(long), *params]


def _like(column, words):
    """The conditions and their parameters, one of each of `words`."""
    conditions = [_or(f"{column} LIKE %s", each) for each in words]
    return conditions, [f"%{word}%" for each in words for word in each]


def _instr(column, words):
    conditions = [_or(f"instr({column}, %s) > 0", each) for each in words]
    return conditions, [word for each in words for word in each]


def _select(columns, rows, conditions, first):
    return f"SELECT {columns} FROM {rows} WHERE {' AND '.join(conditions)} {first or ''}"  # noqa: S608


def _or(condition, words):
    return f"({' OR '.join([condition] * len(words))})"


def _match(words):
    """An expression of FTS5: one of each of `words`."""
    return " AND ".join(map(_any_of, words))


def _any_of(words):
    """Any of them; folded words hold letters and digits, and what stands before them."""
    quoted = (f'"{word}"' for word in words)
    return f"({' OR '.join(quoted)})"


def install(sender, using, **kwargs):
    """Make the index, or what is missing of it. Called after every migration: SQLite loses the
    triggers of a table that is altered."""
    database = connections[using]
    if TABLE not in database.introspection.table_names():
        return
    with transaction.atomic(using), database.cursor() as cursor:
        if database.vendor == "postgresql":
            _install_on_postgresql(cursor)
        else:
            _install_on_sqlite(cursor, database)


def _install_on_postgresql(cursor):
    cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s", [TABLE])
    known = {name for (name,) in cursor.fetchall()}
    for column, stem in INDEXES.items():
        wanted = triggers.versioned(stem, GIN)
        if wanted not in known:
            cursor.execute(GIN.format(name=wanted, column=column))
        for obsolete in known - {wanted}:
            if obsolete.startswith(stem):
                cursor.execute(f"DROP INDEX {obsolete}")


def _install_on_sqlite(cursor, database):
    """The table keeps its name, for processes that go on asking it; triggers carry its version."""
    known, tables = triggers.present(database).keys(), database.introspection.table_names()
    for column, index in INDEXES.items():
        wanted = {
            triggers.versioned(f"{index}_{event}", FTS5, statement): statement
            for event, statement in FTS5_KEPT.items()
        }
        if wanted.keys() <= known and index in tables:
            continue
        cursor.execute(f"DROP TABLE IF EXISTS {index}")
        cursor.execute(FTS5.format(index=index, column=column))
        wanted = {
            name: statement.format(name=name, index=index, column=column)
            for name, statement in wanted.items()
        }
        triggers.renew(database, wanted, lambda name, _, index=index: name.startswith(index))
        cursor.execute(REBUILD.format(index=index))
