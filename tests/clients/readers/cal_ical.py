"""ical, the library that Home Assistant reads calendars with."""

from ical.calendar_stream import IcsCalendarStream
from reading import moment, say


def read(path):
    calendar = IcsCalendarStream.calendar_from_ics(path.read_bytes().decode())
    return [event(each) for each in calendar.events]


def event(each):
    return {
        "uid": each.uid,
        "name": each.summary,
        "start": moment(each.dtstart),
        "end": moment(each.dtend),
        "status": each.status and each.status.value,
        "place": each.location or "",
        "address": each.url and str(each.url),
        "text": each.description,
    }


say(read)
