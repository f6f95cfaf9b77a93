"""The complete public records as files. The same content makes the same bytes on one day."""

import csv
import hashlib
import io
import json
import zipfile

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partners.exchange.opendata.fields import object_schema
from partners.exchange.opendata.kinds import KINDS
from partners.models import Page
from partners.reading import site
from partners.values.cells import harmless

JSON, SCHEMA, TABLES = "partners.json", "partners.schema.json", "partners.csv.zip"

#: Each file, with its type and what it holds.
FILES = {
    JSON: ("application/json", "All records with their parts, as one JSON document."),
    SCHEMA: ("application/schema+json", "What that document holds, as JSON Schema (2020-12)."),
    TABLES: (
        "application/zip",
        "The same as tables: one CSV file each, described by datapackage.json.",
    ),
}
OWNER = "belongs_to"
THE_BEGINNING = (1980, 1, 1, 0, 0, 0)  # of the time that a ZIP file knows
README = """{title}, as of {day}
Licence: {licence}

One table a file: UTF-8, commas, quotation marks, a line of names first (RFC 4180). The tables and
their columns are described in datapackage.json. In the tables of parts, the column “{owner}” has
the slug of the record that the row belongs to.

An empty cell: not known. A date is a year, a month or a day, as precisely as it is known.

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


def collect(at):
    """{kind: [record]} of all that is public at `at` (aware datetime), as the API says it."""
    return {
        kind.name: [kind.say(record, at) for record in kind.everything(at)]
        for kind in KINDS.values()
    }


def files(at):
    """{name: content (bytes)} of all files as of `at` (aware datetime)."""
    about = {
        "title": title(at),
        "as_of": str(timezone.localdate(at)),
        "licence": licence(at),
    }
    content = collect(at)
    address = f"{settings.SITE_URL}{reverse('partners:data')}"
    return {
        JSON: as_json({"$schema": f"{address}{SCHEMA}", **about, **content}),
        SCHEMA: as_json(schema(f"{address}{SCHEMA}")),
        TABLES: zipped(tables(content), about),
    }


def checksum(content):
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def as_json(content):
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def schema(address):
    """JSON Schema of the JSON file."""
    text, name = {"type": "string"}, {"type": ["string", "null"]}
    licence = {"type": ["object", "null"], "properties": {"name": text, "url": name}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
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


def tables(content):
    """[(name, what it holds, schema of a row, rows)]: a table a kind, and one a part of it."""
    made = []
    for kind in KINDS.values():
        records = content[kind.name]
        made.append((kind.name, kind.says, object_schema(kind.columns), records))
        for part in kind.parts:
            rows = [
                {OWNER: record["slug"], **row} for record in records for row in record[part.name]
            ]
            row_schema = object_schema(part.fields)
            owner = {OWNER: {"type": "string", "description": f"The {kind.one}: its slug."}}
            row_schema["properties"] = owner | row_schema["properties"]
            made.append((f"{kind.name}_{part.name}", part.says, row_schema, rows))
    return made


def zipped(made, about):
    """The tables with their description, as a ZIP file."""
    licence = about["licence"]
    stated = " ".join(filter(None, licence.values())) if licence else "none is stated."
    content = {
        "README.txt": README.format(
            title=about["title"], day=about["as_of"], licence=stated, owner=OWNER
        ).encode(),
        "datapackage.json": as_json(package(made, about)),
        **{f"{name}.csv": as_csv(row_schema, rows) for name, _, row_schema, rows in made},
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, inner in content.items():
            entry = zipfile.ZipInfo(name, THE_BEGINNING)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, inner)
    return file.getvalue()


def as_csv(row_schema, rows):
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(row_schema["properties"])
    writer.writerows([cell(row[name]) for name in row_schema["properties"]] for row in rows)
    return file.getvalue().encode()


def cell(value):
    """A value in a table: numbers as they are, truth as “true” and “false”, None as nothing."""
    if isinstance(value, bool):
        return str(value).lower()
    return harmless(value) if isinstance(value, str) else value


def package(made, about):
    """The description of the tables (Data Package, version 1)."""
    licence = about["licence"]
    described = licence and {"title": licence["name"], "path": licence["url"]}
    stated = (
        {"licenses": [{name: text for name, text in described.items() if text}]}
        if described
        else {}
    )
    return {
        "name": "partners",
        "title": about["title"],
        "as_of": about["as_of"],
        **stated,
        "resources": [
            {
                "name": name,
                "path": f"{name}.csv",
                "description": says,
                "schema": {
                    "fields": [
                        {
                            "name": column,
                            "type": _type(field["type"]),
                            "description": field["description"],
                        }
                        for column, field in row_schema["properties"].items()
                    ]
                },
            }
            for name, says, row_schema, _ in made
        ],
    }


def _type(types):
    """The type of a JSON Schema, null aside."""
    return types if isinstance(types, str) else types[0]
