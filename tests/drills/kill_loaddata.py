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
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg
from django.apps import apps
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = sorted(path.name for path in (ROOT / "fixtures").glob("*.json"))


class SQLite:
    """A database file that is renewed from a migrated one."""

    def __init__(self, folder):
        self.file, self.template = folder / "round.sqlite3", folder / "template.sqlite3"
        self.url, self.template_url = f"sqlite:///{self.file}", f"sqlite:///{self.template}"

    def renew(self):
        for leftover in self.file.parent.glob("round.sqlite3*"):
            leftover.unlink()
        shutil.copy(self.template, self.file)

    def settle(self):
        """Nobody writes any more once the process is gone."""


class PostgreSQL:
    """A database that is renewed from a migrated template on the same server."""

    def __init__(self, url, server):
        self.server, self.name = server, urlsplit(url).path.strip("/")
        self.url, self.template_url = url, f"{url}_template"
        for name in (self.name, f"{self.name}_template"):
            self.execute("CREATE DATABASE {}", name)

    def execute(self, statement, *names):
        return self.server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def renew(self):
        self.execute("DROP DATABASE {}", self.name)
        self.execute("CREATE DATABASE {} TEMPLATE {}", self.name, f"{self.name}_template")

    def settle(self):
        """Wait until the server has noticed that its client is gone."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        while self.server.execute(query, [self.name]).fetchone()[0]:
            time.sleep(0.02)


@contextmanager
def fresh_database(url):
    """The SQLite or PostgreSQL to work on; gone afterwards."""
    if url is None:
        with tempfile.TemporaryDirectory() as folder:
            yield SQLite(Path(folder))
        return
    server_url = urlsplit(url)._replace(path="/postgres").geturl()
    with psycopg.connect(server_url, autocommit=True) as server:
        database = PostgreSQL(url, server)
        try:
            yield database
        finally:
            connection.close()
            database.execute("DROP DATABASE {}", database.name)
            database.execute("DROP DATABASE {}", f"{database.name}_template")


def start(url, *arguments):
    """`manage.py` as a process in a group of its own."""
    return subprocess.Popen(  # noqa: S603 — our own command
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(url, *arguments, fails=False):
    """Seconds that `manage.py` takes; SystemExit with what it said if it ends otherwise."""
    begun = time.monotonic()
    process = start(url, *arguments)
    said = process.communicate()[1]
    if (process.returncode != 0) != fails:
        raise SystemExit(f"manage.py {arguments[0]} ended with {process.returncode}:\n{said}")
    return time.monotonic() - begun


def kill_after(seconds, process):
    """Kill the process and its group; say whether it was still running."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # not reaped yet, so the id is still its own
        process.communicate()
    return process.returncode == -signal.SIGKILL


def counts():
    """Rows of each of our tables."""
    models = apps.get_app_config("partners").get_models(include_auto_created=True)
    found = {model._meta.label: model._base_manager.count() for model in models}
    connection.close()
    return found


def drill(database, rounds, moments):
    """Yield of each try: when, whether it was killed, what was there then, and after a rerun."""
    run(database.template_url, "migrate", "--verbosity=0")
    database.renew()
    nothing = counts()
    before_work = run(database.url, "loaddata", "no-such-fixture", fails=True)
    until_end = run(database.url, "loaddata", *FIXTURES)
    everything = counts()
    sys.stdout.write(f"A load takes {until_end:.2f} s, of which {before_work:.2f} s to start.\n")
    names = {str(nothing): "nothing", str(everything): "everything"}
    while rounds:
        database.renew()
        moment = moments.uniform(before_work * 0.9, until_end)
        killed = kill_after(moment, start(database.url, "loaddata", *FIXTURES))
        database.settle()
        found = counts()
        rerun = run(database.url, "loaddata", *FIXTURES)
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
        os.environ |= {"ENV_FILE": os.devnull, "DATABASE_URL": database.url}
        os.environ["DJANGO_SETTINGS_MODULE"] = "cirse_partners.settings"
        django.setup()
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
