"""What the database holds of what clients read: {what is compared: {field: value}}.

Days are as they are, moments are in UTC, and the end of whole days is the last one.
"""

import datetime as dt

from django.utils import timezone

from partners.exchange import calendars, news
from partners.models import Event, Organisation
from partners.reading.site import society
from partners.values.lines import writable
from tests.clients.content import odd_events

NOT_THERE = {"is there": False}
#: The events that the calendar of all leaves to their own.
OWN_ALONE = ("long past", "last day there is")
OF_ALL, OF_SOCIETY = "all that there are", "all of the society"
#: What is compared of the entries of a feed, and the field that it is.
IN_FEEDS = {
    "order and ids": "id",
    "names": "title",
    "addresses": "address",
    "moments": "updated",
    "texts": "text",
    "kinds": "kinds",
}


def moment(at):
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def of_calendars(site):
    """Of each odd event in the calendar of all; of two in their own; how many there are."""
    found = {}
    for what, event in odd_events().items():
        said = _in_calendar(event, site) if event.has_days else NOT_THERE
        if what in OWN_ALONE:
            found[what], found[f"{what}: its own"] = NOT_THERE, said
        else:
            found[what] = said
    at, home = timezone.now(), Organisation.objects.home()
    found[OF_ALL] = {"events": _count(Event.objects.live(at), at)}
    found[OF_SOCIETY] = {"events": _count(Event.objects.live(at).organised_by(home.pk, at), at)}
    return found


def _count(events, at):
    return sum(event.has_days and calendars.is_shared(event, at) for event in events)


def _in_calendar(event, site):
    days = event.starts_at is None or event.ends_at is None
    last = str(event.ends or event.starts)
    return {
        "name": calendars.BEGINS_WITH.get(event.status, "") + event.title,
        "start": str(event.starts) if days else moment(event.starts_at),
        "end": last if days else moment(event.ends_at),
        "status": calendars.STATUS[event.status],
        "place": event.held_in,
        "address": _page(event, site),
        "text": "\n".join(filter(None, [event.summary, _page(event, site)])),
        "is there": True,
    }


def _page(record, site):
    return f"{site}{record.get_absolute_url()}"


def of_feeds(site):
    """Of all entries together: in which order they are, and each of their fields."""
    entries = [
        {
            "id": item.id,
            "title": writable(item.title),
            "address": _page(item.root, site),
            "updated": moment(item.shown_at),
            "text": writable(item.root.summary) or writable(item.title),
            "kinds": [item.kind],
        }
        for item in news.of_site(timezone.now())
    ]
    return {what: {field: [each[field] for each in entries]} for what, field in IN_FEEDS.items()}


def of_records(site):
    """Of each odd event what the API and the tables say, without what is nothing in them."""
    return {what: _record(event, site) for what, event in odd_events().items()}


def _record(event, site):
    said = {
        "slug": event.slug,
        "url": _page(event, site),
        "title": event.title,
        "status": event.status,
        "starts": str(event.starts),
        "ends": str(event.ends),
        "start_time": f"{event.start_time:%H:%M}" if event.start_time else "",
        "time_zone": event.time_zone,
        "venue": event.venue,
        "city": event.city,
        "summary": event.summary,
    }
    return {name: value or "nothing" for name, value in said.items()} | {"is there": True}


def of_api(site):
    """The same, and what a list with two fields has; that the description is read as it stands."""
    asked = {"two fields": {"names": ["slug", "title"]}, "description": {"warnings": False}}
    return of_records(site) | asked


def of_tables(site):
    """The same as the tables have it, where a time has seconds; and that all tables are valid."""
    found = of_records(site)
    for said in found.values():
        if said["start_time"] != "nothing":
            said["start_time"] += ":00"
    return found | {"all tables": {"valid": True}}


def of_linked_data(site):
    """Of each odd event what its page says to machines."""
    return {what: _linked(event, site) for what, event in odd_events().items()}


def _linked(event, site):
    is_day, timed = len(str(event.starts)) == 10, event.starts_at
    start = timed.isoformat(timespec="minutes") if timed else str(event.starts)
    attended = {"online": "Online", "hybrid": "Mixed", "on-site": "Offline"}.get(event.attended)
    words = "".join(word.capitalize() for word in event.status.split("-"))
    return {
        "name": event.title,
        "startDate": start if is_day else "nothing",
        "eventStatus": f"Event{words}",
        "eventAttendanceMode": f"{attended}EventAttendanceMode" if attended else "nothing",
        "place": (event.held_in and (event.venue or event.city)) or "nothing",
        "url": _page(event, site),
        "organizer": society(timezone.now()).name,
        "is there": True,
    }
