"""Which log records go out by mail."""

import logging
import time

PAUSE = 15 * 60  # seconds


class OncePerPause(logging.Filter):
    """Lets one record of a kind through, then none like it for a quarter of an hour a process.

    When the database is away every request fails; one mail says so as well as a thousand.
    """

    def __init__(self, name=""):
        super().__init__(name)
        self.last = {}

    def filter(self, record):
        kind = (record.name, record.exc_info and record.exc_info[0], record.lineno)
        now = time.monotonic()
        if now - self.last.get(kind, -PAUSE) < PAUSE:
            return False
        self.last[kind] = now
        return True
