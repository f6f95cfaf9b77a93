"""The data as a program outside meets them: answers page by page, the files, the sitemap."""

import csv
import io
import json
import zipfile

from django.conf import settings

from partners.values.cells import restored


def answered(client, kind, **query):
    """Every record of a kind, as the API lists it in pages of three."""
    address, records = f"/api/v1/{kind}/", []
    query |= {"page_size": 3}
    while address:
        said = client.get(address, query).json()
        records += said["results"]
        query, address = {}, (said["next"] or "").removeprefix(settings.SITE_URL)
    assert said["count"] == len(records)
    return records


def document(client):
    return json.loads(client.get("/data/partners.json").getvalue())


def archive(client):
    """{name: text} of the files in the archive of tables."""
    content = client.get("/data/partners.csv.zip").getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name).decode("utf-8-sig") for name in opened.namelist()}


def table(files, name):
    """The rows of one table (list of dicts), every cell read back by its documented type."""
    package = json.loads(files["datapackage.json"])
    (resource,) = (each for each in package["resources"] if each["name"] == name)
    types = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    rows = list(csv.DictReader(io.StringIO(files[resource["path"]], newline="")))
    return [{column: READ[types[column]](cell) for column, cell in row.items()} for row in rows]


READ = {
    "string": lambda cell: restored(cell) if cell else None,
    "time": lambda cell: cell.removesuffix(":00") if cell else None,
    "integer": lambda cell: int(cell) if cell else None,
    "boolean": {"true": True, "false": False}.__getitem__,
}
