"""What a log record says of its request, and which records go out by mail."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

from django.utils.log import AdminEmailHandler

PAUSE = 15 * 60  # seconds

#: The id (str) of the request that is answered, or was last, in this context; None before it.
request_id = ContextVar("request_id", default=None)


class WithRequestID(logging.Filter):
    """Sets `record.request_id`; never drops a record."""

    def filter(self, record):
        record.request_id = request_id.get()
        return True


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


class MailAside(AdminEmailHandler):
    """Mails of errors leave in a thread: the answer waits for no mail server.

    They are no tasks: they also tell of a database that is away, and what they hold of a request
    belongs into no table.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.thread = ThreadPoolExecutor(1, "mail")

    def send_mail(self, *args, **kwargs):
        self.thread.submit(super().send_mail, *args, **kwargs)

    def close(self):
        self.thread.shutdown()
        super().close()
