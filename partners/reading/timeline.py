"""What went on when, for a page: events by year, and collaborations as bars over the years.

Nothing is drawn more precisely than it is known: a year is a band as long as the year.
"""

import datetime as dt
from itertools import groupby
from typing import NamedTuple

#: As many years as fit beside each other on a small screen.
MOST_TICKS = 5
#: How far an open box reaches past the edge, which cuts off its end: a part of the whole.
BEYOND = 0.01


def by_year(events, today):
    """[(title, events)]: what is to come, then each year down from the latest; "" has no date.

    `today` is a datetime.date.
    """
    ahead = sorted((each for each in events if not each.is_over(today)), key=_start)
    past = sorted((each for each in events if each.is_over(today)), key=_start, reverse=True)
    years = groupby(past, lambda event: str(event.starts.year))
    groups = [("To come", ahead), *((year, list(those)) for year, those in years)]
    return [(title, those) for title, those in groups if those]


def _start(event):
    return str(event.starts)


class Stretch(NamedTuple):
    """A part of a bar: what is known of it, where it starts and how long it is, in per cent."""

    kind: str
    x: str
    width: str


class Picture:
    """Collaborations as bars over the years, from before the earliest that is known.

    Those without any date are `undated`, a number: there is nothing to draw of them.
    """

    def __init__(self, collaborations, today):
        dated = [each for each in collaborations if each.since or each.until]
        self.undated = len(collaborations) - len(dated)
        dates = [date for each in dated for date in (each.since, each.until) if date]
        years = [today.year, *(date.year for date in dates)]
        # A year more on both sides: room for what is unknown, and for what goes on.
        self.first_year, self.last_year = max(min(years) - 1, 1), min(max(years) + 1, dt.MAXYEAR)
        self.today = today.toordinal()
        self.first, self.end = dt.date(self.first_year, 1, 1).toordinal(), _after(self.last_year)
        self.ticks = [
            self._stretch(year, dt.date(year, 1, 1).toordinal(), self.end) for year in self._years()
        ]
        self.bars = [
            (each, list(self._stretches(each))) for each in sorted(dated, key=_known_first)
        ]

    def _years(self):
        """The years to name: all, or those that a round step of 2, 5, 10, 20 … leads to."""
        span = self.last_year - self.first_year
        steps = (factor * 10**power for power in range(4) for factor in (1, 2, 5))
        step = next(step for step in steps if span < step * MOST_TICKS)
        with_room = self.last_year - span // 8
        return [year for year in range(self.first_year, with_room) if year % step == 0]

    def _stretches(self, collaboration):
        """`within` a time when it began or ended, `certain` between, `open`, or `unknown`."""
        since, until = collaboration.since, collaboration.until
        begun = _past(since) if since else self.first
        ends = until.earliest.toordinal() if until else max(self.today, begun)
        is_sure = since and not collaboration.has_ended
        spans = [("certain" if is_sure else "unknown", begun, ends)]
        if since:
            spans.append(("within", since.earliest.toordinal(), begun))
        if until:
            spans.append(("within", ends, _past(until)))
        elif not collaboration.has_ended:
            spans.append(("open", ends, self.end + BEYOND * (self.end - self.first)))
        return (self._stretch(*span) for span in spans if span[1] < span[2])

    def _stretch(self, kind, start, end):
        whole = self.end - self.first
        x, width = (f"{100 * days / whole:.2f}%" for days in (start - self.first, end - start))
        return Stretch(kind, x, width)


def _known_first(collaboration):
    return not collaboration.since, str(collaboration.since), collaboration.title


def _after(year):
    """The number of the day that follows a year, also where the calendar ends."""
    return dt.date(year, 12, 31).toordinal() + 1


def _past(date):
    """The number of the day that follows the last one a PartialDate can be."""
    return date.latest.toordinal() + 1
