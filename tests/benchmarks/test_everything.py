"""Whatever is added to the site is measured as well: see `everything`."""

import pytest
from django.conf import settings
from django.urls import resolve

from partners.reading import cards
from tests.benchmarks import everything
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


@pytest.mark.django_db
def test_command_that_takes_too_long_is_a_row_of_its_own(content, tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(cards, "drawn", everything._give_up)
    asked = dict(everything._run(str(tmp_path)))
    with pytest.raises(everything.TakesLonger):
        asked["manage.py draw_cards"]()
