"""What the database does by itself: triggers, made anew when what they say has changed.

A trigger carries its version in its name: a digest of all that it depends on. What PostgreSQL puts
off to the end of a transaction stands in the way of a migration: see `WriteRows`.
"""

import hashlib

from django.db.migrations import RunPython

#: The triggers that there are, and on which table.
PRESENT = {
    "postgresql": "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal AND pg_table_is_visible(tgrelid)",
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
}
DROP = {"postgresql": "DROP TRIGGER {name} ON {table}", "sqlite": "DROP TRIGGER {name}"}


def versioned(stem, *statements):
    """The name (str) of a trigger that does what `statements` say."""
    version = hashlib.sha256("".join(statements).encode()).hexdigest()[:8]
    return f"{stem}_v{version}"


def present(database):
    """{name: table} of the triggers of the connection `database`."""
    with database.cursor() as cursor:
        cursor.execute(PRESENT[database.vendor])
        return dict(cursor.fetchall())


def renew(database, wanted, is_ours):
    """Make the triggers of `wanted` (name → statement) that are missing; returns whether any was.

    Afterwards, so that no write escapes meanwhile, others go for which `is_ours` (a function of
    their name and table) holds.
    """
    known = present(database)
    missing = [statement for name, statement in wanted.items() if name not in known]
    obsolete = [
        DROP[database.vendor].format(name=name, table=table)
        for name, table in known.items()
        if name not in wanted and is_ours(name, table)
    ]
    with database.cursor() as cursor:
        for statement in [*missing, *obsolete]:
            cursor.execute(statement)
    return bool(missing)


class WriteRows(RunPython):
    """RunPython of rows with foreign keys, in a migration that goes on to alter their tables.

    Django has PostgreSQL check foreign keys at the end of the transaction, and until then it alters
    neither table. Here they are checked as the rows are written, whatever comes after.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        check_at_once(schema_editor)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        check_at_once(schema_editor)
        super().database_backwards(app_label, schema_editor, from_state, to_state)


def check_at_once(schema_editor):
    """Put nothing off to the end of this transaction; SQLite has nothing of the kind."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
