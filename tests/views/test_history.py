"""What changed on a page, and when, for everybody: fields and days, and nobody's name."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from partners.models import Revision
from partners.rows import history as keep
from partners.rows.standing import standing
from partners.values.dates import PartialDate
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


def test_changes_are_told_with_old_and_new_the_latest_first(read, change):
    record = make.OrganisationFactory()
    change(record, LATER, summary="A.", founded="2016")
    change(record, LATER, acronym="Q", review_days=30, logo_permission="Quixo")
    change(record, LATER, review_days=60)
    said = history(read, record).replace(today(), "today")
    assert said == (
        "today Acronym: – → Q today Founded: – → 2016 Summary: – → A. "
        "1 January 2020 Published Not yet verified"
    )


def test_changes_of_parts_are_told_in_the_words_of_the_page(read, db):
    record = make.OrganisationFactory()
    figure = make.FigureFactory(
        organisation=record, measure="members", bound="more-than", value=75_000
    )
    name = make.OrganisationNameFactory(organisation=record, name="Old")
    hidden = make.OrganisationFactory(name="Hidden", draft=True)
    keep.record(type(record), record.pk, None, keep.OUTSIDE)
    figure.value, figure.as_of, figure.source = 80_000, PartialDate("2026"), None
    figure.save()
    name.delete()
    make.LinkFactory(organisation=record, label="Hidden, too", url="")
    make.OrganisationRelationFactory(organisation=record, other=hidden)
    make.CitationFactory(organisation=record, path="name", locator="line 1")
    keep.record(type(record), record.pk, None, "Quixo")
    assert history(read, record).replace(today(), "today") == (
        "today How it stands to others Links "
        "Members: more than 75,000 → more than 80,000 (as of 2026) "
        "Other names: Old → – Sources "
        "1 January 2020 Published Not yet verified"
    )


def test_what_only_staff_see_is_not_told(read, db):
    record = make.OrganisationFactory()
    figure = make.FigureFactory(organisation=record)
    keep.record(type(record), record.pk, None, keep.OUTSIDE)
    figure.review_days = figure.position = 30
    figure.save()
    type(record).objects.filter(pk=record.pk).update(logo_source="Quixo", logo_width=400)
    keep.record(type(record), record.pk, None, "Quixo")
    assert history(read, record) == "1 January 2020 Published Not yet verified"


def test_rows_of_the_past_say_nothing_of_what_they_lack(read, change):
    record = make.OrganisationFactory()
    make.FigureFactory(organisation=record, measure="members", value=7_000)
    make.OrganisationNameFactory(organisation=record, name="Old")
    change(record, LATER, founded="2016")
    change(record, LATER, founded="2017", summary="A.")
    _, middle, first = Revision.objects.of(type(record), record.pk).states()
    parts = {row["model"].rpartition(".")[2]: row["fields"] for row in first.rows}
    del middle.rows[0]["fields"]["summary"], parts["organisation"]["founded"]
    del parts["figure"]["value"], parts["organisationname"]["name"]
    parts["figure"]["as_of"], parts["organisationname"]["kind"] = "2020", "translated"
    middle.save()
    first.save()
    assert history(read, record).replace(today(), "today") == (
        "today Founded: 2016 → 2017 today Members Other names "
        "1 January 2020 Published Not yet verified"
    )


def test_long_texts_are_named_alone(read, change):
    record = make.OrganisationFactory(summary="A long way to say it. " * 5)
    change(record, LATER, summary="Another long way to say it. " * 5, description="<p>Short.</p>")
    said = history(read, record).replace(today(), "today")
    assert said == "today Description Summary 1 January 2020 Published Not yet verified"


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
    assert said == "today Acronym: – → NEW 5 March 2022 Published Not yet verified"


def today():
    day = timezone.localdate()
    return f"{day.day} {day:%B %Y}"
