"""The events, upcoming and past, and the pages of an event and a series."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories as make

LIST = reverse("partners:event-list")


def test_list_parts_upcoming_from_past(read):
    make.EventFactory(title="Year only", starts="2018", city="Auckland", country="NZ")
    make.EventFactory(title="Same year", starts="2018-05-03", ends="2018-05-05")
    make.EventFactory(title="Year before", starts="2017-12")
    make.EventFactory(
        title="Now or later", starts=str(timezone.localdate().year), summary="It will be."
    )
    make.EventFactory(title="Far ahead", starts="2990-02")
    make.EventFactory(title="Going on", starts="2018", ends="2990", status="moved-online")
    make.EventFactory(title="Waiting", postponed=True)
    for state in ("draft", "scheduled", "withdrawn"):
        make.EventFactory(title="Hidden", **{state: True})
        make.EventFactory(title="Hidden", starts="2990", **{state: True})
    page = read(LIST)
    assert page.headings == [
        "Events",
        "Upcoming", "Waiting", "Going on", "Now or later", "Far ahead",
        "Past", "2018", "Same year", "Year only", "2017", "Year before",
        "On your own site",
        "In your calendar",
    ]  # fmt: skip
    assert page.under("Upcoming").startswith(
        "Date not known Waiting Postponed 2018–2990 Going on Moved online"
    )
    assert page.under("2018") == "3–5 May 2018 Same year 2018 Year only Auckland, New Zealand"
    assert page.under("2017") == "December 2017 Year before"
    assert "Hidden" not in page.text


def test_list_without_upcoming_events_points_on(read):
    make.EventFactory(starts="2018")
    make.EventFactory(starts="2990", draft=True)
    page = read(LIST)
    assert page.under("Upcoming") == (
        "No upcoming event is announced at the moment. "
        "See the past events below, or the partners who hold them."
    )
    assert page.links("Upcoming") == [
        ("past events", "#past"),
        ("the partners who hold them", "/organisations/"),
    ]
    assert ("h2", "id", "past") in page.attributes


def test_list_without_any_event_points_to_the_partners(read):
    make.EventFactory(draft=True)
    page = read(LIST)
    assert page.main == (
        "Events Upcoming No upcoming event is announced at the moment. "
        "See the partners who hold them. "
        "On your own site Show these lists on a page of yours"
    )


def test_list_has_the_series(read):
    make.EventSeriesFactory(
        title="Congress", slug="congress", cadence="annual", usual_city="Vienna", usual_country="AT"
    )
    make.EventSeriesFactory(title="Bare")
    for state in ("draft", "scheduled", "withdrawn"):
        make.EventSeriesFactory(title="Hidden", **{state: True})
    page = read(LIST)
    assert page.under("Series") == "Bare Congress annual, Vienna, Austria"
    assert page.links("Series")[1] == ("Congress", "/events/series/congress/")


@pytest.mark.parametrize(
    ("when", "starts", "title"), [("past", "2018", "Past"), ("upcoming", "2990", "Upcoming")]
)
def test_list_begins_with_some_and_leads_on_to_all(read, when, starts, title):
    make.EventFactory.create_batch(12, starts=starts)
    assert f"?when={when}" not in read(LIST).addresses("?")
    make.EventFactory.create_batch(13, starts=starts)
    make.EventFactory(starts=starts, draft=True)
    page = read(LIST)
    assert f"?when={when}" in page.addresses("?")
    assert len([each for each in page.headings if each.startswith("Event ")]) == 12
    first, second = read(LIST, when=when), read(LIST, when=when, page=2)
    assert first.headings[1] == second.headings[1] == title
    assert first.addresses("?") == [f"?when={when}&page=2"] * 2  # by its number, and as the next
    assert second.addresses("?") == [f"?when={when}&page=1"] * 2
    shown = [
        each for page in (first, second) for each in page.headings if each.startswith("Event ")
    ]
    assert len(shown) == len(set(shown)) == 25
    assert read(LIST, status=404, when=when, page=3).title == "There is no such page"


def test_list_has_no_other_part(read):
    assert "“nonsense” is no part" in read(LIST, status=400, when="nonsense").main


# An event's page


def test_event_page_says_what_is_known(read, society):
    series = make.EventSeriesFactory(title="Exams", slug="exams")
    congress = make.EventFactory(title="Congress", slug="congress", starts="2018")
    event = make.EventFactory(
        title="Exam 2018", series=series, held_at=congress, starts="2018-05-03",
        start_time=dt.time(9, 30), end_time=dt.time(17), time_zone="Pacific/Auckland",
        venue="Hall", city="Auckland", country="NZ", mode="hybrid", status="cancelled",
        summary="An exam.", description="<p>In two parts.</p>", write_up="<p>It went well.</p>",
    )  # fmt: skip
    make.OrganiserFactory(event=event, organisation=society, position=1)
    partner = make.OrganisationFactory(name="Partner", slug="par")
    make.OrganiserFactory(event=event, organisation=partner, role="host", position=2)
    make.LinkFactory(event=event, label="Programme", url="https://example.org/p")
    make.LinkFactory(event=event, label="Target lost", url="")
    make.CitationFactory(event=event, path="city", source=make.SourceFactory(title="Own", url=""))
    make.VerificationFactory(event=event)
    page = read(event.get_absolute_url())
    assert page.main == (
        "Event · Cancelled Exam 2018 An exam. "
        "When 3 May 2018, 09:30–17:00 Pacific/Auckland "
        "Where Hall, Auckland, New Zealand "
        "Held at Congress How On site and online Series Exams "
        "Organised by The Society, Partner host "
        "In two parts. "
        "How it was It went well. "
        "Links Programme "
        "Last verified: 1 January 2021 Sources Own City"
    )
    assert page.links() == [
        ("Congress", "/events/congress/"),
        ("Exams", "/events/series/exams/"),
        ("The Society", "/organisations/cirse/"),
        ("Partner", "/organisations/par/"),
        ("Programme", "https://example.org/p"),
    ]


def test_event_page_leaves_out_what_is_not_known(read):
    event = make.EventFactory(title="Congress", starts="2018")
    assert read(event.get_absolute_url()).main == "Event Congress When 2018 Not yet verified"


def test_event_page_of_a_postponed_event_waits_for_its_date(read):
    event = make.EventFactory(title="Congress", postponed=True)
    assert read(event.get_absolute_url()).main == (
        "Event · Postponed Congress When new date not known Not yet verified"
    )


def test_event_page_lists_what_is_held_at_it(read):
    congress = make.EventFactory(title="Congress", starts="2018")
    make.EventFactory(title="Exam", slug="exam", starts="2018", held_at=congress)
    for state in ("draft", "scheduled", "withdrawn"):
        make.EventFactory(title="Hidden", held_at=congress, **{state: True})
    page = read(congress.get_absolute_url())
    assert page.headings == ["Congress", "Held at this event", "Exam"]
    assert page.links() == [("Exam", "/events/exam/")]


@pytest.mark.parametrize(
    ("state", "facts"),
    [
        ("withdrawn", "When 2018 Held at Other event Series Other series Organised by Other body"),
        ("draft", "When 2018"),
        ("scheduled", "When 2018"),
    ],
)
def test_event_page_names_the_withdrawn_and_hides_drafts(read, state, facts):
    event = make.EventFactory(
        title="Exam",
        starts="2018",
        held_at=make.EventFactory(title="Other event", **{state: True}),
        series=make.EventSeriesFactory(title="Other series", **{state: True}),
    )
    other = make.OrganisationFactory(name="Other body", **{state: True})
    make.OrganiserFactory(event=event, organisation=other)
    page = read(event.get_absolute_url())
    assert page.main == f"Event Exam {facts} Not yet verified"
    assert page.links() == []


@pytest.mark.parametrize("state", ["draft", "scheduled"])
@pytest.mark.parametrize("factory", [make.EventFactory, make.EventSeriesFactory])
def test_what_is_not_public_is_not_found(read, factory, state):
    hidden = factory(title="Hidden", **{state: True})
    assert "Hidden" not in read(hidden.get_absolute_url(), status=404).text


@pytest.mark.parametrize("factory", [make.EventFactory, make.EventSeriesFactory])
def test_what_was_withdrawn_is_gone(read, factory):
    gone = factory(title="Gone for good", withdrawn=True)
    page = read(gone.get_absolute_url(), status=410)
    assert page.title == "This page was withdrawn"
    assert "It was about Gone for good. The society no longer publishes it." in page.main


# The page of a series


def test_series_page_says_what_is_known(read, society):
    together = make.CollaborationFactory(title="Examination", slug="examination")
    series = make.EventSeriesFactory(
        title="Exams", cadence="annual", since="2015", until="2990", usual_city="Vienna",
        usual_country="AT", collaboration=together, summary="Exams.", description="<p>Many.</p>",
    )  # fmt: skip
    make.OrganiserFactory(series=series, organisation=society)
    make.EventFactory(title="Exam 2016", series=series, starts="2016")
    make.EventFactory(title="Exam 2018", series=series, starts="2018")
    make.EventFactory(title="Exam 2990", series=series, starts="2990")
    make.EventFactory(title="Another", starts="2990")
    make.LinkFactory(series=series, label="Rules", url="https://example.org/rules")
    make.VerificationFactory(series=series)
    for state in ("draft", "scheduled", "withdrawn"):
        make.EventFactory(title="Hidden", series=series, **{state: True})
    page = read(series.get_absolute_url())
    assert page.main == (
        "Event series Exams Exams. "
        "How often Annual Since 2015 Until 2990 Usual place Vienna, Austria "
        "Organised by The Society Collaboration Examination "
        "Many. "
        "Upcoming editions 2990 Exam 2990 "
        "Past editions 2018 Exam 2018 2016 Exam 2016 "
        "Links Rules "
        "Last verified: 1 January 2021"
    )
    assert page.links()[:2] == [
        ("The Society", "/organisations/cirse/"),
        ("Examination", "/collaborations/examination/"),
    ]


def test_series_page_without_upcoming_editions_points_on(read):
    series = make.EventSeriesFactory(title="Exams")
    make.EventFactory(title="Exam 2018", series=series, starts="2018")
    make.EventFactory(series=series, starts="2990", draft=True)
    page = read(series.get_absolute_url())
    assert page.under("Upcoming editions") == (
        "No upcoming edition is announced at the moment. "
        "See the past editions below, all events or the partners who hold them."
    )
    assert [href for _, href in page.links("Upcoming editions")] == [
        "#past",
        "/events/",
        "/organisations/",
    ]


@pytest.mark.parametrize(
    ("state", "facts"),
    [
        ("withdrawn", "Organised by Other body Collaboration Other collaboration"),
        ("draft", ""),
        ("scheduled", ""),
    ],
)
def test_series_page_names_the_withdrawn_and_hides_drafts(read, state, facts):
    together = make.CollaborationFactory(title="Other collaboration", **{state: True})
    series = make.EventSeriesFactory(title="Exams", collaboration=together)
    other = make.OrganisationFactory(name="Other body", **{state: True})
    make.OrganiserFactory(series=series, organisation=other)
    page = read(series.get_absolute_url())
    assert page.main.removeprefix("Event series Exams ").startswith(f"{facts} Upcoming".strip())
    assert "Other" not in page.main.replace(facts, "")
    assert [words for words, _ in page.links()] == ["all events", "the partners who hold them"]


@pytest.mark.parametrize("mode", ["hybrid", "not-stated"])
def test_page_of_what_moved_online_says_no_place_where_it_is_held(read, mode):
    event = make.EventFactory(slug="e", status="moved-online", mode=mode, city="Vienna")
    page = read(event.get_absolute_url())
    assert "Was planned for Vienna How Online" in page.text
    assert "Where" not in page.text
    assert "Vienna" not in read("/events/").text
