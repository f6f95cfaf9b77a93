"""A database of each size, on either engine, gone afterwards."""

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.drills.databases import run
from tests.production.site import PASSWORD

OPERATOR = "operator"
#: The processes of the server that work for whoever is connected to that database.
BACKENDS = """
SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'
"""


@dataclass(frozen=True)
class SQLite:
    """Its cost is within the site's own processes."""

    folder: Path
    name = "SQLite"

    def url(self, size):
        return f"sqlite:///{self.folder}/{size}.sqlite3"

    def create(self, size, smaller):
        if smaller:
            shutil.copy(*(self.folder / f"{each}.sqlite3" for each in (smaller, size)))

    def processes(self, size):
        return []


@dataclass(frozen=True)
class PostgreSQL:
    """A server that does part of the work, in processes of its own."""

    server: psycopg.Connection
    address: str
    name = "PostgreSQL"

    def url(self, size):
        return f"{self.address}_{size}"

    def database(self, size):
        return urlsplit(self.url(size)).path.strip("/")

    def create(self, size, smaller):
        template = self.database(smaller) if smaller else "template0"
        self.execute("CREATE DATABASE {} TEMPLATE {}", self.database(size), template)

    def execute(self, statement, *names):
        self.server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def processes(self, size):
        """Ids, of use only where the server is on this machine."""
        found = self.server.execute(BACKENDS, [self.database(size)]).fetchall()
        return [pid for (pid,) in found]


@contextmanager
def sqlite():
    with tempfile.TemporaryDirectory() as folder:
        yield SQLite(Path(folder))


@contextmanager
def postgresql(address, sizes):
    """On the server of that address (postgres://user@host/NAME), as NAME_20, NAME_1000 …"""
    server_url = urlsplit(address)._replace(path="/postgres").geturl()
    with psycopg.connect(server_url, autocommit=True) as server:
        engine = PostgreSQL(server, address)
        try:
            yield engine
        finally:
            for size in sizes:
                engine.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", engine.database(size))


def fill(engine, sizes):
    """Each size from the next smaller one; the operator of the smallest is in all of them."""
    for smaller, size in zip([None, *sizes], sizes, strict=False):
        engine.create(size, smaller)
        run(engine.url(size), "-m", "tests.benchmarks.generate", str(size))
        if smaller is None:
            create_operator(engine.url(size))


def create_operator(url):
    account = [f"--username={OPERATOR}", "--email=operator@example.org"]
    command = ["manage.py", "createsuperuser", "--no-input", *account]
    run(url, *command, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
