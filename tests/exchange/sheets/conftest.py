"""Records that hold everything awkward, as sheets."""

import io

import pytest

from partners.exchange.sheets import export, files, importing
from partners.publishing import presses
from partners.rows import bookkeeping, snapshots
from tests import factories as make
from tests.factories import LONG_AGO

AWKWARD = [
    '“quotes” and "straight" ones, it\'s',
    "الجمعية العربية (العربية)",
    "1990–2016",
    "Smith & Sons <smith@example.org>",
    "=1+1",
    "+43 1 234",
    "-5 °C",
    "@cirse",
    "'quoted'",
    "'=1+1",
    "2016",
    "007",
    "1e5",
    "TRUE",
    "semi;colon, comma",
    "_x000D_ and _x005F_",
    "e\u0301 😀",
    "30\u00a0%",
]
FORMS = ["csv", "xlsx"]


@pytest.fixture(params=FORMS)
def form(request):
    return request.param


@pytest.fixture
def organisations(db):
    """Twenty and more organisations with all kinds of parts, a text of AWKWARD in each."""
    topics = [make.TopicFactory(), make.TopicFactory()]
    with bookkeeping.batch():
        return [_organisation(number, text, topics) for number, text in enumerate(AWKWARD)]


def _organisation(number, text, topics):
    record = make.OrganisationFactory(
        name=f"{text} {number}" if text.strip() else f"Name {number}",
        acronym=text[:40],
        summary=text,
        region_note=text,
        founded=["2016", "2016-05", "2016-05-03", ""][number % 4],
        seat_country="AT",
        description="<p>" + "Ten kilobytes &amp; more. " * 400 + "</p>",
        topics=topics[: number % 3],
        review_days=number or None,
    )
    source = make.SourceFactory()
    figure = make.FigureFactory(organisation=record, source=source, note=text, as_of="2020-01")
    make.FigureFactory(organisation=record, position=1, note=text)
    make.OrganisationNameFactory(organisation=record, name=f"Ex {text}", valid_until="1999")
    make.OrganisationRelationFactory(organisation=record, other=make.OrganisationFactory())
    make.IdentifierFactory(organisation=record)
    make.LinkFactory(organisation=record, url="")
    make.CitationFactory(organisation=record, path=f"figures/{figure.pk}/value", locator=text)
    return record


def sheets_of(records):
    """{name: (columns, lines)}, as they are exported."""
    return export.sheets(type(records[0]), [record.pk for record in records])


def read(content, root="organisations"):
    """What a file (bytes) holds."""
    return files.read(io.BytesIO(content), root)


def book_of(records, form="csv"):
    """Exported, written and read again."""
    model = type(records[0])
    content = files.FORMATS[form][0](sheets_of(records))
    return read(content, str(model._meta.verbose_name_plural))


def wanted(model, book):
    """What the dry run says."""
    records = importing.wanted(model, book)
    importing.rehearse(records, None, LONG_AGO)
    return records


def carry_out(records, by, press=presses.PUBLISH, at=LONG_AGO):
    importing.carry_out(records, press, by, at, "Imported")


def rows(records):
    return {record.pk: snapshots.stored(type(record), record.pk) for record in records}
