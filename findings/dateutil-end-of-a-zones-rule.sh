#!/usr/bin/env bash
# python-dateutil: the rule of a time zone in a calendar ends before its last change.
#
# Guess:    a rule in a VTIMEZONE holds up to and with its UNTIL, which RFC 5545, section 3.3.10,
#           wants in UTC.
# Happens:  `tzical`, which vobject reads calendars with, takes that moment by the clock of the place.
#           In Vienna, the change to summer time at 01:00 UTC is one at 02:00 by the clock before it,
#           and is left out: the last summer that the rule is about is an hour late.
# Versions: python-dateutil 4.0.0, Python 3.11.
# Matters:  time zones of our calendars: `A_WHILE` in `partners/exchange/clocks.py` lets rules end
#           two days after their last change (decision 39).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-dateutil==4.0.0
"$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt
import io

from dateutil.tz import tzical

ZONE = """BEGIN:VTIMEZONE
TZID:Vienna
BEGIN:STANDARD
DTSTART:20300101T000000
TZOFFSETFROM:+0100
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20300331T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL={until}
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20301027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def hours_in_june_2031(until):
    zone = tzical(io.StringIO(ZONE.format(until=until))).get()
    return dt.datetime(2031, 6, 20, 9, tzinfo=zone).utcoffset() / dt.timedelta(hours=1)


at_the_change, two_days_later = map(hours_in_june_2031, ["20310330T010000Z", "20310401T020000Z"])
print(f"UNTIL at the last change: {at_the_change:g} hours ahead of UTC; later: {two_days_later:g}.")
assert (at_the_change, two_days_later) == (1, 2)
PYTHON
