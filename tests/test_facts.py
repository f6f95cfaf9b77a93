"""The seed content says what the society's page says: every fact, and nothing beyond it."""

import re
from collections import defaultdict
from functools import cache

import pytest
from django.apps import apps
from django.db import models

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
from tests.facts import CARRIED, NUMBERS, Fact, all_roots

#: What was loaded comes back alike from both databases, as tests/exchange/test_fixtures.py proves.
pytestmark = pytest.mark.any_database

SOURCE = "collaborations-page"
TEXTS = {"summary", "description", "body", "intro", "note"}


#: One row each of every second fact: enough to show that the check can tell facts apart.
ONE_IN_TWO = list({row.fact: row for row in CARRIED}.values())[::2]
every_row = pytest.mark.parametrize("row", CARRIED, ids=Fact.__str__)


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
    return row.value in value if row.field in TEXTS else str(value) == row.value


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
    return {row.fact for row in CARRIED if not (is_carried(row, find) and is_cited(row, citations))}


@pytest.fixture(autouse=True)
def _loaded(seed, db):
    """Each test starts from the loaded fixtures and leaves nothing behind."""


# Every fact


def test_table_has_every_fact():
    assert {row.fact for row in CARRIED} == NUMBERS


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
    assert inferred == {(row.record, row.full_path) for row in CARRIED if row.basis}


def test_citations_back_nothing_beyond_the_table():
    table = {(row.record, row.full_path, f"line {row.line}") for row in CARRIED}
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
        return value.replace(row.value, "something else")
    return "FR" if row.field.endswith("country") else f"{value}x"


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("row", ONE_IN_TWO, ids=Fact.__str__)
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
    for row in CARRIED:
        if row.field in TEXTS:
            text = find(row.record, row.full_path)
            assert text.count(row.value) == 1, row
            start = text.index(row.value)
            place = taken[row.record, row.path]
            words = set(range(start, start + len(row.value)))
            assert not words & place, row
            place |= words


def test_values_of_two_facts_stand_in_different_fields():
    facts = defaultdict(set)
    for row in CARRIED:
        if row.field not in TEXTS:
            facts[row.record, row.path].add(row.fact)
    assert {place: found for place, found in facts.items() if len(found) > 1} == {}


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("line", sorted({row.line for row in CARRIED}))
def test_missing_citations_fail_the_facts_of_their_line(line):
    Citation.objects.filter(locator=f"line {line}").delete()
    assert failing_facts() == {row.fact for row in CARRIED if row.line == line}


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
    names = {label.rpartition(".")[2].lower(): name for name, label in ROOTS.items()}
    dates = {
        (f"{names[model]}:{key}", field): date
        for (model, key, field), date in filled(PartialDateField).items()
    }
    fields = {field for _, field in dates}
    assert dates == {(row.record, row.path): row.value for row in CARRIED if row.path in fields}
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
    cited = {(row.record, row.path) for row in CARRIED}
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
