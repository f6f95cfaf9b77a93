"""The queue: what was cut short is told and not begun again, and health says what waits."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from partners.accounts import links
from partners.admin import sheets
from partners.care import tasks
from partners.management.commands import work as command
from partners.models.tasks import LONG
from tests.worker import work

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
HERE = socket.gethostname()[:50]


@pytest.fixture
def gone():
    """The number of a process that was there and is there no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def letter(db):
    """A task that waits: a letter to Ada."""
    ada = User.objects.create_user("ada", "ada@example.org")
    return links.write.enqueue(links.RESET, [ada.pk]).db_result


def found(letter):
    letter.refresh_from_db()
    return letter.status


@pytest.mark.parametrize(
    ("worker", "minutes", "status"),
    [
        ("{here}:{gone}", 0, "FAILED"),  # killed
        ("{here}:{own}", 0, "FAILED"),  # the database was away when it was to end
        ("{here}:1", 0, "RUNNING"),
        ("elsewhere:{gone}", 0, "RUNNING"),
        ("library-s-own-name", 14, "RUNNING"),
        ("elsewhere:1", 16, "FAILED"),
    ],
)
def test_task_that_was_cut_short_is_told_and_not_done_again(
    letter, gone, caplog, worker, minutes, status
):
    letter.claim(worker.format(here=HERE, gone=gone, own=os.getpid()))
    DBTaskResult.objects.update(started_at=timezone.now() - minutes * MINUTE)
    work()
    assert found(letter) == status
    assert not mail.outbox
    told = [record.levelname for record in caplog.records if "was cut short" in record.message]
    assert told == ["ERROR"] * (status == "FAILED")
    assert ("CutShort" in letter.traceback) is (status == "FAILED")


def test_failure_of_our_own_is_not_tried_again(letter):
    DBTaskResult.objects.update(args_kwargs={"args": ["no such letter", []], "kwargs": {}})
    work()
    assert found(letter) == "FAILED"


def test_task_that_is_no_more_fails_alone(letter):
    other = links.write.enqueue(links.RESET, [User.objects.get().pk]).db_result
    DBTaskResult.objects.filter(pk=letter.pk).update(task_path="partners.nowhere.at_all")
    work()
    assert (found(letter), found(other)) == ("FAILED", "SUCCESSFUL")


def test_database_that_is_away_ends_no_worker(letter, monkeypatch, caplog):
    def away(*args):
        raise OperationalError("database is locked")

    monkeypatch.setattr(command, "close_old_connections", lambda: None)  # it is the test's own
    with monkeypatch.context() as patch:
        patch.setattr(command.Worker, "run", away)
        work()
    assert "The queue of tasks cannot be worked on." in caplog.messages
    work()
    assert found(letter) == "SUCCESSFUL"


@pytest.mark.parametrize(
    ("changes", "warns"),
    [
        ({"enqueued_at": -4}, set()),
        ({"enqueued_at": -6}, {"tasks_waiting"}),
        ({"enqueued_at": -60, "run_after": 1}, set()),
        ({"enqueued_at": -60, "run_after": -1}, set()),
        ({"enqueued_at": -60, "run_after": -6}, {"tasks_waiting"}),
        ({"status": "RUNNING", "started_at": -14}, set()),
        ({"status": "RUNNING", "started_at": -16}, {"tasks_running"}),
        ({"status": "FAILED", "finished_at": -23 * 60}, {"tasks_failed"}),
        ({"status": "FAILED", "finished_at": -25 * 60}, set()),
        ({"status": "SUCCESSFUL", "finished_at": -1}, set()),
    ],
)
def test_health_warns_of_what_waits_hangs_or_failed(letter, changes, warns):
    now = timezone.now()
    times = {name: now + n * MINUTE for name, n in changes.items() if isinstance(n, int)}
    DBTaskResult.objects.update(**changes | times)
    assert {name for name, late in tasks.overdue(now).items() if late} == warns


@pytest.fixture
def sheet(db):
    """A task that waits, and may take minutes: a spreadsheet."""
    return sheets.export_records.enqueue(str(uuid4()), "partners.event", "csv", []).db_result


def test_no_mail_waits_for_what_takes_long(sheet, letter, monkeypatch):
    monkeypatch.setattr(command.db_worker, "close_old_connections", lambda: None)
    command.Worker(excluded=[LONG]).round()
    assert (found(letter), found(sheet)) == ("SUCCESSFUL", "READY")


def test_worker_of_one_queue_leaves_the_others(sheet, letter):
    work(queue=LONG)
    assert (found(letter), found(sheet)) == ("READY", "FAILED")  # its Job is none


def children(process):
    """The processes (str) that any of its threads began."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [child for each in threads for child in each.read_text().split()]


def until(is_so):
    """Wait until it is so, for a minute at most."""
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.1)
    pytest.fail("It is not so within a minute.")


@pytest.mark.slow("process")
@pytest.mark.parametrize("end", ["close", "kill"])
def test_worker_without_a_queue_goes_on_until_its_parent_ends(end):
    """The tables are not there; whatever happens to them, one of its next rounds will do.

    It has a child of its own, for what takes long, that ends with it.
    """
    start = [sys.executable, "manage.py", "work", "--as-child"]
    known = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull}
    with subprocess.Popen(  # noqa: S603 — our own command
        start,
        cwd=settings.BASE_DIR,
        env=known | {"DATABASE_URL": "sqlite://:memory:"},
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        until(lambda: children(process.pid))
        (child,) = children(process.pid)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=4)
        # “close” is what it sees when the process at the other end is killed
        (process.stdin.close if end == "close" else process.kill)()
        assert process.wait(timeout=60) == (0 if end == "close" else -signal.SIGKILL)
        until(lambda: not Path(f"/proc/{child}").exists())
