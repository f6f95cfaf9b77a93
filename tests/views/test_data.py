"""The complete files and the page that offers them."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.signals import request_finished
from django_tasks_db.models import DBTaskResult

from partners.exchange.opendata import dumps, kind, made
from partners.models import Event, Page
from tests import factories as make
from tests.exchange.opendata.reading import archive, document
from tests.worker import work

NAMES = ["partners.json", "partners.schema.json", "partners.csv.zip", "partners.jsonld"]


def licensed(**licence):
    return make.PageFactory(key=Page.OPEN_DATA, slug="open-data", title="Data of ours", **licence)


def test_page_offers_the_files_with_their_checksums(client, read):
    page = read("/data/")
    assert page.title == "Open data"
    assert page.links("Files") == [(name, f"/data/{name}") for name in NAMES]
    for name in NAMES:
        content = client.get(f"/data/{name}").getvalue()
        assert f"SHA-256: {hashlib.sha256(content).hexdigest()}" in page.under("Files")


@pytest.mark.parametrize("name", NAMES)
def test_same_content_makes_the_same_bytes(client, name):
    make.FigureFactory()
    once = client.get(f"/data/{name}")
    assert client.get(f"/data/{name}").getvalue() == once.getvalue()
    assert once["Content-Disposition"] == f'attachment; filename="{name}"'


def test_text_of_the_page_is_the_staffs(client, read):
    assert read("/data/").under("Licence").startswith("No licence is stated.")
    licensed(body="<p>All that we know.</p>")
    page = read("/data/")
    assert page.title == "Data of ours"
    assert "All that we know." in page.main
    response = client.get("/pages/open-data/")
    assert (response.status_code, response["Location"]) == (301, "/data/")


@pytest.mark.parametrize("state", [{"draft": True}, {"withdrawn": True}])
def test_licence_of_a_page_that_is_not_public_is_not_stated(client, read, state):
    licensed(licence="Secret 1.0", **state)
    assert "No licence is stated." in read("/data/").main
    assert document(client)["licence"] is None
    assert "Secret" not in read("/api/").main


def test_licence_that_staff_state_is_in_everything(client, read):
    licensed(licence="Open 1.0", licence_url="https://example.org/open")
    assert ("Open 1.0", "https://example.org/open") in read("/data/").links("Licence")
    stated = {"name": "Open 1.0", "url": "https://example.org/open"}
    assert document(client)["licence"] == client.get("/api/v1/").json()["licence"] == stated
    assert client.get("/api/v1/openapi.json").json()["info"]["license"] == stated
    files = archive(client)
    assert "Licence: Open 1.0 https://example.org/open" in files["README.txt"]
    assert json.loads(files["datapackage.json"])["licenses"] == [
        {"title": "Open 1.0", "path": "https://example.org/open"}
    ]


def test_archive_has_a_file_for_each_table_and_nothing_else(client):
    files = archive(client)
    package = json.loads(files["datapackage.json"])
    tables = [resource["path"] for resource in package["resources"]]
    assert sorted(files) == sorted([*tables, "README.txt", "datapackage.json"])
    for resource in package["resources"]:
        columns = [field["name"] for field in resource["schema"]["fields"]]
        assert files[resource["path"]].splitlines()[0] == ",".join(columns)
    assert "Licence: none is stated." in files["README.txt"]


def test_formulas_are_made_harmless_and_numbers_stay(client):
    organisation = make.OrganisationFactory(name="=cmd|'/c calc'!A0", summary="'quoted'")
    make.FigureFactory(organisation=organisation, value=7, note="-1 a year")
    files = archive(client)
    assert ",'=cmd|'/c calc'!A0," in files["organisations.csv"]
    assert ",''quoted'," in files["organisations.csv"]
    assert ",7,,,,'-1 a year" in files["organisations_figures.csv"]


def test_command_writes_the_same_files(client, tmp_path, capsys):
    call_command("export_data", tmp_path / "made", verbosity=1)
    assert capsys.readouterr().out == f"{tmp_path / 'made'}: {', '.join(NAMES)}, SHA256SUMS.\n"
    for name in NAMES:
        assert (tmp_path / "made" / name).read_bytes() == client.get(f"/data/{name}").getvalue()
    sums = (tmp_path / "made" / "SHA256SUMS").read_text()
    assert sums.count("\n") == len(NAMES)
    assert dumps.checksum((tmp_path / "made" / NAMES[0]).read_bytes()) in sums
    with zipfile.ZipFile(tmp_path / "made" / NAMES[2]) as made:
        assert made.testzip() is None


def test_command_says_where_it_cannot_write(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="could not be written: File exists"):
        call_command("export_data", tmp_path / "file")


def test_files_can_only_be_read(client):
    assert client.post("/data/partners.json").status_code == 405


def part(client, asked, name=NAMES[0], **headers):
    """The answer to who asks for a part, and its content."""
    response = client.get(f"/data/{name}", headers={"range": asked} | headers)
    return response, response.getvalue()


def size_of(client):
    return len(client.get(f"/data/{NAMES[0]}").getvalue())


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-7", -7, None), ("bytes=3-3", 3, 4)],
)
def test_part_of_a_file_is_given(client, asked, start, stop):
    whole = client.get(f"/data/{NAMES[0]}").getvalue()
    response, content = part(client, asked)
    begins = start % len(whole)
    assert (response.status_code, content) == (206, whole[start:stop])
    assert response["Content-Length"] == str(len(content))
    said = f"bytes {begins}-{begins + len(content) - 1}/{len(whole)}"
    assert response["Content-Range"] == said


@pytest.mark.parametrize("asked", ["bytes=9-3", "bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes"])
def test_what_is_no_single_part_is_answered_with_all(client, asked):
    response, content = part(client, asked)
    assert response.status_code == 200
    assert len(content) == int(response["Content-Length"])
    assert response["Accept-Ranges"] == "bytes"


def test_part_behind_the_end_is_refused_with_the_size(client):
    size = size_of(client)
    response, _ = part(client, f"bytes={size}-")
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{size}")


def test_part_is_given_of_the_content_that_is_named_alone(client):
    etag = part(client, "")[0]["ETag"]
    asked = "bytes=0-9"
    assert part(client, asked, if_range=etag)[0].status_code == 206
    assert part(client, asked, if_range='"another"')[0].status_code == 200
    assert part(client, asked, if_none_match=etag)[0].status_code == 304
    make.OrganisationFactory()
    assert part(client, asked, if_range=etag)[0].status_code == 200


@pytest.mark.parametrize("condition", ["if_none_match", "if_match"])
def test_request_ends_once_also_where_the_file_is_not_given(client, condition):
    etag = part(client, "")[0]["ETag"]
    headers = {condition: etag if condition == "if_none_match" else '"another"'}
    ended = []
    request_finished.connect(lambda **_: ended.append(1), weak=False, dispatch_uid="counted")
    try:
        response = client.get(f"/data/{NAMES[0]}", headers={"range": "bytes=9999999-"} | headers)
    finally:
        request_finished.disconnect(dispatch_uid="counted")
    expected = 304 if condition == "if_none_match" else 412
    assert (response.status_code, response["ETag"], len(ended)) == (expected, etag, 1)


@pytest.mark.django_db(transaction=True)
def test_files_are_made_once_an_edition(client, django_assert_num_queries):
    hours = {"start_time": "09:00", "end_time": "10:00", "time_zone": "Europe/Vienna"}
    make.EventFactory(starts="2990-01-01", **hours)
    document(client)
    with django_assert_num_queries(3):  # what is due, and the token twice
        archive(client)
    assert ",09:00:00,10:00:00," in archive(client)["events.csv"]
    Event.objects.update(title="Renamed since")
    assert document(client)["events"][0]["title"] == "Renamed since"
    assert len([each for each in Path(settings.DATA_ROOT).iterdir() if each.is_dir()]) == 1


@pytest.mark.parametrize("address", ["/data/", "/data/partners.json"])
def test_who_comes_while_others_make_them_is_asked_to_come_again(client, monkeypatch, address):
    monkeypatch.setattr(made, "PATIENCE", 0)
    with made._alone():
        response = client.get(address)
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert "made anew" in response.content.decode()
        assert "properties" in json.loads(client.get("/data/partners.schema.json").getvalue())
    answer = client.get(address)
    assert (answer.status_code, bool(answer.getvalue())) == (200, True)


@pytest.mark.django_db(transaction=True)
def test_worker_makes_the_files_of_a_large_site(client, monkeypatch):
    monkeypatch.setattr(made, "MOST_AT_ONCE", 0)
    record = make.OrganisationFactory(name="Before")
    assert [client.get("/data/partners.json").status_code for _ in range(3)] == [503] * 3
    assert DBTaskResult.objects.count() == 1
    work()
    assert document(client)["organisations"][0]["name"] == "Before"
    record.name = "After"
    record.save()
    assert client.get("/data/partners.json").status_code == 503
    work()
    assert document(client)["organisations"][0]["name"] == "After"


def test_what_a_killed_process_left_is_no_file(client):
    making = Path(settings.DATA_ROOT) / made.MAKING
    making.mkdir(exist_ok=True)
    (making / "partners.json").write_text("half")
    assert document(client)["events"] == []
    assert not making.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_records_are_written_some_at_a_time(client, monkeypatch, number):
    monkeypatch.setattr(kind, "AT_ONCE", 2)
    events = make.EventFactory.create_batch(number)
    found = document(client)["events"]
    assert [each["key"] for each in found] == [
        each["key"] for each in client.get("/api/v1/events/").json()["results"]
    ]
    assert len(found) == len(events)
