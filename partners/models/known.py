"""What rules ask of the database: once for many records, and of rows that are yet to be stored.

A rule that looks beyond its own record (`ContentModel.clean_with`) asks a `Known`. Of a single
record, as in a form, that is the database; of many it is what `ask_ahead` read for all of them,
with what is about to be written and deleted. So one rule serves both, and costs a query a batch.
"""

import hashlib

from django.db import connection

BATCH = 500  # values a query


class Known:
    """The database as it will be once what was `put` is stored, and what was forgotten deleted."""

    def __init__(self):
        #: model → {key: what will be stored, an instance; None: nothing}
        self.changed = {}
        #: model → what was put, in that order
        self.put_so_far = {}
        self._answers, self._digests = {}, {}
        self._read, self._keys, self._views = {}, {}, {}

    def fork(self):
        """A Known of the same database, in which something else may be put and forgotten beside."""
        fork = Known()
        fork._answers, fork._digests = self._answers, self._digests
        fork._read, fork._keys = self._read, self._keys
        fork.changed = {model: dict(changed) for model, changed in self.changed.items()}
        fork.put_so_far = {model: list(put) for model, put in self.put_so_far.items()}
        return fork

    def ask(self, function, *args):
        """What `function` (of the module; of hashable arguments) reads: asked once, and noted."""
        question = function, args
        if question not in self._answers:
            self._answers[question] = function(*args)
        return self._answers[question]

    def holds(self):
        """Whether the database would still answer all of it in the same way: a query for each."""
        return all(function(*args) == answer for (function, args), answer in self._answers.items())

    def view(self, kind):
        """The one object of the class `kind` (made of this Known): what a rule makes of answers."""
        if kind not in self._views:
            self._views[kind] = kind(self)
        return self._views[kind]

    def load(self, model, keys):
        """Read the records of these keys."""
        read = self._read.setdefault(model, {})
        for some in batches({key for key in keys if key not in read}):
            read |= dict.fromkeys(some)
            rows = values_of(model, some)
            self._digests[model, some] = _digest(rows)
            for values in rows:
                record = model.from_db(None, _names(model), values)
                read[record.pk] = record

    def load_keys(self, model, keys):
        """Read which of these keys there are."""
        read = self._keys.setdefault(model, {})
        for some in batches({key for key in keys if key not in read}):
            there = self.ask(keys_of, model, some)
            read |= {key: key in there for key in some}

    def get(self, model, key):
        """The record of that key (as the primary key has it in Python), or None."""
        changed = self.changed.get(model, {})
        if key in changed:
            return changed[key]
        return self.stored(model, key)

    def stored(self, model, key):
        """The record of that key as it is stored now, or None."""
        self.load(model, [key])
        return self._read[model][key]

    def has(self, model, key):
        """Whether there is a record of that key."""
        changed = self.changed.get(model, {})
        if key in changed:
            return changed[key] is not None
        self.load_keys(model, [key])
        return self._keys[model][key]

    def has_read(self, model, key):
        """Whether there is known to be a record of that key, as far as that was read."""
        changed = self.changed.get(model, {})
        if key in changed:
            return changed[key] is not None
        return self._keys.get(model, {}).get(key, False)

    def put(self, record):
        """`record` (an instance) is about to be stored."""
        self.changed.setdefault(type(record), {})[record.pk] = record
        self.put_so_far.setdefault(type(record), []).append(record)

    def forget(self, model, key):
        """The record of that key is about to be deleted."""
        self.changed.setdefault(model, {})[key] = None


def batches(values):
    """The values in order, in tuples of so many as one query asks for."""
    return slices(sorted(values))


def slices(values):
    """The same as they stand."""
    for start in range(0, len(values), BATCH):
        yield tuple(values[start : start + BATCH])


def _digest(rows):
    return hashlib.sha256(repr(rows).encode("utf-8", "surrogatepass")).digest()


def _names(model):
    return [field.attname for field in model._meta.concrete_fields]


def values_of(model, keys):
    """The columns of the records of these keys, as the database holds them now."""
    return list(_stored(model, keys).values_list(*_names(model)))


def keys_of(model, keys):
    """Those of `keys` that are stored now."""
    return set(_stored(model, keys).values_list("pk", flat=True))


def _stored(model, keys):
    """SQLite refuses to be asked for a number that no column can hold."""
    kind = model._meta.pk.get_internal_type()
    if kind.endswith("AutoField"):
        least, most = connection.ops.integer_field_range(kind)
        keys = [key for key in keys if least <= key <= most]
    return model._base_manager.filter(pk__in=keys).order_by("pk")
