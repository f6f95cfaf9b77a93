"""Whatever is added to the site is measured as well: see `everything`."""

import pytest
from django.conf import settings
from django.urls import resolve

from tests.benchmarks.everything import COMMANDS, path, routes


def stand_in(route, name):
    """A key for each name by which routes mean a record."""
    return {"slug": "esr", "object_id": "esr", "key": "esr", "id": "1"}[name]


@pytest.mark.parametrize("route", list(routes()))
def test_every_address_is_in_a_row(route):
    found = resolve(path(route, stand_in).partition("?")[0]).route
    assert found.replace("^", "") == route.replace("^", "")


def test_every_command_is_in_a_row():
    folder = settings.BASE_DIR / "partners" / "management" / "commands"
    assert {each.stem for each in folder.glob("[!_]*.py")} == set(COMMANDS)
