"""How the clocks of a time zone change, as calendars say it (RFC 5545 §3.6.5)."""

import datetime as dt
from calendar import monthrange
from collections import defaultdict
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar

#: The years, all months of them, that every time zone can show.
YEARS = range(2, dt.MAXYEAR)
#: So many years are told without a gap.
MOST_BETWEEN = 30
#: So long after the last change its rule ends: python-dateutil takes the end, in UTC as it has to
#: be (RFC 5545 §3.3.10), by the clock of the place.
A_WHILE = dt.timedelta(days=2)


@lru_cache(maxsize=64)
def time_zone(name, years):
    """RFC 5545 §3.6.5: what holds as the year before begins, and each change since; as bytes.

    Changes alike are one component: ruby-icalendar 2.8 refuses a zone with many. Written here,
    since icalendar 7.3 tells the onset of summer time by the clock after it.
    """
    component = icalendar.Timezone()
    component.add("tzid", name)
    shown = _shown(years)
    begins = dt.datetime(shown[0], 1, 1, tzinfo=dt.UTC)
    changes = [change for year in shown for change in _changes(name, year)]
    alike = defaultdict(list)
    for before, after in ((begins, begins), *changes):
        old, new = (at.astimezone(ZoneInfo(name)) for at in (before, after))
        onset = (after + old.utcoffset()).replace(tzinfo=None)
        alike[bool(new.dst()), old.utcoffset(), new.utcoffset(), new.tzname()].append(onset)
    for change, onsets in alike.items():
        component.add_component(_observance(*change, onsets))
    return component.to_ical()


def _shown(years):
    """The years, in order, whose changes are told: of `years`, of those before, and between them.

    What lies between makes rules hold without a gap; it is passed over where it is very long.
    """
    told = sorted({min(max(each, YEARS[0]), YEARS[-1]) for y in years for each in (y - 1, y)})
    return range(told[0], told[-1] + 1) if told[-1] - told[0] <= MOST_BETWEEN else told


def _observance(is_daylight, before, after, name, onsets):
    """From the `onsets` (by the clock before them) on, `after` (timedelta) ahead of UTC."""
    component = icalendar.TimezoneDaylight() if is_daylight else icalendar.TimezoneStandard()
    component.add("dtstart", onsets[0])
    if onsets[1:]:
        component.add(*_again(onsets))
    component.add("tzoffsetfrom", before)
    component.add("tzoffsetto", after)
    component.add("tzname", name)
    return component


def _again(onsets):
    """(property, value) for the later ones of `onsets`: a rule that all keep, or each of them.

    Emacs reads rules alone. It ends soon after the last onset: what comes then nobody has decided.
    """
    first, last = onsets[0], onsets[-1]
    years = range(first.year, last.year + 1)
    rules = set.intersection(*map(_rules, onsets))
    if not rules or [onset.year for onset in onsets] != list(years):
        return "rdate", onsets[1:]
    month, day, _ = min(rules)
    until = (last + A_WHILE).replace(tzinfo=dt.UTC)
    return "rrule", {"freq": "yearly", "until": until, "bymonth": month, "byday": day}


def _rules(onset):
    """The rules that an onset keeps: month, which weekday in it (“2SU”, “-1SU”), and time."""
    weekday, the_time = "MO TU WE TH FR SA SU".split()[onset.weekday()], onset.time()
    turns = [(onset.day - 1) // 7 + 1]
    if onset.day > monthrange(onset.year, onset.month)[1] - 7:
        turns.append(-1)
    return {(onset.month, f"{turn}{weekday}", the_time) for turn in turns}


@lru_cache(maxsize=512)
def _changes(name, year):
    """[(moment, a second later)] in UTC between which the clocks of the zone change."""
    zone, day = ZoneInfo(name), dt.timedelta(days=1)
    first, end = (dt.datetime(each, 1, 1, tzinfo=dt.UTC) for each in (year, year + 1))
    days = [first + n * day for n in range((end - first).days + 1)]
    return [
        _narrowed(zone, *pair)
        for pair in pairwise(days)
        if _clock(zone, pair[0]) != _clock(zone, pair[1])
    ]


def _clock(zone, at):
    local = at.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _narrowed(zone, before, after):
    """The two neighbouring seconds within which the clock changes."""
    while after - before > dt.timedelta(seconds=1):
        middle = before + dt.timedelta(seconds=(after - before).total_seconds() // 2)
        if _clock(zone, middle) == _clock(zone, before):
            before = middle
        else:
            after = middle
    return before, after
