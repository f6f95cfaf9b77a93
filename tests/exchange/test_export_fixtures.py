"""The command that writes the content as fixtures, and the uploads that go beside them."""

import io
import json
import resource
from contextlib import contextmanager

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from PIL import Image

from partners.models import Organisation, PendingChange
from partners.rows.standing import standing
from tests import acts
from tests import factories as make
from tests.acts import Proposal
from tests.exchange.test_fixtures import COMMITTED, empty, load


def run(folder=None):
    said, warned = io.StringIO(), io.StringIO()
    call_command("export_fixtures", *([str(folder)] if folder else []), stdout=said, stderr=warned)
    return said.getvalue().strip(), warned.getvalue().strip()


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def committed():
    """The content; the facts beside it, and the pages of the demo, are nobody's export."""
    beside = "facts.csv", "demo/"
    files = files_of(COMMITTED).items()
    return {name: content for name, content in files if not name.startswith(beside)}


@pytest.mark.django_db(transaction=True)
def test_command_writes_the_committed_files(content, tmp_path, settings):
    settings.FIXTURE_DIRS = [tmp_path]
    assert run() == (f"{tmp_path}: Records: 342. Uploads: 0.", "")
    differ = [name for name, content in files_of(tmp_path).items() if content != committed()[name]]
    assert not differ, "Write them anew: docs/architecture.md, “A field”, says how."
    assert files_of(tmp_path).keys() == committed().keys()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}


@pytest.mark.django_db(transaction=True)
def test_file_without_records_goes_and_others_stay(tmp_path):
    make.SourceFactory()
    (tmp_path / "02_topics.json").write_text("[]")
    (tmp_path / "notes.txt").write_text("Ours.")
    assert run(tmp_path) == (f"{tmp_path}: Records: 1. Uploads: 0.", "")
    assert sorted(files_of(tmp_path)) == ["01_sources.json", "notes.txt"]


@pytest.mark.django_db(transaction=True)
def test_pending_changes_are_left_out_and_counted(content, tmp_path, django_user_model):
    by = django_user_model.objects.create_user("editor")
    base, rows = (standing(Organisation, "esr").present for _ in range(2))
    rows[0]["fields"]["summary"] = "Not public yet."
    acts.save_draft(Proposal(Organisation, "esr", base, rows, by), make.SINCE_THEN)
    assert PendingChange.objects.count() == 1
    said, _ = run(tmp_path)
    assert said.endswith("Pending changes left out, as they are no content yet: 1.")
    assert files_of(tmp_path) == committed()


@pytest.mark.django_db(transaction=True)
def test_folder_that_cannot_be_written_is_refused_in_a_sentence(content, tmp_path):
    (tmp_path / "file").write_text("No folder.")
    with pytest.raises(CommandError, match=r"file could not be written: .*\."):
        run(tmp_path / "file")


@contextmanager
def files_no_longer_than(size):
    """As on a disk that is full after so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.django_db(transaction=True)
def test_full_disk_replaces_no_file(tmp_path, content):
    run(tmp_path)
    before = files_of(tmp_path)
    Organisation.objects.update(summary="Changed.")
    with files_no_longer_than(len(before["10_citations.json"]) - 1), pytest.raises(CommandError):
        run(tmp_path)
    assert files_of(tmp_path) == before


# Uploads


def picture(kind="PNG", mode="RGB", size=(400, 200)):
    content = io.BytesIO()
    Image.new(mode, size).save(content, kind)
    return ContentFile(content.getvalue())


@pytest.fixture
def exported(settings, tmp_path):
    """A folder with an organisation and its logo; the database and the uploads are empty again."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    organisation = make.OrganisationFactory(pk="esr", logo_alt="ESR logo")
    organisation.logo.save("logo.png", picture())
    said, _ = run(tmp_path / "out")
    assert said.endswith(": Records: 1. Uploads: 1.")
    empty()
    organisation.logo.storage.delete(organisation.logo.name)
    return tmp_path / "out", organisation


@pytest.mark.django_db(transaction=True)
def test_upload_goes_beside_the_files_and_comes_back(exported, settings):
    folder, organisation = exported
    before = files_of(folder)
    assert list(before) == ["05_organisations.json", f"media/{organisation.logo.name}"]
    load([folder / "05_organisations.json"])
    logo = Organisation.objects.get(pk="esr").logo
    with logo.open() as file:
        assert file.read() == before[f"media/{logo.name}"]
    run(folder)
    assert files_of(folder) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "draw",
    [
        lambda: b"",
        lambda: b"<svg/>",
        lambda: picture("GIF").read(),
        lambda: picture("PNG", "1", (20_000, 10_000)).read(),
    ],
    ids=["empty", "svg", "gif", "bomb"],
)
def test_upload_that_is_refused_leaves_nothing_behind(exported, settings, draw):
    folder, organisation = exported
    (folder / "media" / organisation.logo.name).write_bytes(draw())
    with pytest.raises(CommandError, match="field logo"):
        load([folder / "05_organisations.json"])
    assert files_of(settings.MEDIA_ROOT) == {}
    assert not Organisation.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["../../secret.png", "/etc/hostname", "logos/../../x.png", "no"])
def test_upload_outside_the_folder_is_refused(exported, settings, name):
    folder, _ = exported
    (folder.parent / "secret.png").write_bytes(picture().read())
    path = folder / "05_organisations.json"
    records = json.loads(path.read_text())
    records[0]["fields"]["logo"] = name
    path.write_text(json.dumps(records))
    with pytest.raises(CommandError, match="field logo"):
        load([path])
    assert files_of(settings.MEDIA_ROOT) == {}


@pytest.mark.django_db(transaction=True)
def test_upload_that_is_gone_is_named(exported, settings):
    folder, organisation = exported
    load([folder / "05_organisations.json"])
    organisation.logo.storage.delete(organisation.logo.name)
    said, warned = run(folder.parent / "again")
    assert said.endswith("Records: 1. Uploads: 0.")
    assert warned == (
        f"The upload {organisation.logo.name} is named, but gone: loaddata will refuse it."
    )
