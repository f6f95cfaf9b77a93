"""fastfeedparser."""

import datetime as dt

import fastfeedparser
from reading import moment, say


def read(path):
    feed = fastfeedparser.parse(path.read_text())
    return {"title": feed.feed.title, "entries": [entry(each) for each in feed.entries]}


def entry(each):
    return {
        "id": each["id"],
        "title": each["title"],
        "address": each["link"],
        "updated": moment(dt.datetime.fromisoformat(each["updated"])),
        "text": each["description"],
        "kinds": [tag["term"] for tag in each["tags"]],
    }


say(read)
