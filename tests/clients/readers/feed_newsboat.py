"""newsboat: a feed is loaded, and read from its own store."""

import datetime as dt
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from reading import moment, say


def read(path):
    with tempfile.TemporaryDirectory() as folder:
        urls, store, settings = (Path(folder, name) for name in ("urls", "store.db", "config"))
        urls.write_text(f"file://{path.resolve()}\n")
        settings.touch()
        command = ["newsboat", "-u", urls, "-c", store, "-C", settings, "-x", "reload"]
        subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603
        with closing(sqlite3.connect(store)) as rows:
            (title,) = rows.execute("SELECT title FROM rss_feed").fetchone()
            items = "SELECT guid, title, url, pubDate, content FROM rss_item ORDER BY pubDate DESC"
            return {"title": title, "entries": [entry(*row) for row in rows.execute(items)]}


def entry(guid, title, url, seconds, text):
    updated = moment(dt.datetime.fromtimestamp(seconds, dt.timezone.utc))  # noqa: UP017
    return {"id": guid, "title": title, "address": url, "updated": updated, "text": text}


say(read)
