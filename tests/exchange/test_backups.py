"""Backup and restore: everything comes back as it was, or nothing is touched."""

import hashlib
import io
import json
import random
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from PIL import Image

from partners.accounts import access, links
from partners.exchange import backups
from partners.models import Chore, Organisation
from tests import factories as make
from tests.admin.records import RECORDS
from tests.worker import work

pytestmark = pytest.mark.django_db(transaction=True)


def everything():
    """label → rows, as the database has them."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in backups.tables()
        if model is not Chore
    }


def files():
    return {name: content_of(name) for name in backups.uploads()}


def content_of(name):
    with default_storage.open(name) as file:
        return file.read()


@pytest.fixture
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def picture():
    content = io.BytesIO()
    Image.new("RGB", (40, 20)).save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def full_site(content, own_media):
    """The content, a record of every model, a logo, an account with a second factor."""
    for factory in RECORDS.values():
        factory()
    organisation = Organisation.objects.get(pk="esr")
    organisation.logo_alt = "ESR logo"
    organisation.logo.save("logo.png", ContentFile(picture()))
    access.confirm_second_factor(access.begin_second_factor(User.objects.first()))


@pytest.fixture
def backup(full_site, tmp_path):
    path = tmp_path / "backups" / "site.zip"
    call_command("backup", str(path), verbosity=0)
    return path


def restore(path):
    call_command("restore", str(path), "--no-input", verbosity=0)


def test_everything_comes_back_as_it_was(backup, client):
    before, kept = everything(), files()
    esr = Organisation.objects.get(pk="esr")
    Organisation.objects.filter(pk="esr").update(logo="")
    esr.logo.storage.delete(esr.logo.name)
    Organisation.objects.update(summary="Changed by mistake.")
    User.objects.all().delete()
    make.OrganisationFactory.create_batch(3)
    esr.logo.storage.save("logos/later.png", ContentFile(picture()))
    client.force_login(User.objects.create_user("later"))
    restore(backup)
    assert everything() == before
    assert files() == kept
    assert not list(Path(esr.logo.storage.location).glob("logos/later*"))
    assert not Session.objects.exists()
    assert make.OrganisationRelationFactory()  # numbers go on after the last one


def test_backup_is_for_its_owner_alone_and_has_no_sessions(backup):
    assert backup.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(backup) as archive:
        assert not [name for name in archive.namelist() if "session" in name]


def test_no_mail_leaves_because_of_a_restore(full_site, tmp_path):
    ada = User.objects.create_user("ada", "ada@example.org")
    links.send(ada.email, links.RESET)
    call_command("backup", str(tmp_path / "site.zip"), verbosity=0)
    links.send(ada.email, links.RESET)
    restore(tmp_path / "site.zip")
    work()
    assert not mail.outbox


@pytest.mark.parametrize("folder", ["", "var/backups"])
def test_folder_gets_a_file_of_the_day_and_the_chore_is_noted(full_site, tmp_path, folder):
    call_command("backup", str(tmp_path / folder), verbosity=0)
    assert len(list((tmp_path / folder).glob("partners-20*.zip"))) == 1
    assert Chore.objects.filter(pk="backup").exists()


def test_nothing_is_left_of_a_backup_that_fails(full_site, tmp_path, monkeypatch):
    path = tmp_path / "site.zip"
    path.write_text("the last good one")

    def disk_full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "_write_upload", disk_full)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("backup", str(path), verbosity=0)
    assert path.read_text() == "the last good one"
    assert not list(tmp_path.glob(".site*"))


def change_manifest(path, **changes):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members[backups.MANIFEST]) | changes
    members[backups.MANIFEST] = json.dumps(manifest)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def assert_refused(path, sentence):
    before, kept = everything(), files()
    for arguments in (["--verify"], ["--no-input"]):
        with pytest.raises(CommandError, match=sentence):
            call_command("restore", str(path), *arguments, verbosity=0)
    assert everything() == before
    assert files() == kept


@pytest.fixture
def later_migration():
    """A migration that this version does not know was applied; no flush would take it back."""
    recorder = MigrationRecorder(connection)
    recorder.record_applied("partners", "9999_later")
    yield
    recorder.record_unapplied("partners", "9999_later")


def test_newer_and_older_backups_are_refused(backup, later_migration):
    change_manifest(backup, format=backups.FORMAT + 1)
    assert_refused(backup, "made by a newer version of the site")
    change_manifest(backup, format=backups.FORMAT)
    assert_refused(backup, "older than this installation, which has partners.9999_later")
    later = [*backups.applied_migrations(), "partners.99999_much_later"]
    change_manifest(backup, migrations=later)
    assert_refused(backup, "newer than this installation, which lacks partners.99999_much_later")


@pytest.mark.any_database
@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
def test_cut_backup_is_refused(backup, share):
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * share)])
    assert_refused(backup, "is damaged, or is no backup")


@pytest.mark.any_database
def test_flipped_bits_are_refused_or_of_no_consequence(backup):
    """Wherever a byte was changed, the file is refused, or says the same all the same."""
    content, chance = backup.read_bytes(), random.Random(7)  # noqa: S311 — the same in every run
    whole = backups.verify(backup)
    refused = 0
    for _ in range(60):
        place = chance.randrange(len(content))
        flipped = bytes([content[place] ^ (1 << chance.randrange(8))])
        backup.write_bytes(content[:place] + flipped + content[place + 1 :])
        try:
            assert backups.verify(backup)["sha256"] == whole["sha256"]
        except backups.Damaged:
            refused += 1
    assert refused > 40


@pytest.mark.any_database
@pytest.mark.parametrize("name", ["media/../../x.png", "media//etc/x", "media/.x", "x.txt"])
def test_file_with_paths_that_lead_elsewhere_is_refused(backup, name):
    with zipfile.ZipFile(backup, "a") as archive:
        archive.writestr(name, b"x")
        manifest = json.loads(archive.read(backups.MANIFEST))
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    change_manifest(backup, sha256=manifest["sha256"] | {name: digest})
    assert_refused(backup, "is damaged, or is no backup")


ORGANISATIONS = "rows/partners.organisation.jsonl"


def changed(path, name, change):
    """Give the rows of a member (list of dicts) to `change`, and write what it makes of them."""
    with zipfile.ZipFile(path) as archive:
        rows = [json.loads(line) for line in archive.read(name).splitlines()]
    said = change(rows) or rows
    lines = [row if isinstance(row, str) else json.dumps(row) for row in said]
    rewrite(path, name, "".join(f"{line}\n" for line in lines))


def second(**values):
    """Change the second row."""
    return lambda rows: rows[1].update(values)


def without(column):
    def change(rows):
        del rows[1][column]

    return change


#: What is wrong with the second organisation → (a change of the rows, what is said of it).
WRONG = {
    "no JSON": (lambda rows: [rows[0], "{", *rows[2:]], "this is no JSON"),
    "no object": (lambda rows: [rows[0], "[1]", *rows[2:]], "this is no object"),
    "no number": (lambda rows: [rows[0], '{"key": NaN}', *rows[2:]], "NaN is no number"),
    "an unknown column": (second(colour="red"), "there is no column “colour”"),
    "a missing column": (without("name"), "“name” is missing"),
    "a number for a text": (second(name=5), "“name” cannot be 5"),
    "a list for a text": (second(name=["a"]), r"“name” cannot be \["),
    "an object for a number": (second(review_days={}), "“review_days”: “{}” value must be"),
    "a word for a number": (second(review_days="many"), "“review_days”: “many” value must be"),
    "no text": (second(name=None), "“name” is empty"),
    "a bad moment": (second(published_at="2026-02-31T00:00:00Z"), "“published_at”: “2026-02-31"),
    "a bad date": (second(founded="2016-13"), "“founded”: "),
    "a text too long": (second(acronym="x" * 999), "“acronym” has 999 characters; there is room"),
    "a NUL": (second(name="a\0b"), "“name” holds what is no character"),
    "half a character": (second(name="a\ud800b"), "“name” holds what is no character"),
    "a key twice": (
        lambda rows: rows[1].update(key=rows[0]["key"]), "“key” is “.+”, as in row 1",
    ),
    "an address twice": (
        lambda rows: rows[1].update(slug=rows[0]["slug"]), "“slug” is “.+”, as in row 1",
    ),
}  # fmt: skip


@pytest.mark.any_database
@pytest.mark.parametrize("what", WRONG)
def test_wrong_row_is_named_and_nothing_changes(backup, what):
    change, words = WRONG[what]
    changed(backup, ORGANISATIONS, change)
    assert_refused(backup, f"^Nothing was restored: {ORGANISATIONS}, row 2: {words}.*[.]$")


def test_row_that_names_one_that_is_not_there_is_named(backup):
    name = "rows/partners.organisationname.jsonl"
    changed(backup, name, lambda rows: rows[0].update(organisation_id="nobody"))
    assert_refused(
        backup, rf"{name}, row 1: “organisation_id” names “nobody”, which is not in {ORGANISATIONS}"
    )


def test_row_that_breaks_a_rule_of_the_database_is_named(backup):
    """Only the database knows that rule: found when it refuses, and then all is undone."""
    changed(backup, ORGANISATIONS, lambda rows: rows[2].update(has_ended="True", dissolved="2010"))
    add(backup, "media/logos/new.png")
    before, kept = everything(), files()
    with pytest.raises(
        CommandError, match=f"^Nothing was restored: {ORGANISATIONS}, row 3: Either"
    ):
        restore(backup)
    assert everything() == before
    assert files() == kept


@pytest.mark.any_database
@pytest.mark.parametrize("count", [0, 1, 10**6, "many"])
def test_wrong_number_of_rows_is_said(backup, count):
    rows = manifest_of(backup)["rows"] | {"partners.organisation": count}
    change_manifest(backup, rows=rows)
    assert_refused(backup, f"{ORGANISATIONS}: it has .+ rows, and the manifest says {count}")


def test_unknown_and_missing_tables_are_named(backup):
    rows = manifest_of(backup)["rows"]
    change_manifest(backup, rows=rows | {"partners.nothing": 0})
    assert_refused(backup, "rows/partners.nothing.jsonl: this site has no such table")
    change_manifest(backup, rows={name: rows[name] for name in rows if "term" not in name})
    assert_refused(backup, "rows/partners.term.jsonl: the file has no such table")


def add(path, *names):
    """Add uploads of these names, as if they had always been there."""
    sums = dict.fromkeys(names, hashlib.sha256(picture()).hexdigest())
    with zipfile.ZipFile(path, "a") as archive:
        for name in names:
            archive.writestr(name, picture())
        manifest = json.loads(archive.read(backups.MANIFEST))
        members = [(each.filename, archive.read(each)) for each in archive.infolist()]
    manifest["sha256"] |= sums
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            is_manifest = name == backups.MANIFEST
            archive.writestr(name, json.dumps(manifest) if is_manifest else content)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_path_twice_is_refused(backup):
    add(backup, "media/logos/new.png", "media/logos/new.png")
    assert_refused(backup, "media/logos/new.png: the file has it twice")


def test_file_and_folder_of_one_name_are_refused(backup):
    add(backup, "media/a/new", "media/a/new/b.png")
    assert_refused(backup, "media/a/new: this is a file, and the folder of media/a/new/b.png")


def test_upload_that_cannot_be_stored_leaves_none_behind(backup, settings):
    """Here a folder stands where the file belongs."""
    add(backup, "media/logos/anew.png", "media/logos/new.png")
    (Path(settings.MEDIA_ROOT) / "logos" / "new.png").mkdir()
    before, kept = everything(), files()
    with pytest.raises(CommandError, match=r"media/logos/new.png: it cannot be stored: .+\.$"):
        restore(backup)
    assert everything() == before
    assert files() == kept


def test_upload_that_was_replaced_comes_back_when_rows_are_refused(backup, settings):
    path = next((Path(settings.MEDIA_ROOT) / "logos").glob("*.png"))
    path.write_bytes(b"another")
    test_row_that_breaks_a_rule_of_the_database_is_named(backup)
    assert path.read_bytes() == b"another"


def test_database_that_is_not_migrated_is_called_so(backup):
    recorder = MigrationRecorder(connection)
    name = max(each for app, each in recorder.applied_migrations() if app == "partners")
    recorder.record_unapplied("partners", name)
    try:
        assert_refused(
            backup, f"is not migrated: it lacks partners.{name}. Run `manage.py migrate`"
        )
    finally:
        recorder.record_applied("partners", name)


def manifest_of(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(backups.MANIFEST))


def rewrite(path, name, content):
    """Replace a member, its digest included: what an operator with an editor could do."""
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    members[name] = content.encode()
    manifest = json.loads(members[backups.MANIFEST])
    manifest["sha256"][name] = hashlib.sha256(members[name]).hexdigest()
    members[backups.MANIFEST] = json.dumps(manifest)
    with zipfile.ZipFile(path, "w") as archive:
        for each, said in members.items():
            archive.writestr(each, said)


def test_question_is_asked_and_anything_but_yes_changes_nothing(backup, monkeypatch):
    Organisation.objects.update(summary="Kept.")
    monkeypatch.setattr("builtins.input", lambda question: "y")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(backup))
    assert Organisation.objects.filter(summary="Kept.").exists()


def test_no_file_is_said(full_site, tmp_path):
    assert_refused(tmp_path / "none.zip", "There is no file")
