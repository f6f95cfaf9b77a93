"""emacs: what its icalendar library writes into a diary, on a machine in UTC."""

import os
import re
import subprocess
from pathlib import Path

from reading import say

SCRIPT = Path(__file__).with_suffix(".el")
DAY = r"(\d+)[ /](\d+)[ /](\d+)"


def read(path):
    done = subprocess.run(  # noqa: S603
        ["emacs", "--batch", "--quick", "--load", str(SCRIPT), str(path)],  # noqa: S607
        capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    if done.returncode:
        raise ValueError(done.stderr.strip()[-150:])
    return [event(row) for row in done.stdout.split("\x1e") if "\x1f" in row]


def event(row):
    when, name, place, status, address, uid, text = row.split("\x1f")
    days = [f"{int(y):04}-{int(m):02}-{int(d):02}" for y, m, d in re.findall(DAY, when)]
    hours = re.findall(r"\d\d:\d\d", when)
    start, end = days[0], days[-1]
    if hours:
        start, end = f"{start}T{hours[0]}:00Z", f"{end}T{hours[-1]}:00Z"
    return {
        "uid": uid, "name": name, "start": start, "end": end, "status": status, "place": place,
        "address": address, "text": text.replace("\n ", "\n"), "ends_on_last_day": True,
    }  # fmt: skip


say(read)
