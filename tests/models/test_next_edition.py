"""The next edition of an event is a draft, a year later."""

import pytest
from django.core.exceptions import ValidationError

from partners.models import Event
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_next_edition_is_a_draft_a_year_later_with_the_organisers_of_the_series():
    series = make.EventSeriesFactory()
    usual = make.OrganiserFactory(series=series, role="host", position=3)
    event = make.EventFactory(series=series, title="ECR 2018", starts="2018-05-03", city="Vienna")
    make.OrganiserFactory(event=event)
    edition = event.next_edition()[0]
    edition.full_clean()
    edition = Event.objects.get(pk=edition.pk)
    assert (edition.title, edition.slug, str(edition.starts)) == ("ECR 2019", "ecr-2019", "2019")
    assert (edition.series, edition.published_at, edition.city) == (series, None, "")
    rows = edition.organisers.values_list("organisation", "role", "position")
    assert list(rows) == [(usual.organisation_id, "host", 3)]


def test_next_edition_of_a_single_event_takes_its_own_organisers():
    event = make.EventFactory(title="Summit", starts="2018")
    own = make.OrganiserFactory(event=event)
    edition, _ = event.next_edition()
    assert edition.title == "Summit 2019"
    assert [row.organisation for row in edition.organisers.all()] == [own.organisation]


def test_next_edition_finds_a_free_address():
    make.EventFactory(slug="ecr-2019", series=make.EventSeriesFactory())
    edition, is_new = make.EventFactory(title="ECR 2018", starts="2018").next_edition()
    assert (edition.slug[:9], is_new) == ("ecr-2019-", True)


@pytest.mark.parametrize("changed", [{}, {"title": "ECR 2019, Graz"}, {"slug": "graz"}])
def test_next_edition_is_found_again(changed):
    event = make.EventFactory(title="ECR 2018", starts="2018", series=make.EventSeriesFactory())
    make.EventFactory(title="ECR 2019", slug="another-series")
    first, _ = event.next_edition()
    Event.objects.filter(pk=first.pk).update(**changed)
    assert event.next_edition() == (first, False)
    assert Event.objects.count() == 3


@pytest.mark.parametrize(
    ("title", "starts", "later"),
    [
        ("CIRSE 2026, Barcelona", "2026-09-12", "CIRSE 2027, Barcelona"),
        ("Course 2025/2026", "2025", "Course 2026/2027"),
        ("Course 2025/2026", "2026", "Course 2026/2027"),
        ("Winter school 2025–26 (online)", "2025-11", "Winter school 2026–27 (online)"),
        ("Courses of 2025 and 2026", "2025-11", "Courses of 2026 and 2027"),
        ("Winter school 2026", "2025-12-29", "Winter school 2027"),
        ("1999/00", "1999", "2000/01"),
        ("Since 1998: ECR 2026", "2026", "Since 1998: ECR 2027"),
        ("2024–2026 programme", "2026", "2024–2027 programme"),
        ("Meeting on 2026-05-03", "2026", "Meeting on 2027-05-03"),
        ("Grant 120265, 20261", "2026", "Grant 120265, 20261 2027"),
        ("2026: what 2026 brings", "2026", "2027: what 2027 brings"),
        ("CIRSE", "2026", "CIRSE 2027"),
        ("CIRSE 2024", "", "CIRSE 2025"),
    ],
)
def test_next_edition_has_the_next_year_in_the_place_of_this_one(title, starts, later):
    state = {} if starts else {"postponed": True}
    event = make.EventFactory(title=title, **({"starts": starts} if starts else state))
    edition, _ = event.next_edition()
    assert edition.title == later


def test_next_edition_of_a_long_title_fits_the_columns():
    event = make.EventFactory(title="Radiology " * 20, starts="2018")
    for _ in range(2):
        event.next_edition()[0].full_clean()


@pytest.mark.parametrize(("year", "next_year"), [("0007", "0008"), ("0999", "1000")])
def test_next_edition_of_an_early_year_is_a_year_later(year, next_year):
    event = make.EventFactory(title=f"Summit {year}", starts=year)
    edition, _ = event.next_edition()
    assert (edition.title, str(edition.starts)) == (f"Summit {next_year}", next_year)


def test_next_edition_after_the_last_year_is_refused():
    event = make.EventFactory(starts="9999-12")
    with pytest.raises(ValidationError) as refused:
        event.next_edition()
    assert refused.value.messages == ["No year follows 9999. Correct when this event starts."]
    assert Event.objects.get() == event
