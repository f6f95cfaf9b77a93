"""`manage.py loaddata` in a process of its own, into an empty database."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from django.conf import settings

from tests.exchange.loaddata.broken import CONGRESS, ESR
from tests.exchange.loaddata.changes import (
    CITATIONS,
    COLLABORATIONS,
    EVENTS,
    FIXTURES,
    INTRO_CITED,
    ORGANISATIONS,
    TOTAL,
    put,
    swap,
)

pytestmark = pytest.mark.any_database  # its processes work on files of SQLite


@pytest.fixture(scope="session")
def migrated(django_db_setup, prepared_database, tmp_path_factory):
    """An empty SQLite database, as it was migrated for all tests; each copies it."""
    return shutil.copy(prepared_database, tmp_path_factory.mktemp("migrated") / "empty.sqlite3")


@pytest.fixture
def database(migrated, tmp_path):
    return shutil.copy(migrated, tmp_path / "db.sqlite3")


def manage(database, *arguments):
    return subprocess.run(  # noqa: S603 — our own command
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "ENV_FILE": os.devnull,
            "DATABASE_URL": f"sqlite:///{database}",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def rows(database):
    """All that the SQLite database holds, as SQL."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


PROCESSES = [
    (
        ORGANISATIONS,
        swap('"name": "European Society of Radiology"', '"name": "\\ud800"'),
        f"({ESR}), field name: ",
    ),
    (
        CITATIONS,
        put(INTRO_CITED, source="nowhere"),
        f"({'partners.citation'} {INTRO_CITED}), field source: ",
    ),
    (EVENTS, put("apscvir-2018", ends="2017"), f"({CONGRESS}), field ends: "),
    (COLLABORATIONS, lambda text: text[:-100].encode(), "is not valid JSON"),
]


@pytest.mark.slow("process")
@pytest.mark.parametrize(
    ("name", "change", "message"), PROCESSES, ids=[row[0] for row in PROCESSES]
)
def test_process_refuses_without_traceback(name, change, message, database, broken):
    broken_path = broken(name, change)
    before = rows(database)
    done = manage(
        database, "loaddata", *(broken_path if path.name == name else path for path in FIXTURES)
    )
    *_, error = done.stderr.splitlines()
    assert error.startswith(f"CommandError: {name}")
    assert message in error
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert done.stdout == ""
    assert rows(database) == before


@pytest.mark.slow("process")
def test_process_loads_an_empty_database_once(database):
    report = manage(database, "loaddata", *(path.stem for path in FIXTURES)).stdout
    assert report == f"{TOTAL} records: {TOTAL} new, 0 changed, 0 unchanged.\n"
    before = rows(database)
    report = manage(database, "loaddata", *FIXTURES).stdout
    assert report == f"{TOTAL} records: 0 new, 0 changed, {TOTAL} unchanged.\n"
    assert rows(database) == before


def test_process_says_when_the_database_is_not_migrated(tmp_path):
    done = manage(tmp_path / "new.sqlite3", "loaddata", FIXTURES[0])
    assert "CommandError: The database refuses, nothing was loaded: no such table" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
