"""vobject."""

import vobject
from reading import moment, say


def read(path):
    calendar = vobject.readOne(path.read_bytes().decode())
    return [event(each.contents) for each in calendar.contents.get("vevent", [])]


def event(contents):
    found = {name: lines[0].value for name, lines in contents.items()}
    return {
        "uid": found["uid"],
        "name": found["summary"],
        "start": moment(found["dtstart"]),
        "end": moment(found.get("dtend")),
        "status": found["status"],
        "place": found.get("location", ""),
        "address": found["url"],
        "text": found["description"],
    }


say(read)
