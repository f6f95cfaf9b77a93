"""What fields and models were called in rows that were kept before they got their present names.

History, pending changes and loaded rows hold a record as JSON, which no migration rewrites. A
migration that renames a field or a model adds one line here, and all of them are read under the
present names: see docs/upgrades.md.
"""

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

#: (the model's present label, a field's name then) → its name after that rename.
RENAMED_FIELDS = {}
#: A model's label then → its label after that rename; both in lower case: “partners.event”.
RENAMED_MODELS = {}


def in_present_names(rows):
    """`rows` (list of dicts, as fixtures have them) with the present names of models and fields."""
    return [_row(row) for row in rows] if RENAMED_FIELDS or RENAMED_MODELS else rows


def _row(row):
    model = row["model"]
    while model in RENAMED_MODELS:
        model = RENAMED_MODELS[model]
    fields = {_field(model, name): value for name, value in row["fields"].items()}
    if model == "partners.citation":
        fields["path"] = _path(fields)
    return row | {"model": model, "fields": fields}


def _field(model, name):
    while (model, name) in RENAMED_FIELDS:
        name = RENAMED_FIELDS[model, name]
    return name


def _path(citation):
    """The statement that a citation names, each step under its present name."""
    model = apps.get_model("partners.citation")
    steps = citation["path"].split("/")
    for name, value in citation.items():
        if value and name in ("organisation", "collaboration", "series", "event", "page"):
            model = model._meta.get_field(name).related_model
    for place in range(0, len(steps), 2):  # between the names stand the ids of parts
        steps[place] = _field(model._meta.label_lower, steps[place])
        try:
            model = model._meta.get_field(steps[place]).related_model or model
        except FieldDoesNotExist:
            break
    return "/".join(steps)
