"""recurring-ical-events, asked for all events."""

import icalendar
import recurring_ical_events
from cal_icalendar_event import event
from reading import say


def read(path):
    query = recurring_ical_events.of(icalendar.Calendar.from_ical(path.read_bytes()))
    return [event(each) for each in query.all()]


say(read)
