"""atoma."""

import atoma
from reading import moment, say


def read(path):
    if path.suffix == ".json":
        feed = atoma.parse_json_feed_file(str(path))
        return {"title": feed.title, "entries": [item(each) for each in feed.items]}
    feed = atoma.parse_atom_file(str(path))
    return {"title": feed.title.value, "entries": [entry(each) for each in feed.entries]}


def entry(each):
    return {
        "id": each.id_,
        "title": each.title.value,
        "address": each.links[0].href,
        "updated": moment(each.updated),
        "text": each.summary.value,
        "kinds": [category.term for category in each.categories],
    }


def item(each):
    return {
        "id": each.id_,
        "title": each.title,
        "address": each.url,
        "updated": moment(each.date_modified),
        "text": each.content_text,
        "kinds": each.tags,
    }


say(read)
