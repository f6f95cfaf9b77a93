"""Servers that share a bucket: files made by one are given by the other, once an edition."""

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from partners.exchange.opendata import made
from partners.exchange.opendata.dumps import CHECKSUMS, FILES, LINKED
from tests import bucket as buckets
from tests import factories as make
from tests.worker import work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]
MADE = {*FILES, CHECKSUMS}


@pytest.fixture
def servers(settings, tmp_path):
    """Call it with a name to be that server: each has a folder of made files of its own."""

    def become(name):
        settings.DATA_ROOT = tmp_path / name

    become("first")
    return become


@pytest.fixture
def large(monkeypatch):
    """No request makes files: what a server gives was made by the worker."""
    monkeypatch.setattr(made, "MOST_AT_ONCE", 0)


def file_of(client, name="partners.json", **headers):
    response = client.get(f"/data/{name}", headers=headers)
    return response.status_code, response.headers.get("ETag"), response.getvalue()


def test_files_that_one_server_made_are_given_by_the_other(client, bucket, servers, large):
    record = make.OrganisationFactory(name="Before")
    assert file_of(client)[0] == 503
    work()
    status, etag, content = file_of(client)
    assert (status, b"Before" in content) == (200, True)
    servers("second")
    assert file_of(client) == (200, etag, content)
    assert file_of(client, range="bytes=0-9", if_range=etag) == (206, etag, content[:10])
    assert file_of(client, if_none_match=etag)[0] == 304
    with buckets.counted() as asked:
        file_of(client, "partners.csv.zip")
        assert asked == []
    record.name = "After"
    record.save()
    assert file_of(client)[0] == 503
    work()
    assert b"After" in file_of(client)[2]
    servers("first")
    assert b"After" in file_of(client)[2]
    editions = {key.split("/")[1] for key in buckets.keys(bucket)}
    assert buckets.keys(bucket) == {f"data/{each}/{name}" for each in editions for name in MADE}
    assert len(editions) == 1


def test_small_site_puts_its_files_into_the_bucket_at_the_first_question(client, bucket, servers):
    make.OrganisationFactory()
    first = file_of(client)
    servers("second")
    with buckets.counted() as asked:
        assert file_of(client) == first
    assert [each for each in asked if each != "HeadObject"] == ["GetObject"] * len(MADE)


@pytest.mark.parametrize(
    ("spoilt", "content", "maker"),
    [
        ("SHA256SUMS", None, "first"),
        ("SHA256SUMS", b"", "third"),
        ("SHA256SUMS", b"\xff", "first"),
        ("partners.json", None, "third"),
        ("partners.json", b"{}", "first"),
    ],
)
def test_half_or_damaged_edition_is_never_given_and_mended(
    client, bucket, servers, large, spoilt, content, maker
):
    make.OrganisationFactory()
    file_of(client)
    work()
    whole = file_of(client)
    spoil(bucket, spoilt, content)
    servers("second")
    assert [file_of(client)[0] for _ in range(3)] == [503] * 3
    assert DBTaskResult.objects.ready().count() == 1
    servers(maker)  # the worker's folder has the files, or nothing
    work()
    servers("second")
    assert file_of(client) == whole
    servers("first")
    assert file_of(client) == whole


def spoil(bucket, name, content):
    """Let that file of the edition have other content (bytes), or none."""
    there = bucket.Object(next(key for key in buckets.keys(bucket) if key.endswith(name)))
    there.delete() if content is None else there.put(Body=content)


def test_damaged_edition_of_a_small_site_is_mended_by_who_finds_it(client, bucket, servers):
    make.OrganisationFactory()
    whole = file_of(client)
    spoil(bucket, "partners.json", b"{}")
    servers("second")
    assert file_of(client) == whole
    servers("third")
    with buckets.counted() as asked:
        assert file_of(client) == whole
    assert "PutObject" not in asked


def test_edition_stays_in_the_bucket_while_that_is_away(
    client, bucket, servers, large, monkeypatch
):
    make.OrganisationFactory()
    file_of(client)
    work()
    there = buckets.keys(bucket)
    servers("second")
    with monkeypatch.context() as cut:
        cut.setattr(type(storages["made"]), "fetched", cut_short)
        assert file_of(client)[0] == 503
    assert buckets.keys(bucket) == there
    assert file_of(client)[0] == 200


def cut_short(storage, name):
    raise ConnectionError(name)


def test_worker_shares_what_lies_in_its_own_folder_alone(client, bucket, servers, large):
    make.OrganisationFactory()
    file_of(client)
    work()
    bucket.objects.all().delete()
    servers("second")
    assert file_of(client)[0] == 503
    servers("first")
    work()
    servers("second")
    assert file_of(client)[0] == 200


def test_files_of_a_later_edition_are_left_by_who_comes_late(bucket, servers):
    make.OrganisationFactory()
    before = made.folder(timezone.now())
    bucket.objects.all().delete()
    make.OrganisationFactory()
    servers("second")
    after = made.folder(timezone.now())
    made._share(before)
    editions = {key.split("/")[1] for key in buckets.keys(bucket)}
    assert editions == {before.name, after.name}


@pytest.mark.parametrize("is_large", [False, True])
def test_files_of_the_previous_code_are_no_edition_of_todays(
    client, bucket, servers, monkeypatch, is_large
):
    make.OrganisationFactory()
    reverse("partners:data")  # the addresses are those of today's code
    with monkeypatch.context() as previous:
        previous.delitem(FILES, LINKED)
        before = made.folder(timezone.now())
        (before / LINKED).unlink()
    monkeypatch.setattr(made, "MOST_AT_ONCE", 0 if is_large else 500)
    if is_large:
        assert file_of(client, LINKED)[0] == 503
        work()
    assert file_of(client, LINKED)[0] == 200
    assert client.get("/data/").status_code == 200


def test_another_form_is_another_edition(monkeypatch, servers):
    make.OrganisationFactory()
    before = made.folder(timezone.now())
    monkeypatch.setattr("partners.exchange.opendata.dumps.FORM", 1_000)
    assert made.folder(timezone.now()) != before
