"""Kill `manage.py backup` and `restore` at random moments: nothing may be half done.

    python -m tests.drills.kill_backup [--rounds 30] [--seed 1] [--database-url URL]

Run it from the folder that holds manage.py. A backup that is killed leaves the last good file or a
whole new one; a restore leaves every table as it was or every table as in the file. Run again, each
does all of its work. The exit code is 0 if no round failed. For --database-url see kill_loaddata.
"""

import argparse
import random
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection
from PIL import Image

from partners.exchange import backups
from partners.models import Chore, Organisation, Term
from tests.drills.databases import fresh_database, kill_after, load, run, start


def rows():
    """A digest of all rows of all tables, but of when commands were run."""
    digest = sha256()
    for model in backups.tables():
        if model is not Chore:
            found = list(model._base_manager.order_by("pk").values_list())
            digest.update(repr((model._meta.label, found)).encode())
    connection.close()
    return digest.hexdigest()


def is_whole(path):
    """Whether that backup would be restored."""
    try:
        return bool(backups.verify(path))
    except backups.Damaged:
        return False
    finally:
        connection.close()


def uploads():
    folder = Path(settings.MEDIA_ROOT)
    return sorted((name, (folder / name).read_bytes()) for name in backups.uploads())


def change(database):
    """Another state of the same site: other rows, other uploads."""
    Organisation.objects.update(summary="Another state.")
    Term.objects.all().delete()
    connection.close()
    for number in range(40):
        draw(f"later{number}.png")


def draw(name):
    path = Path(settings.MEDIA_ROOT, "logos", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise((200, 200), 90).save(path)


def drill_backup(database, folder, rounds, moments):
    """Yield of each killed try: whether the file was good then, and after a rerun."""
    path = folder / "kept.zip"
    command = ["manage.py", "backup", str(path)]
    until_end, before = run(database.url, *command, **media()), rows()
    while rounds:
        killed = kill_after(
            moments.uniform(0.3, 1) * until_end, start(database.url, *command, **media())
        )
        database.settle()
        good = rows() == before and is_whole(path)
        run(database.url, *command, **media())
        rounds -= killed
        if killed:
            yield good, is_whole(path)


def drill_restore(database, folder, rounds, moments):
    """Yield of each killed try: whether all or nothing was there then, and all after a rerun."""
    path = folder / "first.zip"
    command = ["manage.py", "restore", str(path), "--no-input"]
    run(database.url, "manage.py", "backup", str(path), **media())
    first, first_uploads = rows(), uploads()
    change(database)
    run(database.url, "manage.py", "backup", str(folder / "other.zip"), **media())
    other, other_uploads = rows(), uploads()
    until_end = run(database.url, *command, **media())
    while rounds:
        run(
            database.url, "manage.py", "restore", str(folder / "other.zip"), "--no-input", **media()
        )
        assert (rows(), uploads()) == (other, other_uploads)
        killed = kill_after(
            moments.uniform(0.3, 1) * until_end, start(database.url, *command, **media())
        )
        database.settle()
        found, there = rows(), dict(uploads())
        needed = dict(first_uploads if found == first else other_uploads)
        good = found in (first, other) and all(there.get(name) == needed[name] for name in needed)
        run(database.url, *command, **media())
        rounds -= killed
        if killed:
            yield good, (rows(), uploads()) == (first, first_uploads)


def media():
    return {"MEDIA_ROOT": str(settings.MEDIA_ROOT)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", help="a PostgreSQL database to make and drop")
    options = parser.parse_args()
    failed = 0
    with fresh_database(options.database_url) as database, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings.MEDIA_ROOT = folder / "media"
        load(database)
        for number in range(40):
            draw(f"first{number}.png")
        moments = random.Random(options.seed)  # noqa: S311 — no secret, but the same in every run
        for drill in (drill_backup, drill_restore):
            done = list(drill(database, folder, options.rounds, moments))
            whole = sum(good for good, _ in done)
            again = sum(good for _, good in done)
            failed += 2 * len(done) - whole - again
            sys.stdout.write(
                f"{drill.__name__}: {len(done)} killed, nothing half done in {whole}, "
                f"complete after a rerun {again}.\n"
            )
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
