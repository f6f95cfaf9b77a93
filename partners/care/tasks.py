"""The tasks of the queue: which were cut short, which must wait, and whether all is well.

A worker that is killed leaves its task as running for ever. It is known by its machine and the
number of its process, so the next one sees that it is gone; and no task may run longer than
LONGEST. What was cut short is not begun again, but told as failed: nobody knows how far it was.
"""

import datetime as dt
import logging
import os
import socket

from django.db.models import Q
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult, get_date_max

from partners.models.tasks import LONGEST

log = logging.getLogger(__name__)
#: After how long in the queue, with nobody taking it, somebody should look.
LATE = dt.timedelta(minutes=5)
#: How long health warns of a task that failed.
TOLD = dt.timedelta(days=1)
#: After how long a task is tried again that another machine (of mails) did not let do its work.
PAUSES = [dt.timedelta(minutes=1), dt.timedelta(minutes=10), dt.timedelta(hours=1)]
AT_ONCE = Q(run_after=get_date_max())  # how the queue says that nothing is waited for


class CutShort(Exception):
    """The worker ended in mid-task."""


def this_worker():
    """The name (str) under which this process takes tasks."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}"


def give_up(now):
    """Before this process takes a task: mark as failed what was cut short, and tell operators."""
    for result in DBTaskResult.objects.running():
        if _is_gone(result.worker_ids[-1]) or result.started_at < now - LONGEST:
            result.set_failed(CutShort("The worker ended in mid-task, or it ran for too long."))
            log.error("Task %s (%s) was cut short.", result.pk, result.task_path)


def _is_gone(worker):
    """Whether that worker is a process of this machine that does no work any more."""
    machine, _, process = worker.rpartition(":")
    if worker == this_worker():
        return True  # it asks between two tasks
    return machine == this_worker().rpartition(":")[0] and not _runs(int(process))


def _runs(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is somebody else's
    return True


def put_off(result, now):
    """Try a task again later that just failed because another machine was away."""
    tries = len(result.worker_ids)
    if result.status == "FAILED" and tries <= len(PAUSES) and _may_help(result):
        result.status, result.run_after = "READY", now + PAUSES[tries - 1]
        result.save(update_fields=["status", "run_after"])


def _may_help(result):
    try:
        return issubclass(import_string(result.exception_class_path), OSError)
    except ImportError:  # of a class within a function
        return False


def overdue(now):
    """{check: whether somebody should look}: tasks that nobody takes, that hang, that failed."""
    tasks, late = DBTaskResult.objects, now - LATE
    waiting = tasks.ready().filter(AT_ONCE | Q(run_after__lt=late), enqueued_at__lt=late)
    return {
        "tasks_waiting": waiting.exists(),
        "tasks_running": tasks.running().filter(started_at__lt=now - LONGEST).exists(),
        "tasks_failed": tasks.failed().filter(finished_at__gte=now - TOLD).exists(),
    }
