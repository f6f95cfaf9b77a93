"""One search over organisations, collaborations, events and series."""

import pytest
from django.urls import reverse

from tests import factories as make

SEARCH = reverse("partners:search")


@pytest.fixture
def records():
    """One of each kind that speaks of angiography, and the same in every state that is hidden."""
    apscvir = make.OrganisationFactory(
        slug="apscvir", name="Asia Pacific Society", acronym="APSCVIR", summary="Of angiography."
    )
    make.OrganisationNameFactory(organisation=apscvir, name="Old Pacific Club", acronym="OPC")
    make.OrganisationFactory(slug="sfr", name="Société Française de Radiologie")
    together = make.CollaborationFactory(slug="works", title="Angiography works")
    make.JointWorkFactory(collaboration=together, title="Guide to stenting")
    make.EventFactory(slug="days", title="Angiography days", starts="2018", city="Kyōto")
    make.EventSeriesFactory(slug="rows", title="Angiography rows")
    for state in ("draft", "scheduled", "withdrawn"):
        for factory in (make.CollaborationFactory, make.EventFactory, make.EventSeriesFactory):
            factory(title="Angiography hidden", **{state: True})
        make.OrganisationFactory(name="Angiography hidden", **{state: True})


def test_search_finds_all_kinds(read, records):
    page = read(SEARCH, q="angiography")
    assert page.headings == [
        "Search", "4 results for “angiography”",
        "Organisations", "Asia Pacific Society APSCVIR",
        "Collaborations", "Angiography works",
        "Events", "Angiography days",
        "Event series", "Angiography rows",
    ]  # fmt: skip
    assert page.links() == [
        ("Asia Pacific Society", "/organisations/apscvir/"),
        ("Angiography works", "/collaborations/works/"),
        ("Angiography days", "/events/days/"),
        ("Angiography rows", "/events/series/rows/"),
    ]
    assert page.under("Asia Pacific Society APSCVIR") == "Of angiography."


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        pytest.param("APSCVIR", "/organisations/apscvir/", id="acronym"),
        pytest.param("apcsvir", "/organisations/apscvir/", id="typing-error"),
        pytest.param("old pacific", "/organisations/apscvir/", id="former-name"),
        pytest.param("opc", "/organisations/apscvir/", id="former-acronym"),
        pytest.param("societe francaise", "/organisations/sfr/", id="no-accents"),
        pytest.param("SOCIÉTÉ", "/organisations/sfr/", id="accents-and-capitals"),
        pytest.param("radiolog", "/organisations/sfr/", id="beginning"),
        pytest.param("stenting", "/collaborations/works/", id="joint-work"),
        pytest.param("kyoto 2018", "/events/days/", id="place-and-year"),
    ],
)
def test_search_finds_the_one(read, records, typed, address):
    assert read(SEARCH, q=typed).addresses("/") == [address]


def test_search_says_what_it_took_the_words_for(read, records):
    main = read(SEARCH, q="APCSVIR").main
    assert "Nothing found for “APCSVIR”; results for APSCVIR." in main
    assert "Nothing found" not in read(SEARCH, q="APSCVIR").main


def test_search_finds_pages_and_terms(read):
    make.PageFactory(title="Privacy", slug="privacy", body="<p>No cookies.</p>")
    make.PageFactory(title="Privacy of tomorrow", draft=True)
    make.TermFactory(key="ebir", abbreviation="EBIR", expansion="European Board of Privacy")
    make.TermFactory(key="ir", abbreviation="IR", expansion="interventional radiology")
    page = read(SEARCH, q="privacy")
    assert page.headings == [
        "Search",
        "2 results for “privacy”",
        "Pages",
        "Privacy",
        "Glossary",
        "EBIR",
    ]
    assert page.links() == [("Privacy", "/pages/privacy/"), ("EBIR", "/glossary/#ebir")]
    assert read(SEARCH, q="interventional").links() == [("IR", "/glossary/#ir")]
    assert read(SEARCH, q="").links() == []


@pytest.mark.parametrize(("acronym", "typed"), [("E.S.P.R.", "ESPR"), ("ESPR", "e.s.p.r.")])
def test_search_does_not_mind_full_stops(read, acronym, typed):
    make.OrganisationFactory(acronym=acronym, slug="espr")
    assert read(SEARCH, q=typed).addresses("/") == ["/organisations/espr/"]


def test_search_never_offers_a_word_of_a_draft(read, records):
    make.OrganisationFactory(name="Angiogrephy", draft=True)
    main = read(SEARCH, q="angiogruphy").main
    assert "4 results" in main
    assert "angiogrephy" not in main.casefold()


def test_search_for_nothing_is_the_box_alone(read, records):
    for typed in ("", "   "):
        page = read(SEARCH, q=typed)
        assert page.headings == ["Search"]
        assert page.links() == []


def test_search_without_a_match_points_on(read, records):
    page = read(SEARCH, q="<nephrology>")
    assert page.under("0 results for “<nephrology>”") == (
        "Nothing was found. Try fewer words, an acronym, or the beginning of a name, or see all "
        "organisations and all events."
    )


def test_search_says_when_there_is_more(read):
    make.OrganisationFactory.create_batch(21, summary="Angiography.")
    make.EventFactory.create_batch(2, summary="Angiography.")
    page = read(SEARCH, q="angiography")
    assert page.headings[1] == "More than 22 results for “angiography”"
    assert len(page.addresses("/organisations/")) == 20
    assert "These are the first 20. Add a word to narrow the search." in page.main


def test_search_that_is_too_long_is_refused(read):
    page = read(SEARCH, status=400, q="a" * 201)
    assert "The search text is longer than 200 characters. Shorten it." in page.main


def test_search_is_not_indexed(read):
    assert ("meta", "content", "noindex") in read(SEARCH).attributes


@pytest.mark.parametrize(
    ("typed", "heading", "reason"),
    [
        ("asia pacific", "Asia Pacific Society APSCVIR", ""),
        ("apscvir", "Asia Pacific Society APSCVIR", ""),
        ("apcsvir", "Asia Pacific Society APSCVIR", ""),
        ("angiography", "Asia Pacific Society APSCVIR", ""),
        ("pacific club", "Asia Pacific Society APSCVIR", "“Old Pacific Club”"),
        ("opc", "Asia Pacific Society APSCVIR", "Found by its other name “OPC”."),
        ("stenting", "Angiography works", "Found in its text."),
        ("kyoto", "Angiography days", "Found in its text."),
    ],
)
def test_hit_says_why_it_was_found(read, records, typed, heading, reason):
    said = read(SEARCH, q=typed).under(heading)
    assert reason in said
    assert ("Found" in said) == bool(reason)
