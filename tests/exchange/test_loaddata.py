"""`manage.py loaddata`: twice is once, broken is refused as a whole, staff's changes stay.

The real fixtures are loaded once for this module; each test starts from there. The tables break
one record, or one file, of a copy of theirs.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO
from typing import NamedTuple

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from partners.models import (
    Collaboration,
    Figure,
    LoadedRow,
    Organisation,
    Record,
    Redirect,
    Revision,
    SectionEntry,
    Source,
    Topic,
    Verification,
)
from partners.reading.search import Search
from partners.rows import bookkeeping, history, snapshots
from tests import acts
from tests.factories import SINCE_THEN, OrganisationFactory, VerificationFactory
from tests.values.test_lines import EVERYTHING

FIXTURES = sorted((settings.BASE_DIR / "fixtures").glob("*.json"))
TOTAL = sum(len(json.loads(path.read_text())) for path in FIXTURES)
SOURCES, TOPICS, _, PAGES, ORGANISATIONS, SECTIONS, COLLABORATIONS, SERIES, EVENTS, CITATIONS = (
    path.name for path in FIXTURES
)
#: Keys of parts in the fixtures, and one that none of them has.
ESR_MEMBERS = "61518a4e-cac7-5864-91b2-f4b316d55e25"
EUROSAFE_OF_ESR = "97b41002-8b67-5c8a-8a2e-1c239ecb3e14"
EUROSAFE_LINK = "c8227d02-1be3-5040-81d2-549bcd7fe0c5"
INTRO_CITED = "ed5a1b8a-70ef-5f8b-babb-360e774cdfa7"
SIR_SESSIONS = "7c0b34b4-a266-57ae-8215-55d3ddd80299"
ORGANISER = "a714a42e-a148-5a65-8665-aabc437b71fd"
ENTRY = "2d13e461-ce75-5f92-a9a2-da77dcbcc078"
PARTY = "1b2f742f-258c-5dda-bafe-521875e2d02c"
NEW = "00000000-0000-4000-8000-000000000001"
NEWER = "00000000-0000-4000-8000-000000000002"


@pytest.fixture(scope="module", autouse=True)
def _seed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        load(*FIXTURES)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _loaded(_seed, db):
    """Each test starts from the loaded fixtures and leaves nothing behind."""


def load(*paths, **options):
    """What `loaddata` reports."""
    stdout = StringIO()
    call_command("loaddata", *map(str, paths), stdout=stdout, **options)
    return stdout.getvalue().strip()


def dump():
    """What `dumpdata` says of the whole database, as at the end of a transaction."""
    connection.check_constraints()
    stdout = StringIO()
    call_command("dumpdata", stdout=stdout)
    return stdout.getvalue()


def state():
    """Every row of ours, bookkeeping included."""
    models = apps.get_app_config("partners").get_models(include_auto_created=True)
    return {model: list(model._base_manager.order_by("pk").values_list()) for model in models}


# Changing a copy of a fixture. A change is a function from its text to the bytes to load.


def edit(change):
    def apply(text):
        records = json.loads(text)
        change(records)
        return json.dumps(records).encode()

    return apply


def find(records, key):
    return next(record for record in records if record["pk"] == key)


def put(key, /, **fields):
    """Give fields of the record other values."""
    return edit(lambda records: find(records, key)["fields"].update(fields))


def drop(key, field):
    return edit(lambda records: find(records, key)["fields"].pop(field))


def top(key, /, **values):
    """Give the record's model, pk or fields another value, or a key beside them."""
    return edit(lambda records: find(records, key).update(values))


def behead(key, name):
    return edit(lambda records: find(records, key).pop(name))


def copies(key, *changes):
    """Append copies of the record, each with other fields (pk and model among them)."""

    def change(records):
        for given in changes:
            outside = {name: given[name] for name in ("pk", "model") if name in given}
            inside = {name: given[name] for name in given.keys() - outside.keys()}
            record = find(records, key)
            records.append(record | outside | {"fields": record["fields"] | inside})

    return edit(change)


def only(**record):
    """A file with this record alone."""
    return lambda text: json.dumps([record]).encode()


def swap(old, new):
    """Write `new` for the first `old` in the text."""

    def apply(text):
        assert old in text
        return text.replace(old, new, 1).encode()

    return apply


def ring_of_events(records):
    """A congress held at an examination, held at another one, held at that congress."""
    congress, examination = records[0], records[1]
    outer = examination | {"pk": "outer"}
    outer["fields"] = examination["fields"] | {"slug": "outer", "held_at": examination["pk"]}
    closing = congress | {"fields": congress["fields"] | {"held_at": "outer"}}
    records[:] = [outer, closing]


def identifier(scheme, value):
    fields = {"organisation": "esr", "scheme": scheme, "value": value}
    return only(model="partners.identifier", pk=NEW, fields=fields)


def redirect(old_path, new_path):
    fields = {"old_path": old_path, "new_path": new_path}
    return only(model="partners.redirect", pk=NEW, fields=fields)


def group(pk=1000, name="Proofreaders", permissions=()):
    fields = {"name": name, "permissions": list(permissions)}
    return only(model="auth.group", pk=pk, fields=fields)


# What is broken, and what the error says of it


class Broken(NamedTuple):
    kind: str
    file: str
    change: object
    named: str  # the record, as the error names it
    said: str


ESR = "partners.organisation esr"
FIGURE = f"partners.figure {ESR_MEMBERS}"
LINK = f"partners.link {EUROSAFE_LINK}"
RELATION = f"partners.organisationrelation {EUROSAFE_OF_ESR}"
NEW_RELATION = f"partners.organisationrelation {NEW}"
CONGRESS = "partners.event apscvir-2018"
JOINED = "partners.collaboration cirse-european-cancer-organisation"
JOINED_KEY = JOINED.split()[1]
ABOUT = "partners.page about"


def organisation(kind, said, /, **fields):
    return Broken(kind, ORGANISATIONS, put("esr", **fields), ESR, said)


def figure(kind, said, /, **fields):
    return Broken(kind, ORGANISATIONS, put(ESR_MEMBERS, **fields), FIGURE, said)


def link(kind, said, /, **fields):
    return Broken(kind, ORGANISATIONS, put(EUROSAFE_LINK, **fields), LINK, said)


def text(kind, body):
    return Broken(kind, PAGES, put("about", body=body), ABOUT, "is not how this field is")


def collaboration(kind, said, /, **fields):
    return Broken(kind, COLLABORATIONS, put(JOINED_KEY, **fields), JOINED, said)


def event(kind, said, /, **fields):
    return Broken(kind, EVENTS, put("apscvir-2018", **fields), CONGRESS, said)


def record(kind, said, change, named=ESR):
    return Broken(kind, ORGANISATIONS, change, named, said)


RECORDS = [
    # the record itself
    record("missing pk", "model, pk and fields", behead("esr", "pk"), "partners.organisation"),
    record("missing model", "model, pk and fields", behead("esr", "model"), "esr"),
    record("missing fields", "model, pk and fields", behead("esr", "fields")),
    record("key beside them", "model, pk and fields", top("esr", natural_key=["esr"])),
    record("fields as a list", "“fields” must be", top("esr", fields=[])),
    record("fields null", "“fields” must be", top("esr", fields=None)),
    record("pk null", "pk: give", top("esr", pk=None), "partners.organisation"),
    record("pk true", "pk: give", top("esr", pk=True), "partners.organisation"),
    record("pk a list", "pk: give", top("esr", pk=["esr"]), "partners.organisation"),
    record("pk a number", "field key: 5 is not how", top("esr", pk=5), "partners.organisation 5"),
    record("pk empty", "pk: give", top("esr", pk=""), "partners.organisation"),
    record("pk also a field", "field key: the key stands", put("esr", key="esr")),
    record("model unknown", "model: there is no", top("esr", model="partners.x"), "partners.x esr"),
    record("app unknown", "model: there is no", top("esr", model="x.figure"), "x.figure esr"),
    record("model without app", "model: there is no", top("esr", model="figure"), "figure esr"),
    record("model a list", "model: there is no", top("esr", model=["partners.topic"]), "esr"),
    record(
        "model in another case",
        "model: there is no",
        top("esr", model="partners.Organisation"),
        "partners.Organisation esr",
    ),
    record("pk twice in the file", "already given by 05", copies("esr", {})),
    record(
        "bad key", "field key: Enter a valid", top("esr", pk="E S R"), "partners.organisation E S R"
    ),
    record(
        "bad UUID", "field id: “61” is not a valid", top(ESR_MEMBERS, pk="61"), "partners.figure 61"
    ),
    record(
        "UUID in upper case",
        "field id: ",
        top(ESR_MEMBERS, pk=ESR_MEMBERS.upper()),
        f"partners.figure {ESR_MEMBERS.upper()}",
    ),
    record(
        "field twice", "field slug: it stands twice", swap('"slug": "esr"', '"slug":"","slug":""')
    ),
    record(
        "pk twice in the record", "field pk: it stands", swap('"pk": "esr"', '"pk":"","pk":"esr"')
    ),
    # fields that are not there, or not of their type
    organisation("unknown field", "field nickname: Organisation has no such", nickname="ESR"),
    record("field with dunder", "field topics__name: ", put("esr", topics__name="x")),
    record("field by its column", "field source_id: ", put(ESR_MEMBERS, source_id="x"), FIGURE),
    record("slug missing", "field slug: This field cannot be blank", drop("esr", "slug")),
    record("name missing", "field name: This field cannot be blank", drop("esr", "name")),
    record("owner missing", "field organisation: ", drop(ESR_MEMBERS, "organisation"), FIGURE),
    organisation("number for text", "field name: 5 is not how", name=5),
    organisation("boolean for text", "field name: true is not how", name=True),
    organisation("list for text", "field name: Write one value", name=["ESR"]),
    organisation("object for text", "field name: Write one value", name={"en": "ESR"}),
    organisation(
        "nested list for text", "field name: Write one value", name=json.loads("[" * 99 + "]" * 99)
    ),
    organisation("null for text", "field name: This field cannot be null", name=None),
    organisation("null for rich text", "field description: This field cannot", description=None),
    organisation("null for a date", "field founded: This field cannot be null", founded=None),
    organisation("null for a country", "field seat_country: This field", seat_country=None),
    organisation("text for a boolean", "field is_home: “true” value must be", is_home="true"),
    organisation("number for a boolean", "field is_home: 1 is not how", is_home=1),
    figure("null for an owner", "field organisation: This field cannot be null", organisation=None),
    figure("text for a number", 'field value: "75000" is not how', value="75000"),
    figure("words for a number", "field value: “many” value must be", value="many"),
    figure("boolean for a number", "field value: true is not how", value=True),
    figure("fraction for a number", "field value: 75000.5 is not how", value=75000.5),
    figure("point in a number", "field value: 75000.0 is not how", value=75000.0),
    figure("NaN", "field value: ", value=float("nan")),
    figure("infinity", "field value: ", value=float("inf")),
    figure("negative figure", "field value: A figure cannot be less", value=-1),
    figure("huge figure", "field value: Ensure this value is less", value=10**30),
    record("huge literal", "field value: ", swap(": 75000", f": 1{'0' * 5000}"), FIGURE),
    record("exponent beyond all", "field value: ", swap(": 75000", ": 1e400"), FIGURE),
    figure("negative position", "field position: ", position=-1),
    figure("position too high", "field position: Write a number up to 32767.", position=32768),
    figure("huge position", "field position: ", position=10**30),
    # references
    figure("dangling key", "field source: source instance with key 'nowhere'", source="nowhere"),
    figure("number for a key", "field source: 5 is not how", source=5),
    figure("NUL in a reference", "field source: This text holds invisible", source="a\0"),
    figure("half a character in a reference", "field source: This text", source="a\ud800"),
    link("dangling owner", "field organisation: ", organisation="nowhere"),
    organisation(
        "dangling key in a list", "gone since: there is no “x”", topics=["radiology", "x"]
    ),
    organisation("key twice in a list", "field topics: a key", topics=["radiology", "radiology"]),
    organisation("text for a list", "field topics: write a list", topics="radiology"),
    organisation("null for a list", "field topics: write a list", topics=None),
    organisation("list in a list", "field topics: write a list", topics=[["radiology"]]),
    organisation("true in a list", "field topics: write a list", topics=[True]),
    organisation("NUL in a list", "field topics: This text holds", topics=["radiology\0"]),
    organisation("half a character in a list", "field topics: This text", topics=["\udfff"]),
    # text
    organisation("over-long text", "field name: Ensure this value has at most", name="x" * 301),
    organisation("over-long summary", "field summary: Ensure this", summary="x" * 301),
    organisation("NUL", "field name: This text holds invisible", name="E\0SR"),
    organisation("escape character", "field summary: This text holds", summary="\x1b[31mRed"),
    organisation("C1 control character", "field summary: This text holds", summary="a\x85b"),
    organisation("half a character", "field name: This text holds", name="\ud800"),
    organisation(
        "half a character in rich text", "field description: ", description="<p>\udc00</p>"
    ),
    record("NUL in a pk", "field key: This text", top("esr", pk="e\0"), "partners.organisation e"),
    text("script", "<p>About</p><script>alert(1)</script>"),
    text("event handler", '<p onclick="alert(1)">About</p>'),
    text("javascript: link", '<p><a href="javascript:alert(1)">About</a></p>'),
    text("unclosed tag", "<p>About <strong>us</p>"),
    text("frame", '<iframe src="https://example.org/"></iframe>'),
    text("heading of the page", "<h1>About</h1>"),
    text("plain text", "About us"),
    text("word with a soft hyphen", "<p>Ab\u00adout</p>"),
    Broken(
        "label in a text that says nothing",
        PAGES,
        put("about", body='<p>See <a href="https://example.org/">here</a></p>'),
        ABOUT,
        "field body: “here” does not say where the link leads",
    ),
    text("style", '<p style="position: fixed">About</p>'),
    # addresses and choices
    organisation("slug of another", "field slug: Another record has this", slug="cirse"),
    record(
        "slug of another, new record",
        "field slug: Another record has this",
        copies("esr", {"pk": "esr-2"}),
        "partners.organisation esr-2",
    ),
    organisation("bad slug", "field slug: Enter a valid", slug="not a slug!"),
    organisation("bad choice", "field kind: Value 'club' is not a valid", kind="club"),
    organisation("bad country", "field seat_country: ", seat_country="XX"),
    organisation("country in lower case", "field seat_country: ", seat_country="at"),
    organisation("address with javascript:", "field website: ", website="javascript:alert(1)"),
    organisation("address without scheme", "field website: ", website="www.example.org"),
    link("link to javascript:", "field url: ", url="javascript:alert(1)"),
    link("label that says nothing", "field label: “click here” does not", label="click here"),
    link("label that is an address", "field label: A web", label="https://example.org/"),
    link("label empty", "field label: ", label=""),
    organisation("logo that is not there", "field logo: ", logo="logos/none.png", logo_alt="x"),
    organisation("logo outside", "field logo: ", logo="../../secret.png", logo_alt="x"),
    organisation("logo that is a folder", "field logo: ", logo=".", logo_alt="x"),
    record(
        "ROR with a wrong digit",
        "field value: ",
        identifier("ror", "05dxps056"),
        f"partners.identifier {NEW}",
    ),
    record(
        "ISNI with a wrong digit",
        "field value: ",
        identifier("isni", "0000000121032684"),
        f"partners.identifier {NEW}",
    ),
    record(
        "Wikidata without Q",
        "field value: ",
        identifier("wikidata", "42"),
        f"partners.identifier {NEW}",
    ),
    *(
        record(
            f"{scheme} as an address",
            f"{json.dumps(written)} is not how this field is written; it would be stored as "
            f"{json.dumps(normal)}",
            identifier(scheme, written),
            f"partners.identifier {NEW}",
        )
        for scheme, written, normal in [
            ("ror", "https://ror.org/05dxps055", "05dxps055"),
            ("isni", "0000 0001 2103 2683", "0000000121032683"),
            ("wikidata", "q42", "Q42"),
        ]
    ),
    record(
        "other register without a name",
        "field register: Say which other register",
        identifier("other", "7"),
        f"partners.identifier {NEW}",
    ),
    organisation("country as people write it", 'stored as "GB"', seat_country="UK"),
    event("time as people write it", 'stored as "09:30:00"', start_time="9.30"),
    record(
        "redirect elsewhere",
        "field new_path: ",
        redirect("/a/", "//example.org/"),
        f"partners.redirect {NEW}",
    ),
    record(
        "redirect to itself", "field new_path: ", redirect("/a/", "/a/"), f"partners.redirect {NEW}"
    ),
    # owners, circles, doubles
    link("two owners", "This must belong to exactly one", event="apscvir-2018"),
    link("no owner", "This must belong to exactly one", organisation=None),
    Broken(
        "two owners of an organiser",
        EVENTS,
        put(ORGANISER, series="australasian-ebir-examination"),
        f"partners.organiser {ORGANISER}",
        "This must belong to exactly one",
    ),
    organisation("second home", "field is_home: Another organisation is already", is_home=True),
    record(
        "no home", "field is_home: ", put("cirse", is_home=False), "partners.organisation cirse"
    ),
    record(
        "relation to itself",
        "field other: An organisation cannot",
        put(EUROSAFE_OF_ESR, other="eurosafe-imaging"),
        RELATION,
    ),
    record(
        "circle of two",
        "field other: This would close a circle",
        copies(EUROSAFE_OF_ESR, {"pk": NEW, "organisation": "esr", "other": "eurosafe-imaging"}),
        NEW_RELATION,
    ),
    record(
        "circle of three",
        "field other: This would close a circle",
        copies(
            EUROSAFE_OF_ESR,
            {"pk": NEWER, "organisation": "esr", "kind": "division-of", "other": "uems"},
            {"pk": NEW, "organisation": "uems", "other": "eurosafe-imaging"},
        ),
        NEW_RELATION,
    ),
    record(
        "relation said twice",
        "field other: This relation is already",
        copies(EUROSAFE_OF_ESR, {"pk": NEW}),
        NEW_RELATION,
    ),
    Broken(
        "entry said twice",
        SECTIONS,
        copies(ENTRY, {"pk": NEW}),
        f"partners.sectionentry {NEW}",
        "field organisation: This organisation already stands",
    ),
    Broken(
        "party said twice",
        COLLABORATIONS,
        copies(PARTY, {"pk": NEW}),
        f"partners.party {NEW}",
        "field organisation: This organisation already has",
    ),
    event("held at itself", "field held_at: An event cannot", held_at="apscvir-2018"),
    event(
        "circle of two events",
        "field held_at: This would close a circle",
        held_at="australasian-ebir-examination-2018",
    ),
    Broken(
        "circle of three events",
        EVENTS,
        edit(ring_of_events),
        CONGRESS,
        "field held_at: This would close a circle",
    ),
    # dates and times
    collaboration("end before start, years", "field until: The end is before", until="2015"),
    collaboration(
        "end before start, months",
        "field until: The end is before",
        since="2016-05",
        until="2016-04",
    ),
    collaboration(
        "end before start, days",
        "field until: The end is before",
        since="2016-05-03",
        until="2016-05-02",
    ),
    collaboration(
        "end before start, mixed",
        "field until: The end is before",
        since="2016-05-03",
        until="2015",
    ),
    collaboration("month 13", "field since: “2016-13” is not a year", since="2016-13"),
    collaboration("30 February", "field since: “2016-02-30” is not", since="2016-02-30"),
    collaboration("month of one digit", "field since: “2016-5” is not", since="2016-5"),
    collaboration("date in words", "field since: “May 2016” is not", since="May 2016"),
    collaboration("date as a number", "field since: ", since=2016),
    collaboration("date with a line break", "field since: ", since="2016\n"),
    collaboration("end dated and marked", "field has_ended: Either", until="2017", has_ended=True),
    event("no date", "field starts: Say when it starts", starts=""),
    event("end without start", "field ends: ", starts="", ends="2018", status="postponed"),
    event(
        "time without zone",
        "field start_time: A time needs",
        starts="2018-05-03",
        start_time="09:00:00",
    ),
    event(
        "time without day",
        "field start_time: A time needs",
        start_time="09:00:00",
        time_zone="Pacific/Auckland",
    ),
    event(
        "unknown zone",
        "field time_zone: “Mars” is not",
        starts="2018-05-03",
        start_time="09:00:00",
        time_zone="Mars",
    ),
    event(
        "zone of the machine",
        "field time_zone: “localtime” is not",
        starts="2018-05-03",
        start_time="09:00:00",
        time_zone="localtime",
    ),
    event(
        "time that the clocks skip",
        "field start_time: 02:30 does not exist on 28 March 2027",
        starts="2027-03-28",
        start_time="02:30:00",
        time_zone="Europe/Vienna",
    ),
    event("time of another kind", "field start_time: ", start_time="9 a.m."),
    event(
        "end time before start time",
        "field end_time: It would end before",
        starts="2018-05-03",
        start_time="09:00:00",
        end_time="08:00:00",
        time_zone="Pacific/Auckland",
    ),
    organisation(
        "moment without zone",
        "field published_at: Write this moment in UTC",
        published_at="2026-11-01T08:00:00",
    ),
    organisation(
        "moment in another zone", "field published_at: ", published_at="2026-11-01T09:00:00+01:00"
    ),
    organisation(
        "moment before all others",
        "field published_at: Write a year from 1900 to 2999.",
        published_at="0001-01-01T00:00:00+05:00",
    ),
    organisation(
        "moment after all others",
        "field withdrawn_at: Write a year from 1900 to 2999.",
        withdrawn_at="9999-12-31T23:59:59Z",
    ),
    organisation("day for a moment", "field published_at: ", published_at="2026-11-01"),
    organisation("words for a moment", "field published_at: ", published_at="tomorrow"),
    organisation(
        "withdrawn too early", "field withdrawn_at: Only", withdrawn_at="2026-10-01T08:00:00Z"
    ),
    organisation(
        "withdrawn draft",
        "field withdrawn_at: A draft cannot",
        published_at=None,
        withdrawn_at="2026-10-01T08:00:00Z",
    ),
    Broken(
        "citation of what is not there",
        CITATIONS,
        put(INTRO_CITED, path="motto"),
        f"partners.citation {INTRO_CITED}",
        "field path: “motto” names no field",
    ),
    Broken(
        "citation of another record's part",
        CITATIONS,
        put(INTRO_CITED, path=f"figures/{ESR_MEMBERS}/value"),
        f"partners.citation {INTRO_CITED}",
        "field path: ",
    ),
    # what stands beside the content
    *(
        record(
            f"bookkeeping: {name}",
            ": the site keeps these rows itself. Leave them out.",
            only(model=f"partners.{name}", pk=pk, fields=fields),
            f"partners.{name} {pk}",
        )
        for name, pk, fields in [
            ("record", 9000, {"organisation": "esr", "version": 1}),
            ("word", "gibberish", {}),
            ("verification", 9000, {"page": "about", "verified_at": "2026-11-01T08:00:00Z"}),
            ("loadedrow", 9000, {"model": "partners.page", "object_key": "x", "digest": "0"}),
        ]
    ),
    # other apps' records are checked as well
    record("words for a group's pk", "field id: ", group(pk="many"), "auth.group many"),
    record("name of another group", "field name: ", group(name="Editors"), "auth.group 1000"),
    record(
        "words for a permission", "field permissions: ", group(permissions=["x"]), "auth.group 1000"
    ),
    record(
        "no such permission", "field permissions: ", group(permissions=[10**30]), "auth.group 1000"
    ),
]

FILES = [
    ("cut short", lambda text: text[: len(text) // 2].encode(), "is not valid JSON"),
    (
        "cut within a character",
        lambda text: text.encode()[: text.encode().index(b"\xe2") + 1],
        "is not UTF-8",
    ),
    ("empty", lambda text: b"", "is not valid JSON"),
    ("blank", lambda text: b" \n", "is not valid JSON"),
    ("more behind the end", lambda text: text.encode() + b"[]", "is not valid JSON: Extra data"),
    ("an object", lambda text: b"{}", "must be a list of records"),
    ("no record", lambda text: b"[]", "must be a list of records"),
    ("null", lambda text: b"null", "must be a list of records"),
    ("a number for a record", lambda text: b"[1]", "record 1: a record has the keys"),
    ("a list for a record", lambda text: b"[[]]", "record 1: a record has the keys"),
    ("an empty record", lambda text: b"[{}]", "record 1: a record has the keys"),
    (
        "with a comma too many",
        lambda text: text.rstrip("]\n").encode() + b",]",
        "is not valid JSON",
    ),
    ("in UTF-16", lambda text: text.encode("utf-16"), "is not UTF-8 text (byte 0)"),
    (
        "in Latin-1",
        lambda text: text.replace("–", "é").encode("latin-1"),
        "is not UTF-8 text (byte ",
    ),
    ("with a byte order mark", lambda text: text.encode("utf-8-sig"), "is not valid JSON"),
    ("with control characters", swap("Europe", "Eu\0rope"), "is not valid JSON: Invalid control"),
    ("nested too deeply", lambda text: b"[" * 100_000, "nested too deeply"),
    ("objects nested too deeply", lambda text: b'{"a":' * 100_000, "nested too deeply"),
]


@pytest.fixture
def broken(tmp_path):
    """Writes a broken copy of the named fixture."""

    def write(name, change):
        original = (settings.BASE_DIR / "fixtures" / name).read_text()
        path = tmp_path / name
        path.write_bytes(change(original))
        return path

    return write


@pytest.fixture
def sound(tmp_path):
    """A fixture with one new record and one changed, to stand before the broken one."""
    path = tmp_path / "00_sound.json"
    change = copies(
        "general-knowledge", {"pk": "sound"}, {"pk": "general-knowledge", "title": "New"}
    )
    records = json.loads(change((settings.BASE_DIR / "fixtures" / SOURCES).read_text()))
    path.write_text(json.dumps(records[-2:]))
    return path


def refusal(*paths, **options):
    """The one message with which `loaddata` refuses them; nothing may have changed."""
    before = state()
    with pytest.raises(CommandError) as caught:
        load(*paths, **options)
    assert state() == before
    return str(caught.value)


def test_sound_fixture_is_sound(sound):
    assert load(sound) == "2 records: 1 new, 1 changed, 0 unchanged."


def test_long_text_that_is_not_clean_is_shown_where_it_differs(broken):
    body = f"<p>{'All that we say. ' * 20}Ra\u00addiology</p>"
    said = refusal(broken(PAGES, put("about", body=body)))
    assert 'we say. Ra\\u00addiology</p>" is not how' in said
    assert 'we say. Radiology</p>".' in said


@EVERYTHING
def test_text_that_is_not_clean_is_refused_with_what_would_be_stored(typed, stored, broken):
    fixture = broken(ORGANISATIONS, put("esr", acronym=typed))
    if typed == stored:
        load(fixture, overwrite=True)
        assert Organisation.objects.get(pk="esr").acronym == stored
    else:
        sentence = f"is not how this field is written; it would be stored as {json.dumps(stored)}."
        assert sentence in refusal(fixture)


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("case", RECORDS, ids=[case.kind for case in RECORDS])
def test_broken_record_is_named_and_nothing_is_loaded(case, broken, sound):
    said = refusal(sound, broken(case.file, case.change))
    where = re.match(rf"{case.file}, record \d+ \({re.escape(case.named)}", said)
    assert where, said
    assert case.said in said[where.end() :]
    assert len(said.splitlines()) == 1
    assert len(said) < 500


@pytest.mark.parametrize(("kind", "change", "message"), FILES, ids=[kind for kind, *_ in FILES])
def test_broken_file_is_named_and_nothing_is_loaded(kind, change, message, broken, sound):
    said = refusal(sound, broken(ORGANISATIONS, change))
    assert said.startswith(ORGANISATIONS)
    assert message in said
    assert len(said.splitlines()) == 1


def test_tables_have_no_kind_twice():
    kinds = [case.kind for case in RECORDS] + [kind for kind, *_ in FILES]
    assert len(kinds) == len(set(kinds)) >= 100


def test_record_in_two_files_is_refused(broken, sound):
    esr = find(json.loads(FIXTURES[4].read_text()), "esr")
    first, second = FIXTURES[4], broken(SECTIONS, edit(lambda records: records.append(esr)))
    said = refusal(sound, first, second)
    assert re.match(
        rf"{SECTIONS}, record \d+ \({ESR}\): this key was already given by {ORGANISATIONS}", said
    )


def test_file_named_twice_is_refused(sound):
    assert "this key was already given by 00_sound.json, record 1 " in refusal(sound, sound)


def test_missing_file_is_refused(tmp_path, sound):
    assert "11_missing" in refusal(sound, tmp_path / "11_missing.json")
    assert "11_missing" in refusal(sound, "11_missing")


def test_folder_for_a_file_is_refused(tmp_path, sound):
    (tmp_path / "11_folder.json").mkdir()
    assert "11_folder.json cannot be read: Is a directory." in refusal(
        sound, tmp_path / "11_folder.json"
    )


def test_file_that_cannot_be_read_is_refused(tmp_path, sound):
    """One that leads to itself: nobody can read that, not even root."""
    (tmp_path / "11_loop.json").symlink_to("11_loop.json")
    assert "11_loop.json cannot be read: " in refusal(sound, tmp_path / "11_loop.json")


@pytest.mark.parametrize("suffix", ["json.gz", "json.zip", "xml", "jsonl", "txt"])
def test_file_of_another_format_is_refused(suffix, tmp_path, sound):
    shutil.copy(FIXTURES[0], tmp_path / f"11_other.{suffix}")
    assert "11_other" in refusal(sound, tmp_path / f"11_other.{suffix}")


@pytest.mark.parametrize("option", [{"ignore": True}, {"exclude": ["partners.topic"]}])
def test_leaving_something_out_is_refused(option, sound):
    assert "nothing can be left out" in refusal(sound, **option)


def test_nothing_named_is_refused():
    assert "fixture" in refusal()


# Through a process of its own, into an empty database


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty SQLite database; tests copy it."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    assert manage(path, "migrate", "--verbosity=0").returncode == 0
    return path


@pytest.fixture
def database(migrated, tmp_path):
    return shutil.copy(migrated, tmp_path / "db.sqlite3")


def manage(database, *arguments):
    return subprocess.run(  # noqa: S603 — our own command
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "ENV_FILE": os.devnull,
            "DATABASE_URL": f"sqlite:///{database}",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def rows(database):
    """All that the SQLite database holds, as SQL."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


PROCESSES = [
    (
        ORGANISATIONS,
        swap('"name": "European Society of Radiology"', '"name": "\\ud800"'),
        f"({ESR}), field name: ",
    ),
    (
        CITATIONS,
        put(INTRO_CITED, source="nowhere"),
        f"({'partners.citation'} {INTRO_CITED}), field source: ",
    ),
    (EVENTS, put("apscvir-2018", ends="2017"), f"({CONGRESS}), field ends: "),
    (COLLABORATIONS, lambda text: text[:-100].encode(), "is not valid JSON"),
]


@pytest.mark.slow("process")
@pytest.mark.parametrize(
    ("name", "change", "message"), PROCESSES, ids=[row[0] for row in PROCESSES]
)
def test_process_refuses_without_traceback(name, change, message, database, broken):
    broken_path = broken(name, change)
    before = rows(database)
    done = manage(
        database, "loaddata", *(broken_path if path.name == name else path for path in FIXTURES)
    )
    *_, error = done.stderr.splitlines()
    assert error.startswith(f"CommandError: {name}")
    assert message in error
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert done.stdout == ""
    assert rows(database) == before


@pytest.mark.slow("process")
def test_process_loads_an_empty_database_once(database):
    report = manage(database, "loaddata", *(path.stem for path in FIXTURES)).stdout
    assert report == f"{TOTAL} records: {TOTAL} new, 0 changed, 0 unchanged.\n"
    before = rows(database)
    report = manage(database, "loaddata", *FIXTURES).stdout
    assert report == f"{TOTAL} records: 0 new, 0 changed, {TOTAL} unchanged.\n"
    assert rows(database) == before


def test_process_says_when_the_database_is_not_migrated(tmp_path):
    done = manage(tmp_path / "new.sqlite3", "loaddata", FIXTURES[0])
    assert "CommandError: The database refuses, nothing was loaded: no such table" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 1


# Twice is once


def test_loading_again_changes_nothing():
    user = User.objects.create_user("editor")
    bookkeeping.verify(Organisation.objects.get(pk="esr"), user, SINCE_THEN, "by mail")
    VerificationFactory(figure=Figure.objects.get(pk=ESR_MEMBERS), verified_by=user)
    bookkeeping.refresh(Organisation.objects.get(pk="sir"))
    before = dump()
    assert Record.objects.get(organisation="sir").version == 2
    assert Verification.objects.count() == 2

    assert load(*FIXTURES) == f"{TOTAL} records: 0 new, 0 changed, {TOTAL} unchanged."

    assert dump() == before


def test_loading_counts_one_change_for_each_record():
    assert set(Record.objects.values_list("version", flat=True)) == {1}


def test_changed_fixture_changes_its_row_alone(broken):
    path = broken(ORGANISATIONS, put(ESR_MEMBERS, value=80_000))
    count = len(json.loads(path.read_text()))
    assert load(path) == f"{count} records: 0 new, 1 changed, {count - 1} unchanged."
    assert Figure.objects.get(pk=ESR_MEMBERS).value == 80_000
    changed = Record.objects.filter(version=2)
    assert [record.organisation_id for record in changed] == ["esr"]
    assert load(path) == f"{count} records: 0 new, 0 changed, {count} unchanged."


def test_field_that_is_left_out_has_its_default(broken):
    def leave_out(records):
        fields = {"slug": "short", "name": "Short"}
        records[:] = [{"model": "partners.organisation", "pk": "short", "fields": fields}]

    path = broken(ORGANISATIONS, edit(leave_out))
    assert load(path) == "1 records: 1 new, 0 changed, 0 unchanged."
    assert Organisation.objects.get(pk="short").published_at is None
    before = dump()
    assert load(path) == "1 records: 0 new, 0 changed, 1 unchanged."
    assert dump() == before


def test_topics_that_are_left_out_are_taken_away(broken):
    load(broken(ORGANISATIONS, drop("esr", "topics")))
    assert not Organisation.objects.get(pk="esr").topics.exists()


def test_loaded_text_is_found(broken):
    def find_all(typed):
        (found,) = Search(typed).ranked(Organisation.objects.all())
        return [organisation.pk for organisation in found]

    assert find_all("apscvir") == ["apscvir"]
    assert find_all("zirconium") == []
    load(broken(ORGANISATIONS, put("apscvir", acronym="Zirconium")))
    load(broken(TOPICS, put("renal-medicine", name="Beryllium")))
    assert find_all("zirconium") == ["apscvir"]
    assert find_all("beryllium") == ["era-edta"]


def test_changed_slug_leaves_a_redirect(broken):
    load(broken(ORGANISATIONS, put("esr", slug="european-society-of-radiology")))
    moves = Redirect.objects.values_list("old_path", "new_path")
    assert list(moves) == [("/organisations/esr/", "/organisations/european-society-of-radiology/")]
    load(FIXTURES[4])
    moves = Redirect.objects.values_list("old_path", "new_path")
    assert list(moves) == [("/organisations/european-society-of-radiology/", "/organisations/esr/")]


def test_changed_slug_of_a_draft_leaves_no_redirect(broken):
    load(broken(ORGANISATIONS, copies("irsa", {"pk": "draft", "slug": "a", "published_at": None})))
    load(broken(ORGANISATIONS, copies("irsa", {"pk": "draft", "slug": "b", "published_at": None})))
    assert Organisation.objects.get(pk="draft").slug == "b"
    assert not Redirect.objects.exists()


def test_sequence_goes_on_behind_a_loaded_key(broken):
    load(broken(ORGANISATIONS, group(pk=1000)))
    assert Group.objects.get(pk=1000).name == "Proofreaders"
    assert Group.objects.create(name="Interns").pk == 1001


# What staff did


REFUSED = "Staff changed these records since they were loaded:"


def listed(said):
    """The records that a refusal lists."""
    first, *records, last = said.splitlines()
    assert first == REFUSED
    assert last.startswith("Nothing was loaded.")
    return [re.search(r"\((.+)\)$", line)[1] for line in records]


@pytest.fixture
def staff():
    """Staff change a text and a list of topics, and delete a link and a whole organisation."""
    Organisation.objects.filter(pk="sir").update(summary="Changed by staff.")
    Organisation.objects.get(pk="esr").topics.add("renal-medicine")
    Organisation.objects.get(pk="eurosafe-imaging").links.all().delete()
    Collaboration.objects.get(pk="cirse-esso").delete()
    Organisation.objects.get(pk="esso").delete()


@pytest.mark.usefixtures("staff")
def test_what_staff_did_stays_where_the_fixtures_are_as_they_were():
    report = load(*FIXTURES)
    kept = int(re.search(r" 0 new, 0 changed, \d+ unchanged, (\d+) kept as they are\.", report)[1])
    assert kept > 8
    assert Organisation.objects.get(pk="sir").summary == "Changed by staff."
    assert Organisation.objects.get(pk="esr").topics.filter(pk="renal-medicine").exists()
    assert not Organisation.objects.get(pk="eurosafe-imaging").links.exists()
    assert not Organisation.objects.filter(pk="esso").exists()
    assert not Collaboration.objects.filter(pk="cirse-esso").exists()


@pytest.mark.usefixtures("staff")
def test_what_staff_changed_as_well_is_refused_and_listed(broken):
    def change(records):
        find(records, "sir")["fields"]["summary"] = "Changed by the fixture."
        find(records, "esr")["fields"]["topics"] = []
        find(records, EUROSAFE_LINK)["fields"]["label"] = "Another label"
        find(records, "esso")["fields"]["summary"] = "Deleted by staff, changed here."

    expected = ["partners.organisation esr", "partners.organisation esso"]
    expected += ["partners.organisation sir", LINK]
    assert sorted(listed(refusal(broken(ORGANISATIONS, edit(change))))) == sorted(expected)


@pytest.mark.usefixtures("staff")
def test_what_the_fixture_changed_elsewhere_in_the_record_is_merged(broken):
    path = broken(ORGANISATIONS, put("sir", region_note="Changed by the fixture."))
    assert " 0 new, 1 changed, " in load(path)
    sir = Organisation.objects.get(pk="sir")
    assert (sir.summary, sir.region_note) == ("Changed by staff.", "Changed by the fixture.")
    assert " 0 new, 0 changed, " in load(path)


def test_field_that_was_not_there_when_it_was_loaded_has_its_default():
    """As after a migration that added it: nothing that staff left alone is called changed."""
    for loaded in LoadedRow.objects.filter(model="partners.organisation"):
        del loaded.fields["region_note"]
        loaded.save()
    assert load(*FIXTURES) == f"{TOTAL} records: 0 new, 0 changed, {TOTAL} unchanged."
    Organisation.objects.filter(pk="sir").update(region_note="Filled in by staff.")
    assert ", 1 kept as they are." in load(FIXTURES[4])


@pytest.mark.usefixtures("staff")
def test_overwrite_replaces_what_staff_did():
    VerificationFactory(organisation=Organisation.objects.get(pk="sir"))
    load(*FIXTURES, overwrite=True)
    assert Organisation.objects.get(pk="sir").summary.startswith("A non-profit society")
    assert not Organisation.objects.get(pk="esr").topics.filter(pk="renal-medicine").exists()
    assert Organisation.objects.get(pk="eurosafe-imaging").links.count() == 1
    assert Collaboration.objects.get(pk="cirse-esso").parties.count() == 2
    assert SectionEntry.objects.filter(organisation="esso").count() == 1
    assert Verification.objects.get().organisation_id == "sir"
    assert load(*FIXTURES) == f"{TOTAL} records: 0 new, 0 changed, {TOTAL} unchanged."


def test_history_keeps_what_is_overwritten_and_what_comes_instead():
    sir = Organisation.objects.get(pk="sir")
    editor = User.objects.create_user("publisher")
    rows = snapshots.rows_of(sir)
    changed = [{**rows[0], "fields": rows[0]["fields"] | {"summary": "By staff."}}, *rows[1:]]
    proposal = acts.Proposal(Organisation, "sir", rows, changed, editor)
    acts.publish(proposal, SINCE_THEN)
    load(*FIXTURES, overwrite=True)
    states = Revision.objects.of(Organisation, "sir")
    assert [state.what for state in states] == ["Loaded", "Published", history.OUTSIDE]
    assert [state.rows for state in states] == [rows, changed, rows]
    load(*FIXTURES)
    assert states.count() == 3


@pytest.mark.usefixtures("staff")
def test_only_new_adds_what_is_missing_and_keeps_the_rest(sound):
    general_knowledge = Source.objects.get(pk="general-knowledge").title
    content = {
        model: set(model.objects.values_list("pk", flat=True)) for model in (Organisation, Figure)
    }

    report = load(sound, *FIXTURES[1:], only_new=True)

    kept = int(
        re.fullmatch(
            r"\d+ records: 1 new, 0 changed, \d+ unchanged, (\d+) kept as they are\.", report
        )[1]
    )
    assert kept > 8
    assert Source.objects.get(pk="sound").title == "General knowledge"
    assert Source.objects.get(pk="general-knowledge").title == general_knowledge
    assert Organisation.objects.get(pk="sir").summary == "Changed by staff."
    assert Organisation.objects.get(pk="esr").topics.filter(pk="renal-medicine").exists()
    assert not Organisation.objects.get(pk="eurosafe-imaging").links.exists()
    for model, keys in content.items():
        assert set(model.objects.values_list("pk", flat=True)) == keys
    assert not Collaboration.objects.filter(pk="cirse-esso").exists()


def test_deleted_topic_stays_away_from_what_had_it():
    had_it = Organisation.objects.filter(topics="research").count()
    Topic.objects.get(pk="research").delete()
    assert f", {had_it + 1} kept as they are." in load(FIXTURES[1], FIXTURES[4])
    assert had_it
    assert not Topic.objects.filter(pk="research").exists()


def test_deleted_part_stays_away():
    Organisation.objects.get(pk="eurosafe-imaging").links.all().delete()
    for options in ({}, {"only_new": True}, {}):
        load(FIXTURES[4], **options)
        assert not Organisation.objects.get(pk="eurosafe-imaging").links.exists()


def test_only_new_does_not_bring_a_changed_fixture(broken):
    path = broken(ORGANISATIONS, put(ESR_MEMBERS, value=80_000))
    assert ", 1 kept as they are." in load(path, only_new=True)
    assert Figure.objects.get(pk=ESR_MEMBERS).value == 75_000
    assert " 1 changed, " in load(path)
    assert Figure.objects.get(pk=ESR_MEMBERS).value == 80_000


def test_record_that_staff_made_under_the_same_key_is_not_replaced(broken):
    OrganisationFactory(key="esr-2", name="Made by staff")
    path = broken(ORGANISATIONS, copies("esr", {"pk": "esr-2", "slug": "esr-2"}))
    assert listed(refusal(path)) == ["partners.organisation esr-2"]
    load(path, overwrite=True)
    assert Organisation.objects.get(pk="esr-2").acronym == "ESR"


def test_change_that_staff_took_back_is_none():
    summary = Organisation.objects.get(pk="sir").summary
    Organisation.objects.filter(pk="sir").update(summary="Changed by staff.")
    Organisation.objects.filter(pk="sir").update(summary=summary)
    assert load(*FIXTURES) == f"{TOTAL} records: 0 new, 0 changed, {TOTAL} unchanged."


def test_change_that_the_fixture_makes_as_well_is_none(broken):
    Organisation.objects.filter(pk="sir").update(summary="Changed by both.")
    path = broken(ORGANISATIONS, put("sir", summary="Changed by both."))
    assert " 0 new, 0 changed, " in load(path)
    assert " 1 changed, " in load(FIXTURES[4])
    assert LoadedRow.objects.count() == TOTAL


def test_organisation_that_staff_moved_is_not_moved_back():
    Organisation.objects.filter(pk="sir").update(slug="society-of-interventional-radiology")
    load(FIXTURES[4])
    assert Organisation.objects.get(pk="sir").slug == "society-of-interventional-radiology"
