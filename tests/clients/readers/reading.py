"""What the Python scripts here share: how a moment is said, and how an answer is printed."""

import datetime as dt
import json
import sys
from pathlib import Path


def moment(value):
    """A day as it is, a moment in UTC; one without a time zone is said to be so."""
    if not isinstance(value, dt.datetime):
        return value and value.isoformat()
    if value.tzinfo is None:
        return f"{value.isoformat()} without a time zone"
    return value.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: UP017


def text(value):
    return None if value is None else str(value)


def say(read):
    """Print {name of the file: what `read` (path → JSON) makes of it}, for all files named."""
    print(json.dumps({Path(name).name: _tried(read, Path(name)) for name in sys.argv[1:]}))  # noqa: T201


def _tried(read, path):
    try:
        return read(path)
    except Exception as error:  # noqa: BLE001 — whatever it is, it is what a reader meets
        sentence, *_ = str(error).splitlines() or [""]
        return {"error": f"{type(error).__name__}: {sentence}"[:200]}


def tell(read):
    """Print what `read` makes of the one file that is named."""
    print(json.dumps(_tried(read, Path(sys.argv[1])), default=str))  # noqa: T201
