"""What the tests of care share."""

import pytest

from tests.care.world import ROBOTS, TEXT, World
from tests.loopback import answered_by


@pytest.fixture
def world(settings, monkeypatch):
    """The address of a server whose pages are `World.pages`."""
    settings.LINK_CHECK_PRIVATE, settings.LINK_CHECK_PAUSE = True, 0
    monkeypatch.setattr(World, "pages", {"robots.txt": (200, TEXT, ROBOTS)})
    monkeypatch.setattr(World, "asked", [])
    monkeypatch.setattr(World, "headers_sent", {})
    with answered_by(World) as address:
        yield address
