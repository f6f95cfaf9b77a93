"""Whether what was rendered is still true.

Two things make a page untrue: a write, and time. The database itself notes each write, raw ones and
bulk ones too, by triggers that give the one ContentVersion another token within the same
transaction; `next_change` says when time alone will change a page.
"""

import datetime as dt
import time
import uuid
from functools import partial, wraps
from itertools import product

from django.apps import apps
from django.db import InterfaceError, OperationalError, connection, connections
from django.utils import timezone

from partners.models import ROOTS, ContentVersion, PendingChange, triggers
from partners.models.indexes import InOrder
from partners.values.days import midnight

#: What neither a public page nor the queue on the admin's front page says anything of.
NOT_INVALIDATING = {
    "agreementdocument", "chore", "contact", "contentversion", "erasure", "job", "linkrequest",
    "loadedrow", "missedaddress", "previewlink", "reminder", "sentsheet",
}  # fmt: skip
#: How long pages stand while a change is due that could not be published yet.
WHILE_DUE = dt.timedelta(seconds=1)
#: What takes no more seconds than these is computed anew after each write.
QUICK = 0.2
ONLY = 1
SELECT = f"SELECT token FROM {ContentVersion._meta.db_table} WHERE id = {ONLY}"  # noqa: S608 — our names

#: A write puts a row of its transaction beside the one ContentVersion; at the end of the
#: transaction that row goes, and the token with it. So nobody who writes waits for somebody who is
#: not done yet, and no event waits on a table that a migration is going to alter next.
POSTGRESQL_FUNCTIONS = """
CREATE OR REPLACE FUNCTION partners_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO partners_contentversion (id, token, transaction)
    SELECT -txid_current(), '', txid_current() WHERE NOT EXISTS (
        SELECT FROM partners_contentversion
        WHERE id IN (1, -txid_current()) AND transaction = txid_current()
    );
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION partners_settle_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM partners_contentversion WHERE id = NEW.id;
    UPDATE partners_contentversion
    SET token = gen_random_uuid(), transaction = txid_current() WHERE id = 1;
    RETURN NULL;
END $$
"""
#: By whom changes are noted, and then settled.
POSTGRESQL_TRIGGER = """
CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION partners_note_change()
"""
POSTGRESQL_SETTLES = """
CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.id < 0) EXECUTE FUNCTION partners_settle_change()
"""
SQLITE_TRIGGER = """
CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN
    UPDATE partners_contentversion SET token = hex(randomblob(16)) WHERE id = 1;
END
"""
FIRST = f"""
INSERT INTO {ContentVersion._meta.db_table} (id, token, "transaction")
VALUES ({ONLY}, %s, 0) ON CONFLICT DO NOTHING
"""  # noqa: S608 — our names
AHEAD = "SELECT min({time}) AS at FROM {table} WHERE {time} > %s"
ANOTHER = f"UPDATE {ContentVersion._meta.db_table} SET token = %s WHERE id = {ONLY}"  # noqa: S608


# The token


def token():
    """The present token (str); None before the database is set up.

    One read by primary key. It is also the check that the connection is alive. Raises
    OperationalError or InterfaceError while the database is away.
    """
    connection.health_check_done = True
    try:
        return _read()
    except (InterfaceError, OperationalError):
        connection.close()  # the server may have been restarted since the last request
        return _read()


def _read():
    with connection.cursor() as cursor:
        cursor.execute(SELECT)
        row = cursor.fetchone()
    return row and row[0]


def renew():
    """Give the content another token: what was rendered before is made anew."""
    with connection.cursor() as cursor:
        cursor.execute(ANOTHER, [uuid.uuid4().hex])


def edition(at):
    """(token, until): the present token, and up to when pages stay true unless somebody writes.

    `at` is an aware datetime. Raises as `token` does.
    """
    global _last  # noqa: PLW0603 — one for all of the process
    present = token()
    if connection.in_atomic_block:  # what is seen there may not be what others see
        return present, next_change(at)
    known, since = _last
    if known is None or known[0] != present or not since <= at < known[1]:
        known = present, next_change(at)
        _last = known, at
    return known


#: The last edition, and a moment of it; what was before that may have been another one's.
_last = None, None


def remembered(function=None, slow_lasts=dt.timedelta()):
    """Let what `function` (of a moment, an aware datetime) returns serve until anything changes.

    Where it takes longer than QUICK seconds, it serves `slow_lasts` (timedelta) at least. Within a
    transaction it is computed each time.
    """
    if function is None:
        return partial(remembered, slow_lasts=slow_lasts)
    kept, made_at, until = (None, None), None, None

    @wraps(function)
    def ask(at):
        nonlocal kept, made_at, until
        if connection.in_atomic_block:
            return function(at)
        present, mine = edition(at), kept  # another thread may put something else there
        if mine[0] != present and not (until and made_at <= at < until):
            begun = time.monotonic()
            mine = kept = present, function(at)
            made_at, until = at, time.monotonic() - begun > QUICK and at + slow_lasts
        return mine[1]

    return ask


# The triggers


def install(sender, using, **kwargs):
    """Let the database note every write from now on, as these triggers say it.

    Called before every migration, whose writes are noted too, and after it: SQLite loses the
    triggers of a table that is altered, and with them what was written to it meanwhile.
    """
    database = connections[using]
    present = set(database.introspection.table_names())
    table = ContentVersion._meta.db_table
    if table not in present:
        return
    seen = [model._meta.db_table for model in _models() if model._meta.db_table in present]
    with database.cursor() as cursor:
        cursor.execute(FIRST, [uuid.uuid4().hex])
        if database.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTIONS)
            wanted = dict(_on_postgresql(table, seen))
        else:
            wanted = dict(_on_sqlite(seen))
        if triggers.renew(database, wanted, lambda name, table: name.startswith(_stem(table))):
            cursor.execute(ANOTHER, [uuid.uuid4().hex])


def _models():
    models = apps.get_app_config("partners").get_models(include_auto_created=True)
    return [model for model in models if model._meta.model_name not in NOT_INVALIDATING]


def _stem(table):
    return f"{table}_changed"


def _on_postgresql(settled, tables):
    statements = {settled: POSTGRESQL_SETTLES} | dict.fromkeys(tables, POSTGRESQL_TRIGGER)
    for table, statement in statements.items():
        name = triggers.versioned(_stem(table), statement)
        yield name, statement.format(name=name, table=table)


def _on_sqlite(tables):
    for table, event in product(tables, ("insert", "update", "delete")):
        name = triggers.versioned(f"{_stem(table)}_by_{event}", SQLITE_TRIGGER)
        yield name, SQLITE_TRIGGER.format(name=name, table=table, event=event)


# Time


def next_change(now):
    """The next moment after `now` (aware datetimes) at which a page changes though nobody writes.

    That is a time of publication or withdrawal, of a pending change, or midnight. A change that is
    due and could not be published yet may be at any moment.
    """
    if PendingChange.objects.due(now).exists():
        return now + WHILE_DUE
    return next_moment(now)


def next_moment(now):
    """`next_change`, whatever is due: that ends no edition before it is written."""
    next_day = midnight(timezone.localdate(now) + dt.timedelta(days=1))
    ahead = _first_ahead(now)
    return min(next_day, ahead) if ahead else next_day


def _first_ahead(now):
    """The first time on record after `now` (aware datetimes) at which something is to happen.

    By one query, which is our own: to have Django ask for eleven times took longer than they do.
    """
    parts = [AHEAD.format(table=table, time=time) for table, time in _times()]
    first = f"SELECT min(at) FROM ({' UNION ALL '.join(parts)}) AS ahead"  # noqa: S608 — our names
    after = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(first, [after] * len(parts))
        (ahead,) = cursor.fetchone()
    if isinstance(ahead, str):  # SQLite has no times; who writes SQL may have written an offset
        ahead = dt.datetime.fromisoformat(ahead)
        return ahead if ahead.tzinfo else ahead.replace(tzinfo=connection.timezone)
    return ahead


def _times():
    """(table, SQL of a time in it); each has an index, where the table is large."""
    yield PendingChange._meta.db_table, "publish_at"
    for label in ROOTS.values():
        table = apps.get_model(label)._meta.db_table
        yield table, InOrder.template % {"expressions": "published_at"}
        yield table, "withdrawn_at"


#: `next_moment`, asked once an edition.
lasting = remembered(next_moment)
