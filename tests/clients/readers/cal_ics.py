"""ics."""

import ics
from reading import say


def read(path):
    return [event(each) for each in ics.Calendar(path.read_bytes().decode()).events]


def event(each):
    form = "YYYY-MM-DD" if each.all_day else "YYYY-MM-DDTHH:mm:ss[Z]"
    return {
        "uid": each.uid,
        "name": each.name,
        "start": each.begin.to("utc").format(form),
        "end": each.end.to("utc").format(form),
        "status": each.status,
        "place": each.location or "",
        "address": each.url,
        "text": each.description or "",
    }


say(read)
