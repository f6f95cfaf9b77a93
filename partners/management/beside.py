"""A worker beside a process: the server where nothing else (systemd) starts one, another worker."""

import os
import subprocess
import sys
from contextlib import contextmanager
from threading import Event, Thread

from django.conf import settings

PAUSE = 1  # seconds
WORK = [sys.executable, settings.BASE_DIR / "manage.py", "work", "--as-child"]


@contextmanager
def worker_beside(*options, **environment):
    """Keep a worker going as a child process; it ends with this one, whatever ends that.

    `options` (str) are those of its command, `environment` what its environment has beside ours.
    """
    over = Event()
    keeper = Thread(target=_keep, args=[over, [*WORK, *options], os.environ | environment])
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep(over, command, environment):
    while not over.is_set():
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)  # noqa: S603
        while not over.wait(PAUSE) and worker.poll() is None:
            pass
        worker.stdin.close()
        worker.wait()
