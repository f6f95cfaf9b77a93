"""x-wr-timezone, which rewrites times where a calendar names a time zone for all of itself."""

import icalendar
import x_wr_timezone
from cal_icalendar_event import event
from reading import say


def read(path):
    calendar = x_wr_timezone.to_standard(icalendar.Calendar.from_ical(path.read_bytes()))
    return [event(each) for each in calendar.walk("VEVENT")]


say(read)
