"""Whether the site can do its work, in words that tell a stranger nothing.

The form is that of draft-inadarei-api-health-check: `pass`, `warn` or `fail`, and the same of each
check. What fails means that pages cannot be served; what warns waits for a person.
"""

import datetime as dt
import io
import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from partners.care import chores, tasks
from partners.models import PendingChange
from partners.values import uploads

log = logging.getLogger(__name__)
#: After how long a scheduled change should have been published, by a visitor or by the timer.
LATE = dt.timedelta(minutes=5)


def database():
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def migrations():
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise LookupError("Migrations are not applied.")


def storage():
    if not uploads.can_be_kept(io.BytesIO(b"\0" * 4096)):
        raise LookupError("The folder of uploads cannot be written.")


#: What pages cannot be served without.
NEEDED = {"database": database, "migrations": migrations, "storage": storage}


def report(now):
    """{"status": …, "checks": {name: {"status": …}}} as of `now` (aware datetime)."""
    found = {name: _ask(name, check) for name, check in NEEDED.items()}
    if found["database"] == found["migrations"] == "pass":
        late = chores.overdue(now) | tasks.overdue(now)
        late["apply_due"] = PendingChange.objects.due(now - LATE).exists()
        found |= {name: "warn" if late[name] else "pass" for name in late}
    worst = next(each for each in ("fail", "warn", "pass") if each in found.values())
    return {"status": worst, "checks": {name: {"status": found[name]} for name in found}}


def _ask(name, check):
    try:
        check()
    except (DatabaseError, LookupError, OSError):
        log.exception("The check of the %s failed.", name)
        return "fail"
    return "pass"
