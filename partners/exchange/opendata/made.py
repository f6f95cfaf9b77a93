"""The files of `dumps`, made once an edition of the content and kept in a folder.

Whoever asks first makes them; of a large site the worker does. They are made beside the place where
they will be, then the folder gets its name in one step. Nobody makes them a second time meanwhile,
and nobody gets those of an earlier edition.

Where servers share a bucket instead of the folder, whoever made the files puts them there, and each
server takes its copy once an edition.
"""

import fcntl
import hashlib
import logging
import shutil
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
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
#: What an edition in the bucket has, in the order in which it is put there.
IN_BUCKET = (*dumps.FILES, dumps.CHECKSUMS)

log = logging.getLogger(__name__)


class Busy(Exception):
    """The files are being made. To ask again in a few seconds is all that helps."""

    #: When to ask again (seconds).
    retry_after = 5


def edition(at):
    """The name (str) of what the public reads at `at` (aware datetime): another after each change.

    Other code that makes other files of the same content gives them another name.
    Within a transaction what is seen may not be what others see: there each asking has its own.
    """
    if connection.in_atomic_block:
        return uuid.uuid4().hex
    files = f"{dumps.FORM} {' '.join(dumps.FILES)}"
    present = f"{freshness.token()} {freshness.lasting(at)} {settings.SITE_URL} {files}"
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
    is_large = Organisation.objects.count() > MOST_AT_ONCE
    if is_large and not _is_shared(name):
        queue_once(make)
        raise Busy
    with _alone():
        if not there.is_dir() and not _is_taken(there):
            if is_large:  # another edition has just begun, or the copy failed
                queue_once(make)
                raise Busy
            _make(there, at)
            _share_if_possible(there)
    if edition(at) != name and not connection.in_atomic_block:
        raise Busy
    return there


@task(queue_name=LONG)
def make():
    """Make the files as of now, unless they are there, or somebody else makes them."""
    now = timezone.now()
    there = Path(settings.DATA_ROOT) / edition(now)
    with suppress(Busy), _alone():
        if not there.is_dir() and not _is_taken(there):
            _make(there, now)
        _share(there)


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
    with _complete(there) as making:
        dumps.write(making, at)


@contextmanager
def _complete(there):
    """A folder that becomes `there` when all is in it; earlier editions go then."""
    making = there.with_name(MAKING)
    shutil.rmtree(making, ignore_errors=True)  # of somebody who was killed
    making.mkdir()
    yield making
    earlier = [each for each in there.parent.iterdir() if each.name not in (LOCK, MAKING)]
    making.rename(there)
    for each in earlier:
        with suppress(FileNotFoundError):
            shutil.rmtree(each)


# The bucket, where there is one: an edition is in it when its checksums are, which go there last.


def _bucket():
    return storages["made"] if "made" in settings.STORAGES else None


def _is_shared(name):
    """Whether that edition can be had from the bucket."""
    bucket = _bucket()
    try:
        return bucket is not None and bucket.exists(f"{name}/{dumps.CHECKSUMS}")
    except ConnectionError:
        log.warning("Whether the bucket has the made files is not known.", exc_info=True)
        return False


def _is_taken(there):
    """Whether the files could be copied from the bucket to `there`, whole."""
    if not _is_shared(there.name):
        return False
    try:
        with _complete(there) as copied:
            for name in IN_BUCKET:
                _copy(f"{there.name}/{name}", copied / name)
            _refuse_damaged(copied)
    except ConnectionError:
        log.warning("The made files cannot be copied from the bucket.", exc_info=True)
        return False
    except (FileNotFoundError, ValueError):
        log.warning("The made files in the bucket are not whole: made anew.", exc_info=True)
        _withdraw(there.name)
        return False
    return True


def _withdraw(name):
    """Let that edition count as not in the bucket, so that whoever makes it puts it there anew."""
    try:
        _bucket().delete(f"{name}/{dumps.CHECKSUMS}")
    except ConnectionError:
        log.warning("The next who asks tries again.", exc_info=True)


def _copy(name, path):
    with _bucket().open(name) as file, path.open("wb") as copied:
        shutil.copyfileobj(file, copied)


def _refuse_damaged(copied):
    """Raise ValueError unless all files are what the checksums say, and those are whole."""
    sums = _checksums(copied)
    if sums.keys() != dumps.FILES.keys():
        raise ValueError("The checksums are damaged in the bucket.")
    for name, digest in sums.items():
        with (copied / name).open("rb") as file:
            if dumps.digest(file) != digest:
                raise ValueError(f"{name} is damaged in the bucket.")


def _share(there):
    """Put the files of that folder into the bucket, if it has them not; earlier ones go.

    Raises ConnectionError where that is not possible.
    """
    bucket = _bucket()
    if bucket is None or bucket.exists(f"{there.name}/{dumps.CHECKSUMS}"):
        return
    for name in IN_BUCKET:
        with (there / name).open("rb") as file:
            bucket.save(f"{there.name}/{name}", File(file))
    if edition(timezone.now()) == there.name:
        for earlier in set(bucket.listdir("")[0]) - {there.name}:
            for name in reversed(IN_BUCKET):
                bucket.delete(f"{earlier}/{name}")


def _share_if_possible(there):
    """On a small site other servers make the same files for themselves."""
    try:
        _share(there)
    except ConnectionError:
        log.warning("The made files cannot be put into the bucket.", exc_info=True)
