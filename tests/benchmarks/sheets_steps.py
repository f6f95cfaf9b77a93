"""The steps of `sheets`, in the code of whatever folder Python runs in; prints JSON.

Arguments: “plain” (organisations without parts), “parts” or “library”; and how many lines.
"""

import io
import json
import re
import resource
import sys
import time
from importlib import import_module

import django
from django.apps import apps
from django.conf import settings

WHAT, NUMBER = sys.argv[1], int(sys.argv[2])
COLUMNS = [
    "key", "version", "slug", "name", "acronym", "kind", "seat_city", "seat_country", "founded",
    "website", "summary", "description",
]  # fmt: skip
PARTS = {
    "names": ["organisation", "id", "kind", "name"],
    "identifiers": ["organisation", "id", "scheme", "value"],
    "links": ["organisation", "id", "label", "url"],
    "figures": ["organisation", "id", "measure", "value"],
}
#: Sheet → the column that is changed, and what its value becomes.
CHANGED = {
    "organisations": ("summary", lambda value: f"{value} It says more now."),
    "names": ("name", lambda value: f"{value}, as it is called"),
    "identifiers": ("value", lambda value: f"Q{int(value[1:]) + NUMBER}"),
    "links": ("label", lambda value: f"{value}, revised"),
    "figures": ("value", lambda value: value + 1),
}
#: What is not the same in any two runs.
VARIES = {"act", "at", "saved_at", "changed_at", "published_at", "token", "transaction"}
RANDOM = re.compile(r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[abcdf][0-9a-f]{11})\b")


def line(number):
    return [
        "", "", f"society-{number}", f"Society {number} of Radiology", f"S{number}", "society",
        "Vienna", "AT", "2016", f"https://www.s{number}.example.org/", "One sentence on it.",
        "<p>What they <strong>do</strong>, for a reader.</p>",
    ]  # fmt: skip


def tables():
    numbers = range(NUMBER)
    found = {"organisations": (COLUMNS, [line(number) for number in numbers])}
    if WHAT == "parts":
        site = "https://www.s{}.example.org/report"
        told = {
            "names": lambda number: ["alias", f"Other name {number}"],
            "identifiers": lambda number: ["wikidata", f"Q{number + 1}"],
            "links": lambda number: [f"Annual report {number}", site.format(number)],
            "figures": lambda number: ["members", number],
        }
        for name, say in told.items():
            lines = [[f"society-{number}", "", *say(number)] for number in numbers]
            found[name] = PARTS[name], lines
    return found


class Steps:
    """What each step costs, as it is measured."""

    def __init__(self):
        self.spent = {}

    def measure(self, name, step, *args):
        begun = time.process_time()
        result = step(*args)
        self.spent[name] = {
            "cpu": time.process_time() - begun,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        return result


def ours(steps):
    """Look at a file, store it, export that, change every line, look and store again."""
    exchange = {
        name: import_module(f"partners.exchange.sheets.{name}")
        for name in ("export", "files", "importing")
    }
    presses = import_module("partners.publishing.presses")
    model = apps.get_model("partners.Organisation")
    by = apps.get_model("auth.User").objects.create_user("importer")
    now = import_module("django.utils.timezone").now
    importing, write = exchange["importing"], exchange["files"].FORMATS["csv"][0]

    def wanted(content):
        book = exchange["files"].read(io.BytesIO(content), "organisations")
        return importing.wanted(model, book)

    def look(content):
        records = wanted(content)
        importing.rehearse(records, by, now())
        if any(each.errors for each in records):
            raise SystemExit(f"Refused: {[each.errors for each in records if each.errors][:3]}")

    def store(content):
        importing.carry_out(wanted(content), presses.PUBLISH_WHAT_IS_PUBLIC, by, now(), "Imported")

    content = write(tables())
    steps.measure("dry run of new lines", look, content)
    steps.measure("storing new lines", store, content)
    keys = model.objects.order_by("slug").values_list("pk", flat=True)
    content = write(changed(exchange["export"].sheets(model, keys)))
    steps.measure("dry run of changed lines", look, content)
    steps.measure("storing changed lines", store, content)


def changed(sheets):
    for name, (column, become) in CHANGED.items():
        columns, lines = sheets[name]
        place = list(columns).index(column)
        for each in lines:
            each[place] = become(each[place])
    return sheets


def library(steps):
    """The same with the library's own means: a resource of the model."""
    resources, tablib = import_module("import_export.resources"), import_module("tablib")
    model = apps.get_model("partners.Organisation")
    names = ["key", *COLUMNS[2:]]

    class Organisations(resources.ModelResource):
        class Meta:
            fields = names
            import_id_fields = ["key"]
            skip_unchanged = True

    Organisations._meta.model = model
    resource_of = resources.modelresource_factory(model, Organisations)
    rows = [[f"a{number}", *line(number)[2:]] for number in range(NUMBER)]

    def take(is_dry):
        data = tablib.Dataset(*rows, headers=names)
        result = resource_of().import_data(data, dry_run=is_dry)
        if result.has_errors() or result.has_validation_errors():
            raise SystemExit("The library refuses these lines.")

    for what in ("new", "changed"):
        steps.measure(f"dry run of {what} lines", take, True)
        steps.measure(f"storing {what} lines", take, False)
        for row in rows:
            row[-2] = CHANGED["organisations"][1](row[-2])


def stored():
    """{table: its rows}, without what varies; what is numbered at random by what it belongs to."""
    found = {}
    for model in apps.get_app_config("partners").get_models(include_auto_created=True):
        names = [field.attname for field in model._meta.concrete_fields]
        rows = [
            {name: value for name, value in row.items() if name not in VARIES}
            for row in model._base_manager.order_by("pk").values(*names)
        ]
        found[model._meta.label] = rows
    text = json.dumps(found, default=str, sort_keys=True)
    return {
        name: sorted(map(_line, rows)) for name, rows in json.loads(_named(found, text)).items()
    }


def _named(found, text):
    names = {row["key"]: row["slug"] for row in found["partners.Organisation"]}
    for name, rows in found.items():
        for row in rows:
            if "organisation_id" in row and "id" in row:
                names[str(row["id"])] = f"{name} of {names[row['organisation_id']]}"
    return RANDOM.sub(lambda found: names.get(found[0], found[0]), text)


def _line(row):
    return json.dumps({name: row[name] for name in row if name != "id"}, sort_keys=True)


def main():
    django.setup()
    settings.DEBUG = False
    import_module("django.core.management").call_command("migrate", verbosity=0)
    steps = Steps()
    (library if WHAT == "library" else ours)(steps)
    there = {} if WHAT == "library" else stored()
    sys.stdout.write(json.dumps({"steps": steps.spent, "stored": there}))


if __name__ == "__main__":
    main()
