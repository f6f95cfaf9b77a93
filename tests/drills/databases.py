"""What the drills work on: a database of their own, on either engine, and processes to kill."""

import importlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection, connections
from psycopg import sql

from cirse_partners import settings
from tests import prepared

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = sorted(path.name for path in (ROOT / "fixtures").glob("*.json"))
MIGRATE = ["manage.py", "migrate", "--verbosity=0"]


class SQLite:
    """A database file that is renewed from a template."""

    def __init__(self, folder):
        self.file, self.template = folder / "round.sqlite3", folder / "template.sqlite3"
        self.url, self.template_url = f"sqlite:///{self.file}", f"sqlite:///{self.template}"

    def migrate(self):
        """The empty template: what the tests of this very code have migrated, if they ran here."""
        try:
            shutil.copy(prepared.FOLDER / prepared.name(), self.template)
        except FileNotFoundError:
            run(self.template_url, *MIGRATE)
        else:
            with closing(sqlite3.connect(self.template)) as copy:
                copy.execute("PRAGMA journal_mode = WAL")  # as `migrate` leaves it

    def renew(self):
        for leftover in self.file.parent.glob("round.sqlite3*"):
            leftover.unlink()
        shutil.copy(self.template, self.file)

    def settle(self):
        """Nobody writes any more once the process is gone."""


class PostgreSQL:
    """A database that is renewed from a template on the same server."""

    def __init__(self, url, server):
        self.server, self.name = server, urlsplit(url).path.strip("/")
        self.url, self.template_url = url, f"{url}_template"
        for name in (self.name, f"{self.name}_template"):
            self.execute("CREATE DATABASE {}", name)

    def execute(self, statement, *names):
        return self.server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def migrate(self):
        """The empty template."""
        run(self.template_url, *MIGRATE)

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
    """The SQLite or PostgreSQL to work on, this process too; gone afterwards."""
    if url is None:
        with tempfile.TemporaryDirectory() as folder:
            database = SQLite(Path(folder))
            use(database.url)
            yield database
            connection.close()
        return
    server_url = urlsplit(url)._replace(path="/postgres").geturl()
    with psycopg.connect(server_url, autocommit=True) as server:
        database = PostgreSQL(url, server)
        try:
            use(database.url)
            yield database
        finally:
            connection.close()
            database.execute("DROP DATABASE {} WITH (FORCE)", database.name)
            database.execute("DROP DATABASE {} WITH (FORCE)", f"{database.name}_template")


def use(url):
    """Let this process work on the database of that address."""
    os.environ["DATABASE_URL"] = url
    connection.close()
    del connections["default"]
    connections.settings = connections.configure_settings(importlib.reload(settings).DATABASES)


def start(url, *arguments, cwd=ROOT, python=sys.executable, stderr=subprocess.PIPE, **env):
    """Python as a process in a group of its own, in the folder that holds its manage.py."""
    known = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "DATABASE_URL": url}
    return subprocess.Popen(  # noqa: S603 — our own command
        [python, *arguments],
        cwd=cwd,
        env=known | env,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        text=True,
        start_new_session=True,
    )


def run(url, *arguments, fails=False, **env):
    """Seconds that Python takes; SystemExit with what it said if it ends otherwise."""
    begun = time.monotonic()
    process = start(url, *arguments, **env)
    said = process.communicate()[1]
    if (process.returncode != 0) != fails:
        raise SystemExit(f"{' '.join(arguments[:2])} ended with {process.returncode}:\n{said}")
    return time.monotonic() - begun


def load(database):
    """The content, in the template and in what is renewed from it."""
    database.migrate()
    run(database.template_url, "manage.py", "loaddata", *FIXTURES)
    database.renew()


def kill_after(seconds, process):
    """Kill the process and its group; say whether it was still running."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # not reaped yet, so the id is still its own
        process.communicate()
    return process.returncode == -signal.SIGKILL
