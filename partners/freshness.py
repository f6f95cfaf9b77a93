"""Whether what was rendered is still true.

Two things make a page untrue: a write, and time. The database itself notes each write, raw ones and
bulk ones too, by triggers that give the one ContentVersion another token within the same
transaction; `next_change` says when time alone will change a page.
"""

import datetime as dt
import uuid
from functools import wraps

from django.apps import apps
from django.db import InterfaceError, OperationalError, connection, connections
from django.db.models import Min
from django.utils import timezone

from partners.models import ROOTS, ContentVersion, PendingChange

#: What neither a public page nor the queue on the admin's front page says anything of.
UNSEEN = {
    "chore", "contentversion", "loadedrow", "missedaddress", "previewlink", "reminder", "sentsheet",
}  # fmt: skip
ONLY = 1
SELECT = f"SELECT token FROM {ContentVersion._meta.db_table} WHERE id = {ONLY}"  # noqa: S608 — our names

#: Deferred to the end of the transaction, so that nobody who writes waits for somebody who is not
#: done yet; and only once in it, however many rows it wrote.
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION partners_content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE partners_contentversion
    SET token = gen_random_uuid(), transaction = txid_current()
    WHERE id = 1 AND transaction <> txid_current();
    RETURN NULL;
END $$
"""
POSTGRESQL_TRIGGER = """
CREATE CONSTRAINT TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION partners_content_changed()
"""
SQLITE_TRIGGER = """
CREATE TRIGGER {table}_changed_by_{event} AFTER {event} ON {table} BEGIN
    UPDATE partners_contentversion SET token = hex(randomblob(16)) WHERE id = 1;
END
"""


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


def remembered(function):
    """Let what `function` (of a moment, an aware datetime) returns serve until anything changes.

    Within a transaction it is computed each time.
    """
    kept = None, None

    @wraps(function)
    def ask(at):
        nonlocal kept
        if connection.in_atomic_block:
            return function(at)
        present = edition(at)
        if kept[0] != present:
            kept = present, function(at)
        return kept[1]

    return ask


# The triggers


def install(sender, using, **kwargs):
    """Let the database note every write from now on. Called after every migration: SQLite loses
    the triggers of a table that is altered."""
    database = connections[using]
    present = set(database.introspection.table_names())
    if ContentVersion._meta.db_table not in present:
        return
    ContentVersion.objects.using(using).get_or_create(pk=ONLY, defaults={"token": uuid.uuid4().hex})
    seen = [model for model in _models() if model._meta.db_table in present]
    with database.cursor() as cursor:
        for statement in _statements(cursor, database.vendor, [m._meta.db_table for m in seen]):
            cursor.execute(statement)


def _models():
    models = apps.get_app_config("partners").get_models(include_auto_created=True)
    return [model for model in models if model._meta.model_name not in UNSEEN]


def _statements(cursor, vendor, tables):
    """What is still to be said for each table to be watched."""
    if vendor == "postgresql":
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        known = {name for (name,) in cursor.fetchall()}
        yield POSTGRESQL_FUNCTION
        wanted = {f"{table}_changed": POSTGRESQL_TRIGGER.format(table=table) for table in tables}
    else:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        known = {name for (name,) in cursor.fetchall()}
        wanted = {
            f"{table}_changed_by_{event}": SQLITE_TRIGGER.format(table=table, event=event)
            for table in tables
            for event in ("insert", "update", "delete")
        }
    yield from (statement for name, statement in wanted.items() if name not in known)


# Time


def next_change(now):
    """The next moment after `now` (aware datetimes) at which a page changes though nobody writes.

    That is a time of publication or withdrawal, of a pending change, or midnight.
    """
    tomorrow = timezone.localdate(now) + dt.timedelta(days=1)
    midnight = timezone.make_aware(dt.datetime.combine(tomorrow, dt.time.min))
    return min([midnight, *filter(None, (_next(*column, now) for column in _columns()))])


def _columns():
    yield PendingChange, "publish_at"
    for label in ROOTS.values():
        for name in ("published_at", "withdrawn_at"):
            yield apps.get_model(label), name


def _next(model, name, now):
    ahead = model._base_manager.filter(**{f"{name}__gt": now})
    return ahead.aggregate(next=Min(name))["next"]
