"""Keeps the rows beside the content true after every write, raw ones (loaddata) included.

The one module that listens to signals: only they see raw writes.
"""

from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from django.apps import apps
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from django.utils import timezone

from partners.models import (
    ROOTS,
    Organisation,
    Part,
    Record,
    Root,
    Topic,
    Verification,
    Word,
    root_name,
)
from partners.models.fields import TitleField
from partners.models.known import batches
from partners.models.tasks import task
from partners.rows import statements
from partners.values import folding
from partners.values.folding import fold
from partners.values.sorting import sort_key

#: What of a root's parts its search text is made of.
SEARCHED = {"organisation": ("names", "topics"), "collaboration": ("joint_works",)}
#: What of a Record the folding makes.
FOLDED = ["names", "text", "folding"]
BATCH = 500
WORD_LENGTH = Word._meta.get_field("text").max_length

#: The roots written in the batch under way, as models and keys in order; None outside a batch.
_written = ContextVar("written", default=None)


def connect():
    """Listen to every write. Called once, when the app is ready."""
    post_save.connect(_on_save, dispatch_uid="partners.rows.bookkeeping")
    pre_delete.connect(_before_topic_goes, sender=Topic, dispatch_uid="partners.rows.bookkeeping")
    post_delete.connect(_on_delete, dispatch_uid="partners.rows.bookkeeping")
    topics = Organisation.topics.through
    m2m_changed.connect(_on_m2m, sender=topics, dispatch_uid="partners.rows.bookkeeping")


@contextmanager
def batch():
    """Within it, each root written is counted as one change, at the end and in one transaction."""
    token = _written.set(written := {})
    try:
        with transaction.atomic():
            yield
            _refresh_stored(written)
    finally:
        _written.reset(token)


@contextmanager
def rehearsal():
    """Whatever is written within it is undone at its end."""
    token = _written.set({})
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        _written.reset(token)


def refresh(root):
    """Count a change of `root` and fold its search text anew."""
    refresh_all([root])


def refresh_all(roots):
    """The same for many `roots` of one model, all stored: a handful of queries."""
    if not roots:
        return
    owner = root_name(roots[0])
    prefetch_related_objects(roots, *SEARCHED.get(owner, ()))
    with transaction.atomic():
        known = Record.objects.select_for_update().filter(**{f"{owner}__in": roots})
        versions = dict(known.values_list(f"{owner}_id", "version"))
        for statement in counted(roots, versions):
            statement.send()


def counted_ahead(rows, known):
    """The same as Statements, for roots that are yet to be stored: {(model, key): their rows}.

    `known` (Known) has the roots themselves, and what they are tied to.
    """
    by_model = defaultdict(dict)
    for (model, key), there in rows.items():
        by_model[model][key] = there
    found = []
    for model, some in by_model.items():
        roots = _as_found(model, some, known)
        found += counted(roots, _versions_ahead(model, roots, known))
    return found


def _versions_ahead(model, roots, known):
    versions = {}
    for some in batches(root.pk for root in roots):
        versions |= known.ask(versions_of, root_name(model), some)
    return versions


def versions_of(owner, keys):
    """{key: how often it was changed} of the roots that the field `owner` of a Record names."""
    records = Record.objects.filter(**{f"{owner}__in": keys}).order_by(owner)
    return dict(records.values_list(f"{owner}_id", "version"))


def _as_found(model, rows, known):
    """The roots ({key: their rows}) with what their search text is made of."""
    roots = [known.get(model, key) for key in rows]
    for root in roots:
        root._prefetched_objects_cache = {}
    for name in SEARCHED.get(root_name(model), ()):
        field = model._meta.get_field(name)
        related, tied = field.related_model, _tied_in if field.many_to_many else _parts_in
        keys = {key: list(tied(field, there)) for key, there in rows.items()}
        known.load(related, {each for some in keys.values() for each in some})
        for root in roots:
            some = [known.get(related, each) for each in keys[root.pk]]
            root._prefetched_objects_cache[name] = sorted_as_listed(some, related)
    return roots


def _tied_in(field, rows):
    return rows[0]["fields"][field.name]


def _parts_in(field, rows):
    model = field.related_model
    for row in rows:
        if row["model"] == model._meta.label_lower:
            yield model._meta.pk.to_python(row["pk"])


def sorted_as_listed(records, model):
    """Records in the order of `Meta.ordering`, as SQLite has it of plain text."""
    for name in reversed(model._meta.ordering):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name.removeprefix("-"))
        key = partial(_sort_key, field)
        records = sorted(records, key=key, reverse=name.startswith("-"))
    return records


def _sort_key(field, record):
    value = field.value_from_object(record)
    if isinstance(value, int):
        return value
    return sort_key(value) if isinstance(field, TitleField) else str(value)


def counted(roots, versions):
    """The Statements that count a change of each of `roots`, of one model, and fold it anew.

    `versions` ({key: int}) are those counted before.
    """
    owner = root_name(roots[0])
    folded = {root.pk: _folded(root) for root in roots}
    records = [
        Record(**{f"{owner}_id": key}, version=versions.get(key, 0) + 1, **values)
        for key, values in folded.items()
    ]
    words = _words_of(values["text"] for values in folded.values())
    return [
        *statements.insert(records, (owner,), ("version", "changed_at", *FOLDED)),
        *statements.insert(words, ("text",)),
    ]


def repair():
    """Make the Records true of roots that were written behind our back; returns how many (int).

    A migration or plain SQL sends no signals: a new root has no Record then, a renamed one is
    searched by its old name. What is true already is not touched.
    """
    untrue = [_untrue(apps.get_model(label)) for label in ROOTS.values()]
    for roots in untrue:
        refresh_all(roots)
    return sum(map(len, untrue))


def repair_after_migration(sender, using, **kwargs):
    """Repair once the tables are those of today's models; before, these cannot be read."""
    if _columns(kwargs.get("apps", apps), sender.label) == _columns(apps, sender.label):
        fold_anew(using)
        repair()


def _columns(state, app):
    models = state.get_app_config(app).get_models(include_auto_created=True)
    return {
        (model._meta.db_table, field.column)
        for model in models
        for field in model._meta.local_concrete_fields
    }


def _untrue(model):
    searched = SEARCHED.get(root_name(model), ())
    roots = model._base_manager.select_related("record").prefetch_related(*searched)
    return [root for root in roots if root.record.pk is None or _found_by(root) != _kept(root)]


def _found_by(root):
    folded = _searched(root)
    return _words(folded["names"], folded["text"])


def _kept(root):
    return _words(root.record.names, root.record.text)


def _words(names, text):
    """What is searched, in whatever order the parts were read."""
    return sorted(names.split("\n")), sorted(text.split())


def fold_anew(using):
    """Fold again what an earlier `fold` made, without counting a change."""
    known = Record.objects.using(using).exclude(folding=folding.VERSION)
    if not known.exists():
        return
    with transaction.atomic(using):
        for owner, label in ROOTS.items():
            keys = list(known.filter(**{f"{owner}__isnull": False}).values_list(owner, flat=True))
            for start in range(0, len(keys), BATCH):
                _fold_many(owner, apps.get_model(label), keys[start : start + BATCH], using)
        Word.objects.using(using).all().delete()
        words = _words_of(Record.objects.using(using).values_list("text", flat=True))
        Word.objects.using(using).bulk_create(words, ignore_conflicts=True)


def _fold_many(owner, model, keys, using):
    roots = list(model._base_manager.using(using).filter(pk__in=keys).select_related("record"))
    prefetch_related_objects(roots, *SEARCHED.get(owner, ()))
    for root in roots:
        for name, value in _searched(root).items():
            setattr(root.record, name, value)
    Record.objects.using(using).bulk_update([root.record for root in roots], FOLDED)


def _folded(root):
    return _searched(root) | {"changed_at": timezone.now()}


def _searched(root):
    names = [folded for folded in map(fold, root.search_names()) if folded]
    text = " ".join([*names, *filter(None, map(fold, root.search_text()))])
    return {"names": "\n".join(["", *names, ""]), "text": text, "folding": folding.VERSION}


def _words_of(texts):
    """The Words of `texts` that are not on record yet."""
    words = {word for text in texts for word in text.split() if len(word) <= WORD_LENGTH}
    for some in batches(words):
        words.difference_update(Word.objects.filter(pk__in=some).values_list("pk", flat=True))
    return [Word(text=word, reversed=word[::-1]) for word in sorted(words)]


def verify(compared, by, at, how="", is_by_partner=False):
    """Record that a root or a figure was compared with the world at `at` (datetime).

    `by` is the user who did so, or who notes that the partner did.
    """
    Verification.objects.update_or_create(
        **{root_name(compared) if compared.root is compared else "figure": compared},
        defaults={
            "verified_at": at,
            "verified_by": by,
            "how": how,
            "is_by_partner": is_by_partner,
        },
    )


def entrust(root, keeper):
    """Say who looks after `root`: a user, or None for whichever group can mend what is found."""
    records = Record.objects.filter(**{root_name(root): root})
    if not records.update(keeper=keeper):
        refresh(root)
        records.update(keeper=keeper)


@task
def follow_topic(keys):
    """Fold the organisations of these keys (list of str) anew: their topic changed.

    Each BATCH is a transaction: nobody who saves one of them waits for all.
    """
    for some in batches(keys):
        with transaction.atomic():
            organisations = Organisation.objects.select_for_update(no_key=True)
            refresh_all(list(organisations.filter(pk__in=some).order_by("pk")))


def _note_topic(keys):
    """That the topic of the organisations of these keys was written: many are left to the worker,
    so that neither who renames it nor who saves one of them waits."""
    if len(keys) > BATCH:
        follow_topic.enqueue(keys)
    else:
        note_all(Organisation, keys)


def _organisations(topic):
    return list(topic.organisations.order_by("pk").values_list("pk", flat=True))


def _affected(instance):
    """(model, key) of the roots whose record a write of `instance` touches."""
    if isinstance(instance, Root):
        return [(type(instance), instance.pk)]
    return [instance.owner] if isinstance(instance, Part) and instance.owner else []


def note(instance):
    """That `instance` was written: its roots are counted as changed, in a batch at its end."""
    if isinstance(instance, Topic):
        _note_topic(_organisations(instance))
    else:
        _note(_affected(instance))


def note_all(model, keys):
    """That the roots of these keys were written."""
    _note([(model, key) for key in keys])


def _note(roots):
    written = dict.fromkeys(roots, True)
    if _written.get() is None:
        _refresh_stored(written)
    else:
        _written.get().update(written)


def are_counted(roots):
    """The changes of these roots (of model and key) in the batch under way are counted already."""
    for root in roots:
        _written.get().pop(root, None)


def _refresh_stored(written):
    """From the database: what was written may hold an older root, or one that is gone since."""
    by_model = defaultdict(list)
    for model, key in written:
        by_model[model].append(key)
    for model, keys in by_model.items():
        for some in batches(keys):
            refresh_all(list(model.objects.filter(pk__in=some).order_by("pk")))


def _on_save(sender, instance, **kwargs):
    note(instance)


def _before_topic_goes(sender, instance, **kwargs):
    instance.organisations_before = _organisations(instance)


def _on_delete(sender, instance, origin, **kwargs):
    """A part that goes alone changes its root; one that goes with its root leaves none."""
    if isinstance(instance, Part) and getattr(origin, "model", type(origin)) is sender:
        note(instance)
    if isinstance(instance, Topic):
        _note_topic(instance.organisations_before)


def _on_m2m(sender, instance, action, reverse, model, pk_set, **kwargs):
    if not action.startswith("post_"):
        return
    note_all(model, pk_set or ()) if reverse else note(instance)
