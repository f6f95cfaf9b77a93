"""Let a writer hold what a due change needs: readers go on, and read the state before it.

    python -m tests.drills.held_lock [--seconds 30] [--due 500] [--limit 1] [--database-url URL]

Run it from the folder that holds manage.py. gunicorn serves the site with a worker for each of two
visitors and one to spare; they ask for every public address in turn, one of them with a cookie for
which no page is from memory. For `--seconds` another connection holds the write lock of SQLite, or
on PostgreSQL each row of each table: while nothing is due; while changes of `--due` organisations
fall due on pages that are known; and, from before the server starts, while they are due already. No
answer may be a 5xx, or take more than `--limit` seconds or the slowest one before the lock was held
(on a busy machine), and none may show the new version before the lock is gone. After that
`manage.py apply_due` publishes what the visitors have left, each change once, and the page shows
it. The exit code is 0 if all of that holds.

Without --database-url it works on an SQLite file in a temporary folder. With the address of a
PostgreSQL database (postgres://user@host/NAME) it makes two databases, NAME and NAME_template, on
that server and drops them at the end; it stops if one of them is there already.
"""

import argparse
import copy
import datetime as dt
import itertools
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from django.contrib.auth.models import User
from django.db import connection, connections
from django.utils import timezone

from partners.models import (
    ROOT_MODELS,
    Organisation,
    PendingChange,
    Revision,
    Topic,
)
from partners.rows import bookkeeping, snapshots
from partners.urls import urlpatterns
from tests import factories as make
from tests.drills.databases import fresh_database, load, run
from tests.drills.due_once import ask, served

VISITORS = [{}, {"Cookie": "sessionid=somebody"}]  # what they say
WORKERS = len(VISITORS) + 1  # each visitor waits for one answer at a time
#: Seconds beside the time in which pages get known twice, and for which visitors outlast the lock.
AHEAD, AFTER = 5, 2
SITUATIONS = {  # → (are changes due, is the lock held before the server starts)
    "nothing due": (False, False),
    "falling due on known pages": (True, False),
    "due before the server starts": (True, True),
}
#: What stands before a slug → whose it is.
SLUGS = {model.address_prefix.rpartition("/")[-1]: model for model in ROOT_MODELS.values()} | {
    "topics": Topic
}


def addresses(page):
    """`page`, and each public address, with a record where it needs one.

    But those under /data/: many records are made files of by the worker, which does not run here.
    """
    found = [page, "/nowhere/", "/admin/login/", "/search/?q=radiology", "/organisations/?q=radio"]
    for pattern in urlpatterns:
        before, slug, after = str(pattern.pattern).partition("<slug:slug>")
        if before.startswith("data/"):
            continue
        if slug:
            record = SLUGS[before.split("/")[-2]]._base_manager.first()
            slug = getattr(record, "slug", record.pk)
        path = f"/{before}{slug}{after}"
        found.append(path.replace("<token>", "a").replace("<section>", "pages"))
    return found


@contextmanager
def held():
    """Hold all that a writer can, on a connection of its own."""
    writer = connections.create_connection("default")
    tables = [] if writer.vendor == "sqlite" else writer.introspection.table_names()
    writer.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        with writer.cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT 1 FROM {table} FOR UPDATE")  # noqa: S608 — our names
        yield
    finally:
        writer.rollback()
        writer.close()


def version(rows, number):
    """The rows as version `number`, which can be told by its summary."""
    rows = copy.deepcopy(rows)
    rows[0]["fields"]["summary"] = f"Version {number}."
    return rows


def schedule(keys, number, ahead):
    """Let each organisation become version `number` in as many seconds; return when that is."""
    by, publish_at = User.objects.get(), timezone.now() + dt.timedelta(seconds=ahead)
    stored = snapshots.rows_of_many(list(Organisation.objects.filter(pk__in=keys)))
    PendingChange.objects.bulk_create(
        PendingChange(
            kind=Organisation._meta.label_lower,
            key=key,
            title=key,
            status=PendingChange.Status.SCHEDULED,
            base=rows,
            rows=version(rows, number),
            by=by,
            by_name=by.username,
            decided_by=by,
            publish_at=publish_at,
        )
        for key, rows in stored.items()
    )
    connection.close()
    return publish_at


def visit(port, paths, seconds):
    """The answers to visitors who go on for as long, or once around if that is 0."""
    end = time.monotonic() + seconds

    def go_around(headers):
        rounds = itertools.repeat(paths) if seconds else [paths]
        going = itertools.chain.from_iterable(rounds)
        until_end = itertools.takewhile(lambda _: not seconds or time.monotonic() < end, going)
        return [ask(port, path, **headers) for path in until_end]

    with ThreadPoolExecutor() as visitors:
        return [each for answers in visitors.map(go_around, VISITORS) for each in answers]


def experience(database, page, proposed, seconds, is_early):
    """(answers before the lock is held, while it is, right after, the last one of all)

    `proposed` are the keys of the organisations that are to change, and the number of the version.
    """
    paths = addresses(page)
    connection.close()
    with ExitStack() as lock:
        if is_early:
            schedule(*proposed, ahead=0)
            lock.enter_context(held())
        with served(database, WORKERS) as port:
            visit(port, ["/health/"], AFTER)  # each worker gets ready
            before = []
            if not is_early:
                begun = time.monotonic()
                visit(port, paths, 0)
                due_at = schedule(*proposed, AHEAD + 2 * (time.monotonic() - begun))
                before = visit(port, paths, 0)
                lock.enter_context(held())
                time.sleep(max(0, (due_at - timezone.now()).total_seconds()))
            during = visit(port, paths, seconds)
            lock.close()
            after = visit(port, paths, AFTER)
            run(database.url, "manage.py", "apply_due")
            return before, during, after, ask(port, page)


def drill(database, options):
    """Yield of each situation what was counted."""
    load(database)
    User.objects.create_superuser("publisher")
    with bookkeeping.batch():
        made = make.OrganisationFactory.create_batch(options.due, summary="Version 0.")
    page, number, limit = made[-1].get_absolute_url(), 0, options.limit
    for situation, (is_due, is_early) in SITUATIONS.items():
        old, number = number, number + is_due
        keys = [each.pk for each in made if is_due]
        before, *given = experience(database, page, (keys, number), options.seconds, is_early)
        limit = max([limit, *map(taken, before)])
        yield situation, judge(*given, limit, old, number)
        connection.close()


def taken(answer):
    """Seconds."""
    return answer.received - answer.asked


def judge(during, after, last, limit, old, new):
    """What there was to see, counted; the time is that of the slowest answer."""
    answers = sorted([*during, *after], key=taken)
    done = Revision.objects.filter(what="Published as scheduled").values_list("kind", "key")
    times = Counter(done.iterator())
    return {
        "answers": len(answers),
        "slowest": taken(answers[-1]),
        "path": answers[-1].path,
        "limit": limit,
        "slow": sum(taken(each) > limit for each in answers),
        "errors": sum(not 200 <= each.status < 500 for each in answers),
        "early": sum(bool(each.versions - {old}) for each in during),
        "wrong": int(last.versions != {new})
        + sum(count != new for count in times.values())
        + PendingChange.objects.count(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--due", type=int, default=500)
    parser.add_argument("--limit", type=float, default=1, help="seconds that an answer may take")
    parser.add_argument("--database-url", help="a PostgreSQL database to make and drop")
    options = parser.parse_args()
    line = (
        "{answers} answers, the slowest after {slowest:.2f} s ({path}); slower than "
        "{limit:.2f} s {slow}, 5xx or none {errors}, new before its time {early}, not published "
        "once {wrong}.\n"
    )
    broken = 0
    with fresh_database(options.database_url) as database:
        for situation, counted in drill(database, options):
            sys.stdout.write(f"{situation}: {line.format(**counted)}")
            sys.stdout.flush()
            broken += sum(counted[name] for name in ("slow", "errors", "early", "wrong"))
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
