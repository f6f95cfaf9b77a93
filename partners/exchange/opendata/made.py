"""The files of `dumps`, made once an edition of the content and kept in a folder.

Whoever asks first makes them; of a large site the worker does. They are made beside the place where
they will be, then the folder gets its name in one step. Nobody makes them a second time meanwhile,
and nobody gets those of an earlier edition.
"""

import fcntl
import hashlib
import shutil
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from partners.exchange.opendata import dumps
from partners.models import Organisation
from partners.models.tasks import LONG, queue_once, task
from partners.rows import freshness

#: Of how many organisations a request makes the files: about two seconds.
MOST_AT_ONCE = 500

#: How long (seconds) to wait for somebody else who makes the files.
PATIENCE = 0.5
PAUSE = 0.05
#: What is in the folder of all editions, beside them.
LOCK, MAKING = "lock", "making"


class Busy(Exception):
    """The files are being made. To ask again in a few seconds is all that helps."""

    #: When to ask again (seconds).
    retry_after = 5


def edition(at):
    """The name (str) of what the public reads at `at` (aware datetime): another after each change.

    Within a transaction what is seen may not be what others see: there each asking has its own.
    """
    if connection.in_atomic_block:
        return uuid.uuid4().hex
    present = f"{freshness.token()} {freshness.lasting(at)} {settings.SITE_URL}"
    return hashlib.sha256(present.encode()).hexdigest()[:32]


def folder(at):
    """The folder (Path) with the files as of `at`, an aware datetime of this moment.

    Raises Busy while others make them for longer than PATIENCE, or if the content changes under
    our hands.
    """
    name = edition(at)
    there = Path(settings.DATA_ROOT) / name
    if there.is_dir():
        return there
    if Organisation.objects.count() > MOST_AT_ONCE:
        queue_once(make)
        raise Busy
    _make_once(there, at)
    if edition(at) != name and not connection.in_atomic_block:
        raise Busy
    return there


@task(queue_name=LONG)
def make():
    """Make the files as of now, unless they are there, or somebody else makes them."""
    now = timezone.now()
    with suppress(Busy):
        _make_once(Path(settings.DATA_ROOT) / edition(now), now)


def _make_once(there, at):
    with _alone():
        if not there.is_dir():
            _make(there, at)


def opened(name, at):
    """One of the files as of `at`, open in binary, and its SHA-256. Raises Busy as `folder` does.

    It can be read to its end, also when another edition takes its place.
    """
    try:
        there = folder(at)
        return (there / name).open("rb"), _checksums(there)[name]
    except FileNotFoundError:  # another edition has just begun
        raise Busy from None


def offered(at):
    """What there is as of `at` ([dict]), with sizes (bytes). Raises Busy as `folder` does."""
    try:
        there = folder(at)
        sums = _checksums(there)
        return [
            {
                "name": name,
                "description": description,
                "size": (there / name).stat().st_size,
                "sha256": sums[name],
            }
            for name, (_, description) in dumps.FILES.items()
        ]
    except FileNotFoundError:
        raise Busy from None


def _checksums(there):
    lines = (there / dumps.CHECKSUMS).read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


@contextmanager
def _alone():
    """Nobody else on this machine makes the files meanwhile, however they come to their end."""
    root = Path(settings.DATA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("a") as lock:
        _wait_for(lock, time.monotonic() + PATIENCE)
        yield


def _wait_for(lock, until):
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Busy from None
            time.sleep(PAUSE)
        else:
            return


def _make(there, at):
    making = there.with_name(MAKING)
    shutil.rmtree(making, ignore_errors=True)  # of somebody who was killed
    making.mkdir()
    dumps.write(making, at)
    earlier = [each for each in there.parent.iterdir() if each.name not in (LOCK, MAKING)]
    making.rename(there)
    for each in earlier:
        with suppress(FileNotFoundError):
            shutil.rmtree(each)
