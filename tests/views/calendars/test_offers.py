"""Where pages offer a calendar, and what they say that it leaves out."""

import datetime as dt

import pytest

from partners.exchange import calendars
from tests import factories as make
from tests.views.calendars.reading import congress


def offered(page):
    return page.text.partition("In your calendar ")[2]


ONE = "1 event has no exact days and is not in the calendar. "
TWO = "2 events have no exact days and are not in the calendar. "


@pytest.mark.parametrize(("count", "sentence"), [(0, ""), (1, ONE), (2, TWO)])
def test_pages_offer_their_calendar_and_say_what_it_leaves_out(read, count, sentence):
    partner, series = make.OrganisationFactory(slug="par"), make.EventSeriesFactory(slug="row")
    make.OrganiserFactory(series=series, organisation=partner)
    congress(series=series)
    for starts in ("2018-05", "")[:count]:
        status = "scheduled" if starts else "postponed"
        make.EventFactory(series=series, starts=starts, status=status)
    make.EventFactory(series=series, draft=True)
    for path in ("/events/", "/events/series/row/", "/organisations/par/"):
        said = offered(read(path))
        assert said.startswith(
            f"{sentence}Subscribe in your calendar program, and your calendar follows every "
            "change. What was over two years ago is not in it. "
            "Other calendars, and the address to copy Subscribe in Google Calendar "
        ), path


def test_page_of_what_is_long_past_offers_no_calendar(read, monkeypatch):
    monkeypatch.setattr(calendars, "LONGEST_PAST", dt.timedelta(days=731))
    partner, series = make.OrganisationFactory(slug="par"), make.EventSeriesFactory(slug="row")
    once = make.EventFactory(starts="2001", title="Once")
    for held in ({"series": series, "event": None}, {"series": None, "event": once}):
        make.OrganiserFactory(organisation=partner, **held)
    make.EventFactory(series=series, starts="2001-05-03")
    for path in ("/events/series/row/", "/organisations/par/"):
        assert offered(read(path)) == "", path
    assert "no exact days" not in offered(read("/events/"))


def test_page_without_days_to_follow_offers_no_calendar(read):
    partner, series = make.OrganisationFactory(slug="par"), make.EventSeriesFactory(slug="row")
    make.OrganiserFactory(series=series, organisation=partner)
    paths = ("/events/series/row/", "/organisations/par/")
    assert [offered(read(path)) for path in paths] == ["", ""]
    make.EventFactory(series=series, starts="2018-05")
    congress(series=series, draft=True)
    assert {offered(read(path)).partition("calendar.")[0] for path in paths} == {
        ONE.removesuffix("calendar. ")
    }
    assert not any("calendar.ics" in read(path).source for path in paths)


def test_page_of_an_event_offers_its_calendar(read, settings):
    settings.SITE_URL = "https://partners.example.org"
    page = read(congress(slug="c18").get_absolute_url())
    hrefs = [piece.href for piece in page.pieces if piece.href and "calendar" in piece.href]
    host = "partners.example.org"
    escaped = f"%3A%2F%2F{host}%2Fevents%2Fc18%2Fcalendar.ics"
    assert hrefs == [
        f"webcal://{host}/events/c18/calendar.ics",
        f"https://calendar.google.com/calendar/render?cid=webcal{escaped}",
        f"https://outlook.live.com/calendar/0/addfromweb?url=https{escaped}&name=Congress",
        f"https://outlook.office.com/calendar/0/addfromweb?url=https{escaped}&name=Congress",
        "/events/c18/calendar.ics",
    ]
    address = "https://partners.example.org/events/c18/calendar.ics"
    assert ("input", "value", address) in page.attributes
    assert ("input", "readonly", None) in page.attributes
    assert page.attributes.count(("a", "rel", "external noopener noreferrer")) == 3
    assert "form" not in page.tags


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"starts": "2018"}, "all that is known is “2018”."),
        ({"starts": "2018-05-03", "ends": "2018"}, "all that is known is “3 May 2018 – 2018”."),
        ({"postponed": True}, "its new date is not known."),
    ],
)  # fmt: skip
def test_page_of_an_event_without_days_says_why_it_offers_none(read, given, why):
    page = read(make.EventFactory(**given).get_absolute_url())
    assert f"This event is in no calendar: calendars hold days, and {why}" in page.text
    assert "calendar.ics" not in page.source


def test_organisation_without_events_offers_no_calendar(read):
    partner = make.OrganisationFactory()
    assert "calendar.ics" not in read(partner.get_absolute_url()).source
