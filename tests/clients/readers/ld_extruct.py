"""extruct: what it finds in the pages."""

import json
import sys
from pathlib import Path

import extruct


def read(path):
    found = extruct.extract(path.read_text(), syntaxes=["json-ld"])["json-ld"]
    return next(each for each in found[0]["@graph"] if each["@type"] == "Event")


def event(node):
    place = node.get("location") or {}
    status, mode = (node.get(name) for name in ("eventStatus", "eventAttendanceMode"))
    return {
        "name": node["name"],
        "startDate": node.get("startDate"),
        "eventStatus": status and status.rpartition("/")[2],
        "eventAttendanceMode": mode and mode.rpartition("/")[2],
        "place": place.get("name"),
        "url": node["url"],
        "organizer": node["organizer"][0]["name"],
    }


print(json.dumps({"events": [event(read(Path(name))) for name in sys.argv[1:]]}))  # noqa: T201
