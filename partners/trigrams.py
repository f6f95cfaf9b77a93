"""Folded text that is searched for what it contains, with an index of its trigrams.

On PostgreSQL the index is one of pg_trgm; on SQLite a table of FTS5 beside the text, kept by
triggers. Both find what plain containment would.
"""

from typing import NamedTuple

from django.db import connections, models
from django.db.models import Lookup

#: The one table whose text is searched, and the name of the index on it.
TABLE, INDEX = "partners_record", "partners_record_trigrams"
#: A trigram has three letters: what is shorter is looked for without the index.
SHORTEST = 3

SQLITE = {
    "partners_record_trigrams": """
        CREATE VIRTUAL TABLE partners_record_trigrams USING fts5(
            names, text, content=partners_record, content_rowid=id,
            tokenize='trigram case_sensitive 1')""",
    "partners_record_trigrams_insert": """
        CREATE TRIGGER partners_record_trigrams_insert AFTER INSERT ON partners_record BEGIN
            INSERT INTO partners_record_trigrams (rowid, names, text)
                VALUES (new.id, new.names, new.text);
        END""",
    "partners_record_trigrams_delete": """
        CREATE TRIGGER partners_record_trigrams_delete AFTER DELETE ON partners_record BEGIN
            INSERT INTO partners_record_trigrams (partners_record_trigrams, rowid, names, text)
                VALUES ('delete', old.id, old.names, old.text);
        END""",
    "partners_record_trigrams_update": """
        CREATE TRIGGER partners_record_trigrams_update AFTER UPDATE OF names, text
        ON partners_record BEGIN
            INSERT INTO partners_record_trigrams (partners_record_trigrams, rowid, names, text)
                VALUES ('delete', old.id, old.names, old.text);
            INSERT INTO partners_record_trigrams (rowid, names, text)
                VALUES (new.id, new.names, new.text);
        END""",
}
POSTGRESQL = {
    "pg_trgm": "CREATE EXTENSION pg_trgm",
    "partners_record_trigrams": """
        CREATE INDEX partners_record_trigrams
            ON partners_record USING gin (names gin_trgm_ops, text gin_trgm_ops)""",
}
#: What each engine needs, and where it says what it has.
NEEDED = {
    "sqlite": (SQLITE, "SELECT name FROM sqlite_master"),
    "postgresql": (
        POSTGRESQL,
        "SELECT extname FROM pg_extension UNION ALL SELECT indexname FROM pg_indexes",
    ),
}
REBUILD = f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')"  # noqa: S608 — our names


class FoldedField(models.TextField):
    """Text as `folding.fold` leaves it, compared by character on every database."""

    def db_parameters(self, connection):
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}


class Asked(NamedTuple):
    """What a text is to contain: of each of `words` (list of lists of folded words) one.

    `most` bounds the work where very many do: so many texts (int) are looked at in each of its
    columns, in that order, of records whose column `owner` is not empty.
    """

    words: list
    owner: str = ""
    most: dict = {}


@FoldedField.register_lookup
class Holds(Lookup):
    """`text__holds=Asked([["a", "b"], ["c"]])`: the text contains "a" or "b", and "c"."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, _ = self.process_lhs(compiler, connection)
        found = found_on_postgresql if connection.vendor == "postgresql" else found_on_sqlite
        words, owner, most = self.rhs
        if most:
            parts = [found(name, words, owner, number) for name, number in most.items()]
        else:
            parts = [found(self.lhs.target.column, words)]
        selects = " UNION ALL ".join(f"SELECT * FROM ({select}) AS part" for select, _ in parts)  # noqa: S608
        table = column.rpartition(".")[0]
        return f"{table}.id IN ({selects})", [param for _, params in parts for param in params]


def found_on_postgresql(column, words, owner="", most=None):
    """SQL and its parameters: the ids of the texts in `column` that contain the words."""
    conditions = [_or(f"r.{column} LIKE %s", each) for each in words]
    select = _select(f"{TABLE} r", conditions, owner, most)
    return select, [f"%{word}%" for each in words for word in each]


def found_on_sqlite(column, words, owner="", most=None):
    """The same; words that are too short for the index are looked for in what it leaves."""
    long = [each for each in words if min(map(len, each)) >= SHORTEST]
    short = [each for each in words if each not in long]
    conditions = [_or(f"instr(r.{column}, %s) > 0", each) for each in short]
    params = [word for each in short for word in each]
    if not long:
        return _select(f"{TABLE} r", conditions, owner, most), params
    rows = f"{INDEX} t CROSS JOIN {TABLE} r ON r.id = t.rowid"
    asked = f"{{{column}}} : ({' AND '.join(map(_any_of, long))})"
    return _select(rows, [f"t.{INDEX} MATCH %s", *conditions], owner, most), [asked, *params]


def _select(rows, conditions, owner, most):
    if owner:
        conditions = [*conditions, f"r.{owner} IS NOT NULL"]
    limit = f" LIMIT {most}" if most else ""
    return f"SELECT r.id FROM {rows} WHERE {' AND '.join(conditions)}{limit}"  # noqa: S608


def _or(condition, words):
    return f"({' OR '.join([condition] * len(words))})"


def _any_of(words):
    """An expression of FTS5; folded words hold letters and digits alone."""
    quoted = (f'"{word}"' for word in words)
    return f"({' OR '.join(quoted)})"


def install(sender, using, **kwargs):
    """Make the index, or what is missing of it. Called after every migration: SQLite loses the
    triggers of a table that is altered."""
    database = connections[using]
    if TABLE not in database.introspection.table_names():
        return
    needed, what_there_is = NEEDED[database.vendor]
    with database.cursor() as cursor:
        cursor.execute(what_there_is)
        known = {name for (name,) in cursor.fetchall()}
        missing = [name for name in needed if name not in known]
        for name in missing:
            cursor.execute(needed[name])
        if missing and database.vendor == "sqlite":
            cursor.execute(REBUILD)
