"""Whether an event is what it was, on SQLite: a number beside it that each write renews.

Triggers give it, so it is another one by whatever hand an event or its Record was written. To
compare it is to read a few bytes of each event; the event and its Record are some thousand. Numbers
are random: one that was undone with its transaction never comes again for something else.
"""

from itertools import product

from django.db import connections, models, transaction

from partners.models import triggers

TABLE = "partners_event_stamp"
CREATE = f"CREATE TABLE {TABLE} (key text PRIMARY KEY, stamp integer NOT NULL) WITHOUT ROWID"
#: What each event has after a time in which nobody was watching.
FILL = f"INSERT INTO {TABLE} SELECT key, random() FROM partners_event"  # noqa: S608 — our names
RENEW = f"UPDATE {TABLE} SET stamp = random() WHERE key"  # noqa: S608 — our names
READ = f"SELECT stamp FROM {TABLE} WHERE key"  # noqa: S608 — our names
INSERT = f"INSERT INTO {TABLE} VALUES (new.key, random())"  # noqa: S608 — our names
DELETE = f"DELETE FROM {TABLE} WHERE key"  # noqa: S608 — our names
#: Table → what is done after each event. Nothing here can conflict: what is to be done about
#: conflicts is said by the statement that set a trigger off ("INSERT OR IGNORE"), not by it.
KEPT = {
    "partners_event": {
        "insert": f"{DELETE} = new.key; {INSERT}",
        "update": f"{DELETE} IN (old.key, new.key); {INSERT}",
        "delete": f"{DELETE} = old.key",
    },
    "partners_record": {
        "insert": f"{RENEW} = new.event_id",
        "update": f"{RENEW} IN (old.event_id, new.event_id)",
        "delete": f"{RENEW} = old.event_id",
    },
}
TRIGGER = "CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {action}; END"


class Stamp(models.Func):
    """`Stamp("pk")` of events: the number; a new one each time where there is none."""

    template = f"coalesce(({READ} = %(expressions)s), random())"
    output_field = models.BigIntegerField()


def install(sender, using, **kwargs):
    """Make the table and its triggers, or what is missing of them. Called after every migration:
    SQLite loses the triggers of a table that is altered, so every event may have been written."""
    database = connections[using]
    tables = database.introspection.table_names()
    if database.vendor != "sqlite" or not KEPT.keys() <= set(tables):
        return
    with transaction.atomic(using), database.cursor() as cursor:
        if TABLE not in tables:
            cursor.execute(CREATE)
        if triggers.renew(database, _triggers(), lambda name, _: name.startswith(TABLE)):
            cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608 — our names
            cursor.execute(FILL)


def _triggers():
    wanted = {}
    for table, event in product(KEPT, ("insert", "update", "delete")):
        action = KEPT[table][event]
        name = triggers.versioned(f"{TABLE}_by_{event}_of_{table}", TRIGGER, action)
        wanted[name] = TRIGGER.format(name=name, event=event, table=table, action=action)
    return wanted
