#!/usr/bin/env bash
# Django: until it is saved, a field with `db_default` alone holds no value, and counts as true.
#
# Guess:    `BooleanField(db_default=False)` is False on a new instance, as with `default=False`.
# Happens:  it is a `DatabaseDefault`, an expression, until the database has put the value in. An
#           object is true: `if not book.is_sold` goes the wrong way.
# Versions: Django 5.2.19, SQLite, Python 3.11.
# Matters:  new columns need a `db_default`, since code of the release before writes them too
#           (docs/upgrades.md). Such fields have the same `default` beside it, which wins.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check django==5.2.19

seen=$("$folder/venv/bin/python" << 'PYTHON'
import django
from django.conf import settings

database = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
settings.configure(DATABASES={"default": database})
django.setup()
from django.db import connection, models


class Book(models.Model):
    is_sold = models.BooleanField(db_default=False)
    is_lent = models.BooleanField(default=False, db_default=False)

    class Meta:
        app_label = "shop"


with connection.schema_editor() as editor:
    editor.create_model(Book)
book = Book()
print("new:", type(book.is_sold).__name__, bool(book.is_sold), book.is_lent)
book.save()
print("saved:", type(book.is_sold).__name__, bool(book.is_sold), book.is_lent)
PYTHON
)
printf '%s\n' "$seen"
diff - <(printf '%s\n' "$seen") << 'EXPECTED'
new: DatabaseDefault True False
saved: bool False False
EXPECTED
