"""Kill `manage.py loaddata` at random moments: the content must be there as a whole or not at all.

    python -m tests.drills.kill_loaddata [--rounds 30] [--seed 1] [--database-url URL]

Run it from the folder that holds manage.py. Each round starts from an empty, migrated database,
sends SIGKILL to the load at a random moment between the start of its work and its end, as last
measured, counts the rows, loads again and counts again. Where the load was faster than the kill,
the round is checked as well but made again. The exit code is 0 if no round failed.

Without --database-url it works on an SQLite file in a temporary folder. With the address of a
PostgreSQL database (postgres://user@host/NAME) it makes two databases, NAME and NAME_template, on
that server and drops them at the end; it stops if one of them is there already.
"""

import argparse
import random
import sys

from django.apps import apps
from django.db import connection

from tests.drills.databases import FIXTURES, fresh_database, kill_after, run, start


def counts():
    """Rows of each of our tables."""
    models = apps.get_app_config("partners").get_models(include_auto_created=True)
    found = {model._meta.label: model._base_manager.count() for model in models}
    connection.close()
    return found


def drill(database, rounds, moments):
    """Yield of each try: when, whether it was killed, what was there then, and after a rerun."""
    database.migrate()
    database.renew()
    nothing = counts()
    before_work = run(database.url, "manage.py", "loaddata", "no-such-fixture", fails=True)
    until_end = run(database.url, "manage.py", "loaddata", *FIXTURES)
    everything = counts()
    sys.stdout.write(f"A load takes {until_end:.2f} s, of which {before_work:.2f} s to start.\n")
    names = {str(nothing): "nothing", str(everything): "everything"}
    while rounds:
        database.renew()
        moment = moments.uniform(before_work * 0.9, until_end)
        killed = kill_after(moment, start(database.url, "manage.py", "loaddata", *FIXTURES))
        database.settle()
        found = counts()
        rerun = run(database.url, "manage.py", "loaddata", *FIXTURES)
        if found == nothing:
            until_end = rerun
        rounds -= killed
        again = names.get(str(counts()), "something")
        yield moment, killed, names.get(str(found), "something"), again


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", help="a PostgreSQL database to make and drop")
    options = parser.parse_args()
    tally = {
        "tries": 0,
        "killed": 0,
        "nothing": 0,
        "everything": 0,
        "something": 0,
        "incomplete": 0,
    }
    with fresh_database(options.database_url) as database:
        for moment, killed, found, again in drill(
            database,
            options.rounds,
            random.Random(options.seed),  # noqa: S311 — no secret, but the same in every run
        ):
            tally["tries"] += 1
            tally["killed"] += killed
            tally[found] += 1
            tally["incomplete"] += again != "everything"
            how = "killed" if killed else "ended"
            sys.stdout.write(f"{moment:.2f} s: {how}, {found} there; after a rerun {again}\n")
    sys.stdout.write(
        "{tries} loads, {killed} killed; nothing there {nothing}, everything {everything}, "
        "something in between {something}; reruns incomplete {incomplete}.\n".format(**tally)
    )
    return int(bool(tally["something"] or tally["incomplete"]))


if __name__ == "__main__":
    sys.exit(main())
