"""The clients, by what they read, and the notes on what some of them read otherwise.

What stands in a note is in docs/clients.md; a difference that no note is about ends the check.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.clients import comparing, files, held
from tests.clients.environments import Debian, JavaScript, Python

PERL = ("perl",)


@dataclass(frozen=True)
class Client:
    """A program of others: what it is called, where it is from, and the script that asks it.

    `note`: why it reads something otherwise, and why the form that we give it is the best.
    """

    name: str
    where: Python | JavaScript | Debian
    script: str
    note: str = ""
    #: Names of the files, where they are not those of its kind.
    files: tuple = ()


@dataclass(frozen=True)
class Reads:
    """A kind of thing that is read: what clients are given, what is held, how answers are taken."""

    title: str
    #: One or two sentences for the page.
    about: str
    files: tuple
    held: Callable
    taken: Callable
    clients: tuple
    is_of_events: bool = True
    #: What is compared beside the events.
    columns: tuple = ()


CALENDARS = Reads(
    "Calendars",
    "The calendars of all events, of the society, and of two events.",
    tuple(files.CALENDARS),
    held.of_calendars,
    comparing.read_calendars,
    (
        Client("calcurse", Debian("calcurse", "4.7.1-1"), "cal_calcurse.py"),
        Client(
            "cal-parser",
            JavaScript("cal-parser", "1.0.2"),
            "cal_calparser.mjs",
            note=(
                "it knows no time zones and takes the clock's hours for its own; a "
                "backslash and the end of a line get lost. Hours of the place with their "
                "zone are what everybody else reads, and the page's address leads to them."
            ),
        ),
        Client("Data::ICal", Debian("libdata-ical-perl", "0.24+dfsg-2", PERL), "cal_dataical.pl"),
        Client(
            "Emacs",
            Debian("emacs-nox", "28.2+1-15+deb12u4"),
            "cal_emacs.py",
            note=(
                "a diary has no hours for what goes over midnight by the clock of its "
                "reader (here UTC), and leaves out its last day; a backslash stays doubled. "
                "Nothing that a calendar can say mends that; the hours of a day are right "
                "by the rule of the zone."
            ),
        ),
        Client("ical (Home Assistant)", Python("ical", "14.3.1"), "cal_ical.py"),
        Client(
            "iCal::Parser",
            Debian("libical-parser-perl", "1.21-3", PERL),
            "cal_icalparser.pl",
            note=(
                "it leaves texts as they are escaped, and takes hours for those of this "
                "machine, whatever their zone. Escapes and zones are what RFC 5545 asks "
                "for, and what everybody else undoes."
            ),
        ),
        Client("ical.js (Thunderbird)", JavaScript("ical.js", "2.2.1"), "cal_icaljs.mjs"),
        Client("icalendar", Python("icalendar", "7.3.0"), "cal_icalendar.py"),
        Client(
            "icalendar, Debian's",
            Debian("python3-icalendar", "4.0.3-5", ("/usr/bin/python3",)),
            "cal_icalendar.py",
        ),
        Client(
            "icalevents",
            Python("icalevents", "0.3.1"),
            "cal_icalevents.py",
            note=(
                "an event without DTEND ends when it begins. RFC 5545 §3.6.1 makes it a "
                "day, and the day is right; an end would be none on the last day there is "
                "(decision 30)."
            ),
        ),
        Client("ical-expander", JavaScript("ical-expander", "3.2.0"), "cal_icalexpander.mjs"),
        Client(
            "ics",
            Python("ics", "0.7.3"),
            "cal_ics.py",
            note=(
                "it looks for the day after the last one there is. Such an event is in no "
                "calendar of others, which would be refused with it (decision 39)."
            ),
        ),
        Client(
            "jicson",
            Python("jicson", "1.0.2"),
            "cal_jicson.py",
            note="it undoes no escape of a text, and gives dates as they are written.",
        ),
        Client(
            "khal",
            Python("khal", "0.14.1"),
            "cal_khal.py",
            note=(
                "it looks for the day after the last one there is. Such an event is in no "
                "calendar of others, which would be refused with it (decision 39)."
            ),
        ),
        Client(
            "khal, Debian's",
            Debian("khal", "0.10.5-1.1"),
            "cal_khal.py",
            note=(
                "it looks for the day after the last one there is. Such an event is in no "
                "calendar of others, which would be refused with it (decision 39)."
            ),
        ),
        Client("node-ical", JavaScript("node-ical", "0.27.2"), "cal_nodeical.mjs"),
        Client(
            "Radicale",
            Python("radicale", "3.9.0", ("icalendar==7.3.0",)),
            "cal_radicale.py",
            note=(
                "it looks for the day after the last one there is. Such an event is in no "
                "calendar of others, which would be refused with it (decision 39)."
            ),
        ),
        Client(
            "recurring-ical-events",
            Python("recurring-ical-events", "3.8.2"),
            "cal_recurring.py",
            note=(
                "it looks for the day after the last one there is. Such an event is in no "
                "calendar of others, which would be refused with it (decision 39)."
            ),
        ),
        Client("ruby-icalendar", Debian("ruby-icalendar", "2.8.0-1", ("ruby",)), "cal_ruby.rb"),
        Client(
            "sabre/vobject 2",
            Debian("php-sabre-vobject", "2.1.7-6.1", ("php",)),
            "cal_sabre.php",
            note=(
                "it undoes the escape of a new line and a backslash, and of nothing else; a "
                "year after 3999 is none. Nextcloud has a later release, which no package "
                "of Debian 12 brings."
            ),
        ),
        Client("ts-ics", JavaScript("ts-ics", "2.4.6"), "cal_tsics.mjs"),
        Client("vobject", Python("vobject", "0.9.9"), "cal_vobject.py"),
        Client("x-wr-timezone", Python("x-wr-timezone", "2.0.1"), "cal_xwr.py"),
    ),
    columns=(held.OF_ALL, held.OF_SOCIETY),
)
FEEDS = Reads(
    "Atom feed",
    "The feed of the site, with a partner whose name is awkward.",
    ("site.atom",),
    held.of_feeds,
    comparing.read_feed,
    (
        Client("atoma", Python("atoma", "0.0.17"), "feed_atoma.py"),
        Client(
            "@extractus/feed-extractor",
            JavaScript("@extractus/feed-extractor", "8.0.3"),
            "feed_extractus.mjs",
            note=(
                "it takes away what looks like a tag. Text of an entry is HTML in Atom and "
                "plain in JSON Feed, as both standards have it, and is escaped accordingly."
            ),
        ),
        Client("fastfeedparser", Python("fastfeedparser", "0.6.5"), "feed_fast.py"),
        Client("feedparser", Python("feedparser", "6.0.14"), "feed_feedparser.py"),
        Client(
            "feedparser of npm",
            JavaScript("feedparser", "2.6.0"),
            "feed_feedparser.mjs",
            note=(
                "it takes away what looks like a tag from a title, though its type is text. "
                "RFC 4287 §3.1.1.1 has it so, and names with tags are rare."
            ),
        ),
        Client("feedsmith", JavaScript("feedsmith", "3.0.1"), "feed_feedsmith.mjs"),
        Client("newsboat", Debian("newsboat", "2.21-1.5"), "feed_newsboat.py"),
        Client("reader", Python("reader", "3.22", ("sgmllib3k==1.0.0",)), "feed_reader.py"),
        Client(
            "@rowanmanning/feed-parser",
            JavaScript("@rowanmanning/feed-parser", "2.1.5"),
            "feed_rowan.mjs",
        ),
        Client("rss-parser", JavaScript("rss-parser", "3.13.0"), "feed_rssparser.mjs"),
        Client("sfeed", Debian("sfeed", "1.7-1"), "feed_sfeed.py"),
        Client("XML::Feed", Debian("libxml-feed-perl", "0.63+dfsg-1", PERL), "feed_xmlfeed.pl"),
    ),
    is_of_events=False,
    columns=tuple(held.IN_FEEDS),
)
JSON_FEEDS = Reads(
    "JSON Feed",
    "The same feed in its other form.",
    ("site.json",),
    held.of_feeds,
    comparing.read_feed,
    (
        Client("atoma", Python("atoma", "0.0.17"), "feed_atoma.py"),
        Client(
            "@extractus/feed-extractor",
            JavaScript("@extractus/feed-extractor", "8.0.3"),
            "feed_extractus.mjs",
            note=(
                "it takes away what looks like a tag, in plain text too. `content_text` is "
                "plain, as JSON Feed has it."
            ),
        ),
        Client("fastfeedparser", Python("fastfeedparser", "0.6.5"), "feed_fast.py"),
        Client("feedsmith", JavaScript("feedsmith", "3.0.1"), "feed_feedsmith.mjs"),
        Client("reader", Python("reader", "3.22", ("sgmllib3k==1.0.0",)), "feed_reader.py"),
    ),
    is_of_events=False,
    columns=tuple(held.IN_FEEDS),
)
TYPESCRIPT = "typescript@5.9.3"
API = Reads(
    "API",
    "The description of the API, and records that are asked for by clients made from it.",
    ("openapi.json",),
    held.of_api,
    comparing.read_records,
    (
        Client(
            "datamodel-code-generator",
            Python("datamodel-code-generator", "0.89.0"),
            "api_modelgen.py",
        ),
        Client(
            "@hey-api/openapi-ts",
            JavaScript("@hey-api/openapi-ts", "0.99.0", (TYPESCRIPT, "esbuild@0.27.0")),
            "api_heyapi.mjs",
        ),
        Client(
            "openapi-core",
            Python("openapi-core", "0.23.1", ("requests==2.32.5",)),
            "api_core.py",
        ),
        Client(
            "openapi-fetch",
            JavaScript("openapi-fetch", "0.17.0", (TYPESCRIPT, "openapi-typescript@7.13.0")),
            "api_openapifetch.mjs",
        ),
        Client(
            "openapi-python-client",
            Python("openapi-python-client", "0.29.1"),
            "api_pythonclient.py",
        ),
        Client("swagger-client", JavaScript("swagger-client", "3.38.4"), "api_swaggerclient.mjs"),
        Client(
            "swagger-parser",
            JavaScript("@apidevtools/swagger-parser", "13.1.0"),
            "api_swaggerparser.mjs",
        ),
    ),
    columns=("two fields", "description"),
)
TABLES = Reads(
    "Tables",
    "`events.csv` of the archive under `/data/`, by programs that find out its types themselves.",
    ("tables/events.csv",),
    held.of_tables,
    comparing.read_records,
    (
        Client("csv-parse", JavaScript("csv-parse", "7.0.3"), "csv_csvparse.mjs"),
        Client(
            "csvkit",
            Python("csvkit", "2.2.0"),
            "csv_csvkit.py",
            note=(
                "it takes a time for a length of time, and writes nine hours as 9:00:00. "
                "Without seconds it would be nine minutes."
            ),
        ),
        Client(
            "csvkit, Debian's",
            Debian("csvkit", "1.0.7-1"),
            "csv_csvkit.py",
            note=(
                "it takes a time for a length of time, and writes nine hours as 9:00:00. "
                "Without seconds it would be nine minutes."
            ),
        ),
        Client("DuckDB", Python("duckdb", "2.0.0", ("pytz==2025.2",)), "csv_duckdb.py"),
        Client("Frictionless", Python("frictionless", "5.21.0"), "csv_frictionless.py"),
        Client(
            "Miller",
            Debian("miller", "6.6.0-2+b3"),
            "csv_miller.py",
            note=(
                "a year alone is a number to it. It is right, and what it is not told is "
                "not ours to say in CSV; datapackage.json says that it is text."
            ),
        ),
        Client("pandas", Python("pandas", "3.1.1"), "csv_pandas.py"),
        Client(
            "Papa Parse",
            JavaScript("papaparse", "5.7.1"),
            "csv_papaparse.mjs",
            note=(
                "asked for types, it takes a year alone for a number. datapackage.json says "
                "that it is text."
            ),
        ),
        Client("Polars", Python("polars", "2.1.0"), "csv_polars.py"),
    ),
    columns=("all tables",),
)
LINKED_DATA = Reads(
    "Linked data",
    "`/data/partners.jsonld`, without a network; extruct reads the pages themselves.",
    ("partners.jsonld",),
    held.of_linked_data,
    comparing.read_linked,
    (
        Client("extruct", Python("extruct", "0.18.0"), "ld_extruct.py", files=tuple(files.PAGES)),
        Client("jsonld", JavaScript("jsonld", "9.0.0"), "ld_jsonld.mjs"),
        Client(
            "jsonld-streaming-parser",
            JavaScript("jsonld-streaming-parser", "5.0.1"),
            "ld_streaming.mjs",
        ),
        Client("PyLD", Python("pyld", "3.3.0"), "ld_pyld.py"),
        Client("rdflib", Python("rdflib", "7.6.0"), "ld_rdflib.py"),
    ),
)
ALL = (CALENDARS, FEEDS, JSON_FEEDS, API, TABLES, LINKED_DATA)
