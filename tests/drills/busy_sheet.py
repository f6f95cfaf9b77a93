"""Store a long sheet while others work: nobody waits for it, and all of it is stored or nothing.

    python -m tests.drills.busy_sheet [--lines 2000] [--editors 2] [--readers 10]
        [--database-url URL]

Run it from the folder that holds manage.py. While editors publish and readers read, as in `load`, a
worker looks at a sheet of so many new organisations and stores it, then one that changes them all.
No answer may be a 5xx, no publishing may take more than 2 seconds and no page more than 1; what
was accepted must stand in the history, and all lines must be stored, as the job says. The exit code
is 0 if all of that holds. For --database-url see kill_loaddata.
"""

import argparse
import csv
import io
import sys
import threading
import time

from django.contrib.auth.models import User
from django.db import connection

from partners.admin import sheets
from partners.models import Job, Organisation, SentSheet
from tests.drills.databases import fresh_database
from tests.drills.kill_worker import NEW, changed
from tests.drills.load import Load, lost, served

COLUMNS = "key", "version", "slug", "name", "kind", "summary"
LIMITS = {"publish": 2, "read": 1}  # seconds
CHANGED = {"summary": NEW}
ALONE = 2  # seconds in which people work before the sheet and after it


def new(lines):
    """A sheet (CSV, bytes) of so many organisations that are not there yet."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for number in range(lines):
        name = f"Society {number} of Radiology"
        writer.writerow(["", "", f"society-{number}", name, "society", "What it does."])
    return written.getvalue().encode()


def of_the_sheet():
    return Organisation.objects.filter(slug__startswith="society-")


def queue(name, content, lines):
    """Ask for looking at a sheet, and for storing it; returns the jobs."""
    operator = User.objects.get(username="operator")
    sent = SentSheet.objects.create(
        kind="partners.organisation", name=name, content=content, lines=lines, by=operator
    )
    told = {"by": operator, "lines": lines, "leads_to": "/admin/"}
    return [
        Job.objects.begin(sheets.look_at, str(sent.pk), title=f"Look at {name}", **told),
        Job.objects.begin(sheets.store, str(sent.pk), "_publish", title=f"Store {name}", **told),
    ]


def store_beside(load, site, people, jobs):
    """Let the worker do the jobs while people work; returns what the jobs say against it."""
    begun = threading.Thread(target=load.run, args=people)
    begun.start()
    time.sleep(ALONE)
    site.manage("work", "--once")
    time.sleep(ALONE)
    load.over.set()
    begun.join()
    for job in jobs:
        job.refresh_from_db()
    return [str(job.sentences) for job in jobs if job.has_failed or not job.ended_at]


def drill(database, options):
    """Yield of each sheet (its name, Load, what is wrong)."""
    people = options.editors, options.readers
    steps = {
        "new.csv": (lambda: new(options.lines), {}),
        "changed.zip": (lambda: changed(of_the_sheet().values_list("pk", flat=True)), CHANGED),
    }
    with served(database.url, options.editors) as (site, keys):
        for name, (content, expected) in steps.items():
            jobs, load = queue(name, content(), options.lines), Load(site, keys)
            wrong = store_beside(load, site, people, jobs)
            stored = of_the_sheet().filter(**expected).count()
            connection.close()
            if stored != options.lines:
                wrong.append(f"{stored} of {options.lines} lines are stored.")
            wrong += [f"“{text}” was accepted, and is lost." for text in lost(site, load)]
            yield name, load, wrong + load.broken


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("lines", 2000), ("editors", 2), ("readers", 10)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--database-url", help="a PostgreSQL database to make and drop")
    options = parser.parse_args()
    broken = 0
    with fresh_database(options.database_url) as database:
        for name, load, wrong in drill(database, options):
            slowest = {kind: max(load.took[kind], default=0) for kind in LIMITS}
            wrong += [
                f"The slowest {kind} took longer than {limit} s."
                for kind, limit in LIMITS.items()
                if slowest[kind] > limit
            ]
            broken += len(wrong)
            sys.stdout.write(
                f"{name}, {options.lines} lines: {len(load.accepted)} changes accepted, the "
                f"slowest after {slowest['publish']:.2f} s; {len(load.took['read'])} pages, the "
                f"slowest after {slowest['read']:.2f} s.\n"
            )
            sys.stdout.writelines(f"  {sentence[:300]}\n" for sentence in wrong[:5])
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
