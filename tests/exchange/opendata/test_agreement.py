"""Page, API, sitemap and files say the same of every record, and nothing of a draft."""

from typing import NamedTuple

import pytest

from partners.exchange.opendata.kinds import KINDS
from partners.models import Organisation, Topic
from partners.values.dates import PartialDate
from partners.values.richtext import plain_text
from tests import factories as make
from tests.exchange.opendata.reading import answered, archive, document, table
from tests.views.reading import Reading
from tests.views.test_drafts import WORD, marked
from tests.views.test_machines import entries

pytestmark = [pytest.mark.slow("sweep"), pytest.mark.any_database]

AWKWARD = "=1+1, “quoted” \"twice\" 'once' & <b>bold</b> – مرحبا \u202eabc"


class Row(NamedTuple):
    """Where a kind is listed for readers, and which of its values a record's page holds."""

    kind: str
    listed: str
    prefix: str
    texts: tuple = ()
    dates: tuple = ()
    parts: tuple = ()


TABLE = [
    Row(
        "organisations",
        "/organisations/",
        "/organisations/",
        ("name", "acronym", "summary", "region_note", "seat_city"),
        ("founded", "dissolved"),
        (
            "names.name", "names.acronym", "names.valid_until", "relations.other_name",
            "inverse_relations.organisation_name", "figures.note", "figures.as_of",
            "figures.source", "identifiers.value", "topics.name", "links.label",
            "citations.source", "citations.locator",
        ),
    ),
    Row(
        "collaborations",
        "/collaborations/",
        "/collaborations/",
        ("title", "summary", "through"),
        ("since", "until"),
        (
            "parties.organisation_name", "parties.since", "parties.until", "joint_works.title",
            "joint_works.date", "links.label", "citations.source", "citations.locator",
        ),
    ),
    Row(
        "events",
        "/events/",
        "/events/",
        ("title", "summary", "venue", "city", "series_title", "held_at_title", "start_time"),
        ("starts", "ends"),
        (
            "organisers.organisation_name_then", "organisers.organisation_name", "links.label",
            "citations.source",
        ),
    ),
    Row(
        "series",
        "/events/",
        "/events/series/",
        ("title", "summary", "usual_city", "collaboration_title"),
        ("since", "until"),
        ("organisers.organisation_name", "links.label", "citations.source"),
    ),
]  # fmt: skip
BY_KIND = [pytest.param(row, id=row.kind) for row in TABLE]


def furnish(**owner):
    make.LinkFactory(label=AWKWARD, **owner)
    make.LinkFactory(label=WORD, url="", **owner)
    make.CitationFactory(
        source=make.SourceFactory(title=AWKWARD), locator="@p. 3", path="summary", **owner
    )


@pytest.fixture
def home(content):
    """The society, with one record of each kind that has all that a record can have.

    Each is tied to drafts, to what is scheduled and to what was withdrawn.
    """
    home = Organisation.objects.home()
    organisation = make.OrganisationFactory(
        slug="awkward", name=AWKWARD, acronym="-A", summary=AWKWARD, region_note="+\n1",
        seat_city="@Wien", seat_country="AT", founded="2016-05", dissolved="2019",
        website="https://example.org/?a=1&b=2", kind="society", not_for_profit="no",
        description="<p>=One &amp; two – 10 KB: " + "ä" * 10_240 + "</p>",
        topics=[make.TopicFactory(name="A & B")],
    )  # fmt: skip
    make.OrganisationNameFactory(
        organisation=organisation, name="=Former", acronym="F", valid_until="2018"
    )
    make.FigureFactory(
        organisation=organisation, value=0, as_of="2017", note="-3 since then",
        source=make.SourceFactory(title="+Source"),
    )  # fmt: skip
    make.IdentifierFactory(organisation=organisation, scheme="other", value="=7")
    together = make.CollaborationFactory(
        slug="together", title=AWKWARD, summary=AWKWARD, through="=Body", since="2015",
        until="2018-12-31",
    )  # fmt: skip
    make.JointWorkFactory(collaboration=together, title="-Work", date="2017-01")
    series = make.EventSeriesFactory(
        slug="row", title=AWKWARD, summary=AWKWARD, usual_city="'s-Hertogenbosch",
        usual_country="NL", since="2001", collaboration=together,
    )  # fmt: skip
    larger = make.EventFactory(slug="larger", starts="2017", title="Larger")
    event = make.EventFactory(
        slug="edition", title=AWKWARD, summary=AWKWARD, venue="+Hall", city="-Lyon",
        starts="2017-05-03", start_time="09:30", time_zone="Europe/Paris", series=series,
        held_at=larger,
    )  # fmt: skip
    make.EventFactory(slug="waits", postponed=True)
    make.EventFactory(slug="to-come", starts="2990")
    others = [
        organisation,
        home,
        make.OrganisationFactory(name="Withdrawn", withdrawn=True),
        marked(make.OrganisationFactory, slug="draft", draft=True),
        marked(make.OrganisationFactory, slug="scheduled", **SCHEDULED),
    ]
    for other in others:
        make.PartyFactory(collaboration=together, organisation=other, since="2016", until="2017")
        make.OrganiserFactory(event=event, organisation=other)
        make.OrganiserFactory(series=series, organisation=other)
        if other != organisation:
            make.OrganisationRelationFactory(organisation=organisation, other=other)
            make.OrganisationRelationFactory(organisation=other, other=organisation)
    for owner, record in {
        "organisation": organisation, "collaboration": together, "series": series, "event": event
    }.items():  # fmt: skip
        furnish(**{owner: record})
    for factory in (make.CollaborationFactory, make.EventSeriesFactory, make.EventFactory):
        marked(factory, draft=True, slug="draft")
        marked(factory, slug="scheduled", **SCHEDULED)
        marked(factory, slug="withdrawn", withdrawn=True)
    Organisation.objects.filter(published_at=None).get().topics.add(make.TopicFactory(name=WORD))
    return home


SCHEDULED = {"scheduled": True}


def slugs(records):
    return sorted(record["slug"] for record in records)


def own(paths, prefix):
    """The last parts of those paths that are just below the prefix."""
    rests = {path.removeprefix(prefix) for path in paths if path.startswith(prefix)}
    return sorted(rest.rstrip("/") for rest in rests if rest.count("/") == 1)


@pytest.mark.parametrize("row", BY_KIND)
def test_as_many_everywhere(client, home, row):
    said = answered(client, row.kind)
    assert len(said) >= 3
    assert len(set(slugs(said))) == len(said)
    assert slugs(document(client)[row.kind]) == slugs(said)
    assert slugs(table(archive(client), row.kind)) == slugs(said)
    assert own(entries(client.get("/sitemap.xml")), row.prefix) == slugs(said)
    listed = Reading(client.get(row.listed).content.decode()).addresses(row.prefix)
    not_listed = {home.slug} if row.kind == "organisations" else set()
    assert own({*listed} - {"/events/series/"}, row.prefix) == sorted({*slugs(said)} - not_listed)


@pytest.mark.parametrize("kind", KINDS)
def test_same_values_in_list_record_and_files(client, home, kind):
    said = answered(client, kind)
    assert [client.get(f"/api/v1/{kind}/{each['slug']}/").json() for each in said] == said
    assert document(client)[kind] == said
    files, columns = archive(client), [field.name for field in KINDS[kind].columns]
    assert table(files, kind) == [{name: each[name] for name in columns} for each in said]
    for part in KINDS[kind].parts:
        rows = [{"belongs_to": each["slug"], **row} for each in said for row in each[part.name]]
        assert table(files, f"{kind}_{part.name}") == rows
        assert rows


def said_on_page(row, record):
    """The words that a record's page must hold."""
    for name in row.texts:
        yield record[name]
    for name in ("description", "write_up"):
        yield record.get(name) and plain_text(record[name])
    for name in row.dates:
        yield record[name] and PartialDate(record[name]).display().split()[-1]
    for path in row.parts:
        part, name = path.split(".")
        for each in record[part]:
            is_date = name in {"since", "until", "as_of", "valid_until", "date"}
            yield PartialDate(each[name]).display() if is_date and each[name] else each[name]


@pytest.mark.parametrize("row", BY_KIND)
def test_page_says_what_the_data_say(client, home, row):
    filled = set()
    for record in answered(client, row.kind):
        address = f"{row.prefix}{record['slug']}/"
        page, sources = (
            Reading(client.get(path).content.decode())
            for path in (address, f"{address}history/")  # where in a source stands there
        )
        assert page.title.startswith(" ".join((record.get("name") or record["title"]).split()))
        for words in filter(None, said_on_page(row, record)):
            assert " ".join(words.split()) in page.main + sources.under("Sources")
        filled |= {name for name in (*row.texts, *row.dates) if record[name]}
        filled |= {path for path in row.parts if any_said(record, path)}
    assert filled >= {*row.texts, *row.parts}


def any_said(record, path):
    part, name = path.split(".")
    return any(each[name] for each in record[part])


def test_topics_are_those_of_the_directory(client, home):
    page = Reading(client.get("/organisations/").content.decode())
    hrefs = page.addresses("?topic=")
    assert sorted(href.removeprefix("?topic=") for href in hrefs) == slugs(
        answered(client, "topics")
    )
    assert len(hrefs) == Topic.objects.exclude(name=WORD).count() > 3


def test_drafts_are_in_none_of_them(client, home):
    said = [str(answered(client, kind)) for kind in KINDS]
    said += [str(document(client)), *archive(client).values()]
    said += [client.get(path).content.decode() for path in ("/api/v1/openapi.json", "/data/")]
    assert [text for text in said if WORD in text.casefold()] == []
    assert any("Withdrawn" in text for text in said)  # named, without a slug
