"""A bucket: what it is asked, what it keeps to itself, and what is done while it is away."""

import io
import json
import socket
from importlib import import_module

import pytest
from botocore.config import Config
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db.models import FileField
from django.test import Client
from django.views.debug import SafeExceptionReporterFilter

from partners.models import Organisation
from partners.reading import cards
from partners.rows import snapshots
from partners.rows.uploads import forget_uploads
from partners.values.renditions import name_of
from partners.values.uploads import can_be_kept
from tests import bucket as buckets
from tests import factories as make
from tests.uploads import NAME, card_of, content_of, given, logo_of, picture, stored

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


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
