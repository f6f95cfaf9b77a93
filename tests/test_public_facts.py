"""The public reads every fact of the society's page, and nothing beyond them."""

import json
import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from tests.facts import NUMBERS, SHOWN, Fact, all_roots
from tests.views.reading import Reading

pytestmark = pytest.mark.django_db

HOME = "/"

#: Links whose targets were lost with the page: kept for staff, not shown. What F63 says of its
#: link stands in a sentence.
UNPUBLISHED = {"F71"}
LOST_LINKS = [
    "EuroSafe Imaging: information and training resources for professionals and patients",
    "UEMS IR Division: information about its work",
]


MONTHS = "January February March April May June July August September October November December"


@pytest.fixture(scope="module")
def pages(seed, django_db_blocker):
    """{address: Reading} of every page that links lead to, the fixtures loaded.

    Of the directory's filters one at a time is enough.
    """
    with django_db_blocker.unblock():
        return crawl(Client())


@pytest.fixture(scope="module")
def addresses(seed, django_db_blocker):
    """{record: the address of its page}, the record named as in the facts."""
    with django_db_blocker.unblock():
        return {record: root.get_absolute_url() for record, root in all_roots().items()}


#: What offers the content in other forms: its words are about files and programs.
TECHNICAL = ("/data/", "/api/", "/embed/")


def crawl(client):
    found, waiting = {}, [HOME]
    while waiting:
        address = waiting.pop()
        passed = (settings.STATIC_URL, *TECHNICAL)
        if address in found or "&" in address or address.startswith(passed):
            continue
        response = client.get(address)
        assert response.status_code == 200, address
        found[address] = Reading(response.content.decode())
        waiting += [
            urljoin(address, href).partition("#")[0]
            for href in hrefs(found[address])
            if not urlsplit(href).scheme
        ]
    return found


def hrefs(page):
    return [value for _, name, value in page.attributes if name in {"href", "src", "action"}]


def mains(pages):
    """What the pages say of the world; histories and the accessibility statement speak of pages."""
    about_pages = ("/history/", "/pages/accessibility/")
    return {
        address: page.main for address, page in pages.items() if not address.endswith(about_pages)
    }


def test_table_has_every_publishable_fact():
    assert {row.fact for row in SHOWN} == NUMBERS - UNPUBLISHED


@pytest.mark.parametrize("row", SHOWN, ids=Fact.__str__)
def test_fact_is_public(pages, addresses, row):
    assert row.words in pages[addresses[row.record]].main


def test_facts_are_on_the_partners_page(pages):
    """What a reader of the society's own page would look for first."""
    page = pages[HOME]
    assert page.headings[:2] == ["Partners and collaborations", "European partners"]
    sections = ("European partners", "Further cooperations", "International partners")
    assert [re.findall(r"since \d{4}", page.under(section)) for section in sections] == [
        ["since 2016", "since 2014"],
        [],
        ["since 2015"],
    ]
    linked = page.addresses("/organisations/")
    assert len({address for address in linked if address.count("/") == 3}) == 14


def test_every_record_has_its_page(pages, addresses):
    records = re.compile(r"/(organisations|collaborations|events/series|events|pages)/[^/]+/")
    assert set(filter(records.fullmatch, pages)) == set(
        filter(records.fullmatch, addresses.values())
    )


# What must stay empty


def test_no_date_is_more_precise_than_its_source(pages):
    for address, text in mains(pages).items():
        assert not re.search(r"\d{4}-\d{2}", text), address
        assert not re.search(rf"\b({MONTHS.replace(' ', '|')})\s+\d", text), address
        assert not re.search(rf"\d\.?\s+({MONTHS.replace(' ', '|')})\b", text), address
    for address, page in pages.items():
        assert not [value for _, _, value in page.attributes if "-01-01" in (value or "")], address
        assert "1 January" not in page.text


def test_no_year_but_those_of_the_source(pages):
    years = {
        year
        for text in mains(pages).values()
        for year in re.findall(r"\b(?:1[5-9]|20)\d\d\b", text)
    }
    assert years == {year for row in SHOWN for year in re.findall(r"\b\d{4}\b", row.words)}


def test_no_number_but_the_figures_of_the_source(pages):
    numbers = {
        number for text in mains(pages).values() for number in re.findall(r"\d+[.,]\d{3}\b", text)
    }
    assert numbers == {number for row in SHOWN for number in re.findall(r"\d+,\d{3}", row.words)}
    for text in mains(pages).values():
        assert not re.search(r"(more than|over|about|up to|exactly) 8,000", text)


def test_no_link_leads_outside_and_no_picture_is_shown(pages):
    for address, page in pages.items():
        outside = [href for href in hrefs(page) if urlsplit(href).scheme not in {"", "mailto"}]
        outside = [href for href in outside if "calendar.ics" not in href]  # to subscribe to ours
        own = [href for href in outside if href.startswith(f"{settings.SITE_URL}/")]
        assert outside == own, address
        assert not {"img", "picture", "iframe"} & set(page.tags), address
        assert page.tags.count("script") <= 1, address  # its JSON-LD
        assert not re.search(r"https?:|www\.", page.main), address


def test_no_label_stands_without_its_value(pages):
    """Seats, ends, addresses and numbers in registers are not on the society's page."""
    empty = (
        r"Seat|Until|(?:until|to) \d{4}|Ended|ended|Dissolved|Website|Links"
        r"|Wikidata|ROR|ISNI|Former name|Also known as|Translation"
    )
    for address, text in mains(pages).items():
        assert not re.search(rf"\b({empty})\b", text), address


def test_no_lost_link_is_offered(pages):
    for page in pages.values():
        assert not [label for label in LOST_LINKS if label in page.text]
        assert "" not in hrefs(page)


def test_no_acronym_that_the_source_does_not_give(pages):
    page = pages["/organisations/european-cancer-organisation/"]
    assert page.headings[0] == "European Cancer Organisation"
    for text in mains(pages).values():
        assert not re.search(r"\b(ECO|ECCO|ECR)\b", text)


def test_no_expansion_outside_the_glossary(pages):
    for address, text in mains(pages).items():
        expanded = "European Union of Medical Specialists", "European Board of Interventional"
        assert any(words in text for words in expanded) is (address == "/glossary/"), address
    terms = pages["/glossary/"].under("Terms")
    assert terms.count("To be verified; source: General knowledge") == 3


def test_no_organiser_beyond_the_source(pages):
    assert "Organised by" not in pages["/events/apscvir-2018/"].main
    examination = pages["/events/australasian-ebir-examination-2018/"].main
    assert "RANZCR" not in examination
    assert "Royal Australian and New Zealand College" not in examination


def test_nothing_is_verified_yet(pages):
    for address, text in mains(pages).items():
        is_record = re.fullmatch(
            r"/(organisations|collaborations|events)/(series/)?[^/]+/", address
        )
        assert ("Not yet verified" in text) is bool(is_record), address
        assert "Last verified" not in text, address


def values(said):
    """Every value in a JSON document, at any depth."""
    if isinstance(said, dict):
        said = list(said.values())
    if not isinstance(said, list):
        return [said]
    return [value for each in said for value in values(each)]


def test_every_page_says_to_machines_what_it_is(pages):
    block = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
    for address, page in pages.items():
        if address.startswith("/search/") or not address.partition("?")[0].endswith("/"):
            continue
        texts = block.findall(page.source)
        assert len(texts) == 1, address
        said = json.loads(texts[0])
        assert {"WebSite", "BreadcrumbList"} & {thing["@type"] for thing in said["@graph"]}
        for value in values(said):
            assert value not in (None, "", [], {}), address
            assert "-01-01" not in str(value), address
            assert str(value) not in ("None", "not stated", "Not stated", "not-stated"), address
