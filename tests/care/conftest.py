"""What the tests of care share."""

import threading
from http.server import ThreadingHTTPServer

import pytest

from tests.care.world import ROBOTS, TEXT, World


@pytest.fixture
def world(settings, monkeypatch):
    """The address of a server whose pages are `World.pages`."""
    settings.LINK_CHECK_PRIVATE, settings.LINK_CHECK_PAUSE = True, 0
    monkeypatch.setattr(World, "pages", {"robots.txt": (200, TEXT, ROBOTS)})
    monkeypatch.setattr(World, "asked", [])
    monkeypatch.setattr(World, "headers_sent", {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), World)
    server.daemon_threads, server.block_on_close = True, False
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
