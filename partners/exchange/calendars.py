"""Calendars that people keep: events as iCalendar (RFC 5545), named as RFC 7986 has it.

A calendar holds the live events whose days are known, cancelled and postponed ones among them. What
is withdrawn leaves it, as it leaves the pages: whether it takes place is not ours to say any more.
So does what was over two years ago; the calendar of one event keeps it. What ends on the last day
that there is stands in its own alone: khal, Radicale and others refuse a whole calendar for it.

What is written of an event is kept in memory, under all that it was made of: after a change only
the events that were changed are written anew.
"""

import datetime as dt
import uuid
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import urlencode

import icalendar
from django.conf import settings
from django.db import connection
from django.db.models import Case, Count, F, Func, Q, TextField, Value, When
from django.utils import timezone

from partners.exchange.clocks import time_zone
from partners.models import Event, Organisation, Revision
from partners.models.base import is_live
from partners.models.known import batches
from partners.models.stamps import Stamp
from partners.reading import site
from partners.values.dates import comes_twice
from partners.values.lines import writable

#: With it an event's key makes its UID, the same whatever host the site is moved to; never changes.
NAMESPACE = uuid.UUID("6f0c1d1e-5c0a-5b8e-9a52-4a1f0b6f3c27")
REFRESH = dt.timedelta(hours=12)
#: What was over before that has left a calendar of several events.
LONGEST_PAST = dt.timedelta(days=731)
LAST_DAY = str(dt.date.max)
LEAVES_PAST = "Events that were over two years ago are not in this calendar. They stay on the site."
#: A restored event counts its changes anew, beyond what it can have come to (RFC 5545 §3.8.7.4).
CHANGES_IN_A_LIFE = 100_000
STATUS = {
    Event.Status.SCHEDULED: "CONFIRMED",
    Event.Status.MOVED_ONLINE: "CONFIRMED",
    Event.Status.POSTPONED: "TENTATIVE",
    Event.Status.CANCELLED: "CANCELLED",
}
#: What a title begins with: few programs show the status, and none that an event moved online.
BEGINS_WITH = {
    Event.Status.MOVED_ONLINE: "Moved online: ",
    Event.Status.POSTPONED: "Postponed: ",
    Event.Status.CANCELLED: "Cancelled: ",
}
#: Programs that do not undo the escaping of a calendar's name cut it at a comma.
UNESCAPED = str.maketrans({",": "", ";": "", "\\": "/"})
#: Where people whose calendar is a web site add one by its address: label, site, its parameters.
SERVICES = (
    ("Google Calendar", "https://calendar.google.com/calendar/render", ["cid"]),
    ("Outlook.com", "https://outlook.live.com/calendar/0/addfromweb", ["url", "name"]),
    ("Outlook at work", "https://outlook.office.com/calendar/0/addfromweb", ["url", "name"]),
)


class Subscription(NamedTuple):
    """A calendar as a page offers it: its name, its path, the path of the page it belongs to."""

    name: str
    path: str
    page: str
    #: How many events of the page it cannot hold, for their days are not known.
    left_out: int = 0
    #: Whether it holds any, so that there is something to subscribe to.
    has_events: bool = True
    #: Whether what is long past leaves it.
    leaves_past: bool = True

    @property
    def address(self):
        return f"{settings.SITE_URL}{self.path}"

    @property
    def webcal(self):
        """The address that opens a calendar program instead of a browser."""
        return f"webcal://{self.address.partition('://')[2]}"

    @property
    def services(self):
        """(label, address) of web calendars that can be asked to subscribe."""
        given = {"cid": self.webcal, "url": self.address, "name": self.name}
        for label, service, parameters in SERVICES:
            yield label, f"{service}?{urlencode({name: given[name] for name in parameters})}"


def of_all(path, page, society, left_out=0):
    """The Subscription to all events of the site of `society` (Organisation or None)."""
    return Subscription(f"Events – {site.title(society)}", path, page, left_out)


def of_root(root, left_out=0, *, has_events=True):
    """The Subscription to the events of `root`: an event, a series or an organisation."""
    page = root.get_absolute_url()
    name = f"Events of {root}" if isinstance(root, Organisation) else str(root)
    leaves_past = not isinstance(root, Event)
    return Subscription(name, f"{page}calendar.ics", page, left_out, has_events, leaves_past)


def events_of_all(at):
    """The live events at `at` (aware datetime) that the calendar of the site is about."""
    return _shared(Event.objects.live(at), at)


def events_of(root, at):
    """The live events at `at` (aware datetime) that the calendar of `root` is about."""
    live = Event.objects.live(at)
    if isinstance(root, Event):
        return live.filter(pk=root.pk)
    if isinstance(root, Organisation):
        return _shared(live.organised_by(root.pk, at), at)
    return _shared(live.filter(series=root.pk), at)


def events_among(organised, at):
    """The live events of these Organiser rows that the calendar of their holder is about."""
    return _shared(Event.objects.live(at).organised(organised, at), at)


def _shared(events, at):
    """Those that stand in a calendar beside others at `at`: see `is_shared`."""
    return events.not_over_before(_first_day(at)).exclude(Q(starts=LAST_DAY) | Q(ends=LAST_DAY))


def is_shared(event, at):
    """Whether it stands in the calendars of several events at `at` (aware datetime).

    Not if it is long past, nor if no day follows its last one: programs compute it all the same.
    """
    last = str(event.ends or event.starts)
    return not event.is_over(_first_day(at)) and last != LAST_DAY


def _first_day(at):
    return timezone.localdate(at) - LONGEST_PAST


def write(subscription, events, at):
    """The calendar (bytes) of those of `events` (queryset) whose days are known.

    RFC 5545 §3.4, §3.6.1; one without an event still holds a time zone, as §3.6 wants a component.
    """
    since = _first_day(at) if subscription.leaves_past else None
    written = _written(events.with_days(since), at)
    begin, end, _ = _calendar(subscription).to_ical().partition(b"END:VCALENDAR\r\n")
    zones = _time_zones(written)
    return b"".join((begin, *zones, *(each.text for each in written), end))


class Written(NamedTuple):
    """An event as it stands in a calendar, and its place there (when it starts, its key); the time
    zone ("" for whole days) and years it needs.
    """

    text: bytes
    place: tuple
    time_zone: str
    years: tuple


class AsText(Func):
    """Values of a row as one text, that is another one where a value is.

    On PostgreSQL it is the hash of 64 bits by which it groups rows itself, the same for two rows
    once in 2⁶⁴: to write and read the values took most of the time of a calendar.
    """

    function = "json_array"
    output_field = TextField()

    def as_postgresql(self, compiler, connection):
        template = "hash_record_extended(ROW(%(expressions)s), 0)::text"
        return self.as_sql(compiler, connection, template=template)


#: All that is written of an event, beside what its series is called, and how often it was deleted;
#: or what tells as well whether that is what it was.
MADE_OF = {
    "postgresql": (
        "key", "slug", "title", "starts", "ends", "start_time", "end_time", "time_zone",
        "repeated_hour", "venue", "city", "country", "mode", "status", "summary", "published_at",
        "record__version", "record__changed_at",
    ),
    "sqlite": ("key", Stamp("key")),
}  # fmt: skip
#: {(address of the site, times deleted, what it was made of): Written}, about 1 kB each; when they
#: are too many, all go.
_kept = {}
MOST_KEPT = 20_000


def _written(events, at):
    """What is written of each of `events` (queryset), in order: [Written]."""
    series = Case(When(is_live(at, "series__"), then=F("series__title")), default=Value(""))
    events = events.annotate(made_of=AsText(*MADE_OF[connection.vendor], series))
    lives = _lives()
    rows = events.order_by().values_list("pk", "made_of")  # in order SQLite would read all events
    keys = {pk: (settings.SITE_URL, lives.get(pk, 0), text) for pk, text in rows}
    found = {pk: _kept.get(key) for pk, key in keys.items()}
    for some in batches(pk for pk, written in found.items() if written is None):
        for event in events.filter(pk__in=some).select_related("record", "series"):
            event.lives = lives.get(event.pk, 0)
            found[event.pk] = _write(event, at)
            _keep((settings.SITE_URL, event.lives, event.made_of), found[event.pk])
    there = filter(None, found.values())  # one may have gone meanwhile
    return sorted(there, key=attrgetter("place"))


def _keep(key, written):
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = written


def _write(event, at):
    years = event.starts.year, (event.ends or event.starts).year
    time_zone = event.time_zone if _has_both_times(event) else ""
    place = str(event.starts), event.pk
    return Written(_event(event, at).to_ical(), place, time_zone, years)


def _lives():
    """How often events have been deleted that may be there nevertheless: {key: number}."""
    deletions = Revision.objects.filter(kind=Event._meta.label_lower, is_deleted=True).order_by()
    return dict(deletions.values_list("key").annotate(Count("pk")))


def _calendar(subscription):
    """RFC 7986 §5 names the calendar and says how often to ask; X- is for those who read no RFC."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//cirse_partners//Events//EN")
    calendar.add("version", "2.0")
    name = writable(subscription.name).translate(UNESCAPED)
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    if subscription.leaves_past:
        calendar.add("description", LEAVES_PAST)
        calendar.add("x-wr-caldesc", LEAVES_PAST)
    calendar.add("url", f"{settings.SITE_URL}{subscription.page}")
    calendar.add("source", subscription.address, {"value": "URI"})
    refresh = icalendar.vDuration(REFRESH)
    calendar.add("refresh-interval", refresh, {"value": "DURATION"})
    calendar.add("x-published-ttl", refresh)
    return calendar


def _event(event, at):
    """RFC 5545 §3.6.1. TRANSPARENT: who follows a congress is not busy because of it (§3.8.2.7)."""
    component = icalendar.Event()
    changed = max(event.record.changed_at, event.published_at)
    properties = {
        "uid": str(uuid.uuid5(NAMESPACE, event.pk)),
        "dtstamp": changed,
        "last-modified": changed,
        "sequence": event.record.version + CHANGES_IN_A_LIFE * event.lives,
        "status": STATUS[event.status],
        "summary": BEGINS_WITH.get(event.status, "") + writable(event.title),
        "description": "\n".join(_sentences(event)),
        "location": writable(event.held_in),
        "categories": _categories(event, at),
        "url": _page(event),
        "transp": "TRANSPARENT",
        **_span(event),
    }
    for name, value in properties.items():
        if value != "" and value != []:
            component.add(name, value)
    return component


def _sentences(event):
    """What the other properties cannot say; then the page, since few programs show a URL."""
    if event.start_time and not _has_both_times(event):
        yield f"Begins at {event.start_time:%H:%M} ({event.time_zone})."
    if event.summary:
        yield writable(event.summary)
    yield _page(event)


def _page(event):
    return f"{settings.SITE_URL}{event.get_absolute_url()}"


def _categories(event, at):
    mode = event.attended.label if event.attended != Event.Mode.NOT_STATED else ""
    series = event.series.title if event.series and event.series.is_live(at) else ""
    return [writable(text) for text in (series, mode) if text]


def _has_both_times(event):
    return bool(event.starts_at and event.ends_at)


def _span(event):
    """When it begins and ends: hours of the place where both are known, else whole days.

    The end of days is the day after the last one (RFC 5545 §3.8.2.2); one day has none (§3.6.1).
    """
    first, last = event.starts.earliest, (event.ends or event.starts).earliest
    if _has_both_times(event):
        return {"dtstart": _moment(event.starts_at), "dtend": _moment(event.ends_at)}
    if last == first:
        return {"dtstart": first}
    day = dt.timedelta(days=1)
    return {"dtstart": first, "dtend": min(last, dt.date.max - day) + day}


def _moment(at):
    """By the clock of the place; where that shows a time again, in UTC (RFC 5545 §3.3.5)."""
    return at.astimezone(dt.UTC) if at.fold and comes_twice(at) else at.replace(fold=0)


def _time_zones(written):
    """A VTIMEZONE for each zone that times are told in, over the years of those events."""
    zones = {}
    for each in written:
        if each.time_zone:
            zones.setdefault(each.time_zone, set()).update(each.years)
    if not written:
        zones = {settings.TIME_ZONE: {2000}}
    return [time_zone(name, frozenset(years)) for name, years in sorted(zones.items())]
