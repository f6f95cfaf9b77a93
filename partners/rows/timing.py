"""Writing that nobody waits for longer than is said."""

import time
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction


@contextmanager
def in_time(until, wait):
    """One transaction, undone where it lasts beyond `until` (seconds of `time.monotonic`).

    It waits for a lock no longer than `wait` seconds. Raises OperationalError in both cases.
    """

    def watch(execute, *args):
        if time.monotonic() >= until:
            raise OperationalError("There is no time left for it.")
        return execute(*args)

    usual = connection.settings_dict["OPTIONS"].get("timeout")
    on_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        try:
            if on_sqlite:
                cursor.execute(f"PRAGMA busy_timeout = {wait * 1000:.0f}")
            with transaction.atomic(), connection.execute_wrapper(watch):
                if not on_sqlite:
                    cursor.execute(f"SET LOCAL lock_timeout = {max(1, round(wait * 1000))}")
                yield
        finally:
            if on_sqlite:
                cursor.execute(f"PRAGMA busy_timeout = {usual * 1000:.0f}")
