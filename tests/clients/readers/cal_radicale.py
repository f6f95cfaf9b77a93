"""Radicale: each calendar is put into a server of it and read back."""

import io
import logging
import tempfile

import icalendar
from cal_icalendar_event import event
from radicale import app, config
from reading import say

logging.disable(logging.CRITICAL)


def read(path):
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load()
        settings.update(
            {
                "storage": {"filesystem_folder": folder},
                "auth": {"type": "none"},
                "rights": {"type": "authenticated"},
            }
        )
        server = app.Application(settings)
        ask(server, "PUT", path.read_bytes())
        said = ask(server, "GET")
    calendar = icalendar.Calendar.from_ical(said)
    return [event(each) for each in calendar.walk("VEVENT")]


def ask(server, method, body=b""):
    """The body of the answer; Radicale is asked as WSGI servers ask."""
    statuses = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/someone/calendar/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "text/calendar; charset=utf-8",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": "Basic c29tZW9uZTo=",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
    }
    answer = b"".join(server(environ, lambda status, headers: statuses.append(status)))
    if statuses[0][0] != "2":
        raise ValueError(f"{method} was answered with {statuses[0]}")
    return answer


say(read)
