#!/usr/bin/env bash
# csvkit: a time of the day without seconds is read as minutes.
#
# Guess:    a column of times such as 09:00 is read as times, or stays text.
# Happens:  csvjson takes 09:00 for a length of time, of nine minutes; 09:00:00 is nine hours to it.
# Versions: csvkit 2.2.0, agate 1.14.2, Python 3.11.
# Matters:  tables under /data/: `cell` in `partners/exchange/opendata/dumps.py` writes times with
#           seconds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check csvkit==2.2.0 agate==1.14.2
said=$(printf 'short,long\n09:00,09:00:00\n' | "$folder/venv/bin/csvjson")
echo "09:00 and 09:00:00 are read as $said"
test "$said" = '[{"short": "0:09:00", "long": "9:00:00"}]'
