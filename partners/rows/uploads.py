"""Uploaded files that nobody names any more."""

import logging
from collections import defaultdict
from functools import partial

from django.db import transaction

from partners.models import Revision
from partners.models.known import batches
from partners.rows import snapshots
from partners.rows.standing import standings

log = logging.getLogger(__name__)


def forget_uploads(model, key, rows):
    """Delete the files that `rows` name, but neither the record, its change nor its history."""
    forget({(model, str(key)): rows})


def forget(rows):
    """The same of many records: {(model, key): rows}."""
    files = {record: named for record, there in rows.items() if (named := snapshots.uploads(there))}
    by_model = defaultdict(list)
    for model, key in files:
        by_model[model].append(key)
    for model, keys in by_model.items():
        kept = _kept(model, keys)
        for key in keys:
            for storage, name in files[model, key] - kept[key]:
                transaction.on_commit(partial(discard, storage, name))


def discard(storage, name):
    """Delete a file that nobody needs, and return whether it is gone.

    What was stored by then is not told as failed because it stays.
    """
    try:
        storage.delete(name)
    except OSError:
        log.exception("The file %s cannot be deleted.", name)
        return False
    return True


def _kept(model, keys):
    """{key: the files that the record, its pending change and its history name}."""
    there = standings(model, keys)
    kept = {key: snapshots.uploads(there[key].rows + there[key].present) for key in keys}
    for some in batches(keys):
        known = Revision.objects.filter(kind=model._meta.label_lower, key__in=some)
        for key, rows in known.order_by("pk").values_list("key", "rows").iterator():
            kept[key] |= snapshots.uploads(rows)
    return kept
