"""Do what was queued: send mails, read spreadsheets."""

import logging
import os
import signal
import sys
import time
from threading import Thread

from django.core.management import BaseCommand
from django.db import Error, close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from partners.care import tasks
from partners.management.beside import worker_beside
from partners.models.tasks import LONG

log = logging.getLogger(__name__)
PAUSE = 1  # seconds between two looks at an empty queue


class Worker(db_worker.Worker):
    """The library's, for one round; a task that another machine kept from its work comes again.

    `queue` is the only one that it works on, `excluded` ([str]) those that it leaves to others.
    """

    def __init__(self, queue="*", excluded=()):
        super().__init__(
            queue_names=[queue],
            excluded_queue_names=[*excluded],
            interval=PAUSE,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=tasks.this_worker(),
        )

    def run_task(self, db_task_result):
        super().run_task(db_task_result)
        tasks.put_off(db_task_result, timezone.now())

    def round(self):
        """Do all that waits. Where the database is away, or locked for long, another round will."""
        try:
            tasks.give_up(timezone.now())
            if DBTaskResult.objects.ready().exists():
                self.run()
        except Error:
            log.exception("The queue of tasks cannot be worked on.")
            close_old_connections()


class Command(BaseCommand):
    help = (
        "Does what was queued, until it is told to end (SIGTERM: after the task that it is at). "
        "What takes long is done by a process beside it, so that no mail waits for that. Several "
        "can run beside each other."
    )

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="do what waits now, and end")
        parser.add_argument(
            "--as-child", action="store_true", help="end as soon as standard input is closed"
        )
        parser.add_argument("--queue", help="do what is in this queue, and nothing beside it")

    def handle(self, *, once, as_child, queue, **options):
        if once:
            Worker(queue or "*").round()
        elif queue:
            go_on(Worker(queue), as_child)
        else:
            with worker_beside("--queue", LONG):
                go_on(Worker(excluded=[LONG]), as_child)


def go_on(worker, as_child):
    worker.configure_signals()
    if as_child:
        Thread(target=end_with_parent, args=[worker], daemon=True).start()
    while worker.running:
        worker.round()
        if worker.running:
            time.sleep(PAUSE)


def end_with_parent(worker):
    """The other end of standard input is closed when the parent ends, however it does."""
    os.read(sys.stdin.fileno(), 1)  # past its buffer, which the end of the process would wait for
    if worker.running:  # a second signal would cut its task short
        os.kill(os.getpid(), signal.SIGTERM)
