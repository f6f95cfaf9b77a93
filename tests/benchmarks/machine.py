"""On what it was measured, in words that name no host and no folder."""

import datetime as dt
import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

SHOWN = ("Django", "gunicorn", "granian", "psycopg", "whitenoise")


def description(postgresql):
    """One paragraph; `postgresql` is a connection to the server, or None."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(": ")[2] for line in cpuinfo if "model name" in line), "unknown")
    database = postgresql and postgresql.execute("SHOW server_version").fetchone()[0].split()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in SHOWN)
    return (
        f"Measured on {dt.datetime.now(dt.UTC):%d %B %Y} with {os.cpu_count()} cores ({model}), "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"{packages}, SQLite {sqlite3.sqlite_version}"
        + (f", PostgreSQL {database} on the same machine." if database else ".")
    )
