"""calcurse: what a calendar is in its own files after it was imported, on a machine in UTC."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from reading import say

LINE = re.compile(
    r"(?P<start>\S+)( @ (?P<from>\S+) -> (?P<end>\S+) @ (?P<to>[0-9:]+)| \[1\])"
    r"( \{1D -> (?P<last>\S+)\})? ?>(?P<note>\w+) \|?(?P<name>.+)"
)


def read(path):
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "calcurse",
            "--datadir",
            folder,
            "--confdir",
            folder,
            "--quiet",
            "--import",
            path,
        ]
        environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, env=environment, timeout=60
        )
        if done.returncode:
            raise ValueError(done.stderr.strip()[-150:])
        lines = Path(folder, "apts").read_text().splitlines()
        return [event(LINE.fullmatch(line), Path(folder, "notes")) for line in lines]


def event(found, notes):
    text, _, rest = (notes / found["note"]).read_text().partition("\n-- \n")
    place = re.search(r"Location: (.*)", rest)
    start, end = day(found["start"]), day(found["end"] or found["last"] or found["start"])
    if found["from"]:
        start, end = f"{start}T{found['from']}:00Z", f"{end}T{found['to']}:00Z"
    return {
        "name": found["name"],
        "start": start,
        "end": end,
        "place": place[1] if place else "",
        "text": text.rstrip("\n"),
        "ends_on_last_day": True,
    }


def day(text):
    month, day, year = text.split("/")
    return f"{year}-{month}-{day}"


say(read)
