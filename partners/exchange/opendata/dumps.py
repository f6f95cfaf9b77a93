"""The complete public records as files. The same content makes the same bytes on one day.

They are written a slice of records at a time, so that it takes no more memory for ten thousand
records than for twenty. `made` keeps them.
"""

import csv
import hashlib
import json
import shutil
import zipfile
from contextlib import ExitStack

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partners.exchange.opendata.fields import TIME, object_schema
from partners.exchange.opendata.graph import Graph
from partners.exchange.opendata.kinds import KINDS
from partners.models import Page
from partners.reading import site
from partners.values.cells import harmless

JSON, SCHEMA, TABLES = "partners.json", "partners.schema.json", "partners.csv.zip"
LINKED = "partners.jsonld"
CHECKSUMS = "SHA256SUMS"

#: Each file, with its type and what it holds.
FILES = {
    JSON: ("application/json", "All records with their parts, as one JSON document."),
    SCHEMA: ("application/schema+json", "What that document holds, as JSON Schema (2020-12)."),
    TABLES: (
        "application/zip",
        "The same as tables: one CSV file each, described by datapackage.json.",
    ),
    LINKED: (
        "application/ld+json",
        "What the pages of all records say to machines, in schema.org's terms, as JSON-LD 1.1.",
    ),
}
#: To be raised by whoever changes what is in them: the next upgrade then makes them anew.
FORM = 1
OWNER = "belongs_to"
#: Spreadsheets know by it that a table is UTF-8.
MARKED = "utf-8-sig"
THE_BEGINNING = (1980, 1, 1, 0, 0, 0)  # of the time that a ZIP file knows
README = """{title}, as of {day}
Licence: {licence}

One table a file: UTF-8 with a byte order mark, commas, quotation marks, a line of names first
(RFC 4180). The tables and their columns are described in datapackage.json. In the tables of parts,
the column “{owner}” has the slug of the record that the row belongs to.

An empty cell: not known. A date is a year, a month or a day, as precisely as it is known. A time
has hours, minutes and seconds.

Text that a spreadsheet could take for a formula has an apostrophe before it: text that begins with
= + - @ a tab, a carriage return or an apostrophe. Take away one apostrophe at the beginning of a
text to get what the record says. Numbers are as they are.
"""


def title(at):
    return site.title(site.society(at))


def licence(at):
    """{"name", "url" (str or None)} of the licence that staff state at `at`, or None."""
    page = Page.objects.live(at).filter(pk=Page.OPEN_DATA).exclude(licence="").first()
    return page and {"name": page.licence, "url": page.licence_url or None}


def write(folder, at):
    """Write all files as of `at` (aware datetime) into `folder` (Path), with their checksums.

    Raises OSError where that is not possible.
    """
    about = {"title": title(at), "as_of": str(timezone.localdate(at)), "licence": licence(at)}
    tables = folder / "tables"
    tables.mkdir(exist_ok=True)
    with Graph(folder / LINKED, about, FILES) as graph:
        write_records(folder / JSON, tables, graph, about, at)
    (folder / SCHEMA).write_bytes(as_json(schema()))
    zip_tables(folder / TABLES, tables, about)
    shutil.rmtree(tables)
    (folder / CHECKSUMS).write_text("".join(_sums(folder)))


def _sums(folder):
    for name in FILES:
        with (folder / name).open("rb") as file:
            yield f"{digest(file)}  {name}\n"


def write_records(document, tables, graph, about, at):
    """Write every record into the JSON file `document`, the folder `tables` (Paths) and a Graph."""
    head = json.dumps({"$schema": address(SCHEMA), **about}, ensure_ascii=False, indent=1)
    with document.open("w", encoding="utf-8") as file:
        file.write(head.removesuffix("\n}"))
        for kind in KINDS.values():
            file.write(f',\n "{kind.name}": [')
            with Tables(kind, tables) as rows:
                separator = "\n"
                for records in kind.batches(at):
                    for record in records:
                        said = kind.say(record, at)
                        file.write(separator + json.dumps(said, ensure_ascii=False))
                        rows.add(said)
                        separator = ",\n"
                    graph.add(kind, records, at)
            file.write("\n ]")
        file.write("\n}\n")


class Tables(ExitStack):
    """The CSV files of one kind, open in `folder`: its own and one of each part."""

    def __init__(self, kind, folder):
        super().__init__()
        self.kind, self.writers = kind, {}
        self.columns = {name: row["properties"] for name, row in _schemas(kind).items()}
        for name, columns in self.columns.items():
            self.writers[name] = csv.writer(self.enter_context(self._open(folder, name)))
            self.writers[name].writerow(columns)

    @staticmethod
    def _open(folder, name):
        return (folder / f"{name}.csv").open("w", encoding=MARKED, newline="")

    def add(self, record):
        self._write(self.kind.name, record)
        for part in self.kind.parts:
            for row in record[part.name]:
                self._write(f"{self.kind.name}_{part.name}", {OWNER: record["slug"], **row})

    def _write(self, name, row):
        columns = self.columns[name]
        self.writers[name].writerow([cell(row[each], columns[each]) for each in columns])


def _schemas(kind):
    """{name of a table: JSON Schema of a row}: of the kind itself, and of each part of it."""
    found = {kind.name: object_schema(kind.columns)}
    owner = {OWNER: {"type": "string", "description": f"The {kind.one}: its slug."}}
    for part in kind.parts:
        row = object_schema(part.fields)
        found[f"{kind.name}_{part.name}"] = row | {"properties": owner | row["properties"]}
    return found


def digest(file):
    """SHA-256 of a file that is open in binary, in hexadecimal digits."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def checksum(content):
    """The same of `content` (bytes)."""
    return hashlib.sha256(content).hexdigest()


def as_json(content):
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def address(name):
    """The whole address of one of the files."""
    return f"{settings.SITE_URL}{reverse('partners:data')}{name}"


def schema():
    """JSON Schema of the JSON file."""
    text, name = {"type": "string"}, {"type": ["string", "null"]}
    licence = {"type": ["object", "null"], "properties": {"name": text, "url": name}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address(SCHEMA),
        "type": "object",
        "properties": {
            "$schema": text,
            "title": text,
            "as_of": text | {"format": "date"},
            "licence": licence,
            **{kind.name: {"type": "array", "items": kind.schema()} for kind in KINDS.values()},
        },
        "required": ["title", "as_of", "licence", *KINDS],
    }


def zip_tables(path, tables, about):
    """Write the ZIP file `path`: the CSV files in the folder `tables`, and what describes them."""
    licence = about["licence"]
    stated = " ".join(filter(None, licence.values())) if licence else "none is stated."
    readme = README.format(title=about["title"], day=about["as_of"], licence=stated, owner=OWNER)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(_entry("README.txt"), readme.encode())
        archive.writestr(_entry("datapackage.json"), as_json(package(about)))
        for resource in _resources():
            name = resource["path"]
            with (tables / name).open("rb") as table, archive.open(_entry(name), "w") as entry:
                shutil.copyfileobj(table, entry)


def _entry(name):
    entry = zipfile.ZipInfo(name, THE_BEGINNING)
    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
    entry.external_attr = 0o644 << 16
    return entry


def cell(value, described):
    """A value in a table, whose JSON Schema is `described`.

    Numbers are as they are, truth is “true” or “false”, None is nothing. A time has seconds:
    programs that turn tables into others take 09:00 for nine minutes.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if value is not None and described.get("pattern") == TIME:
        return f"{value}:00"
    return harmless(value) if isinstance(value, str) else value


def package(about):
    """The description of the tables (Data Package, version 1)."""
    licence = about["licence"]
    described = licence and {"title": licence["name"], "path": licence["url"]}
    stated = (
        {"licenses": [{name: text for name, text in described.items() if text}]}
        if described
        else {}
    )
    about = {"name": "partners", "title": about["title"], "as_of": about["as_of"]}
    return {**about, **stated, "resources": list(_resources())}


def _resources():
    for kind in KINDS.values():
        descriptions = {f"{kind.name}_{part.name}": part.description for part in kind.parts}
        for name, row_schema in _schemas(kind).items():
            yield {
                "name": name,
                "path": f"{name}.csv",
                "description": descriptions.get(name, kind.description),
                "schema": {"fields": [_column(*each) for each in row_schema["properties"].items()]},
            }


def _column(name, described):
    return {"name": name, "type": _type(described), "description": described["description"]}


def _type(described):
    """The type of a column (Table Schema); null, which an empty cell is, aside."""
    if described.get("pattern") == TIME:
        return "time"
    types = described["type"]
    return types if isinstance(types, str) else types[0]
