"""Uploads and made files in a folder or in a bucket: readers and staff see no difference."""

import io
import json
import re
import socket
from importlib import import_module

import pytest
from botocore.config import Config
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db.models import FileField
from django.test import Client
from django.views.debug import SafeExceptionReporterFilter
from PIL import Image

from partners.exchange import backups
from partners.models import Organisation
from partners.reading import cards
from partners.rows import snapshots
from partners.rows.uploads import forget_uploads
from partners.values.renditions import name_of
from partners.values.uploads import can_be_kept
from tests import bucket as buckets
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NAME = "logos/abc.png"


def picture(size=(800, 400)):
    content = io.BytesIO()
    Image.new("RGB", size, "navy").save(content, "PNG")
    return content.getvalue()


def stored(name=NAME, content=None):
    return default_storage.save(name, ContentFile(content or picture()))


def content_of(name):
    with default_storage.open(name) as file:
        return file.read()


def given(client, address):
    """The answer, read to its end."""
    response = client.get(address)
    response.getvalue()
    return response


def logo_of(key="esr"):
    """An organisation with a logo, as a form stores it."""
    organisation = make.OrganisationFactory(pk=key, slug=key, logo_alt="Their logo")
    organisation.logo.save("logo.png", ContentFile(picture(), "logo.png"))
    return organisation


# Uploads, renditions, cards


def test_upload_is_given_under_the_same_address(client, kept_in):
    assert default_storage.url(stored()) == f"/media/{NAME}"
    response = client.get(f"/media/{NAME}")
    assert response.getvalue() == picture()
    assert response["Content-Type"] == "image/png"
    assert response["Content-Length"] == str(len(picture()))
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(f"/media/{NAME}", headers={"if-modified-since": response["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == response["Cache-Control"]


@pytest.mark.parametrize("name", ["logos/none.png", "logos/..", "logos/."])
def test_what_is_not_there_is_not_given(client, kept_in, name):
    stored()
    assert client.get(f"/media/{name}").status_code == 404


def test_second_upload_of_a_name_does_not_replace_the_first(kept_in):
    assert stored() == NAME
    assert stored(content=picture((40, 20))) != NAME
    assert content_of(NAME) == picture()


def test_renditions_come_and_go_with_the_upload(client, kept_in):
    stored()
    names = [name_of(NAME, scale) for scale in (1, 2)]
    assert {f"logos/{name}" for name in default_storage.listdir("logos")[1]} == {NAME, *names}
    response = client.get(f"/media/{names[1]}")
    with Image.open(io.BytesIO(response.getvalue())) as shown:
        assert (shown.format, shown.size) == ("WEBP", (256, 128))
    default_storage.delete(NAME)
    assert default_storage.listdir("logos")[1] == []
    assert [client.get(f"/media/{name}").status_code for name in (NAME, *names)] == [404] * 3


def test_rendition_that_was_thrown_away_is_made_again(client, kept_in):
    name = name_of(stored(), 1)
    before = content_of(name)
    default_storage.delete(name)
    assert not default_storage.exists(name)
    assert client.get(f"/media/{name}").getvalue() == before
    assert content_of(name) == before


def test_card_is_offered_while_the_page_says_so(client, kept_in):
    make.OrganisationFactory(is_home=True, name="Home Society")
    root = make.OrganisationFactory(name="Rhubarb Society")
    assert card_of(client, root) is None
    assert cards.draw_missing() == 2
    first = card_of(client, root)
    assert given(client, first)["Content-Type"] == "image/png"
    Organisation.objects.filter(pk=root.pk).update(name="Rhubarb Union")
    assert card_of(client, root) is None
    assert cards.draw_missing() == 1
    assert client.get(first).status_code == 404
    assert given(client, card_of(client, root)).status_code == 200
    assert backups.uploads() == []


def card_of(client, root):
    page = client.get(root.get_absolute_url()).content.decode()
    found = re.search(r'<meta property="og:image" content="http://[^/]*([^"]*)">', page)
    return found and found[1]


@pytest.mark.django_db(transaction=True)
def test_upload_goes_beside_the_fixtures_and_comes_back(kept_in, tmp_path):
    organisation = logo_of()
    name = organisation.logo.name
    call_command("export_fixtures", tmp_path / "out", verbosity=0)
    assert (tmp_path / "out/media" / name).read_bytes() == picture()
    default_storage.delete(name)
    Organisation.objects.all().delete()
    call_command("loaddata", tmp_path / "out/05_organisations.json", verbosity=0)
    assert content_of(Organisation.objects.get().logo.name) == picture()


@pytest.mark.django_db(transaction=True)
def test_fixture_with_a_logo_of_no_size_is_refused(tmp_path, kept_in):
    """Such a row would read the file at each load, and fail where it cannot."""
    logo_of()
    call_command("export_fixtures", tmp_path / "out", verbosity=0)
    path = tmp_path / "out/05_organisations.json"
    path.write_text(path.read_text().replace('"logo_width": 800', '"logo_width": null'))
    Organisation.objects.all().delete()
    with pytest.raises(CommandError, match="field logo_width: null is not how"):
        call_command("loaddata", path)


# What a bucket is asked, and what it keeps to itself


def test_page_asks_the_bucket_for_its_card_alone(client, bucket):
    organisation = logo_of()
    with buckets.counted() as asked:
        assert name_of(organisation.logo.url, 1) in read(client, organisation.get_absolute_url())
        assert asked == ["HeadObject"]
        assert organisation.name in read(client, "/organisations/")
        assert asked == ["HeadObject"]


def read(client, address):
    return client.get(address).content.decode()


def test_upload_is_given_after_two_questions_and_known_to_be_unchanged_after_one(client, bucket):
    address = default_storage.url(stored())
    with buckets.counted() as asked:
        stored_at = given(client, address)["Last-Modified"]
        assert asked == ["HeadObject", "GetObject"]
        client.get(address, headers={"if-modified-since": stored_at})
        assert asked[2:] == ["HeadObject"]


@pytest.mark.django_db(transaction=True)
def test_nothing_in_the_bucket_is_public(client, bucket):
    make.OrganisationFactory(is_home=True)
    logo_of()
    cards.draw_missing()
    given(client, "/data/partners.json")
    there = buckets.keys(bucket)
    assert {key.partition("/")[0] for key in there} == {"media", "data"}
    stranger = default_storage.unsigned_connection.Bucket(bucket.name)
    refused = stranger.meta.client.exceptions.ClientError
    for key in there:
        owner, *others = bucket.Object(key).Acl().grants
        assert (owner["Grantee"]["Type"], others) == ("CanonicalUser", [])
        with pytest.raises(refused, match=r"Forbidden|AccessDenied"):
            stranger.Object(key).get()


def test_nothing_but_logos_is_stored_as_a_file():
    """What is private (agreements, answers, chosen files, exports) stays in the database."""
    models = apps.get_models(include_auto_created=True)
    fields = {field for model in models for field in model._meta.local_fields}
    assert {str(each) for each in fields if isinstance(each, FileField)} == {
        "partners.Organisation.logo"
    }


def test_mails_of_errors_hide_the_key_of_the_bucket(settings, bucket):
    shown = str(SafeExceptionReporterFilter().get_safe_settings())
    assert "partners.values.buckets.Uploads" in shown
    assert settings.BUCKET_KEY not in shown


# A bucket that is away, missing or closed


def test_bucket_that_is_missing_or_away_is_told_as_not_ready(client, settings, bucket):
    assert checks(client)["storage"] == "pass"
    assert buckets.keys(bucket) == set()
    bucket.delete()
    assert checks(client)["storage"] == "fail"
    buckets.use(settings, buckets.AWAY)
    assert checks(client)["storage"] == "fail"


def checks(client):
    report = json.loads(client.get("/health/ready/").content)
    return {name: check["status"] for name, check in report["checks"].items()}


def test_pages_go_on_while_the_bucket_is_away(settings, bucket):
    organisation = logo_of()
    buckets.use(settings, buckets.AWAY)
    client = Client(raise_request_exception=False)
    assert client.get(organisation.get_absolute_url()).status_code == 200
    response = client.get(organisation.logo.url)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert json.loads(client.get("/data/partners.json").getvalue())["organisations"]


def test_one_page_alone_waits_for_a_bucket_that_does_not_answer(client, settings, bucket):
    pages = [each.get_absolute_url() for each in make.OrganisationFactory.create_batch(3)]
    buckets.use(settings, buckets.AWAY)
    with buckets.counted() as asked:
        assert [client.get(page).status_code for page in pages] == [200] * 3
        assert asked == ["HeadObject"]


@pytest.fixture
def silent(settings, monkeypatch):
    """A bucket that accepts and never answers, of which the test waits for a moment alone."""
    once = Config(read_timeout=0.01, retries={"total_max_attempts": 1})
    quick = import_module("partners.values.buckets").CLIENT.merge(once)
    monkeypatch.setattr("partners.values.buckets.Bucket.client_config", quick)
    with socket.create_server(("127.0.0.1", 0)) as server:
        buckets.use(settings, f"s3+http://key:secret@127.0.0.1:{server.getsockname()[1]}/partners")
        yield
        buckets.use(settings, buckets.URL)


#: All that a request asks a bucket.
QUESTIONS = {
    "card": lambda: default_storage.is_known(NAME),
    "upload": lambda: status_of(f"/media/{NAME}"),
    "rendition": lambda: status_of(f"/media/{name_of(NAME, 1)}"),
    "files": lambda: status_of("/data/partners.json"),
    "form": lambda: can_be_kept(io.BytesIO(b"logo")),
}
ANSWERS = {"card": False, "upload": 503, "rendition": 503, "files": 200, "form": False}


def status_of(address):
    return given(Client(raise_request_exception=False), address).status_code


@pytest.mark.parametrize("first", QUESTIONS)
def test_one_question_alone_waits_for_a_bucket_that_is_silent(silent, first):
    with buckets.counted() as asked:
        assert QUESTIONS[first]() == ANSWERS[first]
        assert len(asked) == 1
        assert {each: ask() for each, ask in QUESTIONS.items()} == ANSWERS
        assert len(asked) == 1


def test_bucket_is_asked_again_after_the_silence(client, settings, bucket, monkeypatch):
    stored()
    buckets.use(settings, buckets.AWAY)
    assert not default_storage.is_known(NAME)
    silent_until = type(default_storage._wrapped).silent_until
    buckets.use(settings, buckets.URL)
    monkeypatch.setattr("partners.values.buckets.Bucket.silent_until", silent_until)
    with pytest.raises(ConnectionError, match="asked again soon"):
        content_of(NAME)
    monkeypatch.setattr("time.monotonic", lambda: silent_until)
    assert content_of(NAME) == picture()


@pytest.mark.parametrize("name", ["%ED%A0%80", "a" * 2000, "..%2F..", "%0D%0Ax: y", " "])
def test_no_name_that_a_reader_invents_begins_the_silence(bucket, name):
    stored()
    assert status_of(f"/media/{name}") in (404, 503)
    assert content_of(NAME) == picture()


@pytest.mark.django_db(transaction=True)
def test_commands_say_that_the_bucket_is_away(settings, bucket, tmp_path):
    organisation = make.OrganisationFactory(is_home=True)
    buckets.use(settings, buckets.AWAY)
    with pytest.raises(CommandError, match="could not be written: The bucket does not answer"):
        call_command("backup", str(tmp_path / "site.zip"))
    assert not list(tmp_path.iterdir())
    with pytest.raises(CommandError, match="The bucket does not answer"):
        call_command("draw_cards")
    assert card_of(Client(), organisation) is None


@pytest.mark.django_db(transaction=True)
def test_what_was_stored_is_not_told_as_failed_where_a_file_cannot_be_deleted(settings, bucket):
    name, rows = stored(), snapshots.rows_of(make.OrganisationFactory())
    rows[0]["fields"]["logo"] = name
    buckets.use(settings, buckets.AWAY)
    forget_uploads(Organisation, "another", rows)
    buckets.use(settings, buckets.URL)
    assert content_of(name) == picture()


# Backups


@pytest.mark.slow("archive")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("restored_in", ["folder", "bucket"])
def test_backup_comes_back_in_either(settings, kept_in, restored_in, tmp_path, request):
    name = logo_of().logo.name
    call_command("backup", str(tmp_path / "site.zip"), verbosity=0)
    default_storage.delete(name)
    if restored_in == "bucket" != kept_in:
        request.getfixturevalue("bucket")
    elif restored_in != kept_in:
        settings.STORAGES = settings.STORAGES | {
            "default": {"BACKEND": "partners.values.renditions.Uploads"}
        }
    stored("logos/later.png")
    Organisation.objects.update(logo="")
    call_command("restore", str(tmp_path / "site.zip"), "--no-input", verbosity=0)
    assert content_of(Organisation.objects.get().logo.name) == picture()
    assert backups.uploads() == [name]


@pytest.mark.slow("archive")
@pytest.mark.django_db(transaction=True)
def test_nothing_is_restored_while_the_bucket_is_away(settings, bucket, tmp_path):
    logo_of()
    call_command("backup", str(tmp_path / "site.zip"), verbosity=0)
    Organisation.objects.update(summary="Later.")
    buckets.use(settings, buckets.AWAY)
    with pytest.raises(CommandError, match="it cannot be stored: The bucket does not answer"):
        call_command("restore", str(tmp_path / "site.zip"), "--no-input")
    assert Organisation.objects.get().summary == "Later."


@pytest.mark.slow("archive")
@pytest.mark.django_db(transaction=True)
def test_restore_says_that_it_restored_and_which_leftovers_stay(
    kept_in, tmp_path, capsys, monkeypatch
):
    logo_of()
    call_command("backup", str(tmp_path / "site.zip"), verbosity=0)
    Organisation.objects.update(summary="Later.")
    later = [stored(f"logos/later-{number}.png") for number in (1, 2)]
    delete = type(default_storage._wrapped).delete
    monkeypatch.setattr(
        type(default_storage._wrapped),
        "delete",
        lambda storage, name: fail(name) if name == later[0] else delete(storage, name),
    )
    call_command("restore", str(tmp_path / "site.zip"), "--no-input")
    assert Organisation.objects.get().summary != "Later."
    assert set(backups.uploads()) == {Organisation.objects.get().logo.name, later[0]}
    said = capsys.readouterr()
    assert "Restored" in said.out
    assert f"they cannot be deleted (see the log): {later[0]}. Delete" in said.err


@pytest.mark.slow("archive")
@pytest.mark.django_db(transaction=True)
def test_nothing_is_restored_where_uploads_cannot_be_listed(kept_in, tmp_path, monkeypatch):
    logo_of()
    call_command("backup", str(tmp_path / "site.zip"), verbosity=0)
    Organisation.objects.update(summary="Later.")
    monkeypatch.setattr(
        type(default_storage._wrapped), "listdir", lambda storage, folder: fail(folder)
    )
    with pytest.raises(CommandError, match="Cannot be reached"):
        call_command("restore", str(tmp_path / "site.zip"), "--no-input")
    assert Organisation.objects.get().summary == "Later."


def fail(name):
    raise ConnectionError(f"Cannot be reached: {name}")


def test_uploads_of_a_folder_are_brought_to_where_they_are_kept_now(
    client, kept_in, tmp_path, capsys
):
    folder = tmp_path / "before"
    (folder / "logos").mkdir(parents=True)
    (folder / "logos/abc.png").write_bytes(picture())
    (folder / "logos/there.png").write_bytes(picture((40, 20)))
    (folder / "logos/.half.png.x").write_bytes(b"half")
    default_storage.put("logos/there.png", picture())
    for said in ("Copied: 1 files.", "Copied: 0 files."):
        call_command("bring_uploads", folder)
        assert capsys.readouterr().out.strip() == said
    assert {name: content_of(name) for name in backups.uploads()} == {
        "logos/abc.png": picture(),
        "logos/there.png": picture(),
    }
    assert given(client, f"/media/{name_of(NAME, 1)}").status_code == 200
    with pytest.raises(CommandError, match="is no folder of uploads"):
        call_command("bring_uploads", tmp_path)
