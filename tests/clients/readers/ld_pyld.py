"""PyLD: the file framed by its events, without a network."""

import json

from pyld import jsonld
from reading import tell

FRAME = {"@context": {"@vocab": "http://schema.org/"}, "@type": "Event"}
TERMS = ("startDate", "url")


def read(path):
    jsonld.set_document_loader(refuse)
    framed = jsonld.frame(json.loads(path.read_text()), FRAME)
    return {"events": [event(node) for node in framed["@graph"] if "eventStatus" in node]}


def refuse(address, options):
    raise ValueError(f"{address} would be fetched")


def plain(value):
    return (
        value if value is None or isinstance(value, str) else value.get("@value", value.get("@id"))
    )


def event(node):
    place, organizer = node.get("location") or {}, node.get("organizer") or {}
    if isinstance(organizer, list):
        (organizer, *_) = organizer
    return {
        "name": plain(node["name"]),
        "startDate": plain(node.get("startDate")),
        "eventStatus": node["eventStatus"].rpartition("/")[2],
        "eventAttendanceMode": (node.get("eventAttendanceMode") or "").rpartition("/")[2],
        "place": place.get("name"),
        "url": plain(node.get("url")),
        "organizer": organizer.get("name"),
    }


tell(read)
