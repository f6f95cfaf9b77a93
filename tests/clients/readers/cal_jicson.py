"""jicson, which makes JSON of a calendar and reads no value of it."""

import jicson
from reading import say


def read(path):
    calendar = jicson.fromText(path.read_bytes().decode())
    return [event(each) for each in calendar["VCALENDAR"][0].get("VEVENT", [])]


def event(each):
    named = {name.partition(";")[0]: value for name, value in each.items()}
    return {"uid": named["UID"], "name": named["SUMMARY"], "status": named["STATUS"]}


say(read)
