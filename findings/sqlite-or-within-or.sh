#!/usr/bin/env bash
# SQLite: OR within AND within OR is read from no index, though each of its parts would be.
#
# Guess:    (first OR last) AND short is answered from two indexes; so two of these, joined by OR,
#           are answered from four.
# Happens:  one is; two joined by OR read the whole table. Multiplied out, (first AND short) OR
#           (last AND short) OR …, the same question is answered from the indexes again.
# Versions: SQLite 3.54.1, which apsw 3.54.1.0 brings.
# Matters:  words that may have been meant by one with a typing error: `_on_record` in
#           `partners/reading/search.py` multiplies out. With 37,000 words that takes 0.3 ms, and took
#           11 before. Django's Q objects keep the nesting that they were put together with.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check apsw==3.54.1.0
said=$("$folder/venv/bin/python" - <<'PYTHON'
import apsw

words = apsw.Connection(":memory:")
words.execute("CREATE TABLE word (text TEXT PRIMARY KEY, reversed TEXT NOT NULL)")
words.execute("CREATE INDEX by_end ON word (reversed)")


def plan(condition):
    steps = words.execute(f"EXPLAIN QUERY PLAN SELECT text FROM word WHERE {condition}")
    return next(step for *_, step in steps)


def short(condition):
    return f"({condition} AND length(text) < 9)"


asked = [("a", "b"), ("c", "d")]
nested = [short(f"(text = '{text}' OR reversed = '{end}')") for text, end in asked]
flat = [short(f"text = '{text}'") for text, _ in asked]
flat += [short(f"reversed = '{end}'") for _, end in asked]
print("one:", plan(nested[0]))
print("two:", plan(" OR ".join(nested)))
print("multiplied out:", plan(" OR ".join(flat)))
PYTHON
)
echo "$said"
test "$said" = "one: MULTI-INDEX OR
two: SCAN word
multiplied out: MULTI-INDEX OR"
