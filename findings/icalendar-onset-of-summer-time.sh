#!/usr/bin/env bash
# icalendar: a zone's summer time begins an hour late in the VTIMEZONE that it makes.
#
# Guess:    `Timezone.from_tzid` writes the onset as RFC 5545, section 3.6.5, wants it: by the clock
#           before the change. In Vienna, summer time begins at 02:00.
# Happens:  the onset of DAYLIGHT is told by the clock after the change: 03:00. The end of summer
#           time, 03:00, is right.
# Versions: icalendar 7.3.2, Python 3.11.
# Matters:  calendars of events with times: `time_zone` in `partners/exchange/clocks.py` makes
#           the component itself (decision 10).
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.2

seen=$("$folder/venv/bin/python" << 'PYTHON'
import datetime as dt

import icalendar

year = dt.date(2026, 1, 1), dt.date(2027, 1, 1)
zone = icalendar.Timezone.from_tzid("Europe/Vienna", first_date=year[0], last_date=year[1])
for part in zone.subcomponents:
    print(part.name, part["DTSTART"].dt, part["TZOFFSETFROM"].to_ical())
PYTHON
)
printf '%s\n' "$seen"
diff - <(printf '%s\n' "$seen") << 'EXPECTED'
STANDARD 2026-01-01 00:00:00 +0100
DAYLIGHT 2026-03-29 03:00:00 +0100
STANDARD 2026-10-25 03:00:00 +0200
EXPECTED
