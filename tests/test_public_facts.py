"""The public reads every fact of the society's page, and nothing beyond them.

A row of the table: fact, address, the words that must stand in the main element of that page.
"""

import json
import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from tests.views.reading import Reading

pytestmark = pytest.mark.django_db

HOME = "/"
ORGANISATION, COLLABORATION = "/organisations/{}/", "/collaborations/{}/"
SERIES, EVENT = "/events/series/{}/", "/events/{}/"

#: Links whose targets were lost with the page: kept for staff, not shown. What F63 says of its
#: link stands in a sentence.
UNPUBLISHED = {"F71"}
LOST_LINKS = [
    "EuroSafe Imaging: information and training resources for professionals and patients",
    "UEMS IR Division: information about its work",
]


def profile(key, *rows):
    return [(fact, ORGANISATION.format(key), words) for fact, words in rows]


def together(key, *rows):
    return [(fact, COLLABORATION.format(key), words) for fact, words in rows]


CIRSE = "Cardiovascular and Interventional Radiological Society of Europe"
ESR = "European Society of Radiology"
IRSA = "Interventional Radiology Society of Australasia"
RANZCR = "Royal Australian and New Zealand College of Radiologists"

TABLE = [
    *profile("cirse", ("F1", CIRSE), ("F2", f"{CIRSE} CIRSE")),
    ("F3", HOME, "CIRSE works with European and international partners"),
    ("F4", HOME, "improve the care of patients and to advance interventional radiology worldwide"),
    ("F5", HOME, "collaborates closely with its Group Member societies"),
    ("F6", HOME, "its partnerships reach around the world"),
    ("F7", HOME, "the list is not exhaustive"),
    *profile(
        "european-cancer-organisation",
        ("F8", "European Cancer Organisation"),
        ("F9", "lighten the burden of cancer"),
        ("F9", "better outcomes and a higher quality of care"),
        ("F10", "multidisciplinarity and multiprofessionalism"),
        ("F11", "A not-for-profit federation"),
        ("F11", "joins its member organisations in one federation"),
        ("F12", "Region of activity Europe"),
        ("F12", "Cancer is its field, and Europe the level at which it works."),
        ("F13", "forum in which oncology professionals and patients agree on policy"),
        ("F13", "act as advocates and speak up"),
    ),
    *together(
        "cirse-european-cancer-organisation",
        ("F14", "Membership of the European Cancer Organisation"),
        ("F14", "Status Ongoing Since 2016"),
        ("F14", f"{CIRSE} member European Cancer Organisation host body"),
        ("F15", "has contributed actively ever since it joined"),
        ("F16", "Made and done together Essential Requirements for Quality Cancer Care"),
    ),
    *profile(
        "eibir",
        ("F17", "European Institute for Biomedical Imaging Research"),
        ("F18", "European Institute for Biomedical Imaging Research EIBIR"),
        ("F20", "EIBIR is a non-profit organisation"),
        ("F21", "Founded 2006"),
        ("F22", "whose purpose is to coordinate research"),
        ("F23", "coordinates and supports biomedical imaging technologies"),
        ("F23", "it spreads knowledge"),
        ("F24", "disease is better diagnosed, treated and prevented"),
        ("F25", "offers professional project management as a service"),
    ),
    *together(
        "cirse-eibir",
        ("F19", f"{CIRSE} co-stakeholder European Institute for Biomedical Imaging Research"),
        ("F19", "Since not stated"),
        (
            "F26",
            "recommends that anyone who plans to apply for an international research grant consult",
        ),
    ),
    *profile(
        "efrs",
        ("F27", "European Federation of Radiographer Societies"),
        ("F28", "European Federation of Radiographer Societies EFRS"),
        ("F29", "represents the profession of radiography in Europe, promotes it and helps it to"),
        ("F30", "medical imaging, nuclear medicine and radiotherapy"),
        ("F31", "Founded 2008"),
        ("F32", "EFRS acts through its member organisations"),
        ("F33", "Radiographers represented more than 100,000 date not stated"),
        ("F33", "Counted are the people whom the federation represents, not its members."),
        ("F34", "Radiography students represented 8,000 date not stated"),
        ("F34", "it is not clear whether that covers the students too"),
        ("F35", "Region of activity Europe"),
    ),
    *together(
        "cirse-efrs",
        ("F36", "Status Ongoing Since not stated"),
        ("F36", "together on a number of projects"),
        ("F37", "Recommendations for teamworking in interventional radiology"),
        ("F38", "Joint sessions at the annual congress"),
    ),
    *profile(
        "esr",
        ("F39", ESR),
        ("F40", f"{ESR} ESR"),
        ("F42", "ESR is a non-profit organisation"),
        ("F43", "make European radiology stronger and more united"),
        ("F44", "Members more than 75,000 date not stated"),
        ("F45", "Region of activity Europe members worldwide"),
        ("F49", "works closely with national societies of radiology throughout Europe"),
        ("F50", "serve the health care needs of the general public"),
        ("F51", "supports science, teaching, research and the quality of service in radiology"),
    ),
    *together(
        "cirse-esr",
        ("F41", "Institutional membership of ESR"),
        ("F41", f"{CIRSE} member {ESR} host body"),
        ("F41", "Since not stated"),
    ),
    ("F46", SERIES.format("european-congress-of-radiology"), f"Organised by {ESR}"),
    ("F46", SERIES.format("european-congress-of-radiology"), "European Congress of Radiology"),
    ("F47", SERIES.format("european-congress-of-radiology"), "How often Annual"),
    ("F48", SERIES.format("european-congress-of-radiology"), "Usual place Vienna, Austria"),
    *profile(
        "eurosafe-imaging",
        ("F52", "Initiative EuroSafe Imaging"),
        ("F53", "Launched 2014"),
        ("F54", "an umbrella initiative, launched by ESR"),
        ("F55", f"Initiative of {ESR}"),
        ("F56", "supports and strengthens medical radiation protection across Europe"),
        ("F57", "Its approach is holistic and inclusive."),
        ("F63", "information as well as training resources, for professionals and for patients"),
    ),
    *together(
        "cirse-eurosafe-imaging",
        ("F58", "Support of an initiative"),
        ("F58", "Status Ongoing Since 2014"),
        ("F58", f"{CIRSE} supporter EuroSafe Imaging host body"),
        ("F59", "Through CIRSE Radiation Protection Subcommittee"),
        ("F60", "contributes regularly to its projects"),
        ("F61", "Annual poster exhibition"),
        ("F62", "Ask EuroSafe Imaging"),
    ),
    *profile(
        "uems-ir-division",
        ("F64", "Division UEMS IR Division"),
        ("F66", "to harmonise training and education in interventional radiology"),
        ("F67", "to keep standards of treatment high, so that patients are as safe as possible"),
        ("F68", "to support the development and the interests of its specialists"),
        ("F69", "The division consists of an Executive Board and delegations."),
        ("F70", "Division of UEMS inferred from the source, not stated by it"),
        ("F70", "The delegations represent members of UEMS."),
    ),
    *together(
        "cirse-uems-ir-division",
        ("F65", "collaborate on the mission of the division"),
        ("F65", "Status Ongoing Since not stated"),
    ),
    ("F72", HOME, "Further cooperations"),
    ("F73", HOME, "collaborates with organ-specific societies, for example ERA-EDTA"),
    ("F76", HOME, "European organisations in cancer care, among them ESMO, EORTC, ESSO and ESTRO"),
    *profile(
        "era-edta",
        ("F74", "European Renal Association – European Dialysis and Transplant Association"),
        ("F75", "European Dialysis and Transplant Association ERA-EDTA"),
        ("F73", "one of the organ-specific societies with which CIRSE collaborates ad hoc"),
    ),
    *profile(
        "esmo",
        ("F77", "European Society for Medical Oncology"),
        ("F77", "in the field of cancer care"),
        ("F78", "European Society for Medical Oncology ESMO"),
    ),
    *profile(
        "eortc",
        ("F79", "European Organisation for Research and Treatment of Cancer"),
        ("F79", "in the field of cancer care"),
        ("F80", "European Organisation for Research and Treatment of Cancer EORTC"),
    ),
    *profile(
        "esso",
        ("F81", "European Society of Surgical Oncology"),
        ("F81", "in the field of cancer care"),
        ("F82", "European Society of Surgical Oncology ESSO"),
    ),
    *profile(
        "estro",
        ("F83", "European Society for Radiotherapy & Oncology"),
        ("F83", "in the field of cancer care"),
        ("F84", "European Society for Radiotherapy & Oncology ESTRO"),
    ),
    *(
        (fact, COLLABORATION.format(f"cirse-{key}"), "Ad hoc collaboration")
        for key, fact in {
            "era-edta": "F73",
            "esmo": "F76",
            "eortc": "F76",
            "esso": "F76",
            "estro": "F76",
        }.items()
    ),
    *profile(
        "sir",
        ("F85", "Society of Interventional Radiology"),
        ("F86", "Society of Interventional Radiology SIR"),
        ("F87", "Not for profit Yes"),
        ("F87", "a professional and medical society"),
        ("F88", "Members more than 7,000 date not stated"),
        ("F89", "a wide range of settings and at different levels of the profession"),
        ("F90", "Region of activity North America mainly U.S."),
        ("F91", "patient-centered care through image-guided therapy"),
    ),
    *together(
        "cirse-sir",
        ("F92", "Regular liaison meetings"),
        ("F93", "Faculty of each society take part in the other's annual congress"),
        ("F94", "Status Ongoing Since not stated"),
        ("F94", "CIRSE and SIR keep up strong relations"),
    ),
    *profile(
        "apscvir",
        ("F95", "Asia Pacific Society of Cardiovascular and Interventional Radiology"),
        ("F96", "Asia Pacific Society of Cardiovascular and Interventional Radiology APSCVIR"),
        (
            "F97",
            "an international organisation of interventional radiologists and people in related",
        ),
        ("F97", "an international organisation"),
        ("F98", "raise the level of clinical practice and research in cardiovascular and"),
        ("F99", "Region of activity Asia Pacific"),
    ),
    *together(
        "cirse-apscvir",
        ("F100", "a longstanding collaboration and exchange"),
        ("F100", "Since not stated"),
        ("F101", "Regular high-level meetings"),
    ),
    ("F102", EVENT.format("apscvir-2018"), "Event APSCVIR 2018"),
    ("F102", EVENT.format("apscvir-2018"), "When 2018 Where"),
    ("F103", EVENT.format("apscvir-2018"), "Where Auckland, New Zealand"),
    (
        "F104",
        EVENT.format("australasian-ebir-examination-2018"),
        f"Organised by {CIRSE}, {IRSA} CIRSE and IRSA organised this edition",
    ),
    (
        "F105",
        EVENT.format("australasian-ebir-examination-2018"),
        "When 2018 Held at APSCVIR 2018 Series Australasian edition of the EBIR examination",
    ),
    *profile(
        "ranzcr",
        ("F106", RANZCR),
        ("F107", f"{RANZCR} RANZCR"),
        ("F108", "Not for profit Yes"),
        ("F108", "RANZCR is a professional organisation"),
        ("F109", "whose members are clinical radiologists and radiation oncologists"),
        ("F110", "Region of activity Australasia Australia, New Zealand and Singapore"),
        ("F111", "administers training, accreditation and CPD programmes"),
        ("F112", "sets standards and engages in advocacy"),
    ),
    *profile("irsa", ("F113", IRSA), ("F114", f"{IRSA} IRSA")),
    *together(
        "australasian-ebir-examination",
        ("F115", "Joint examination Australasian edition of the EBIR examination"),
        ("F115", "How often Annual"),
        ("F115", f"{CIRSE} organiser {RANZCR} organiser {IRSA} organiser"),
        ("F117", "Status Ongoing Since 2015"),
        ("F117", "They have done so successfully since the beginning, and continue to do so."),
    ),
    (
        "F115",
        SERIES.format("australasian-ebir-examination"),
        f"Organised by {CIRSE}, {RANZCR}, {IRSA} Collaboration",
    ),
    ("F116", SERIES.format("australasian-ebir-examination"), "How often Annual Since 2015"),
]

MONTHS = "January February March April May June July August September October November December"


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker):
    """{address: Reading} of every page that links lead to, the fixtures loaded.

    Of the directory's filters one at a time is enough.
    """
    names = sorted(path.stem for path in (settings.BASE_DIR / "fixtures").glob("*.json"))
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loaddata", *names, verbosity=0)
        found = crawl(Client())
        transaction.set_rollback(True)
    return found


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
    facts = {f"F{number}" for number in range(1, 118)}
    assert {fact for fact, *_ in TABLE} == facts - UNPUBLISHED


@pytest.mark.parametrize(("fact", "address", "words"), TABLE)
def test_fact_is_public(pages, fact, address, words):
    assert words in pages[address].main


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


def test_every_record_has_its_page(pages):
    paths = [address for address in pages if "?" not in address]
    kinds = ("organisations", "collaborations", "events/series", "events", "pages")
    counts = {
        kind: sum(bool(re.fullmatch(f"/{kind}/[^/]+/", path)) for path in paths) for kind in kinds
    }
    assert counts == {
        "organisations": 17,
        "collaborations": 14,
        "events/series": 2,
        "events": 2,
        "pages": 5,
    }


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
    assert years == {"2006", "2008", "2014", "2015", "2016", "2018"}


def test_no_number_but_the_four_figures(pages):
    numbers = {
        number for text in mains(pages).values() for number in re.findall(r"\d+[.,]\d{3}\b", text)
    }
    assert numbers == {"100,000", "75,000", "8,000", "7,000"}
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
    page = pages[ORGANISATION.format("european-cancer-organisation")]
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
    assert "Organised by" not in pages[EVENT.format("apscvir-2018")].main
    examination = pages[EVENT.format("australasian-ebir-examination-2018")].main
    assert "RANZCR" not in examination
    assert RANZCR not in examination


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
