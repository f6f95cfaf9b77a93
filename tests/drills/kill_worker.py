"""Kill the worker, and who queues its tasks, at random moments: all or nothing, and it is told.

    python -m tests.drills.kill_worker [--rounds 30] [--seed 1] [--database-url URL]

Run it from the folder that holds manage.py. First a worker gets SIGKILL between its start and its
end, while it mails a letter, looks at a spreadsheet of all organisations, and stores it. Then all
lines must be stored or none, as the job says. The next worker must end what is left: no task stays
"running", each job is done or told as failed, and the letter is there once; where it is told as
failed it may be there or not. Then a server gets SIGKILL while files are sent to it: each task has
its job and each job its task. The exit code is 0 if no round failed. For --database-url see
kill_loaddata.
"""

import argparse
import csv
import io
import random
import sys
import tempfile
import zipfile
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from partners.accounts import links
from partners.admin import sheets
from partners.exchange.sheets import export, files
from partners.models import Job, Organisation, SentSheet
from partners.models.tasks import State
from tests.drills.databases import fresh_database, kill_after, load, run, start, use

NEW = "Killed in a drill."
WORK = ["manage.py", "work", "--once"]
MODULE = ["-m", "tests.drills.kill_worker"]
FILES = 12  # that are sent to the server


def changed(keys):
    """An archive of sheets in which each of these organisations has another summary."""
    exported = files.FORMATS["csv"][0](export.sheets(Organisation, keys))
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(exported)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode("utf-8-sig")
            new.writestr(name, _with_summaries(text) if name == "organisations.csv" else text)
    return written.getvalue()


def _with_summaries(text):
    rows = csv.DictReader(io.StringIO(text))
    written = io.StringIO()
    writer = csv.DictWriter(written, rows.fieldnames)
    writer.writeheader()
    writer.writerows(row | {"summary": NEW} for row in rows)
    return written.getvalue()


def queue():
    """One letter, one dry run, and the storing of what it shows."""
    operator = User.objects.create_superuser("operator", "operator@example.org", "drill")
    fields = {"kind": "partners.organisation", "name": "organisations.zip", "by": operator}
    keys = Organisation.objects.values_list("pk", flat=True)
    sent = SentSheet.objects.create(content=changed(keys), lines=len(keys), **fields)
    links.write.enqueue(links.RESET, [operator.pk])
    job = {"by": operator, "lines": len(keys), "leads_to": "/admin/"}
    Job.objects.begin(sheets.look_at, str(sent.pk), title="Look", **job)
    Job.objects.begin(sheets.store, str(sent.pk), "_publish", title="Import", **job)
    connection.close()


def found(mails):
    """(how many lines are stored, {title of a job: State}, {states of tasks}, letters)"""
    stored = Organisation.objects.filter(summary=NEW).count()
    jobs = {job.title: job.state(timezone.now()) for job in Job.objects.all()}
    tasks = set(DBTaskResult.objects.values_list("status", flat=True))
    letter = DBTaskResult.objects.get(task_path__endswith="links.write").status
    connection.close()
    letters = sum(path.read_text().count("Subject: ") for path in mails.iterdir())
    return stored, jobs, tasks, (letter, letters)


def is_whole(lines, stored, jobs):
    """Whether all is stored or nothing, as the job says."""
    return stored == (lines if jobs["Import"] == State.DONE else 0)


def is_told(lines, stored, jobs, tasks, letters):
    """Whether a next worker has left nothing open."""
    mailed = {"SUCCESSFUL": [1], "FAILED": [0, 1]}
    return (
        is_whole(lines, stored, jobs)
        and tasks <= {"SUCCESSFUL", "FAILED"}
        and set(jobs.values()) <= {State.DONE, State.FAILED}
        and letters[1] in mailed[letters[0]]
    )


def drill_worker(database, folder, rounds, moments):
    """Yield of each killed try: whether all or nothing was there, and all told by the next."""
    use(database.template_url)
    queue()
    lines = Organisation.objects.count()
    connection.close()
    use(database.url)
    database.renew()
    until_end = run(database.url, *WORK, **mail_to(folder / "first"))
    nothing_to_do = run(database.url, *WORK, **mail_to(folder / "first"))
    while rounds:
        database.renew()
        mails = Path(tempfile.mkdtemp(dir=folder))  # also where the one before ended too soon
        worker = start(database.url, *WORK, **mail_to(mails))
        killed = kill_after(moments.uniform(nothing_to_do * 0.8, until_end), worker)
        database.settle()
        stored, jobs, _, _ = found(mails)
        good = is_whole(lines, stored, jobs)
        run(database.url, *WORK, **mail_to(mails))
        rounds -= killed
        if killed:
            yield good, is_told(lines, *found(mails))


def mail_to(folder):
    folder.mkdir(exist_ok=True)
    return {"EMAIL_URL": f"filemail:///{folder}"}  # the first slash of a path is not read


def send_files():
    """Be the server that is killed: take one file after the other, as a request does."""
    client = Client()
    content = changed(Organisation.objects.values_list("pk", flat=True))
    client.force_login(User.objects.get())
    known = [*settings.ALLOWED_HOSTS, "testserver"]
    for _ in range(FILES):
        file = SimpleUploadedFile("organisations.zip", content)
        with override_settings(ALLOWED_HOSTS=known, LINES_AT_ONCE=0):
            answer = client.post(reverse("admin:partners_organisation_import"), {"sheet": file})
        assert answer.status_code == 302, answer.status_code


def drill_server(database, folder, rounds, moments):
    """Yield of each killed try: whether jobs and tasks belong together, and a worker ends all."""
    serve = [*MODULE, "--database-url", database.url, "--serve"]
    database.renew()
    until_end = run(database.url, *serve)
    while rounds:
        database.renew()
        killed = kill_after(moments.uniform(0.5, 1) * until_end, start(database.url, *serve))
        database.settle()
        queued = DBTaskResult.objects.filter(task_path__contains="sheets.")
        good = set(queued.values_list("pk", flat=True)) == set(
            Job.objects.values_list("task", flat=True)
        )
        connection.close()
        run(database.url, *WORK, **mail_to(folder / "first"))
        ended = {job.state(timezone.now()) for job in Job.objects.all()}
        connection.close()
        rounds -= killed
        if killed:
            yield good, ended <= {State.DONE, State.FAILED}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", help="a PostgreSQL database to make and drop")
    parser.add_argument("--serve", action="store_true", help="be the server that is killed")
    options = parser.parse_args()
    if options.serve:
        use(options.database_url)
        return send_files()
    failed = 0
    moments = random.Random(options.seed)  # noqa: S311 — no secret, but the same in every run
    with fresh_database(options.database_url) as database, tempfile.TemporaryDirectory() as name:
        load(database)
        for drill in (drill_worker, drill_server):
            done = list(drill(database, Path(name), options.rounds, moments))
            whole, told = sum(good for good, _ in done), sum(good for _, good in done)
            failed += 2 * len(done) - whole - told
            sys.stdout.write(
                f"{drill.__name__}: {len(done)} killed, all or nothing in {whole}, "
                f"ended and told by the next worker {told}.\n"
            )
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
