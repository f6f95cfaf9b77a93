"""The empty database of the tests, migrated once: later runs copy it instead of migrating again.

Only SQLite's, which the tests keep in memory. The copy is a file in pytest's cache whose name is a
digest of all that has a say in it, so a stale one is never found; `make clean` removes it.
"""

import hashlib
import os
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import django
from django.conf import settings
from django.db import connection

#: Where pytest keeps it.
FOLDER = settings.BASE_DIR / ".pytest_cache/d/databases"


def sources():
    """The files that have a say in what an empty database holds, in a fixed order."""
    code = sorted(
        path
        for folder in ("partners", "cirse_partners")
        for path in (settings.BASE_DIR / folder).rglob("*.py")
    )
    return [*code, settings.BASE_DIR / "requirements-dev.lock", Path(__file__)]


def digest():
    """What those files hold, and the versions of what reads them."""
    said = hashlib.sha256(f"{django.VERSION} {sqlite3.sqlite_version}".encode())
    for path in sources():
        said.update(f"\0{path.relative_to(settings.BASE_DIR)}\0".encode() + path.read_bytes())
    return said.hexdigest()[:16]


def name():
    """The name of the copy: each version of Django that is tried here has one of its own."""
    return f"django-{django.__version__}-{digest()}.sqlite3"


def address():
    """The address of the database in memory, by which all connections of a process find it."""
    return connection.creation._get_test_db_name()


def is_in_memory():
    """Whether the tests use a database of SQLite in memory."""
    return connection.vendor == "sqlite" and connection.creation.is_in_memory_db(address())


def fill(copy):
    """Fill the database in memory from the file `copy`; it stays until the result is closed."""
    keeper = sqlite3.connect(address(), uri=True)
    with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as source:
        source.backup(keeper)
    return keeper


def keep(copy):
    """Write the database in memory to the file `copy`, all at once, and remove those of other code
    for this version of Django."""
    handle, unfinished = tempfile.mkstemp(dir=copy.parent)
    os.close(handle)
    with closing(sqlite3.connect(unfinished)) as target:
        connection.ensure_connection()
        connection.connection.backup(target)
    for old in set(copy.parent.glob(f"django-{django.__version__}-*")) - {copy}:
        with suppress(FileNotFoundError):  # the other process removed it
            old.unlink()
    Path(unfinished).replace(copy)
