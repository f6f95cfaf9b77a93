"""Sorting: names stand where a reader looks for them, on every database."""

import importlib
import random

import django_countries
import pytest
from django.db import connection, models
from hypothesis import given, settings
from hypothesis import strategies as st
from pyuca.collator import BaseCollator

from partners.models import Organisation, Topic
from partners.values.sorting import sort_key
from tests import factories as make

#: As ICU sorts them, version 72, for English.
IN_ORDER = [
    "'Agia Sofia' Children's Hospital",
    '"Dr. Horst Schmidt" Kliniken',
    "(formerly) Medical Union",
    "10th Congress of Imaging",
    "2nd Department of Radiology",
    "3M Health Care",
    "Aerzte ohne Grenzen",
    "Ålesund sykehus",
    "Ärztekammer Wien",
    "association of radiologists",
    "Association of Radiologists",
    "Centre hospitalier",
    "Česká radiologická společnost",
    "Cesky Krumlov Hospital",
    "E.S.R. Foundation",
    "Ecole de medecine",
    "École de médecine",
    "Ecole polytechnique",
    "ESR",
    "ESR iGuide",
    "ESR-iGuide",
    "Istanbul Bilim",
    "İstanbul Üniversitesi",
    "Łódź Medical University",
    "Londýn Clinic",
    "Lund University",
    "Ørsted Institute",
    "Oslo University Hospital",
    "Österreichische Röntgengesellschaft",
    "Saint-Étienne University",
    "St Mary's Hospital",
    "St. Mary’s Hospital",
    "Strasse der Medizin",
    "Straße der Medizin",
    "Zeta Imaging",
    "Þorlákshöfn Clinic",
    "Έλληνες ακτινολόγοι",
    "Ελληνική Ακτινολογική Εταιρεία",
    "Ивановская больница",
    "Йошкар-Ола больница",
    "Российское общество рентгенологов",
    "ישראל רדיולוגיה",
    "الجمعية السعودية للأشعة",
    "भारतीय रेडियोलॉजी",
    "대한영상의학회",
    "かながわ病院",
    "日本医学放射線学会",
]
SHUFFLED = random.Random(20).sample(IN_ORDER, len(IN_ORDER))  # noqa: S311 — the same each time


def test_names_are_sorted_by_the_database_as_people_do(db):
    for number, name in enumerate(SHUFFLED):
        make.OrganisationFactory(name=name, slug=f"number-{number}")
    assert list(Organisation.objects.order_by("name").values_list("name", flat=True)) == IN_ORDER


def test_lists_that_are_made_in_python_have_the_same_order():
    assert sorted(SHUFFLED, key=sort_key) == IN_ORDER


@settings(derandomize=True, deadline=None)
@given(st.text(), st.text())
def test_only_the_same_text_has_the_same_place(one, other):
    assert (sort_key(one) == sort_key(other)) == (one == other)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL had the order before")
@pytest.mark.django_db(transaction=True)
def test_tables_made_before_get_the_order_and_keep_their_rows():
    migration = importlib.import_module("partners.migrations.0012_keep_addresses_and_order")
    for name in ("Zeta", "Ärzte"):
        make.TopicFactory(name=name, key=name[0].lower())
    as_it_was = models.CharField(max_length=80, unique=True, db_collation="NOCASE")
    as_it_was.set_attributes_from_name("name")
    as_it_was.model = Topic
    topics = Topic.objects.order_by("name").values_list("name", flat=True)
    with connection.schema_editor() as editor:
        editor.alter_field(Topic, Topic._meta.get_field("name"), as_it_was)
    assert list(topics.all()) == ["Zeta", "Ärzte"]
    with connection.schema_editor() as editor:
        migration.order_anew(Topic._meta.apps, editor)
    assert list(topics.all()) == ["Ärzte", "Zeta"]


def test_countries_are_sorted_by_the_same_table():
    """Theirs would take 12 MB in each process."""
    names = [name for _, name in django_countries.countries]
    assert names == sorted(names, key=sort_key)
    assert not isinstance(django_countries.collator, BaseCollator)
