"""sfeed: the lines that it makes of a feed."""

import datetime as dt
import subprocess

from reading import moment, say


def read(path):
    said = subprocess.run(
        ["sfeed"],  # noqa: S607
        input=path.read_bytes(),
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout.decode()
    return {"entries": [entry(*line.split("\t")) for line in said.splitlines()]}


def plain(field):
    """sfeed(5): a backslash, a new line and a tab are written with a backslash before them."""
    return field.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")


def entry(seconds, title, link, content, form, guid, author, enclosure, category):
    return {
        "id": guid,
        "title": title,
        "address": link,
        "updated": moment(dt.datetime.fromtimestamp(int(seconds), dt.timezone.utc)),  # noqa: UP017
        "text": plain(content),
        "kinds": category.split("|"),
    }


say(read)
