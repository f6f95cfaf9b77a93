"""What changed on a page, and when, for everybody: fields and days, and nobody's name."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from partners.rows.standing import standing
from tests import acts
from tests import factories as make

LATER = dt.datetime(2022, 3, 5, 12, tzinfo=dt.UTC)


@pytest.fixture
def change(db):
    """change(record, at, **fields) → published then by somebody, and why."""
    somebody = User.objects.create_user("somebody", first_name="Quixo")

    def change(record, at, **fields):
        model = type(record)
        base = standing(model, record.pk).present
        rows = [{**base[0], "fields": base[0]["fields"] | fields}, *base[1:]]
        said = {"why": "Quixo asked"}
        acts.publish(acts.Proposal(model, record.pk, base, rows, somebody, **said), at)

    return change


def history(read, record):
    page = read(f"{record.get_absolute_url()}history/")
    assert "Quixo" not in page.source
    return page.under("What changed, and when")


@pytest.mark.parametrize(
    "factory",
    [make.OrganisationFactory, make.CollaborationFactory, make.EventFactory,
     make.EventSeriesFactory, make.PageFactory],
)  # fmt: skip
def test_every_record_has_a_history(read, factory):
    record = factory()
    assert history(read, record).startswith("1 January 2020 Published")
    links = [href for _, href in read(record.get_absolute_url()).links()]
    assert "history" not in " ".join(links)
    assert f"{record.get_absolute_url()}history/" in read(record.get_absolute_url()).source


def test_changes_are_named_by_field_the_latest_first(read, change):
    record = make.OrganisationFactory()
    change(record, LATER, summary="A.", founded="2016")
    change(record, LATER, acronym="Q", review_days=30, logo_permission="Quixo")
    change(record, LATER, review_days=60)
    said = history(read, record).replace(today(), "today")
    assert said == "today Acronym today Founded, Summary 1 January 2020 Published Not yet verified"


def test_what_is_not_public_has_no_history(read):
    for state in ("draft", "scheduled"):
        record = make.OrganisationFactory(**{state: True})
        read(f"{record.get_absolute_url()}history/", status=404)
    gone = make.OrganisationFactory(withdrawn=True)
    read(f"{gone.get_absolute_url()}history/", status=410)


def test_drafts_of_the_time_before_leave_no_trace(read, change):
    record = make.OrganisationFactory(draft=True)
    change(record, LATER, founded="2016")
    change(record, LATER, acronym="NEW")
    said = history(read, record).replace(today(), "today")
    assert said == "today Acronym 5 March 2022 Published Not yet verified"


def today():
    day = timezone.localdate()
    return f"{day.day} {day:%B %Y}"
