"""The content as files that people review in git, and that `loaddata` takes in again.

The same content gives the same bytes. A row that says something else is another line, never
another order: rows stand by the record they belong to, then by their key. What a field says by
default is left out, as `loaddata` takes what is left out; so a new field changes no file.
"""

import json
from contextlib import ExitStack
from typing import NamedTuple

from django.conf import settings
from django.core import serializers
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import FileField

from partners.exchange import backups
from partners.exchange.loading import UPLOADS
from partners.models import (
    ROOT_MODELS,
    Citation,
    Event,
    Link,
    Page,
    PendingChange,
    Redirect,
    Section,
    SectionEntry,
    Source,
    Term,
    Topic,
)
from partners.rows import snapshots
from partners.values.files import complete_or_nothing


def _with_parts(name):
    """A kind of root and its parts, each with the field that points at whom its rows belong to."""
    model = ROOT_MODELS[name]
    parts = [model._meta.get_field(part).field for part in model.parts]
    return [(model, ""), *((part.model, part.name) for part in parts)]


#: File → (model, the field that points at whom its rows belong to), in the order of loading.
#: Redirects come before the records whose changed addresses made them.
FILES = {
    "01_sources": [(Source, "")],
    "02_topics": [(Topic, "")],
    "03_terms": [(Term, "")],
    "04_pages": [(Redirect, ""), (Page, ""), (Link, "page")],
    "05_organisations": _with_parts("organisation"),
    "06_sections": [(Section, ""), (SectionEntry, "section")],
    "07_collaborations": _with_parts("collaboration"),
    "08_event_series": _with_parts("series"),
    "09_events": _with_parts("event"),
    "10_citations": [(Citation, name) for name in dict.fromkeys(("page", *ROOT_MODELS))],
}


class Exported(NamedTuple):
    """What an export wrote, and what it left out."""

    records: int
    uploads: int
    missing: list
    pending: int

    @property
    def report(self):
        sentence = f"Records: {self.records}. Uploads: {self.uploads}."
        if self.pending:
            sentence += f" Pending changes left out, as they are no content yet: {self.pending}."
        return sentence


def export(folder):
    """Write the content as it is at one moment to `folder` (Path), and tell what was written.

    Each file takes its place whole, and none does before all are on the disk. A file that would
    have no records goes. Uploads are put beside them and never taken away. Raises OSError.
    """
    with backups.snapshot():
        rows = {name: rows_of(name) for name in FILES}
        pending = PendingChange.objects.count()
    uploads = sorted({named for each in rows.values() for row in each for named in _uploads(row)})
    missing = [name for name in uploads if not _copy(name, folder / UPLOADS / name)]
    _replace(folder, {f"{name}.json": text(each) for name, each in rows.items()})
    records = sum(map(len, rows.values()))
    return Exported(records, len(uploads) - len(missing), missing, pending)


def rows_of(name):
    """The rows of one of FILES, in their order, without what is a default (list of dicts)."""
    records = [record for table in FILES[name] for record in _records(*table)]
    rows = serializers.serialize("python", records)
    defaults = {model: _defaults(model) for model in {*map(type, records)}}
    for record, row in zip(records, rows, strict=True):
        for field in record._meta.many_to_many:
            row["fields"][field.name].sort()
        row["fields"] = _without(defaults[type(record)], row["fields"])
    return rows


def _defaults(model):
    return dict.fromkeys(snapshots.PUBLICATION) | snapshots.blank(model)["fields"]


def _without(defaults, fields):
    return {name: value for name, value in fields.items() if value != defaults.get(name, ...)}


def text(rows):
    """As the file says them: one line a field; "" where there are none."""
    written = [json.dumps(row, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False) for row in rows]
    return "[\n" + ",\n".join(written) + "\n]\n" if written else ""


def _records(model, owner):
    """By whom they belong to, then by their key; what they refer to comes first."""
    records = model._base_manager.exclude(**{owner: None}) if owner else model._base_manager.all()
    keyed = {record.pk: record for record in records}
    order = sorted(keyed, key=lambda key: (owner and getattr(keyed[key], f"{owner}_id"), str(key)))
    above = {key: keyed[key].held_at_id for key in order} if model is Event else {}
    return [keyed[key] for key in _after_those_above(order, above)]


def _after_those_above(order, above):
    """The keys in `order`, but each after the one it is under (`above`: key → key or None)."""
    placed = {}
    for key in order:
        chain, top = [], key
        while top is not None and top not in placed and top not in chain:
            chain.append(top)
            top = above.get(top)
        placed |= dict.fromkeys(reversed(chain))
    return list(placed)


def _uploads(row):
    model = snapshots.model_of(row["model"])
    files = [field.name for field in model._meta.fields if isinstance(field, FileField)]
    return [row["fields"][name] for name in files if name in row["fields"]]


def _copy(name, path):
    """Say whether there is an upload of that name; an upload never changes."""
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except FileNotFoundError:
        return False
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with complete_or_nothing(path) as file:
            file.write(content)
        path.chmod(settings.FILE_UPLOAD_PERMISSIONS)
    return True


def _replace(folder, texts):
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as complete:  # the first file takes its name when the last is written
        for name, content in texts.items():
            if content:
                file = complete.enter_context(complete_or_nothing(folder / name))
                file.write(content.encode())
                file.flush()  # a full disk says so here, before any file is replaced
    for name, content in texts.items():
        if content:
            (folder / name).chmod(settings.FILE_UPLOAD_PERMISSIONS)
        else:
            (folder / name).unlink(missing_ok=True)
