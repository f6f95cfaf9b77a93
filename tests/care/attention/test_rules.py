"""Each rule fires where it should, and nowhere else."""

import datetime as dt

import pytest
from django.utils import timezone

from partners.care.attention import RULES, queue
from partners.models import Organisation, Snooze
from partners.rows import bookkeeping
from tests import factories as make
from tests.care.attention.rule_cases import (
    CASES,
    NOW,
    circle,
    figure,
    link,
    organisation,
    relation,
    verified,
)

pytestmark = pytest.mark.django_db

LONG_LABEL = "“EuroSafe Imaging: information and training resources for professionals and patients”"
THREE_YEARS = dt.timedelta(days=3 * 365)


def found(name, now=NOW):
    """[(what it is called, what is said)] of one rule."""
    groups = {group.rule.name: group.findings for group in queue(now)}
    return [(str(each.record or ""), each.text) for each in groups.get(name, [])]


@pytest.mark.parametrize(
    ("name", "build", "says"),
    [(name, *case) for name, cases in CASES.items() for case in cases],
)
def test_rule(name, build, says):
    with timezone.override("Europe/Vienna"):
        build()
        assert [said for _, said in found(name)] == ([says] if says else [])


def test_every_rule_has_cases_in_both_directions():
    assert {rule.name for rule in RULES} == {*CASES, "not-yet-verified"}
    for name, cases in CASES.items():
        assert {bool(says) for _, says in cases} == {True, False}, name


def test_circle_of_relations_is_found_on_both_sides():
    circle()
    assert sorted(found("relation-astray"), reverse=True) == [
        ("Partner", "division of Other, which leads back to it"),
        ("Other", "division of Partner, which leads back to it"),
    ]


def test_what_is_not_verified_is_a_line_a_kind():
    for _ in range(2):
        figure(source=make.SourceFactory())
    make.EventFactory(draft=True)
    verified(1)
    assert found("not-yet-verified") == [("", "2 organisations"), ("", "2 figures")]


def test_finding_leads_to_the_place_where_it_is_mended():
    figure()
    (group,) = [each for each in queue(NOW) if each.rule.name == "figure-without-date"]
    (finding,) = group.findings
    assert finding.url.endswith("/change/#figures-group")


def test_what_is_put_off_comes_back_on_its_day():
    organisation()
    (group,) = [each for each in queue(NOW) if each.rule.name == "logo-missing"]
    Snooze.objects.create(finding=group.findings[0].key, until=dt.date(2026, 7, 2), title="Logo")
    assert found("logo-missing") == []
    assert found("logo-missing", NOW + dt.timedelta(days=1)) != []


def said_of_content(now):
    return {group.rule.name: [each.text for each in group.findings] for group in queue(now)}


def test_queue_of_the_content_is_exactly_what_is_known_to_be_open(content):
    now = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    said = said_of_content(now)
    assert said.pop("inferred")
    assert len(said.pop("logo-missing")) == Organisation.objects.count()
    assert said == {
        "figure-without-date": [
            "more than 75,000 members: as of when?",
            "8,000 radiography students represented: as of when?",
            "more than 7,000 members: as of when?",
            "more than 100,000 radiographers represented: as of when?",
        ],
        "not-yet-verified": [
            "17 organisations", "14 collaborations", "2 event series", "2 events", "7 pages",
            "4 figures",
        ],
        "link-without-target": [
            "“UEMS IR Division: information about its work”",
            LONG_LABEL,
        ],
        "term-to-verify": [
            "European Board of Interventional Radiology",
            "interventional radiology",
            "European Union of Medical Specialists (Union Européenne des Médecins Spécialistes)",
        ],
    }  # fmt: skip


def test_three_years_on_the_content_has_nothing_new_but_reviews(content):
    now = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    before = said_of_content(now)
    assert said_of_content(now + THREE_YEARS) == before
    bookkeeping.verify(Organisation.objects.get(pk="esr"), None, now)
    after = said_of_content(now + THREE_YEARS)
    assert after["review-overdue"] == ["24 November 2027"]


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("count", [1, 50])
def test_queue_costs_as_many_queries_for_many_as_for_one(django_assert_num_queries, count):
    for _ in range(count):
        figure()
        relation()
        link()
    with django_assert_num_queries(53):
        assert queue(NOW)


def test_reported_mistake_stands_at_its_record():
    make.OrganisationFactory(name="Partner", key="partner")
    report = make.MistakeReportFactory(page="/organisations/partner/?a=b")
    [finding] = [each for rule, those in queue(NOW) for each in those if "mistake" in rule.name]
    assert str(finding.record) == "Partner"
    assert finding.url.endswith(f"/mistakereport/{report.pk}/change/")
    for page in ("/organisations/unknown/", "/events/", "nonsense", "//[", "/pages/"):
        type(report).objects.update(page=page)
        assert found("mistake-reported") == [(f"{page}: Founded 2016", "“Founded 2016”")]
