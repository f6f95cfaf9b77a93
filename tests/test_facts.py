"""The seed content says what the society's page says: every fact, and nothing beyond it.

A row of the table: fact, line of the source page, path within the record, expected value. Of a
text the expected value is a phrase in it, of its own for each fact. In a path a part goes by a
name; `fixture_names.PARTS` has its id.
"""

import re
from collections import defaultdict
from functools import cache
from typing import NamedTuple

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models, transaction

from partners.models import (
    ROOTS,
    Citation,
    Collaboration,
    Event,
    EventSeries,
    Figure,
    Identifier,
    Link,
    Organisation,
    OrganisationName,
    Organiser,
    Page,
    Party,
    Section,
    SectionEntry,
    Term,
    Topic,
)
from partners.models.sources import Basis, StatementNotFound, statement
from partners.values.dates import PartialDate, PartialDateField
from partners.values.richtext import RichTextField, sanitise
from tests.exchange.fixture_names import PARTS

SOURCE = "collaborations-page"
TEXTS = {"summary", "description", "body", "intro", "note"}


def parties(fact, line, **roles):
    """The rows that say who takes part in a collaboration, and as what."""
    rows = []
    for name, role in roles.items():
        key = name.replace("_", "-")
        rows += [
            (fact, line, f"parties/{key}/organisation", key),
            (fact, line, f"parties/{key}/role", role),
        ]
    return rows


def organisers(fact, line, *keys):
    """The rows that say who holds a series or an event."""
    return [(fact, line, f"organisers/{key}/organisation", key) for key in keys]


TABLE = {
    "organisation:cirse": [
        ("F1", 1, "name", "Cardiovascular and Interventional Radiological Society of Europe"),
        ("F1", 1, "kind", "society"),
        ("F2", 4, "acronym", "CIRSE"),
    ],
    "page:partners": [
        ("F3", 4, "body", "European and international partners"),
        ("F4", 4, "body", "improve the care of patients"),
        ("F4", 4, "body", "advance interventional radiology worldwide"),
        ("F5", 4, "body", "closely with its Group Member societies"),
        ("F6", 4, "body", "partnerships reach around the world"),
        ("F7", 4, "body", "is not exhaustive"),
        ("F72", 30, "sections/further-cooperations/title", "Further cooperations"),
        ("F73", 32, "sections/further-cooperations/intro", "organ-specific societies, for example"),
        ("F76", 32, "sections/further-cooperations/intro", "cancer care, among them"),
    ],
    "organisation:european-cancer-organisation": [
        ("F8", 6, "name", "European Cancer Organisation"),
        ("F9", 8, "description", "lighten the burden of cancer"),
        ("F9", 8, "description", "better outcomes and a higher quality of care"),
        ("F10", 8, "description", "multidisciplinarity and multiprofessionalism"),
        ("F11", 8, "kind", "federation"),
        ("F11", 8, "not_for_profit", "yes"),
        ("F11", 8, "description", "joins its member organisations in one federation"),
        ("F12", 8, "region", "europe"),
        ("F12", 8, "description", "Cancer is its field, and Europe the level"),
        ("F13", 8, "description", "forum in which oncology professionals and patients"),
        ("F13", 8, "description", "agree on policy, act as advocates and speak up"),
    ],
    "collaboration:cirse-european-cancer-organisation": [
        ("F14", 8, "kind", "membership"),
        ("F14", 8, "since", "2016"),
        *parties("F14", 8, cirse="member", european_cancer_organisation="host-body"),
        ("F15", 8, "description", "contributed actively ever since it joined"),
        (
            "F16",
            8,
            "joint_works/requirements/title",
            "Essential Requirements for Quality Cancer Care",
        ),
    ],
    "organisation:eibir": [
        ("F17", 10, "name", "European Institute for Biomedical Imaging Research"),
        ("F17", 10, "kind", "institute"),
        ("F18", 10, "acronym", "EIBIR"),
        ("F20", 12, "not_for_profit", "yes"),
        ("F21", 12, "founded", "2006"),
        ("F21", 12, "founded_label", "founded"),
        ("F22", 12, "description", "purpose is to coordinate research"),
        ("F23", 12, "description", "coordinates and supports biomedical imaging technologies"),
        ("F23", 12, "description", "spreads knowledge"),
        ("F24", 12, "description", "disease is better diagnosed, treated and prevented"),
        ("F25", 12, "description", "also offers professional project management as a service"),
    ],
    "collaboration:cirse-eibir": [
        ("F19", 12, "kind", "co-stakeholder"),
        *parties("F19", 12, cirse="co-stakeholder", eibir="host-body"),
        ("F26", 12, "description", "strongly recommends that anyone who plans to apply"),
        ("F26", 12, "description", "international research grant"),
    ],
    "organisation:efrs": [
        ("F27", 14, "name", "European Federation of Radiographer Societies"),
        ("F28", 14, "acronym", "EFRS"),
        ("F29", 16, "description", "represents the profession of radiography in Europe"),
        ("F29", 16, "description", "promotes it and helps it to develop"),
        ("F30", 16, "description", "medical imaging, nuclear medicine and radiotherapy"),
        ("F31", 16, "founded", "2008"),
        ("F31", 16, "founded_label", "founded"),
        ("F32", 16, "kind", "federation"),
        ("F32", 16, "description", "acts through its member organisations"),
        ("F33", 16, "figures/radiographers/value", 100_000),
        ("F33", 16, "figures/radiographers/bound", "more-than"),
        ("F33", 16, "figures/radiographers/measure", "radiographers represented"),
        ("F34", 16, "figures/students/value", 8_000),
        ("F34", 16, "figures/students/bound", "as-stated"),
        ("F34", 16, "figures/students/measure", "radiography students represented"),
        ("F34", 16, "figures/students/note", "whether that covers the students too"),
        ("F35", 16, "region", "europe"),
    ],
    "collaboration:cirse-efrs": [
        ("F36", 16, "kind", "project-work"),
        *parties("F36", 16, cirse="partner", efrs="partner"),
        ("F36", 16, "description", "together on a number of projects"),
        (
            "F37",
            16,
            "joint_works/recommendations/title",
            "Recommendations for teamworking in interventional radiology",
        ),
        ("F38", 16, "joint_works/sessions/title", "Joint sessions at the annual congress"),
    ],
    "organisation:esr": [
        ("F39", 18, "name", "European Society of Radiology"),
        ("F39", 18, "kind", "society"),
        ("F40", 18, "acronym", "ESR"),
        ("F42", 20, "not_for_profit", "yes"),
        ("F43", 20, "description", "European radiology stronger and more united"),
        ("F44", 20, "figures/members/value", 75_000),
        ("F44", 20, "figures/members/bound", "more-than"),
        ("F44", 20, "figures/members/measure", "members"),
        ("F45", 20, "region_note", "members worldwide"),
        ("F49", 20, "region", "europe"),
        (
            "F49",
            20,
            "description",
            "closely with national societies of radiology throughout Europe",
        ),
        ("F50", 20, "description", "health care needs of the general public"),
        ("F51", 20, "description", "science, teaching, research and the quality of service"),
    ],
    "collaboration:cirse-esr": [
        ("F41", 20, "kind", "institutional-membership"),
        *parties("F41", 20, cirse="member", esr="host-body"),
    ],
    "series:european-congress-of-radiology": [
        ("F46", 20, "title", "European Congress of Radiology"),
        *organisers("F46", 20, "esr"),
        ("F47", 20, "cadence", "annual"),
        ("F48", 20, "usual_city", "Vienna"),
        ("F48", 20, "usual_country", "AT"),
    ],
    "organisation:eurosafe-imaging": [
        ("F52", 22, "name", "EuroSafe Imaging"),
        ("F53", 24, "founded", "2014"),
        ("F53", 24, "founded_label", "launched"),
        ("F54", 24, "kind", "initiative"),
        ("F54", 24, "description", "an umbrella initiative"),
        ("F55", 24, "relations/esr/other", "esr"),
        ("F55", 24, "relations/esr/kind", "initiative-of"),
        ("F55", 24, "relations/esr/basis", "stated"),
        ("F56", 24, "region", "europe"),
        ("F56", 24, "description", "strengthens medical radiation protection across Europe"),
        ("F57", 24, "description", "approach is holistic and inclusive"),
        (
            "F63",
            24,
            "links/resources/label",
            "EuroSafe Imaging: information and training resources for professionals and patients",
        ),
        ("F63", 24, "description", "training resources, for professionals and for patients"),
    ],
    "collaboration:cirse-eurosafe-imaging": [
        ("F58", 24, "kind", "initiative-support"),
        ("F58", 24, "since", "2014"),
        *parties("F58", 24, cirse="supporter", eurosafe_imaging="host-body"),
        ("F59", 24, "through", "CIRSE Radiation Protection Subcommittee"),
        ("F60", 24, "description", "contributes regularly to its projects"),
        ("F61", 24, "joint_works/exhibition/title", "Annual poster exhibition"),
        ("F62", 24, "joint_works/ask/title", "Ask EuroSafe Imaging"),
    ],
    "organisation:uems-ir-division": [
        ("F64", 26, "name", "UEMS IR Division"),
        ("F64", 26, "kind", "division"),
        ("F66", 28, "description", "harmonise training and education in interventional radiology"),
        ("F67", 28, "description", "standards of treatment high, so that patients are as safe"),
        ("F68", 28, "description", "development and the interests of its specialists"),
        ("F69", 28, "description", "an Executive Board and delegations"),
        ("F70", 28, "relations/uems/other", "uems"),
        ("F70", 28, "relations/uems/kind", "division-of"),
        ("F70", 28, "relations/uems/basis", "inferred"),
        ("F70", 28, "description", "represent members of UEMS"),
        ("F71", 28, "links/information/label", "UEMS IR Division: information about its work"),
    ],
    "organisation:uems": [
        ("F70", 28, "name", "UEMS"),
    ],
    "collaboration:cirse-uems-ir-division": [
        ("F65", 28, "kind", "project-work"),
        *parties("F65", 28, cirse="partner", uems_ir_division="partner"),
        ("F65", 28, "description", "work together on the mission of the division"),
    ],
    "organisation:era-edta": [
        (
            "F74",
            32,
            "name",
            "European Renal Association – European Dialysis and Transplant Association",
        ),
        ("F74", 32, "kind", "association"),
        ("F75", 32, "acronym", "ERA-EDTA"),
    ],
    "collaboration:cirse-era-edta": [
        ("F73", 32, "kind", "ad-hoc"),
        *parties("F73", 32, cirse="partner", era_edta="partner"),
    ],
    "organisation:esmo": [
        ("F77", 32, "name", "European Society for Medical Oncology"),
        ("F77", 32, "kind", "society"),
        ("F77", 32, "description", "in the field of cancer care"),
        ("F78", 32, "acronym", "ESMO"),
    ],
    "collaboration:cirse-esmo": [
        ("F76", 32, "kind", "ad-hoc"),
        *parties("F76", 32, cirse="partner", esmo="partner"),
    ],
    "organisation:eortc": [
        ("F79", 32, "name", "European Organisation for Research and Treatment of Cancer"),
        ("F79", 32, "kind", "research-organisation"),
        ("F79", 32, "description", "in the field of cancer care"),
        ("F80", 32, "acronym", "EORTC"),
    ],
    "collaboration:cirse-eortc": [
        ("F76", 32, "kind", "ad-hoc"),
        *parties("F76", 32, cirse="partner", eortc="partner"),
    ],
    "organisation:esso": [
        ("F81", 32, "name", "European Society of Surgical Oncology"),
        ("F81", 32, "kind", "society"),
        ("F81", 32, "description", "in the field of cancer care"),
        ("F82", 32, "acronym", "ESSO"),
    ],
    "collaboration:cirse-esso": [
        ("F76", 32, "kind", "ad-hoc"),
        *parties("F76", 32, cirse="partner", esso="partner"),
    ],
    "organisation:estro": [
        ("F83", 32, "name", "European Society for Radiotherapy & Oncology"),
        ("F83", 32, "kind", "society"),
        ("F83", 32, "description", "in the field of cancer care"),
        ("F84", 32, "acronym", "ESTRO"),
    ],
    "collaboration:cirse-estro": [
        ("F76", 32, "kind", "ad-hoc"),
        *parties("F76", 32, cirse="partner", estro="partner"),
    ],
    "organisation:sir": [
        ("F85", 34, "name", "Society of Interventional Radiology"),
        ("F86", 34, "acronym", "SIR"),
        ("F87", 36, "kind", "society"),
        ("F87", 36, "not_for_profit", "yes"),
        ("F87", 36, "description", "a professional and medical society"),
        ("F88", 36, "figures/members/value", 7_000),
        ("F88", 36, "figures/members/bound", "more-than"),
        ("F88", 36, "figures/members/measure", "members"),
        ("F89", 36, "description", "a wide range of settings and at different levels"),
        ("F90", 36, "region", "north-america"),
        ("F90", 36, "region_note", "mainly U.S."),
        ("F91", 36, "description", "patient-centered care through image-guided therapy"),
    ],
    "collaboration:cirse-sir": [
        ("F92", 36, "kind", "liaison"),
        ("F92", 36, "joint_works/meetings/title", "Regular liaison meetings"),
        (
            "F93",
            36,
            "joint_works/faculty/title",
            "Faculty of each society take part in the other's annual congress",
        ),
        *parties("F94", 36, cirse="partner", sir="partner"),
        ("F94", 36, "description", "strong relations"),
    ],
    "organisation:apscvir": [
        (
            "F95",
            39,
            "name",
            "Asia Pacific Society of Cardiovascular and Interventional Radiology",
        ),
        ("F95", 39, "kind", "society"),
        ("F96", 39, "acronym", "APSCVIR"),
        ("F97", 39, "description", "interventional radiologists and people in related fields"),
        ("F97", 39, "description", "an international organisation"),
        ("F98", 39, "description", "raise the level of clinical practice and research"),
        ("F99", 39, "region", "asia-pacific"),
    ],
    "collaboration:cirse-apscvir": [
        ("F100", 39, "kind", "liaison"),
        *parties("F100", 39, cirse="partner", apscvir="partner"),
        ("F100", 39, "description", "longstanding collaboration and exchange"),
        ("F101", 39, "joint_works/meetings/title", "Regular high-level meetings"),
    ],
    "event:apscvir-2018": [
        ("F102", 39, "title", "APSCVIR 2018"),
        ("F102", 39, "starts", "2018"),
        ("F103", 39, "city", "Auckland"),
        ("F103", 39, "country", "NZ"),
    ],
    "event:australasian-ebir-examination-2018": [
        ("F104", 39, "title", "Australasian edition of the EBIR examination 2018"),
        ("F104", 39, "series", "australasian-ebir-examination"),
        *organisers("F104", 39, "cirse", "irsa"),
        ("F105", 39, "starts", "2018"),
        ("F105", 39, "held_at", "apscvir-2018"),
    ],
    "organisation:ranzcr": [
        ("F106", 42, "name", "Royal Australian and New Zealand College of Radiologists"),
        ("F106", 42, "kind", "college"),
        ("F107", 42, "acronym", "RANZCR"),
        ("F108", 42, "not_for_profit", "yes"),
        ("F108", 42, "description", "a professional organisation"),
        ("F109", 42, "description", "clinical radiologists and radiation oncologists"),
        ("F110", 42, "region", "australasia"),
        ("F110", 42, "region_note", "Australia, New Zealand and Singapore"),
        ("F111", 42, "description", "administers training, accreditation and CPD programmes"),
        ("F112", 42, "description", "sets standards and engages in advocacy"),
    ],
    "organisation:irsa": [
        ("F113", 42, "name", "Interventional Radiology Society of Australasia"),
        ("F113", 42, "kind", "society"),
        ("F114", 42, "acronym", "IRSA"),
    ],
    "collaboration:australasian-ebir-examination": [
        ("F115", 42, "kind", "joint-examination"),
        ("F115", 42, "cadence", "annual"),
        *parties("F115", 42, cirse="organiser", ranzcr="organiser", irsa="organiser"),
        ("F117", 42, "since", "2015"),
        ("F117", 42, "description", "successfully since the beginning"),
    ],
    "series:australasian-ebir-examination": [
        ("F115", 42, "collaboration", "australasian-ebir-examination"),
        *organisers("F115", 42, "cirse", "ranzcr", "irsa"),
        ("F116", 42, "title", "Australasian edition of the EBIR examination"),
        ("F116", 42, "cadence", "annual"),
        ("F117", 42, "since", "2015"),
    ],
}

#: Statements that the page does not make in so many words: most from a name, two from a place.
INFERRED = {
    ("organisation:cirse", "acronym"),
    ("organisation:esr", "region"),
    ("organisation:sir", "region"),
    ("organisation:ranzcr", "region"),
    ("organisation:uems-ir-division", "relations/uems/other"),
    ("organisation:uems-ir-division", "relations/uems/kind"),
    ("organisation:uems-ir-division", "relations/uems/basis"),
    ("collaboration:cirse-uems-ir-division", "kind"),
    ("collaboration:cirse-sir", "kind"),
    ("collaboration:cirse-apscvir", "kind"),
    *(
        (f"organisation:{key}", "kind")
        for key in (
            "cirse eibir esr uems-ir-division era-edta esmo eortc esso estro apscvir ranzcr irsa"
        ).split()
    ),
}


class Row(NamedTuple):
    fact: str
    line: int
    record: str
    path: str
    expected: object

    def __str__(self):
        return f"{self.fact}-{self.record}-{self.path}"

    @property
    def field(self):
        return self.path.rpartition("/")[2]

    @property
    def full_path(self):
        """The path as citations hold it: the part by its id."""
        part = PARTS.get(self.record, {}).get(self.path.rpartition("/")[0])
        return f"{self.path.partition('/')[0]}/{part}/{self.field}" if part else self.path


ROWS = [Row(fact, line, record, *rest) for record in TABLE for fact, line, *rest in TABLE[record]]
#: One row each of every second fact: enough to show that the check can tell facts apart.
ONE_IN_TWO = list({row.fact: row for row in ROWS}.values())[::2]
every_row = pytest.mark.parametrize("row", ROWS, ids=Row.__str__)


def all_roots():
    """Every root by its name in the table."""
    return {
        f"{name}:{root.pk}": root
        for name, label in ROOTS.items()
        for root in apps.get_model(label).objects.all()
    }


def all_citations():
    """(record, path, line, basis) of every citation of the society's page."""
    owners = [f"{name}_id" for name in ROOTS]
    rows = Citation.objects.filter(source=SOURCE).values_list("path", "locator", "basis", *owners)
    return {
        (f"{name}:{key}", path, locator, basis)
        for path, locator, basis, *keys in rows
        for name, key in zip(ROOTS, keys, strict=True)
        if key
    }


def finder():
    """A function (record, path) → the value there; it looks up each record once."""

    @cache
    def root(record):
        name, _, key = record.partition(":")
        return apps.get_model(ROOTS[name]).objects.filter(pk=key).first()

    @cache
    def find(record, path):
        holder, _, field = path.rpartition("/")
        if holder.count("/") == 1:
            return statement(find(record, holder), field)
        if root(record) is None:
            raise StatementNotFound(record)
        return statement(root(record), path)

    return find


def is_carried(row, find):
    try:
        value = find(row.record, row.full_path)
    except StatementNotFound:
        return False
    if isinstance(value, models.Model):
        value = value.pk
    return row.expected in value if row.field in TEXTS else str(value) == str(row.expected)


def is_cited(row, citations):
    """Whether a citation names the row's line for its path, or for the part that it is in."""
    names = row.full_path.split("/")
    paths = ("/".join(names[: end + 1]) for end in range(len(names)))
    wanted = {
        (row.record, path, f"line {row.line}", basis) for path in paths for basis in Basis.values
    }
    return not citations.isdisjoint(wanted)


def failing_facts():
    """The facts that some record does not carry, or carries without saying where from."""
    find, citations = finder(), all_citations()
    return {row.fact for row in ROWS if not (is_carried(row, find) and is_cited(row, citations))}


@pytest.fixture(scope="module")
def seed(django_db_setup, django_db_blocker):
    """The fixtures, loaded once for this module and taken back after it."""
    names = sorted(path.stem for path in (settings.BASE_DIR / "fixtures").glob("*.json"))
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loaddata", *names, verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _loaded(seed, db):
    """Each test starts from the loaded fixtures and leaves nothing behind."""


# Every fact


def test_table_has_every_fact():
    assert {row.fact for row in ROWS} == {f"F{number}" for number in range(1, 118)}


@every_row
def test_fact_is_carried(row):
    assert is_carried(row, finder())


@every_row
def test_fact_is_cited(row):
    assert is_cited(row, all_citations())


def test_no_fact_fails():
    assert failing_facts() == set()


def test_citations_mark_what_is_inferred():
    inferred = {row[:2] for row in all_citations() if row[3] == "inferred"}
    table = {(row.record, row.full_path) for row in ROWS if (row.record, row.path) in INFERRED}
    assert inferred == table
    assert len(table) == len(INFERRED)


def test_citations_back_nothing_beyond_the_table():
    table = {(row.record, row.full_path, f"line {row.line}") for row in ROWS}
    assert {row[:3] for row in all_citations()} == table
    assert Citation.objects.exclude(source=SOURCE).count() == 0


# A wrong value fails its fact, and no other


def changed(value, row):
    """Something else than `value`, as its column takes it."""
    if isinstance(value, Organisation):
        return "esmo" if value.pk == "uems" else "uems"
    if isinstance(value, models.Model):
        return None
    if isinstance(value, int):
        return value + 1
    if isinstance(value, PartialDate):
        return f"{value}-05"
    if row.field in TEXTS:
        return value.replace(row.expected, "something else")
    return "FR" if row.field.endswith("country") else f"{value}x"


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("row", ONE_IN_TWO, ids=Row.__str__)
def test_wrong_value_fails_its_fact_alone(row):
    find = finder()
    holder, _, field = row.full_path.rpartition("/")
    owner = find(row.record, holder) if holder else all_roots()[row.record]
    wrong = changed(getattr(owner, field), row)
    type(owner).objects.filter(pk=owner.pk).update(**{field: wrong})
    assert failing_facts() == {row.fact}


def test_phrases_of_two_facts_share_no_words_of_a_text():
    """So that editing what one fact says leaves the others alone."""
    find, taken = finder(), defaultdict(set)
    for row in ROWS:
        if row.field in TEXTS:
            text = find(row.record, row.full_path)
            assert text.count(row.expected) == 1, row
            start = text.index(row.expected)
            place = taken[row.record, row.path]
            words = set(range(start, start + len(row.expected)))
            assert not words & place, row
            place |= words


def test_values_of_two_facts_stand_in_different_fields():
    facts = defaultdict(set)
    for row in ROWS:
        if row.field not in TEXTS:
            facts[row.record, row.path].add(row.fact)
    assert {place: found for place, found in facts.items() if len(found) > 1} == {}


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("line", sorted({row.line for row in ROWS}))
def test_missing_citations_fail_the_facts_of_their_line(line):
    Citation.objects.filter(locator=f"line {line}").delete()
    assert failing_facts() == {row.fact for row in ROWS if row.line == line}


# What must stay empty, because the page does not say it


def seeded_models():
    """The models that fixtures carry."""
    beside = {"loadedrow", "record", "redirect", "verification", "word"}
    return [
        m for m in apps.get_app_config("partners").get_models() if m._meta.model_name not in beside
    ]


def filled(*kinds):
    """{(model, key, field): text} of all non-empty values in fields of the given classes."""
    values = {}
    for model in seeded_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, kinds):
                for instance in model.objects.all():
                    if value := field.value_to_string(instance):
                        values[model._meta.model_name, str(instance.pk), field.name] = value
    return values


def test_no_date_but_those_the_page_gives():
    assert filled(PartialDateField) == {
        ("organisation", "eibir", "founded"): "2006",
        ("organisation", "efrs", "founded"): "2008",
        ("organisation", "eurosafe-imaging", "founded"): "2014",
        ("collaboration", "cirse-european-cancer-organisation", "since"): "2016",
        ("collaboration", "cirse-eurosafe-imaging", "since"): "2014",
        ("collaboration", "australasian-ebir-examination", "since"): "2015",
        ("eventseries", "australasian-ebir-examination", "since"): "2015",
        ("event", "apscvir-2018", "starts"): "2018",
        ("event", "australasian-ebir-examination-2018", "starts"): "2018",
    }
    assert not Collaboration.objects.filter(has_ended=True).exists()
    assert not Event.objects.exclude(start_time=None, end_time=None, time_zone="").exists()


def test_no_address_and_no_logo():
    assert filled(models.URLField, models.FileField) == {}
    assert not Organisation.objects.exclude(logo_alt="", logo_permission="").exists()
    assert not Organisation.objects.exclude(logo_width=None, logo_height=None).exists()


def test_no_seat_and_no_place_but_those_the_page_gives():
    assert not Organisation.objects.exclude(seat_city="", seat_country="").exists()
    series = EventSeries.objects.exclude(usual_city="", usual_country="")
    assert [found.key for found in series] == ["european-congress-of-radiology"]
    events = Event.objects.exclude(venue="", city="", country="")
    assert [(found.key, found.venue) for found in events] == [("apscvir-2018", "")]
    assert set(Event.objects.values_list("mode", "status")) == {("not-stated", "scheduled")}


def test_no_acronym_but_those_the_page_gives():
    without = Organisation.objects.filter(acronym="").order_by("key")
    assert [organisation.key for organisation in without] == [
        "european-cancer-organisation",
        "eurosafe-imaging",
        "uems",
        "uems-ir-division",
    ]
    assert not OrganisationName.objects.exists()
    assert not Identifier.objects.exists()


def test_no_expansion_but_those_to_be_verified():
    terms = Term.objects.order_by("pk").values_list("abbreviation", "is_to_be_verified", "source")
    assert list(terms) == [(name, True, "general-knowledge") for name in ("EBIR", "IR", "UEMS")]


def test_nothing_said_of_kind_profit_and_region_but_what_the_page_says():
    cited = {(row.record, row.path) for row in ROWS}
    for field in ("kind", "not_for_profit", "region"):
        said = Organisation.objects.exclude(**{field: "not-stated"})
        assert {(f"organisation:{each.key}", field) for each in said} == {
            (record, path) for record, path in cited if path == field and "organisation:" in record
        }
    noted = Organisation.objects.exclude(region_note="")
    assert {each.key for each in noted} == {"esr", "sir", "ranzcr"}


def test_texts_hold_no_year_address_or_link():
    """Dates and addresses live in fields of their own.

    Only two titles name a year, and the accessibility statement, which has to say of when it is.
    """
    for (model, key, field), text in filled(models.CharField, models.TextField).items():
        assert not re.search(r"https?:|www\.|@|<a\b|\.(eu|org|com)\b", text), (key, field)
        is_title = model == "event" and field in {"key", "slug", "title"}
        if not is_title and key != "accessibility":
            assert not re.search(r"\b(19|20)\d\d\b", text), (model, key, field)


def test_texts_are_normalised():
    for place, text in filled(models.CharField, models.TextField).items():
        assert not re.search("[\u00a0\u2018\u2019\u201c\u201d\u2028]| {2}", text), place
        assert text == text.strip(), place
    for (model, key, field), text in filled(RichTextField).items():
        assert sanitise(text) == text, (model, key, field)


# What the fixtures yield


def test_seventeen_organisations_one_of_them_at_home():
    assert Organisation.objects.live().count() == Organisation.objects.count() == 17
    assert [home.key for home in Organisation.objects.filter(is_home=True)] == ["cirse"]
    assert not Organisation.objects.filter(summary="").exists()
    assert not Organisation.objects.filter(description="").exists()


def test_fourteen_collaborations_with_the_society_in_each():
    assert Collaboration.objects.live().count() == Collaboration.objects.count() == 14
    members = defaultdict(set)
    for party in Party.objects.all():
        members[party.collaboration_id].add(party.organisation_id)
    assert all("cirse" in keys for keys in members.values())
    examination = members.pop("australasian-ebir-examination")
    assert examination == {"cirse", "ranzcr", "irsa"}
    assert len(members) == 13
    assert {len(keys) for keys in members.values()} == {2}


@pytest.mark.parametrize(
    ("key", "title", "display", "entries"),
    [
        (
            "european-partners",
            "European partners",
            "profiles",
            "european-cancer-organisation eibir efrs esr eurosafe-imaging uems-ir-division",
        ),
        (
            "further-cooperations",
            "Further cooperations",
            "mentions",
            "era-edta esmo eortc esso estro",
        ),
        ("international-partners", "International partners", "profiles", "sir apscvir ranzcr"),
    ],
)
def test_section_holds_its_organisations_in_order(key, title, display, entries):
    section = Section.objects.get(pk=key)
    assert (section.title, section.display, section.page_id) == (title, display, "partners")
    assert [entry.organisation_id for entry in section.entries.all()] == entries.split()


def test_sections_stand_in_order():
    assert [section.pk for section in Section.objects.all()] == [
        "european-partners",
        "further-cooperations",
        "international-partners",
    ]
    assert SectionEntry.objects.count() == 14


def test_examination_of_2018_was_held_by_two_of_the_three():
    series = EventSeries.objects.get(pk="australasian-ebir-examination")
    event = Event.objects.get(pk="australasian-ebir-examination-2018")
    assert [each.organisation_id for each in series.organisers.all()] == ["cirse", "ranzcr", "irsa"]
    assert [each.organisation_id for each in event.organisers.all()] == ["cirse", "irsa"]
    assert list(series.events.all()) == [event]
    assert not Organiser.objects.filter(event="apscvir-2018").exists()


def test_series_events_links_and_figures_are_all_there():
    assert EventSeries.objects.live().count() == EventSeries.objects.count() == 2
    assert Event.objects.live().count() == Event.objects.count() == 2
    assert Link.objects.count() == 2
    assert Figure.objects.filter(source=SOURCE).count() == Figure.objects.count() == 4


def test_pages_of_the_footer_are_there():
    pages = {page.key: page for page in Page.objects.live()}
    assert set(pages) == {Page.PARTNERS, *Page.FOOTER}
    assert all(page.title and page.summary and page.body for page in pages.values())


def test_every_topic_is_used():
    assert not Topic.objects.filter(organisations=None).exists()


def test_address_of_each_record_is_its_key():
    assert [root.pk for root in all_roots().values() if root.slug != root.pk] == []
