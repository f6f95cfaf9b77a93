"""icalendar: what it parses."""

import icalendar
from cal_icalendar_event import event
from reading import say


def read(path):
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    return [event(each) for each in calendar.walk("VEVENT")]


say(read)
