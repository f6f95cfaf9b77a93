"""The real fixtures are loaded once for each module; each test starts from there."""

import json

import pytest
from django.conf import settings
from django.db import transaction

from tests.exchange.loaddata.changes import FIXTURES, SOURCES, copies, load


@pytest.fixture(scope="module", autouse=True)
def _seed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        load(*FIXTURES)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _loaded(_seed, db):
    """Each test starts from the loaded fixtures and leaves nothing behind."""


@pytest.fixture
def broken(tmp_path):
    """Writes a broken copy of the named fixture."""

    def write(name, change):
        original = (settings.BASE_DIR / "fixtures" / name).read_text()
        path = tmp_path / name
        path.write_bytes(change(original))
        return path

    return write


@pytest.fixture
def sound(tmp_path):
    """A fixture with one new record and one changed, to stand before the broken one."""
    path = tmp_path / "00_sound.json"
    change = copies(
        "general-knowledge", {"pk": "sound"}, {"pk": "general-knowledge", "title": "New"}
    )
    records = json.loads(change((settings.BASE_DIR / "fixtures" / SOURCES).read_text()))
    path.write_text(json.dumps(records[-2:]))
    return path
