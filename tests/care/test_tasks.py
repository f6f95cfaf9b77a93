"""The queue: what was cut short is told and not begun again, and health says what waits."""

import datetime as dt
import os
import socket
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from partners.accounts import links
from partners.care import tasks
from partners.management.commands import work as command
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


@pytest.mark.slow("process")
def test_worker_without_a_queue_goes_on_until_its_parent_ends():
    """The tables are not there; whatever happens to them, one of its next rounds will do."""
    start = [sys.executable, "manage.py", "work", "--as-child"]
    known = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull}
    with subprocess.Popen(  # noqa: S603 — our own command
        start,
        cwd=settings.BASE_DIR,
        env=known | {"DATABASE_URL": "sqlite://:memory:"},
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=4)
        process.stdin.close()  # as it is when the process at its other end is killed
        assert process.wait(timeout=60) == 0
