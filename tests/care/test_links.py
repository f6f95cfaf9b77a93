"""Links are classified as a person would, and never asked where they must not be."""

import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

import pytest
from django.core.management import call_command

from partners.care import links
from partners.models import LinkCheck
from tests import factories as make
from tests.loopback import answered_by

PAGE = b"<!doctype html><title>Statutes</title><h1>Statutes</h1><p>We cover 404 topics.</p>"
REDIRECTS = {
    "/moved": (301, "/good"), "/moved-on": (308, "/moved"), "/found": (302, "/good"),
    "/get-alone-moves": (301, "/good"),
    "/found-then-moved": (302, "/moved"), "/moved-then-found": (301, "/found"),
    "/circle": (302, "/circle"), "/moved-to-nothing": (301, "/404"), "/to-front": (302, "/"),
    "/far": (301, f"/good?{'x' * links.LONGEST_URL}"),
    "/index.html": (301, "/"), "/home": (302, "/"), "/en/": (302, "/"), "/Default.aspx": (301, "/"),
    "/zh-hans/": (301, "/"), "/no/Startseite.html": (302, "/"),
    "/en-GB/index.php": (301, "/"), "/de": (302, "/en/"), "/index.php?id=42": (301, "/"),
    "/ir/": (302, "/"), "/statutes": (302, "/en/"), "/homework": (302, "/"),
    "/outside": (302, "ftp://example.org/"), "/nowhere": (302, ""),
    "/to-umlaut": (301, "/%C3%B6"), "/to-bare-umlaut": (301, "/\xc3\xb6"),
}  # fmt: skip
#: Path → what it answers, when it wants to be asked again, and after how many answers it is ready.
BUSY = {
    "/busy-at-first": (503, "0", 1), "/busy-at-first-429": (429, "0", 2),
    "/busy": (503, "3600", 9), "/busy-429": (429, "86400", 9), "/busy-always": (503, "0", 9),
    "/busy-till": (503, "Wed, 21 Oct 2099 07:28:00 GMT", 9),
    "/busy-no-longer": (503, "Wed, 21 Oct 2015 07:28:00 GMT", 1),
    "/busy-in-words": (503, "soon", 9), "/gone-for-an-hour": (404, "3600", 9),
}  # fmt: skip
TITLES = {
    "/soft-404": b"Page not found | Society", "/soft-404-in-german": b"Seite nicht\n gefunden",
    "/soft-404-in-french": "Page non trouvée".encode("latin-1"),
    "/soft-404-in-spanish": "Página no encontrada – Sociedad".encode(),
    "/soft-404-number": b"Society: Error 404", "/nul": b"Not found\0",
    "/404-patients": b"404 patients whose data were not found in the registry",
}  # fmt: skip


class Answers(BaseHTTPRequestHandler):
    """The kinds of answers that there are in the wild, by path."""

    asked = []
    cookie = wait = ""

    def do_HEAD(self):
        if self.path in {"/no-head", "/drip", "/get-alone-moves"}:
            return self.answer(405)
        if self.path == "/head-breaks":
            return self.connection.close()
        if self.path == "/head-hangs":
            return time.sleep(2)
        return self.do_GET()

    def do_GET(self):
        self.asked.append((self.command, self.path))
        if self.path in BUSY:
            return self.answer_busy(*BUSY[self.path])
        if self.path in REDIRECTS:
            status, location = REDIRECTS[self.path]
            return self.answer(status, location=location)
        if self.path == "/hangs":
            time.sleep(3)
        if self.path == "/drips-its-head":
            return self.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 30)
        if self.path == "/cookie" and "seen=\xf6" not in self.headers.get("Cookie", ""):
            self.cookie = "seen=\xf6; Path=/; HttpOnly"
            return self.answer(302, location="/cookie")
        if self.path == "/flaky" and self.command == "GET":
            tries = sum(path == "/flaky" and how == "GET" for how, path in self.asked)
            return self.answer(503 if tries < 3 else 200)
        if self.path[1:].isdigit():
            return self.answer(int(self.path[1:]))
        if self.path in TITLES:
            return self.answer(200, b"<TITLE>%s</TITLE><p>Sorry." % TITLES[self.path])
        return self.answer(200, b"x" * 10_000_000 if self.path == "/large" else PAGE)

    def answer_busy(self, status, wait, times):
        asked = sum(path == self.path and how == "GET" for how, path in self.asked)
        if self.command == "GET" and asked > times:
            return self.answer(200)
        self.wait = wait
        return self.answer(status)

    def answer(self, status, body=PAGE, location=None):
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        if self.wait:
            self.send_header("Retry-After", self.wait)
        if self.cookie:
            self.send_header("Set-Cookie", self.cookie)
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.path == "/drip":
            self.drip(b" " * 30)
        with suppress(OSError):  # it has read enough
            self.wfile.write(body)

    def drip(self, content):
        with suppress(OSError):  # it has waited enough
            for number in content:
                self.wfile.write(bytes([number]))
                time.sleep(0.1)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(settings, monkeypatch):
    settings.LINK_CHECK_PRIVATE, settings.LINK_CHECK_PAUSE = True, 0
    monkeypatch.setattr(links, "SECONDS", 1)
    monkeypatch.setattr(Answers, "asked", [])
    with answered_by(Answers) as address:
        yield address


@pytest.mark.slow("server")
@pytest.mark.parametrize(
    ("path", "result", "detail", "target"),
    [
        ("/good", "good", "", ""),
        ("/no-head", "good", "", ""),
        ("/large", "good", "", ""),
        ("/flaky", "good", "", ""),
        ("/found", "good", "", ""),
        ("/cookie", "good", "", ""),
        ("/head-breaks", "good", "", ""),
        ("/head-hangs", "good", "", ""),
        ("/ö?q=ö", "good", "", ""),
        ("/to-umlaut", "moved", "", "/%C3%B6"),
        ("/to-bare-umlaut", "moved", "", "/ö"),
        ("/get-alone-moves", "moved", "", "/good"),
        ("/404-patients", "good", "", ""),
        ("/nowhere", "broken", "answers 302", ""),
        ("/moved", "moved", "", "/good"),
        ("/moved-on", "moved", "", "/good"),
        ("/moved-then-found", "moved", "", "/found"),
        ("/found-then-moved", "good", "", ""),
        ("/moved-to-nothing", "broken", "answers 404", ""),
        ("/404", "broken", "answers 404", ""),
        ("/410", "broken", "answers 410", ""),
        ("/500", "broken", "answers 500", ""),
        ("/403", "blocked", "answers 403", ""),
        ("/429", "blocked", "answers 429", ""),
        ("/999", "blocked", "answers 999", ""),
        ("/soft-404", "soft-404", "“Page not found | Society”", ""),
        ("/soft-404-in-german", "soft-404", "“Seite nicht gefunden”", ""),
        ("/soft-404-in-french", "soft-404", "“Page non trouvée”", ""),
        ("/soft-404-in-spanish", "soft-404", "“Página no encontrada – Sociedad”", ""),
        ("/soft-404-number", "soft-404", "“Society: Error 404”", ""),
        ("/nul", "soft-404", "“Not found”", ""),
        ("/far", "good", "", ""),
        ("/to-front", "soft-404", "it leads to the front page", ""),
        ("/index.html", "moved", "", "/"),
        ("/Default.aspx", "moved", "", "/"),
        ("/en-GB/index.php", "moved", "", "/"),
        ("/home", "good", "", ""),
        ("/zh-hans/", "moved", "", "/"),
        ("/no/Startseite.html", "good", "", ""),
        ("/en/", "good", "", ""),
        ("/de", "good", "", ""),
        ("/index.php?id=42", "soft-404", "it leads to the front page", ""),
        ("/ir/", "soft-404", "it leads to the front page", ""),
        ("/homework", "soft-404", "it leads to the front page", ""),
        ("/statutes", "soft-404", "it leads to the front page", ""),
        ("/busy", "busy", "answers 503", ""),
        ("/busy-429", "busy", "answers 429", ""),
        ("/busy-till", "busy", "answers 503", ""),
        ("/busy-always", "busy", "answers 503", ""),
        ("/busy-at-first", "good", "", ""),
        ("/busy-at-first-429", "good", "", ""),
        ("/busy-no-longer", "good", "", ""),
        ("/busy-in-words", "broken", "answers 503", ""),
        ("/gone-for-an-hour", "broken", "answers 404", ""),
        ("/circle", "broken", "it redirects in a circle, or too often", ""),
        ("/hangs", "timed-out", "nothing within 1 seconds", ""),
        ("/drip", "timed-out", "nothing within 1 seconds", ""),
        ("/drips-its-head", "timed-out", "nothing within 1 seconds", ""),
        ("/outside", "forbidden", "ftp://example.org/ is not an address of the web", ""),
    ],
)
def test_answer_is_classified_as_a_person_would(server, path, result, detail, target):
    ((url, outcome),) = links.check([server + path])
    assert url == server + path
    assert outcome == (result, detail, target and server + target)


def test_no_server_and_no_certificate_are_said_in_words(server):
    ((_, refused),) = links.check(["http://127.0.0.1:1/"])
    assert (refused.result, refused.detail) == ("broken", "Connection refused")
    ((_, tls),) = links.check([server.replace("http", "https", 1)])
    assert tls.result == "broken"
    assert tls.detail.startswith("no safe connection: ")


def test_host_that_is_none_is_said_in_words(server, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror

    monkeypatch.setattr(links.socket, "getaddrinfo", unknown)
    ((_, outcome),) = links.check(["http://example.invalid/"])
    assert outcome == ("broken", "there is no such host", "")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[fe80::1]",
     "[::ffff:127.0.0.1]", "localhost", "2130706433", "0x7f.1", "127.1", "①②⑦.0.0.1",
     "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "[ff02::1]"],
)  # fmt: skip
def test_private_network_is_never_asked(settings, address):
    settings.LINK_CHECK_PRIVATE, settings.LINK_CHECK_PAUSE = False, 0
    ((_, outcome),) = links.check([f"http://{address}:1/"])
    assert outcome.result == "forbidden"


def test_redirect_into_the_private_network_is_not_followed(server, monkeypatch):
    """The first hop is let through; the second is looked at like any other."""
    looked_up = []
    connect = links.Guard.connect_tcp

    def first_only(self, host, *args, **kwargs):
        looked_up.append(host)
        if len(looked_up) > 1:
            monkeypatch.setattr(links.settings, "LINK_CHECK_PRIVATE", False)
        return connect(self, host, *args, **kwargs)

    monkeypatch.setattr(links.Guard, "connect_tcp", first_only)
    port = server.rpartition(":")[2]
    monkeypatch.setitem(REDIRECTS, "/inside", (302, f"http://localhost:{port}/good"))
    ((_, outcome),) = links.check([f"{server}/inside"])
    assert looked_up == ["127.0.0.1", "localhost"]
    assert outcome == ("forbidden", "localhost is not on the public internet", "")


def test_one_host_is_asked_one_thing_at_a_time(server, settings, monkeypatch):
    settings.LINK_CHECK_PAUSE, slept = 0.2, []
    monkeypatch.setattr(links.time, "sleep", slept.append)
    list(links.check([f"{server}/good", f"{server}/404", f"{server}/410"]))
    assert slept == [0.2, 0.2]
    assert [path for how, path in Answers.asked if how == "GET"] == ["/good", "/404", "/410"]


def test_busy_host_is_waited_for_as_long_as_it_asks(server, monkeypatch):
    slept = []
    monkeypatch.setattr(links.time, "sleep", slept.append)
    monkeypatch.setitem(BUSY, "/busy-for-seconds", (503, "7", 1))
    ((_, outcome),) = links.check([f"{server}/busy-for-seconds"])
    assert (outcome.result, slept) == ("good", [7])


def test_command_keeps_a_history_and_reports(server, db, capsys):
    make.LinkFactory(url=f"{server}/404")
    make.LinkFactory(url="")
    make.OrganisationFactory(website=f"{server}/good")
    make.JointWorkFactory(url=f"{server}/moved")
    make.EventFactory(write_up=f'<p><a href="{server}/410">The programme</a></p>')
    for _ in range(2):
        call_command("check_links")
    out = capsys.readouterr().out
    assert f"{server}/404 is broken (answers 404)" in out
    assert f"{server}/moved has moved for good; it is now {server}/good" in out
    assert f"{server}/410 is broken (answers 410)" in out
    assert out.count("Addresses checked: 4.") == 2
    assert LinkCheck.objects.count() == 8


def test_false_alarm_stays_one_until_the_answer_changes(server, db):
    blocked = links.Outcome("blocked", "answers 403")
    first = links.record("https://example.org/", blocked)
    assert not first.is_false_alarm
    LinkCheck.objects.update(is_false_alarm=True)
    assert links.record("https://example.org/", blocked).is_false_alarm
    assert not links.record("https://example.org/", links.Outcome("busy")).is_false_alarm
    assert links.record("https://example.org/", blocked).is_false_alarm
    assert not links.record("https://example.org/", links.Outcome("broken")).is_false_alarm
    assert not links.record("https://example.org/", blocked).is_false_alarm
