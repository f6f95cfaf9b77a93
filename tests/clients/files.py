"""What the clients read: fetched from a server of the site, as any client does."""

import http.client
import zipfile
from pathlib import Path
from typing import NamedTuple

from tests.clients.content import ODD

CALENDARS = {
    "all.ics": "/events/calendar.ics",
    "society.ics": "/organisations/{home}/calendar.ics",
    "past.ics": "/events/mesenteric/calendar.ics",
    "last.ics": "/events/neural/calendar.ics",
}
FEEDS = {
    "site.atom": "/feeds/changes.atom",
    "site.json": "/feeds/changes.json",
}
PAGES = {f"{each.word.lower()}.html": f"/events/{each.word.lower()}/" for each in ODD}
OTHERS = {
    "openapi.json": "/api/v1/openapi.json",
    "partners.jsonld": "/data/partners.jsonld",
    "partners.csv.zip": "/data/partners.csv.zip",
}


class Files(NamedTuple):
    """The folder (Path) that they are in, and the address of the site that they are of."""

    folder: Path
    site: str

    def named(self, names):
        return [self.folder / name for name in names]


def fetch(folder, port, home):
    """All that clients read of the site at `port`, whose society is `home`, as Files."""
    for name, address in (CALENDARS | FEEDS | PAGES | OTHERS).items():
        (folder / name).write_bytes(get(port, address.format(home=home.slug)))
    with zipfile.ZipFile(folder / "partners.csv.zip") as tables:
        tables.extractall(folder / "tables")
    return Files(folder, f"http://127.0.0.1:{port}")


def get(port, address):
    """The body of a good answer; SystemExit for another one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{address} is answered with {answer.status}.")
    return body
