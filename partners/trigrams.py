"""Folded text that is searched for what it contains, with an index of its trigrams.

On PostgreSQL the index is one of pg_trgm; on SQLite a table of FTS5 beside the text, kept by
triggers. Both find what plain containment would.
"""

from django.db import connections, models
from django.db.models import Lookup

#: The one table whose text is searched, and the name of the index on it.
TABLE, INDEX = "partners_record", "partners_record_trigrams"
#: A trigram has three letters: what is shorter is looked for without the index.
SHORTEST = 3

SQLITE = {
    "partners_record_trigrams": """
        CREATE VIRTUAL TABLE partners_record_trigrams USING fts5(
            text, content=partners_record, content_rowid=id,
            tokenize='trigram case_sensitive 1')""",
    "partners_record_trigrams_insert": """
        CREATE TRIGGER partners_record_trigrams_insert AFTER INSERT ON partners_record BEGIN
            INSERT INTO partners_record_trigrams (rowid, text) VALUES (new.id, new.text);
        END""",
    "partners_record_trigrams_delete": """
        CREATE TRIGGER partners_record_trigrams_delete AFTER DELETE ON partners_record BEGIN
            INSERT INTO partners_record_trigrams (partners_record_trigrams, rowid, text)
                VALUES ('delete', old.id, old.text);
        END""",
    "partners_record_trigrams_update": """
        CREATE TRIGGER partners_record_trigrams_update AFTER UPDATE OF text ON partners_record BEGIN
            INSERT INTO partners_record_trigrams (partners_record_trigrams, rowid, text)
                VALUES ('delete', old.id, old.text);
            INSERT INTO partners_record_trigrams (rowid, text) VALUES (new.id, new.text);
        END""",
}
POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    """
        CREATE INDEX IF NOT EXISTS partners_record_trigrams
            ON partners_record USING gin (text gin_trgm_ops)""",
]


class FoldedField(models.TextField):
    """Text as `folding.fold` leaves it, compared by character on every database."""

    def db_parameters(self, connection):
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}


@FoldedField.register_lookup
class Holds(Lookup):
    """`text__holds=[["a", "b"], ["c"]]`: the text contains "a" or "b", and "c" (folded words)."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sqlite(self, compiler, connection):
        """Few texts are left by the index; what is too short for it is looked for in those."""
        column, _ = self.process_lhs(compiler, connection)
        long = [words for words in self.rhs if min(map(len, words)) >= SHORTEST]
        conditions, params = [], []
        if long:
            table = compiler.quote_name_unless_alias(self.lhs.alias)
            conditions.append(f"{table}.id IN (SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s)")  # noqa: S608
            params.append(" AND ".join(map(_any_of, long)))
        for words in (words for words in self.rhs if words not in long):
            conditions.append(_or(f"instr({column}, %s) > 0", words))
            params += words
        return f"({' AND '.join(conditions)})", params

    def as_postgresql(self, compiler, connection):
        column, _ = self.process_lhs(compiler, connection)
        conditions = [_or(f"{column} LIKE %s", words) for words in self.rhs]
        return f"({' AND '.join(conditions)})", [f"%{word}%" for each in self.rhs for word in each]


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
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            for statement in POSTGRESQL:
                cursor.execute(statement)
            return
        cursor.execute("SELECT name FROM sqlite_master")
        known = {name for (name,) in cursor.fetchall()}
        missing = [name for name in SQLITE if name not in known]
        for name in missing:
            cursor.execute(SQLITE[name])
        if missing:
            cursor.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')")  # noqa: S608
