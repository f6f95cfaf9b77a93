"""feedparser."""

import calendar
import datetime as dt

import feedparser
from reading import moment, say


def read(path):
    feed = feedparser.parse(str(path))
    if feed.bozo:
        raise feed.bozo_exception
    return {"title": feed.feed.title, "entries": [entry(each) for each in feed.entries]}


def entry(each):
    seconds = calendar.timegm(each.updated_parsed)
    return {
        "id": each.id,
        "title": each.title,
        "address": each.link,
        "updated": moment(dt.datetime.fromtimestamp(seconds, dt.timezone.utc)),  # noqa: UP017
        "text": each.summary,
        "kinds": [tag.term for tag in each.tags],
    }


say(read)
