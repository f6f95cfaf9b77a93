"""What is news of a record, and what is none."""

import datetime as dt

import pytest
from django.utils import timezone

from partners.models import Revision
from partners.rows import history
from tests import factories as make
from tests.views.feeds.reading import event, partner, titles, together


def test_record_that_was_only_ever_loaded_is_as_old_as_its_publication(follow):
    partner(name="A & B <i>", summary="They are “A” & “B”."), together(), event()
    feed = follow()
    assert titles(feed) == [
        "Collaboration put on record: Exam",
        "Event announced: Congress",
        "Partner put on record: A & B <i>",
    ]
    told = ["2020-01-01T00:00:00+00:00", "2019-12-31T23:59:59+00:00", "2019-12-31T23:59:58+00:00"]
    assert [entry.published for entry in feed.entries] == told  # some readers shuffle equal ones
    assert [entry.updated for entry in feed.entries] == told
    assert feed.entries[2].summary == "They are “A” &amp; “B”."
    assert not Revision.objects.exists()


@pytest.mark.parametrize(
    ("build", "fields", "news"),
    [
        (event, {"status": "cancelled"}, ["Event cancelled: Congress"]),
        (event, {"status": "postponed", "starts": ""}, ["Event postponed: Congress"]),
        (event, {"status": "moved-online"}, ["Event moved online: Congress"]),
        (together, {"has_ended": True}, ["Collaboration ended: Exam"]),
        (together, {"until": "2021-05"}, ["Collaboration ended: Exam"]),
        (together, {"until": "2990"}, []),
        (together, {"since": "2016"}, []),
        (event, {"summary": "A comma, more."}, []),
        (event, {"starts": "2990-06-01"}, []),
        (event, {"title": "The congress"}, []),
        (partner, {"name": "Partners", "founded": "2016"}, []),
    ],
)
def test_change_is_news_by_the_rules(follow, change, build, fields, news):
    record = build()
    before = follow()
    change(record, **fields)
    after = follow()
    assert titles(after)[: len(news)] == news
    assert [entry.id for entry in after.entries[len(news) :]] == [e.id for e in before.entries]
    at = Revision.objects.latest("pk").at.isoformat()
    assert {entry.updated for entry in after.entries[: len(news)]} <= {at}


def test_collaboration_on_record_says_since_when(follow):
    together(since="2016-05")
    assert titles(follow()) == ["Collaboration put on record: Exam, since May 2016"]


def test_change_that_is_taken_back_is_said_as_well(follow, change):
    congress, exam = event(), together()
    for fields in ({"status": "cancelled"}, {"status": "scheduled"}, {"status": "scheduled"}):
        change(congress, **fields)
    for fields in ({"has_ended": True}, {"has_ended": False}):
        change(exam, **fields)
    assert titles(follow()) == [
        "Collaboration goes on: Exam",
        "Collaboration ended: Exam",
        "Event takes place: Congress",
        "Event cancelled: Congress",
        "Collaboration put on record: Exam",
        "Event announced: Congress",
    ]


def test_new_name_is_news_where_the_old_one_is_kept(follow, change):
    renamed, corrected = partner(name="Old"), partner(name="Oldd")
    change(renamed, name="New")
    change(corrected, name="Old")
    make.OrganisationNameFactory(organisation=renamed, name="Old")
    make.OrganisationNameFactory(organisation=renamed, name="Never told")
    feed = follow()
    assert titles(feed) == [
        "New name: New, formerly Old",
        "Partner put on record: Old",
        "Partner put on record: Old",
    ]
    change(renamed, name="Newest")
    assert titles(follow())[0] == "New name: Newest, formerly Old"  # “New” was corrected
    make.OrganisationNameFactory(organisation=renamed, name="New")
    assert titles(follow())[:2] == [
        "New name: Newest, formerly New",
        "New name: New, formerly Old",
    ]


def test_what_was_over_when_it_was_put_on_record_is_no_news(follow):
    together(until="2018"), together(has_ended=True), event(starts="2018")
    event(starts="2018", status="cancelled")
    assert titles(follow()) == []


def test_collaboration_begins_and_ends_by_the_days_on_record(follow):
    together(since="2021-05-03", until="2022")
    together(title="Later", since="2990", until="2991")
    feed = follow()
    assert [(entry.title, entry.updated) for entry in feed.entries] == [
        ("Collaboration ended: Exam", "2023-01-01T00:00:00+01:00"),
        ("Collaboration begun: Exam", "2021-05-03T00:00:00+02:00"),
    ]


@pytest.mark.parametrize("day", ["0001", "9999-12-31", "9999"])
def test_first_and_last_days_are_no_fault(follow, day):
    together(since=day, until=day)
    event(starts=day)
    follow()


def test_loaded_changes_are_news_once_there_is_a_history(follow, change):
    record = event()
    change(record, summary="It will be.")
    type(record).objects.update(status="cancelled")
    history.catch_up()
    assert titles(follow()) == ["Event cancelled: Congress", "Event announced: Congress"]


def test_news_beyond_the_states_that_are_looked_at_are_left_out(follow, change, monkeypatch):
    monkeypatch.setattr("partners.exchange.news.MOST_STATES", 2)
    record = event()
    for fields in ({"status": "cancelled"}, {"status": "postponed"}, {"summary": "A comma."}):
        change(record, **fields)
    assert titles(follow()) == []


def test_begun_at_the_very_moment_it_is_published_is_told_once(follow):
    at = dt.datetime(2021, 5, 3, tzinfo=timezone.get_current_timezone())
    together(since="2021-05-03", published_at=at)
    assert titles(follow()) == ["Collaboration put on record: Exam, since 3 May 2021"]


def test_news_are_looked_for_among_the_latest_records(follow, monkeypatch):
    monkeypatch.setattr("partners.exchange.news.MOST", 2)
    monkeypatch.setattr("partners.exchange.news.MOST_LOOKED_AT", 4)
    for day in range(1, 8):
        at = make.LONG_AGO + dt.timedelta(days=day)
        event(title=f"Day {day}", starts="2018" if day > 3 else "2990", published_at=at)
    assert titles(follow()) == []  # the latest four were over when they were put on record
    monkeypatch.setattr("partners.exchange.news.MOST_LOOKED_AT", 6)
    assert titles(follow()) == ["Event announced: Day 3", "Event announced: Day 2"]
