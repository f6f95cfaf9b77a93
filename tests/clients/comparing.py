"""What a client reads, put beside what the database holds."""

import datetime as dt
import html
from typing import NamedTuple

from tests.clients import held
from tests.clients.content import ODD

ABSENT = {"is there": False}
ERROR = {"error": None}
WORDS = {each.word: each.what for each in ODD}


class Difference(NamedTuple):
    """What a client reads otherwise: what of, which field, and the two values."""

    what: str
    field: str
    read: object
    held: object


def differences(read, held):
    """[Difference] of the two, {what: {field: value}}; where nothing is said there is none."""
    return [each for what, fields in held.items() for each in _of(what, read, fields)]


def _of(what, read, fields):
    if what not in read and "is there" not in fields:
        return []  # nothing that this client can be asked
    said = read.get(what, ABSENT)
    for field in ("error", "is there"):
        if field in said and said[field] != fields.get(field, True):
            return [Difference(what, field, said[field], fields.get(field))]
    return [
        Difference(what, field, said[field], value)
        for field, value in fields.items()
        if said.get(field) is not None and said[field] != value
    ]


def unsaid(read, held):
    """The fields (sorted) of which a client says nothing in any event."""
    asked = {field for fields in held.values() if "is there" in fields for field in fields}
    said = {name for fields in read.values() for name in fields if fields[name] is not None}
    return sorted(asked - said - {"is there"})


def silent(read, held):
    """Of what (list) a client says nothing that could be compared."""
    return [
        what
        for what, fields in held.items()
        if fields.get("is there", True)
        and not any(read.get(what, {}).get(field) is not None for field in fields | ERROR)
    ]


def read_calendars(said):
    """{what: fields} of what a script said of the calendars: {file: [event]}."""
    found = _events(said["all.ics"])
    for file, what in (("past.ics", "long past"), ("last.ics", "last day there is")):
        found[f"{what}: its own"] = _events(said[file]).get(what, ABSENT)
    for what, file in ((held.OF_ALL, "all.ics"), (held.OF_SOCIETY, "society.ics")):
        events = said[file]
        found[what] = {"events": len(events)} if isinstance(events, list) else events
    return found


def _events(said):
    if isinstance(said, dict):  # it was refused
        return {each.what: said for each in ODD}
    found = {_what(each["name"]): _in_common_terms(each) for each in said}
    found.pop(None, None)
    return found


def _what(name):
    return next((what for word, what in WORDS.items() if word in (name or "")), None)


def _in_common_terms(event):
    """The end of whole days is their last; programs say the day after, or nothing for one day."""
    start, end = event.get("start"), event.get("end")
    has_day_after = not event.pop("ends_on_last_day", False)
    if start and len(start) == len("2031-05-03"):
        if has_day_after and end:
            event["end"] = "no length" if end == start else _day_before(end)
        else:
            event["end"] = end or start
    return event | {"is there": True}


def _day_before(day):
    if day == "10000-01-01":  # as good programs have it
        return str(dt.date.max)
    try:
        return str(dt.date.fromisoformat(day) - dt.timedelta(days=1))
    except ValueError:
        return day


def read_feed(said):
    """The same of one feed: {file: {"entries": [entry]}}."""
    (feed,) = said.values()
    if "error" in feed:
        return dict.fromkeys(held.IN_FEEDS, feed)
    entries = feed["entries"]
    return {
        what: {field: column if any(column) else None}
        for what, field in held.IN_FEEDS.items()
        for column in [[_plain(each.get(field)) for each in entries]]
    }


def _plain(value):
    """Texts of an Atom feed are HTML, and are given as such."""
    return html.unescape(value) if isinstance(value, str) else value


def read_records(said):
    """The same of records: {any name: [record]} of events, and other things by their names."""
    if "error" in said:
        return {each.what: said for each in ODD} | {"": said}
    events = said.pop("events")
    if events is None:  # it reads descriptions alone
        return {what: {} for what in WORDS.values()} | said
    found = {
        WORDS[each["slug"].capitalize()]: {
            name: "nothing" if value in (None, "") else value for name, value in each.items()
        }
        for each in events
        if each["slug"].capitalize() in WORDS
    }
    return found | said


def read_linked(said):
    """The same of nodes: {any name: [node]} or one that is an error."""
    if "error" in said:
        return {each.what: said for each in ODD}
    return {
        _what(each["name"]): {name: value or "nothing" for name, value in each.items()}
        for each in said["events"]
        if _what(each["name"])
    }
