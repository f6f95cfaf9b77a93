"""Copies of the fixtures with something changed, and what `loaddata` says of them.

A change is a function from the text of a fixture to the bytes to load.
"""

import json
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

FIXTURES = sorted((settings.BASE_DIR / "fixtures").glob("*.json"))
TOTAL = sum(len(json.loads(path.read_text())) for path in FIXTURES)
SOURCES, TOPICS, _, PAGES, ORGANISATIONS, SECTIONS, COLLABORATIONS, SERIES, EVENTS, CITATIONS = (
    path.name for path in FIXTURES
)
#: Keys of parts in the fixtures, and one that none of them has.
ESR_MEMBERS = "61518a4e-cac7-5864-91b2-f4b316d55e25"
EUROSAFE_OF_ESR = "97b41002-8b67-5c8a-8a2e-1c239ecb3e14"
EUROSAFE_LINK = "c8227d02-1be3-5040-81d2-549bcd7fe0c5"
INTRO_CITED = "ed5a1b8a-70ef-5f8b-babb-360e774cdfa7"
SIR_SESSIONS = "7c0b34b4-a266-57ae-8215-55d3ddd80299"
ORGANISER = "a714a42e-a148-5a65-8665-aabc437b71fd"
ENTRY = "2d13e461-ce75-5f92-a9a2-da77dcbcc078"
PARTY = "1b2f742f-258c-5dda-bafe-521875e2d02c"
NEW = "00000000-0000-4000-8000-000000000001"
NEWER = "00000000-0000-4000-8000-000000000002"


def load(*paths, **options):
    """What `loaddata` reports."""
    stdout = StringIO()
    call_command("loaddata", *map(str, paths), stdout=stdout, **options)
    return stdout.getvalue().strip()


def dump():
    """What `dumpdata` says of the whole database, as at the end of a transaction."""
    connection.check_constraints()
    stdout = StringIO()
    call_command("dumpdata", stdout=stdout)
    return stdout.getvalue()


def state():
    """Every row of ours, bookkeeping included."""
    models = apps.get_app_config("partners").get_models(include_auto_created=True)
    return {model: list(model._base_manager.order_by("pk").values_list()) for model in models}


def edit(change):
    def apply(text):
        records = json.loads(text)
        change(records)
        return json.dumps(records).encode()

    return apply


def find(records, key):
    return next(record for record in records if record["pk"] == key)


def put(key, /, **fields):
    """Give fields of the record other values."""
    return edit(lambda records: find(records, key)["fields"].update(fields))


def drop(key, field):
    return edit(lambda records: find(records, key)["fields"].pop(field))


def top(key, /, **values):
    """Give the record's model, pk or fields another value, or a key beside them."""
    return edit(lambda records: find(records, key).update(values))


def behead(key, name):
    return edit(lambda records: find(records, key).pop(name))


def copies(key, *changes):
    """Append copies of the record, each with other fields (pk and model among them)."""

    def change(records):
        for given in changes:
            outside = {name: given[name] for name in ("pk", "model") if name in given}
            inside = {name: given[name] for name in given.keys() - outside.keys()}
            record = find(records, key)
            records.append(record | outside | {"fields": record["fields"] | inside})

    return edit(change)


def only(**record):
    """A file with this record alone."""
    return lambda text: json.dumps([record]).encode()


def swap(old, new):
    """Write `new` for the first `old` in the text."""

    def apply(text):
        assert old in text
        return text.replace(old, new, 1).encode()

    return apply


def ring_of_events(records):
    """A congress held at an examination, held at another one, held at that congress."""
    congress, examination = records[0], records[1]
    outer = examination | {"pk": "outer"}
    outer["fields"] = examination["fields"] | {"slug": "outer", "held_at": examination["pk"]}
    closing = congress | {"fields": congress["fields"] | {"held_at": "outer"}}
    records[:] = [outer, closing]


def identifier(scheme, value):
    fields = {"organisation": "esr", "scheme": scheme, "value": value}
    return only(model="partners.identifier", pk=NEW, fields=fields)


def redirect(old_path, new_path):
    fields = {"old_path": old_path, "new_path": new_path}
    return only(model="partners.redirect", pk=NEW, fields=fields)


def group(pk=1000, name="Proofreaders", permissions=()):
    fields = {"name": name, "permissions": list(permissions)}
    return only(model="auth.group", pk=pk, fields=fields)


def refusal(*paths, **options):
    """The one message with which `loaddata` refuses them; nothing may have changed."""
    before = state()
    with pytest.raises(CommandError) as caught:
        load(*paths, **options)
    assert state() == before
    return str(caught.value)
