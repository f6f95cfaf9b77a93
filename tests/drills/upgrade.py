"""Upgrade a site that is in use, with a change of its models: nothing that was kept is lost.

    python -m tests.drills.upgrade [--previous COMMIT] [--unchanged] [--database-url URL]

Run it from the folder that holds manage.py. The code of the previous landing, from git, makes a
database in which staff have published, drafted, handed in, sent back, scheduled and deleted, logos
included. A process of that code goes on, answering pages and saving, after the migrations of the
code here. Then a copy of the code here gets a change of its models: in one migration, a field is
added and filled, one is renamed, one is removed, and a record is written. With that code every page
must answer; the fixtures load again, and no row that staff left alone may be called changed by
them; every draft opens and is published, the scheduled are published, and every older revision is
restored. What was refused is printed, and the exit code is 0 if nothing was.

--unchanged leaves the change of the models out. Where the history does not reach back to the
previous landing (a shallow clone) today's code makes the database instead, and the drill says so.
For --database-url see kill_loaddata.
"""

import argparse
import fcntl
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from tests.drills.databases import FIXTURES, ROOT, fresh_database, run, start

#: The landing before this one: move it on with each.
PREVIOUS = "84355bf9b91b03e5fac6a5eeb2db59ec4a169810"
LEFT_OUT = shutil.ignore_patterns(".*", "var", "__pycache__", "node_modules")
#: Databases (“sqlite”, “postgres”) on which the migrations since PREVIOUS end the work of older
#: code, so that the changelog says to stop the service.
OLD_WORKERS_STOP = ()
BEFORE, AFTER = "tests.drills.upgrade_before", "tests.drills.upgrade_after"

RENAMED = [("partners.organisation", "region_note", "region_remark")]
REMOVED = [("partners.figure", "note")]
WRITTEN = "written-by-a-migration"
MOTTO = 'motto = models.CharField(max_length=300, blank=True, default="", db_default="")'
ENTRY = '("partners.organisation", "region_note"): "region_remark"'
#: What stands once in the code (regular expressions), and what the change makes of it.
EDITS = {
    r"(?m)^    (?=seat_city = )": f"    {MOTTO}\n    ",
    r"    note = LineField\(\n(?:        .*\n)*    \)\n": "",
    r'"note", (?="source")': "",
    r' *text\("note", .*\),\n': "",
    r"{% if figure\.note %}.*?{% endif %}": "",
    r"(?m)^RENAMED_FIELDS = \{": f"RENAMED_FIELDS = {{{ENTRY}, ",
}
MIGRATION = """
from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone


def fill(apps, schema_editor):
    organisations = apps.get_model("partners", "Organisation").objects
    organisations.update(motto=Concat(Value("Motto of "), F("key")))
    paths = apps.get_model("partners", "Citation").objects.filter(path="region_note")
    paths.exclude(organisation=None).update(path="region_remark")
    organisations.create(
        key="{written}", slug="{written}", name="Written", published_at=timezone.now()
    )


class Migration(migrations.Migration):
    dependencies = [("partners", "{last}")]
    operations = [
        migrations.AddField(
            "organisation", "motto",
            models.CharField(max_length=200, blank=True, default="", db_default=""),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            "organisation", "motto",
            models.CharField(max_length=300, blank=True, default="", db_default=""),
        ),
        migrations.RenameField("organisation", "region_note", "region_remark"),
        migrations.RemoveField("figure", "note"),
    ]
"""


# The trees


def tree_before(folder, commit):
    """The tree of the previous landing, with today's script of what staff do in it."""
    archive = archived(commit)
    if archive is None:
        sys.stdout.write(
            f"There is no commit {commit[:7]} here, as in a shallow clone: today's code makes the "
            "database instead. To drill the upgrade itself, fetch the whole history (git fetch "
            "--unshallow).\n"
        )
        return tree_of_today(folder, "before")
    tree = folder / "before"
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(tree, filter="data")
    script = Path(*BEFORE.split(".")).with_suffix(".py")
    shutil.copy(ROOT / script, tree / script)
    return tree


def python_of(tree):
    """The Python of an environment with what that tree's own lock file names; made once, even by
    two drills at a time."""
    environment = ROOT / "var/previous"
    command = ["make", "environment", f"INTO={environment}", f"FROM={tree}/requirements-dev.lock"]
    environment.parent.mkdir(exist_ok=True)
    with environment.with_suffix(".lock").open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 — our own command
    return str(environment / "bin/python")


def archived(commit):
    """The tree of that commit as a tar file (bytes); None where git does not have it."""
    command = ["git", "archive", "--format=tar", commit]
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S603 — our own command
    except (OSError, subprocess.CalledProcessError):
        return None


def tree_of_today(folder, name):
    return Path(shutil.copytree(ROOT, folder / name, ignore=LEFT_OUT))


def change(tree):
    """Make one more change of the models in that tree, as a release would bring it."""
    edit(tree)
    migrations = tree / "partners/migrations"
    last = max(path.stem for path in migrations.glob("[0-9]*.py"))
    written = MIGRATION.replace("{written}", WRITTEN).replace("{last}", last)
    (migrations / "9999_drill_an_upgrade.py").write_text(written)
    for file in (tree / "fixtures").glob("*.json"):
        rows = json.loads(file.read_text())
        file.write_text(json.dumps([as_released(row) for row in rows]))


def edit(tree):
    """Rename and replace; SystemExit where the code has not just one place for each of EDITS."""
    found = Counter()
    kinds = ("partners/**/*.py", "templates/**/*.html", "fixtures/*.json")
    for path in (path for kind in kinds for path in tree.glob(kind)):
        if "migrations" in path.parts:
            continue
        text = path.read_text()
        for _, old, new in RENAMED:
            text = re.sub(rf"\b{old}\b", new, text)
        for pattern, replacement in EDITS.items():
            text, count = re.subn(pattern, replacement, text)
            found[pattern] += count
        path.write_text(text)
    for pattern, count in found.items():
        if count != 1:
            raise SystemExit(f"The code has {count} places for the drill to change: {pattern}")


def as_released(row):
    fields = dict(row["fields"])
    for model, name in REMOVED:
        if row["model"] == model:
            fields.pop(name, None)
    if row["model"] == "partners.organisation":
        fields["motto"] = f"Motto of {row['pk']}"
    return row | {"fields": fields}


# The drill


def drill(database, folder, commit, unchanged):
    """Yield [what, how many went well, how many did not]; print what was refused."""
    media = {"MEDIA_ROOT": str(folder / "media")}
    tree = tree_before(folder, commit)
    old = media | {"cwd": tree, "python": python_of(tree)}
    goes_on = not database.url.startswith(OLD_WORKERS_STOP)
    if not goes_on:
        sys.stdout.write("Old workers are stopped before the upgrade of this database.\n")
    run(database.url, "manage.py", "migrate", "--verbosity=0", **old)
    run(database.url, "manage.py", "loaddata", *FIXTURES, **old)
    with old_worker(database, folder, old) as worker:
        wait_for(folder / "done", worker)
        if goes_on:
            run(database.url, "manage.py", "migrate", "--verbosity=0", **media)
        (folder / "migrated").touch()
        wait_for(folder / "known.json", worker)
    if not goes_on:
        run(database.url, "manage.py", "migrate", "--verbosity=0", **media)
    visits = json.loads((folder / "known.json").read_text())["visits"]
    yield from ([f"pages answered {when}", *tell(visited)] for when, visited in visits.items())
    new = media | {"cwd": tree_of_today(folder, "after")}
    if not unchanged:
        change(new["cwd"])
    today = ([], [], []) if unchanged else (RENAMED, REMOVED, [WRITTEN])
    today = dict(zip(("renamed", "removed", "written"), today, strict=True))
    (folder / "today.json").write_text(json.dumps(today))
    run(database.url, "manage.py", "makemigrations", "--check", **new)
    run(database.url, "manage.py", "migrate", "--verbosity=0", **new)
    run(database.url, "-m", AFTER, str(folder), "--database-url", database.url, **new)
    found = json.loads((folder / "found.json").read_text())
    sys.stdout.writelines(f"Refused: {sentence}\n" for sentence in found["refused"])
    yield from found["counted"]


@contextmanager
def old_worker(database, folder, place):
    """The process of the older code, from before the upgrade until after it."""
    with (folder / "old_worker.log").open("w+") as said:
        arguments = "-m", BEFORE, str(folder), "--database-url", database.url
        worker = start(database.url, *arguments, stderr=said, **place)
        try:
            yield worker
        finally:
            worker.kill()
            worker.wait()
            database.settle()
            said.seek(0)
            sys.stderr.write(said.read()[-5000:])


def wait_for(file, worker):
    while not file.exists():
        if worker.poll() not in (None, 0):
            raise SystemExit("The older code fails: see above.")
        time.sleep(0.2)


def tell(visited):
    """How many addresses answered, and how many did not."""
    answered = sum(status == 200 for status in visited.values())
    return answered, len(visited) - answered


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--previous", default=PREVIOUS, help="the commit to upgrade from")
    parser.add_argument("--unchanged", action="store_true", help="without a change of the models")
    parser.add_argument("--database-url", help="a PostgreSQL database to make and drop")
    options = parser.parse_args()
    failed = 0
    with fresh_database(options.database_url) as database, tempfile.TemporaryDirectory() as name:
        for what, well, not_well in drill(
            database, Path(name), options.previous, options.unchanged
        ):
            sys.stdout.write(f"{what}: {well} of {well + not_well}\n")
            sys.stdout.flush()
            failed += not_well
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
