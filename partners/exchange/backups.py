"""One file that holds everything: rows of all tables in a portable form, uploads, and a manifest.

The file is a ZIP. `rows/<app>.<model>.jsonl` has a JSON object a row, column → value as Django's
fields write it; `media/…` the uploads; `manifest.json` the versions, and of each other member its
SHA-256 and of each table its number of rows. Left out are sessions (whoever was logged in logs in
anew), tasks (no mail is sent twice), spreadsheets in mid-import, requests for links that are
counted, and the version of the content, which never comes back. What was erased about people, here
or before the backup, stays erased after a restore.
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath

import django
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from partners.accounts import erasing
from partners.exchange import backup_rows
from partners.exchange.backup_rows import Damaged, member_of, refused, written
from partners.models import Erasure
from partners.reading import cards
from partners.rows.uploads import discard
from partners.values import renditions
from partners.values.files import complete_or_nothing

FORMAT = 1
MANIFEST = "manifest.json"
LEFT_OUT = {
    "sessions.session", "partners.contentversion", "partners.linkrequest", "partners.sentsheet",
    "django_tasks_database.dbtaskresult", "partners.job",
}  # fmt: skip
#: Of these nothing stays after a restore: they are about what was there before it.
EMPTIED = LEFT_OUT - {"partners.contentversion"}
#: What an upload's path may look like: nothing that leads out of its folder.
UPLOAD = re.compile(r"media/(?:[A-Za-z0-9][A-Za-z0-9_.-]*/)*[A-Za-z0-9][A-Za-z0-9_.-]*")
DEFLATED = zipfile.ZIP_DEFLATED


#: What Python raises of a file that is cut, flipped, or something else.
UNREADABLE = (
    OSError, EOFError, KeyError, TypeError, ValueError, NotImplementedError, RuntimeError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def tables():
    """All models with a table of their own, many-to-many tables included."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.label_lower not in LEFT_OUT]


def applied_migrations():
    return sorted(map(".".join, MigrationRecorder(connection).applied_migrations()))


# Backup


def backup(path):
    """Write everything, as it was at one moment, to `path` (Path); under its name once complete.

    Editors go on working meanwhile. Returns the manifest (dict). Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with complete_or_nothing(path) as file, zipfile.ZipFile(file, "w", DEFLATED) as archive:
        manifest = {
            "format": FORMAT,
            "made_at": timezone.now().isoformat(),
            "django": django.get_version(),
            "rows": {},
            "sha256": {},
        }
        with snapshot():
            manifest["migrations"] = applied_migrations()
            for model in tables():
                _write_rows(archive, manifest, model)
        for upload in uploads():
            _write_upload(archive, manifest, upload)
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return manifest


@contextmanager
def snapshot():
    """Whatever is read within it is as it was at its beginning, and nobody waits for the reader."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    connection.ensure_connection()  # it knows its way of beginning a transaction only then
    usual, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic():
            yield
    finally:
        connection.transaction_mode = usual


def _write_rows(archive, manifest, model):
    name, digest, count = member_of(model), hashlib.sha256(), 0
    fields = model._meta.local_concrete_fields
    with archive.open(name, "w", force_zip64=True) as member:
        names = [field.attname for field in fields]
        for record in model._base_manager.order_by("pk").values(*names).iterator(backup_rows.BATCH):
            row = {field.attname: written(field, record[field.attname]) for field in fields}
            line = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n"
            member.write(line)
            digest.update(line)
            count += 1
    manifest["rows"][model._meta.label_lower] = count
    manifest["sha256"][name] = digest.hexdigest()


def uploads():
    """The names (str, in no order) of the uploads; what is made from them can be made again."""
    return [name for name in _stored("") if not _is_made(name)]


def _stored(folder):
    """Yield the name of every file in that folder of the storage, and in those below."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{name}" for name in files)
    for name in folders:
        yield from _stored(f"{folder}{name}/")


def _is_made(name):
    return any(made.NAME.fullmatch(name) for made in (renditions, cards))


def _content(name):
    """What the upload holds (bytes); None where there is none. Raises OSError."""
    try:
        with default_storage.open(name) as file:
            return file.read()
    except FileNotFoundError:
        return None


def _write_upload(archive, manifest, upload):
    """An upload never changes; one that went since the rows were read is in none of the pages."""
    name = f"media/{upload}"
    if UPLOAD.fullmatch(name):
        content = _content(upload)
        if content is None:
            return
        archive.writestr(name, content, zipfile.ZIP_STORED)
        manifest["sha256"][name] = hashlib.sha256(content).hexdigest()


def bring(folder):
    """Keep each file of `folder` (Path), which uploads were in, where they are kept now.

    What is there already stays. Returns how many were copied. Raises OSError.
    """
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    uploads = [name for name in names if UPLOAD.fullmatch(f"media/{name}")]
    new = [name for name in uploads if not default_storage.exists(name)]
    for name in new:
        default_storage.put(name, (folder / name).read_bytes())
    return len(new)


# Restore


def verify(path):
    """The manifest (dict) of a file that is whole and fits this installation. Raises Damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            _fits(manifest)
            _is_whole(archive, manifest)
            backup_rows.look_at(archive, tables(), manifest["rows"])
    except FileNotFoundError:
        raise Damaged(f"There is no file {path}.") from None
    except UNREADABLE:
        raise Damaged(
            f"{path} is damaged, or is no backup of this site. Take another one."
        ) from None
    return manifest


def _fits(manifest):
    if manifest["format"] > FORMAT:
        raise Damaged("This backup was made by a newer version of the site. Upgrade it first.")
    theirs, ours = set(manifest["migrations"]), set(applied_migrations())
    if theirs - ours and theirs - ours <= _known_migrations():
        raise Damaged(
            f"The database of this installation is not migrated: it lacks {_some(theirs - ours)}. "
            "Run `manage.py migrate` first."
        )
    if theirs - ours:
        raise Damaged(
            f"This backup is newer than this installation, which lacks {_some(theirs - ours)}. "
            "Upgrade it and run `manage.py migrate` first."
        )
    if ours - theirs:
        raise Damaged(
            f"This backup is older than this installation, which has {_some(ours - theirs)} as "
            "well. Check out the version that made it, migrate an empty database with that, "
            "restore, and upgrade then."
        )


def _known_migrations():
    """Those that this version of the code brings."""
    return set(map(".".join, MigrationLoader(None).disk_migrations))


def _some(migrations):
    return ", ".join(sorted(migrations)[:3]) + (" and more" if len(migrations) > 3 else "")


def _is_whole(archive, manifest):
    members = set(archive.namelist()) - {MANIFEST}
    rows = {f"rows/{label}.jsonl" for label in manifest["rows"]}
    known = {member_of(model) for model in tables()}
    pictures = {name for name in members if UPLOAD.fullmatch(name)}
    for strange in sorted(rows - known):
        raise refused(strange, "this site has no such table")
    for missing in sorted(known - rows):
        raise refused(missing, "the file has no such table")
    _refuse_twice(archive.namelist(), pictures)
    if members != set(manifest["sha256"]) or members != rows | pictures:
        raise ValueError
    for name, digest in manifest["sha256"].items():
        found = hashlib.sha256()
        with archive.open(name) as member:
            while block := member.read(1 << 20):
                found.update(block)
        if found.hexdigest() != digest:
            raise ValueError(name)


def _refuse_twice(names, pictures):
    """Of two members of one name, or a file and a folder of it, one would be lost."""
    for name, count in Counter(names).items():
        if count > 1:
            raise refused(name, "the file has it twice")
    for name in sorted(pictures):
        for folder in map(str, PurePosixPath(name).parents):
            if folder in pictures:
                raise refused(folder, f"this is a file, and the folder of {name}")


def restore(path):
    """Make everything as it is in the file: all of it, or nothing. Raises Damaged, or OSError.

    Uploads are put beside those that are there, the rows are replaced in one transaction, and what
    no row knows any more goes last: killed anywhere between, the site is as before or as restored.
    Returns the names ([str]) of uploads that should have gone, but cannot be deleted.
    """
    manifest = verify(path)
    wanted = {name for name in manifest["sha256"] if name.startswith("media/")}
    with zipfile.ZipFile(path) as archive, ExitStack() as undone:
        for name in sorted(wanted):
            _put_upload(name, archive.read(name), undone)
        leftovers = [name for name in uploads() if f"media/{name}" not in wanted]
        try:
            with transaction.atomic():
                _replace_rows(archive)
        except DatabaseError as error:
            raise Damaged(f"Nothing was restored: the database refuses it: {error}") from error
        undone.pop_all()
    return [name for name in leftovers if not discard(default_storage, name)]


def _put_upload(name, content, undone):
    """Store it; `undone` (ExitStack) is told how to make the storage as it was before."""
    upload = name.removeprefix("media/")
    try:
        before = _content(upload)
        if before == content:
            return
        undone.callback(_put_back, upload, before)
        default_storage.put(upload, content)
    except OSError as error:
        raise refused(name, f"it cannot be stored: {error.strerror or error}") from None


def _put_back(upload, before):
    if before is None:
        discard(default_storage, upload)
    else:
        default_storage.put(upload, before)


def _replace_rows(archive):
    models, erased = tables(), list(Erasure.objects.order_by("pk"))
    _lock(models)
    for model in [*map(apps.get_model, EMPTIED), *models]:
        model._base_manager.all()._raw_delete(connection.alias)
    for model in models:
        backup_rows.store(archive, model)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    Erasure.objects.bulk_create(erased, ignore_conflicts=True)
    erasing.erase_again(set(Erasure.objects.values_list("key", flat=True)))
    connection.check_constraints()


def _lock(models):
    """Nobody writes in between; readers go on seeing what was. (SQLite locks by itself.)"""
    if connection.vendor == "postgresql":
        names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
