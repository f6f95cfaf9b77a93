"""What an operator relies on: the log, a stop that loses nothing, and what is said in trouble."""

import json
import os
import shutil
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.production.site import HOST, Site, Visitor
from tests.production.tunnel import Tunnel

READY = "/health/ready/"
#: For so many seconds the database is away.
AWAY = float(os.environ.get("AWAY", "2"))


def lines(site):
    """The log's lines that the application wrote, as objects."""
    written = site.log.read_text().splitlines()
    return [json.loads(line) for line in written if line.startswith("{")]


def test_site_is_ready_and_says_what_waits_for_a_person(visitor):
    answer = visitor.get(READY, **{"X-Forwarded-Proto": "http"})
    report = json.loads(answer.text)
    assert (answer.status, report["status"]) == (200, "warn")
    assert report["checks"]["database"] == {"status": "pass"}
    assert report["checks"]["backup"] == {"status": "warn"}


def test_line_of_the_log_names_its_request(site, visitor):
    answer = visitor.get("/nowhere/at/all/")
    line = next(line for line in lines(site) if "/nowhere/at/all/" in line["message"])
    assert (line["level"], line["logger"]) == ("WARNING", "django.request")
    assert line["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["/a%0d%0aERROR%20forged/", "/a%1b[2Jforged/", '/"}{"forged":1/'])
def test_nobody_fakes_a_line_of_the_log(site, visitor, path):
    before = len(lines(site))
    visitor.get(path)
    new = site.log.read_text().splitlines()[-1]
    assert len(lines(site)) == before + 1
    assert "forged" in json.loads(new)["message"]
    assert "forged" not in json.loads(new)
    assert "\x1b" not in new


def test_forged_request_id_is_not_taken_over(visitor):
    answer = visitor.get("/nowhere/", **{"X-Request-ID": "mine"})
    assert answer.headers["X-Request-ID"] != "mine"


@pytest.fixture
def own_site(site, tmp_path):
    """Another site on the same content, to be maltreated."""
    environment = site.environment | {"MEDIA_ROOT": str(tmp_path / "media")}
    if environment["DATABASE_URL"].startswith("sqlite"):
        file = tmp_path / "own.sqlite3"
        shutil.copy(environment["DATABASE_URL"].removeprefix("sqlite:///"), file)
        environment["DATABASE_URL"] = f"sqlite:///{file}"
    own = Site(environment, tmp_path / "log")
    own.start()
    yield own
    if own.process.poll() is None:
        own.stop()


def test_stop_waits_for_what_was_begun(own_site):
    with socket.create_connection(("127.0.0.1", own_site.port), timeout=30) as visitor:
        visitor.sendall(f"GET /health/ HTTP/1.1\r\nHost: {HOST}\r\n".encode())
        time.sleep(1)  # by now a worker has begun to read
        own_site.process.terminate()
        visitor.sendall(b"X-Forwarded-Proto: https\r\nConnection: close\r\n\r\n")
        assert visitor.recv(100).startswith(b"HTTP/1.1 200 OK")
    assert own_site.process.wait(timeout=40) == 0


def test_folder_that_cannot_be_written_is_a_503_of_its_own(own_site):
    media = Path(own_site.environment["MEDIA_ROOT"])
    shutil.rmtree(media, ignore_errors=True)
    media.write_text("A file where the folder should be.")
    visitor = Visitor(own_site)
    answer = visitor.get(READY)
    assert (answer.status, json.loads(answer.text)["checks"]["storage"]) == (
        503,
        {"status": "fail"},
    )
    assert visitor.get("/").status == 200


@pytest.fixture
def away(site, tmp_path):
    """A site whose database can go away: `away.tunnel.close()`."""
    address = urlsplit(site.environment["DATABASE_URL"])
    if address.scheme == "sqlite":
        pytest.skip("a file does not go away; PostgreSQL's server does")
    tunnel = Tunnel(address.hostname, address.port)
    user = address.netloc.rpartition("@")[0]
    url = address._replace(netloc=f"{user}@127.0.0.1:{tunnel.port}").geturl()
    own = Site(site.environment | {"DATABASE_URL": url}, tmp_path / "log", workers=1)
    tunnel.open()
    own.start()
    own.tunnel = tunnel
    yield own
    own.stop()
    tunnel.close()


def test_database_that_goes_away_is_503_and_its_return_is_noticed(away):
    visitor = Visitor(away)
    assert visitor.get("/").status == 200
    away.tunnel.close()
    until = time.monotonic() + AWAY
    while time.monotonic() < until:
        assert visitor.get("/").status == 200
        for path in ("/events/", "/organisations/esr/", "/admin/login/"):
            answer = visitor.get(path)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "30"), path
        assert visitor.get("/health/").status == 200
        assert visitor.get(READY).status == 503
    away.tunnel.open()
    assert [visitor.get(path).status for path in ("/events/", "/", READY)] == [200, 200, 200]
