"""An upgrade: what an installed site holds is kept, and made clean."""

import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest

from partners.values import sorting
from tests.exchange.loaddata.test_process import manage

pytestmark = pytest.mark.slow("process")

BEFORE = "0008_keep_what_was_not_taken"
#: Rows as a site could hold them before texts were clean: table, and its values.
ROWS = [
    ("topic", {"key": "blank", "name": " \u00a0"}),
    ("topic", {"key": "soft", "name": " Radio\u00adlogie  Europe\n"}),
    ("topic", {"key": "taken", "name": "Imaging"}),
    ("topic", {"key": "twin", "name": "Imaging\u200b"}),
    ("term", {
        "key": "ecr", "abbreviation": "ECR", "expansion": "\u200b",
        "definition": " One\r\n\r\n\r\nTwo ", "is_to_be_verified": 0,
    }),
]  # fmt: skip


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory):
    """{table: {key: row}} after the upgrade of a site that held ROWS."""
    path = tmp_path_factory.mktemp("upgrade") / "site.sqlite3"
    assert manage(path, "migrate", "partners", BEFORE, "--verbosity=0").returncode == 0
    with closing(sqlite3.connect(path)) as database, database:
        sorting.register(None, SimpleNamespace(vendor="sqlite", connection=database))
        for table, values in ROWS:
            columns, marks = ", ".join(values), ", ".join("?" * len(values))
            database.execute(
                f"INSERT INTO partners_{table} ({columns}) VALUES ({marks})",  # noqa: S608
                [*values.values()],
            )
    done = manage(path, "migrate", "--verbosity=0")
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return {
            table: {row["key"]: row for row in database.execute(f"SELECT * FROM partners_{table}")}  # noqa: S608
            for table in {table for table, _ in ROWS}
        }


def test_texts_of_an_installed_site_become_clean(upgraded):
    assert upgraded["topic"]["soft"]["name"] == "Radiologie Europe"
    assert upgraded["term"]["ecr"]["definition"] == "One\n\nTwo"


def test_text_that_was_blank_where_there_must_be_one_is_the_key(upgraded):
    assert upgraded["topic"]["blank"]["name"] == "blank"
    assert upgraded["term"]["ecr"]["expansion"] == "ecr"


def test_text_whose_clean_form_another_row_has_stays(upgraded):
    names = {key: row["name"] for key, row in upgraded["topic"].items()}
    assert (names["taken"], names["twin"]) == ("Imaging", "Imaging\u200b")
