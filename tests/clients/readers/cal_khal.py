"""khal: a calendar is imported and listed, on a machine in UTC."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from reading import say

KHAL = Path(sys.executable).with_name("khal") if sys.prefix != sys.base_prefix else "khal"
CONFIG = """[calendars]
[[odd]]
path = {folder}/odd
[locale]
local_timezone = UTC
default_timezone = UTC
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
timeformat = %H:%M
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = odd
[sqlite]
path = {folder}/khal.db
"""
NAMES = ("uid", "title", "start-long", "end-long", "location", "url", "description")
FORMAT = "\x1f".join(f"{{{name}}}" for name in NAMES) + "\x1e"


def read(path):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "config").write_text(CONFIG.format(folder=folder))
        Path(folder, "odd").mkdir()
        environment = {**os.environ, "HOME": folder, "TZ": "UTC", "LC_ALL": "C.UTF-8"}

        def khal(*arguments):
            command = [KHAL, "--no-color", "-c", f"{folder}/config", *arguments]
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, text=True, check=False, env=environment, timeout=120
            )
            if done.returncode:
                raise ValueError(done.stderr.replace(str(path), path.name).strip().splitlines()[-1])
            return done.stdout

        khal("import", "--batch", "-a", "odd", str(path))
        listed = khal("list", "--notstarted", "--once", "--day-format", "", "--format", FORMAT,
                      "2014-01-01", "7000d")  # fmt: skip
    rows = [row.strip("\n").split("\x1f") for row in listed.split("\x1e") if "\x1f" in row]
    return [event(dict(zip(NAMES, row))) for row in rows]  # noqa: B905


def event(row):
    return {
        "uid": row["uid"],
        "name": row["title"],
        "start": said(row["start-long"]),
        "end": said(row["end-long"]),
        "place": row["location"],
        "address": row["url"],
        "text": row["description"],
        "ends_on_last_day": True,
    }


def said(text):
    day, _, time = text.strip().partition(" ")
    return f"{day}T{time}:00Z" if time else day


say(read)
