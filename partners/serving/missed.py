"""Addresses that nobody answered: counted in memory, stored by a thread with its own connection.

A reader's request adds one to a number and waits for nothing. See decision 18.
"""

import re
from collections import Counter
from threading import Lock, Timer

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from partners.models import MissedAddress
from partners.models.redirects import normal

#: Not pages, or addresses with a secret in them.
NOT_COUNTED = (
    "/admin/", "/api/", "/health/", "/preview/", settings.STATIC_URL, settings.MEDIA_URL,
)  # fmt: skip
#: What browsers ask any site for, and programs that look for a way in; and what may be somebody's
#: mail address.
NOISE = re.compile(
    r"/wp-(login|admin|includes|json|cron)|/xmlrpc|/\.|phpmyadmin|/cgi-bin|/vendor/"
    r"|/favicon|/apple-touch-icon|@"
)
LONGEST = MissedAddress._meta.get_field("path").max_length
MOST = 1_000  # addresses held at once

_lock, _times, _timer = Lock(), Counter(), None


def count(path):
    """Note that nothing answered at `path` (str, as a request has it in `path_info`)."""
    path = normal(path.partition("?")[0])
    if path.startswith(NOT_COUNTED) or NOISE.search(path):
        return
    with _lock:
        _add({path if len(path) <= LONGEST else f"{path[: LONGEST - 1]}…": 1})
        _start_timer()


def store():
    """Add what was counted since the last time to the database; keep it if that is away."""
    global _times, _timer
    with _lock:
        times, _times, _timer = _times, Counter(), None
    try:
        MissedAddress.objects.add(times, timezone.localdate())
    except (DatabaseError, InterfaceError):
        with _lock:
            _add(times)
            _start_timer()


def _store_apart():
    try:
        store()
    finally:
        connection.close()


def _add(times):
    for path, number in times.items():
        if path in _times or len(_times) < MOST:
            _times[path] += number


def _start_timer():
    global _timer  # noqa: PLW0603
    if _timer is None and settings.STORE_MISSED_AFTER:
        _timer = Timer(settings.STORE_MISSED_AFTER, _store_apart)
        _timer.daemon = True  # nobody waits for it: what it holds when a process ends is lost
        _timer.start()
