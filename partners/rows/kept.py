"""Rows that were kept (history, pending changes, what a page carried), in the form of today.

The one place where rows of yesterday's models are read: fields, models and statements that are gone
are taken out and named. Renames are read before that, with the column: see `models.renames`.
"""

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from partners.models import ROOTS, Citation
from partners.rows.snapshots import PUBLICATION, content, model_of


def in_form_of_today(kept):
    """(rows, gone): rows that were kept, without what there is no place for any more.

    `gone` names that, in words (list of str): fields and models, and statements that had a source.
    """
    rows, gone = [], {}
    for row in kept:
        model = model_of(row["model"])
        if model is None:
            gone[row["model"]] = True
        elif _cites_what_is_gone(row):
            gone[f"the source of “{row['fields']['path']}”"] = True
        else:
            known = content(model) | PUBLICATION
            lost = [name for name in row["fields"] if name not in known]
            gone |= dict.fromkeys(f"{model._meta.verbose_name}: {name}" for name in lost)
            fields = {name: value for name, value in row["fields"].items() if name in known}
            rows.append(row | {"fields": fields})
    return rows, list(gone)


def _cites_what_is_gone(row):
    """Whether it is a citation of a statement that records of its kind no longer make."""
    if model_of(row["model"]) is not Citation:
        return False
    owner = next((ROOTS[name] for name in ROOTS if row["fields"].get(name)), None)
    return owner is not None and not _leads_to_a_field(
        apps.get_model(owner), row["fields"]["path"].split("/")[::2]
    )


def _leads_to_a_field(model, names):
    for name in names:
        try:
            model = model and model._meta.get_field(name).related_model
        except FieldDoesNotExist:
            return False
    return True
