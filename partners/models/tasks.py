"""What is done after the answer: the framework of tasks, from the package that brings it here.

A function under `@task` is queued by its `enqueue`, in the transaction of the caller, and done by
`manage.py work`. Its arguments lie in a table: numbers, texts and lists of them, and never a
secret. It may be cut short anywhere, and is not begun again: it does all or nothing.

What a person waits for has a Job beside its task: how far it is, and what came of it.
"""

import datetime as dt
import time
import uuid
from enum import StrEnum

import django
from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from partners.values.lines import LineField

if django.VERSION < (6,):
    from django_tasks import task
else:
    from django.tasks import task

__all__ = ["LONG", "LONGEST", "Job", "task"]

#: The queue of what may take minutes: no mail waits behind it.
LONG = "long"
#: How long a task may run.
LONGEST = dt.timedelta(minutes=15)
#: For how long what came of a job can be looked at, and a file that it made be taken.
KEPT, FILE_KEPT = dt.timedelta(days=30), dt.timedelta(days=1)
TELL_EVERY = 0.5  # seconds


def queue_once(task):
    """Queue a task that has no arguments, unless it waits already.

    One that runs may have begun before what this one is about.
    """
    if not DBTaskResult.objects.ready().filter(task_path=task.module_path).exists():
        task.enqueue()


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    HANGING = "hanging"
    FAILED = "failed"
    DONE = "done"


class JobQuerySet(models.QuerySet):
    def begin(self, task, *arguments, **fields):
        """Queue a task (whose first argument is the job's key) with the job that tells of it."""
        self.forget(timezone.now())
        job = self.model(**fields)
        with transaction.atomic():
            job.task = task.enqueue(str(job.pk), *arguments).id
            job.save(force_insert=True)
        return job

    def forget(self, now):
        """Delete what is older than it is kept at `now` (aware datetime): jobs, and their files."""
        self.filter(asked_at__lt=now - KEPT).delete()
        self.filter(asked_at__lt=now - FILE_KEPT).exclude(file=None).update(file=None)

    def unseen_by(self, user):
        """What this person has asked for, and not seen the end of."""
        return self.filter(by=user, is_seen=False).order_by("-asked_at", "pk")


class JobManager(models.Manager.from_queryset(JobQuerySet)):
    """Reads no file until it is asked for: it may be of many megabytes."""

    def get_queryset(self):
        return super().get_queryset().defer("file")


class Job(models.Model):
    """Something that takes longer than a request: how far it is, and what came of it.

    It ends in the transaction that stores what came of it, so it is true when that is. Where its
    task ended without that, it was cut short.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = LineField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    task = models.UUIDField(help_text="Its row in the queue.")
    lines_done = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0, help_text="How many there are to do.")
    ended_at = models.DateTimeField(null=True)
    has_failed = models.BooleanField(default=False)
    is_seen = models.BooleanField(default=False)
    sentences = models.JSONField(default=list, help_text="What is said of its end.")
    result = models.JSONField(null=True, help_text="What the page that it leads to shows.")
    leads_to = models.CharField(max_length=300, help_text="The address to go on at.")
    file = models.BinaryField(null=True, help_text="What was made; `result` has its name and type.")

    objects = JobManager()

    class Meta:
        verbose_name = "longer job"
        ordering = ["-asked_at", "pk"]

    def __str__(self):
        return self.title

    def tell(self, done, lines):
        """Say how many lines are done, and of how many: now and then, for each is a write.

        Within a transaction nobody would see it; on SQLite nobody else could write it.
        """
        now = time.monotonic()
        if not connection.in_atomic_block and now - getattr(self, "told_at", 0) >= TELL_EVERY:
            self.told_at = now
            Job.objects.filter(pk=self.pk).update(lines_done=done, lines=lines)

    def end(self, *sentences, has_failed=False, **fields):
        """Say what came of it; `fields` are others that are known now."""
        fields |= {"sentences": sentences, "has_failed": has_failed, "ended_at": timezone.now()}
        Job.objects.filter(pk=self.pk).update(**fields)

    def state(self, now):
        """Its State at `now` (aware datetime)."""
        if self.ended_at:
            return State.FAILED if self.has_failed else State.DONE
        row = DBTaskResult.objects.filter(pk=self.task).first()
        if row is None or row.finished_at:
            return State.FAILED
        if row.started_at is None:
            return State.WAITING
        return State.HANGING if row.started_at < now - LONGEST else State.RUNNING
