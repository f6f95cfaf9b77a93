"""The foot of a record's page: when it was verified, and where its statements come from."""

import datetime as dt

import pytest

from partners.models import SourceCheck
from tests import factories as make


def test_sources_say_which_statement_rests_on_them(read):
    partner = make.OrganisationFactory(name="Partner")
    page, book = (make.SourceFactory(title=title, url="") for title in ("A page", "The book"))
    other_page = make.SourceFactory(title="A page", url="https://example.org/")
    figure = make.FigureFactory(organisation=partner, measure="members")
    for source, path, locator, basis in [
        (book, "acronym", "", "stated"),
        (page, "name", "line 2", "stated"),
        (page, "name", "line 3", "stated"),
        (page, f"figures/{figure.pk}/value", "line 4", "stated"),
        (page, f"figures/{figure.pk}/bound", "line 4", "inferred"),
        (page, "not_for_profit", "line 1", "inferred"),
        (book, "a_field_of_yesterday", "p. 9", "stated"),
        (other_page, "founded_label", "", "stated"),
    ]:
        make.CitationFactory(
            organisation=partner, source=source, path=path, locator=locator, basis=basis
        )
    address = partner.get_absolute_url()
    assert read(address).under("Sources") == (
        "A page Members inferred; Name; Not for profit inferred "
        "A page Founded "
        "The book A field of yesterday; Acronym"
    )
    assert read(f"{address}history/").under("Sources") == (
        "A page Members (line 4) inferred; Name (line 2, line 3); Not for profit (line 1) inferred "
        "A page Founded "
        "The book A field of yesterday (p. 9); Acronym"
    )
    assert ("https://example.org/", "A page") in [
        (href, words) for words, href in read(address).links("Sources")
    ]


def test_quotation_is_read_out_in_its_language(client):
    source = make.SourceFactory(language="de")
    cited = make.CitationFactory(source=source, path="name", quotation="Wir sind viele")
    page = client.get(f"{cited.root.get_absolute_url()}history/").content.decode()
    assert '<q><bdi lang="de" dir="ltr">Wir sind viele</bdi></q>' in page


def test_sources_and_history_quote_the_source(read):
    partner = make.OrganisationFactory(name="Partner")
    page = make.SourceFactory(title="A page")
    for path, words in [("name", "We are <Partner>"), ("acronym", ""), ("founded", "since 2016")]:
        make.CitationFactory(organisation=partner, source=page, path=path, quotation=words)
    make.CitationFactory(organisation=partner, source=page, path="website", names_us=True)
    address = partner.get_absolute_url()
    assert read(address).under("Sources") == "A page Acronym; Founded; Name; Website"
    assert read(f"{address}history/").under("Sources") == (
        "A page Acronym; Founded since 2016 ; Name We are <Partner> ; Website (it names us)"
    )


@pytest.mark.parametrize(
    ("outcomes", "says"),
    [
        (["says-so", "says-so"], ". Source last re-read 12 December 2026: still says so."),
        (["moved", "says-so"], ". Source last re-read 12 December 2026: still says so."),
        (["says-so", "gone"], ""),
        (["says-so"], ""),
        ([], ""),
    ],
)
def test_page_says_when_its_source_was_last_read_again(read, outcomes, says):
    partner, page = make.OrganisationFactory(name="Partner"), make.SourceFactory(title="A page")
    words = ["We are Partner", "Partner, since 2016"]
    for path, quotation in zip(["name", "founded"], words, strict=True):
        make.CitationFactory(organisation=partner, source=page, path=path, quotation=quotation)
    for day, (quotation, outcome) in enumerate(zip(words, outcomes, strict=False), start=12):
        at = dt.datetime(2026, 12, day, 12, tzinfo=dt.UTC)
        check = {"url": page.url, "quotation": quotation, "first_at": at, "last_at": at}
        target = "https://example.org/new" if outcome == "moved" else ""
        SourceCheck.objects.create(**check, outcome=outcome, target=target)
        SourceCheck.objects.create(**check, outcome="unreadable")
    assert read(partner.get_absolute_url()).under("Sources") == f"A page Founded; Name{says}"
