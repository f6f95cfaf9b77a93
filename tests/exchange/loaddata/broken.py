"""Tables of what is broken in a fixture, and what the error says of it."""

import json
from typing import NamedTuple

from tests.exchange.loaddata.changes import (
    CITATIONS,
    COLLABORATIONS,
    ENTRY,
    ESR_MEMBERS,
    EUROSAFE_LINK,
    EUROSAFE_OF_ESR,
    EVENTS,
    INTRO_CITED,
    NEW,
    NEWER,
    ORGANISATIONS,
    ORGANISER,
    PAGES,
    PARTY,
    SECTIONS,
    behead,
    copies,
    drop,
    edit,
    group,
    identifier,
    only,
    put,
    redirect,
    ring_of_events,
    swap,
    top,
)


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
