"""reader: a feed is taken into a store of it and asked for."""

from reader import make_reader
from reading import moment, say


def read(path):
    reader = make_reader(":memory:", feed_root=str(path.parent))
    reader.add_feed(path.name)
    reader.update_feed(path.name)
    feed = reader.get_feed(path.name)
    entries = reader.get_entries(feed=path.name, sort="recent")
    return {"title": feed.title, "entries": [entry(each) for each in entries]}


def entry(each):
    return {
        "id": each.id,
        "title": each.title,
        "address": each.link,
        "updated": moment(each.updated),
        "text": each.get_content().value,
    }


say(read)
