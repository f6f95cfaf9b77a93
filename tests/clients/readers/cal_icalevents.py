"""icalevents, asked for all years that events are in."""

import datetime as dt

from icalevents.icalparser import parse_events
from reading import moment, say


def read(path):
    first, end = (dt.datetime(year, 12, 31, tzinfo=dt.timezone.utc) for year in (2013, 9999))  # noqa: UP017
    return [event(each) for each in parse_events(path.read_bytes().decode(), start=first, end=end)]


def event(each):
    days = each.all_day
    return {
        "uid": each.uid,
        "name": each.summary,
        "start": moment(each.start.date() if days else each.start),
        "end": moment(each.end.date() if days else each.end),
        "status": each.status,
        "place": each.location or "",
        "address": each.url,
        "text": each.description,
    }


say(read)
