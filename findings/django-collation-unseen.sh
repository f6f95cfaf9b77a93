#!/usr/bin/env bash
# Django: `makemigrations` does not see a collation that a field gives in `db_parameters` alone.
#
# Guess:    a field's new collation is a change like another, and makes a migration.
# Happens:  migrations compare what `deconstruct` returns; `db_parameters` is not asked. The model
#           has the new collation, "No changes detected", and the table keeps the old order.
# Versions: Django 5.2.19, SQLite, Python 3.11.
# Matters:  the collation of titles depends on the database, so it cannot stand in `deconstruct`
#           (`TitleField` in `partners/models/base.py`): migration 0012 makes the tables anew by hand.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check django==5.2.19

mkdir -p "$folder/shop/migrations"
touch "$folder/shop/__init__.py" "$folder/shop/migrations/__init__.py"
cat > "$folder/settings.py" << 'PYTHON'
INSTALLED_APPS = ["shop"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PYTHON
cat > "$folder/shop/models.py" << 'PYTHON'
from django.db import models


class TitleField(models.CharField):
    pass


class Book(models.Model):
    title = TitleField(max_length=80)
PYTHON
cd "$folder"
export DJANGO_SETTINGS_MODULE=settings PYTHONPATH=.
manage() { venv/bin/python -m django "$@"; }

manage makemigrations shop --verbosity 0
manage migrate --verbosity 0
sed -i '/^    pass$/d' shop/models.py
sed -i '/^class TitleField/r /dev/stdin' shop/models.py << 'PYTHON'
    def db_parameters(self, connection):
        return super().db_parameters(connection) | {"collation": "NOCASE"}
PYTHON
seen=$(manage makemigrations shop && venv/bin/python << 'PYTHON'
import django

django.setup()
from django.db import connection
from shop.models import Book

Book.objects.bulk_create(Book(title=title) for title in ("b", "A", "C"))
print("model:", Book._meta.get_field("title").db_parameters(connection)["collation"])
with connection.cursor() as cursor:
    [table] = connection.introspection.get_table_description(cursor, "shop_book")[1:]
print("table:", table.collation)
print(*Book.objects.order_by("title").values_list("title", flat=True))
PYTHON
)
printf '%s\n' "$seen"
diff - <(printf '%s\n' "$seen") << 'EXPECTED'
No changes detected in app 'shop'
model: NOCASE
table: None
A C b
EXPECTED
