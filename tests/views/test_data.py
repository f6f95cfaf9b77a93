"""The complete files and the page that offers them."""

import hashlib
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from partners.exchange.opendata import dumps
from partners.models import Page
from tests import factories as make
from tests.exchange.opendata.reading import archive, document

NAMES = ["partners.json", "partners.schema.json", "partners.csv.zip"]


def licensed(**licence):
    return make.PageFactory(key=Page.OPEN_DATA, slug="open-data", title="Data of ours", **licence)


def test_page_offers_the_files_with_their_checksums(client, read):
    page = read("/data/")
    assert page.title == "Open data"
    assert page.links("Files") == [(name, f"/data/{name}") for name in NAMES]
    for name in NAMES:
        content = client.get(f"/data/{name}").content
        assert f"SHA-256: {hashlib.sha256(content).hexdigest()}" in page.under("Files")


@pytest.mark.parametrize("name", NAMES)
def test_same_content_makes_the_same_bytes(client, name):
    make.FigureFactory()
    once = client.get(f"/data/{name}")
    assert client.get(f"/data/{name}").content == once.content
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
        assert (tmp_path / "made" / name).read_bytes() == client.get(f"/data/{name}").content
    sums = (tmp_path / "made" / "SHA256SUMS").read_text()
    assert sums.count("\n") == 3
    assert dumps.checksum((tmp_path / "made" / NAMES[0]).read_bytes()) in sums
    with zipfile.ZipFile(tmp_path / "made" / NAMES[2]) as made:
        assert made.testzip() is None


def test_command_says_where_it_cannot_write(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="could not be written: File exists"):
        call_command("export_data", tmp_path / "file")


def test_files_can_only_be_read(client):
    assert client.post("/data/partners.json").status_code == 405
