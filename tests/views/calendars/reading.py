"""A calendar read by another library than the one that writes it."""

import datetime as dt

from django.urls import reverse

from tests import factories as make

ALL = reverse("partners:calendar")
LATER = dt.datetime(2022, 3, 5, 12, tzinfo=dt.UTC)
AWKWARD = [
    'a; b, c \\ d: "e" & <f>',
    "Kongreß – الجمعية 放射線学会 " + "é" * 80,
    "x" * 120,
    "Congress\r\nATTENDEE:mailto:x@example.org\r\nEND:VEVENT\rBEGIN:VALARM\n",
    "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\x01h\x7f\ufffei",
]


def lines(response):
    """The unfolded lines; each folded one is at most 75 octets (RFC 5545 §3.1)."""
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    folded = response.content.split(b"\r\n")
    assert folded.pop() == b""
    assert max(map(len, folded)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in folded)
    return response.content.replace(b"\r\n ", b"").decode().splitlines()


def events(calendar):
    return calendar.contents.get("vevent", [])


def titles(calendar):
    return [event.summary.value for event in events(calendar)]


def congress(**given):
    said = {"starts": "2018-05-03", "ends": "2018-05-06", "key": "congress", "title": "Congress"}
    return make.EventFactory(**said | given)


def timed(**given):
    said = {"start_time": dt.time(9, 30), "end_time": dt.time(17), "time_zone": "Europe/Vienna"}
    return make.EventFactory(**{"starts": "2018-05-03"} | said | given)
