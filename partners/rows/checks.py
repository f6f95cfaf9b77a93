"""What rows have to satisfy before they are stored, and the sentences where they do not."""

from functools import cache, partial

from django.core import serializers
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.base import DeserializationError

from partners.models.base import ContentModel
from partners.rows import snapshots
from partners.rows.snapshots import Refused, by_row

GONE = "Something that is chosen here is gone since."


def as_record(change):
    """What the row says, as an unsaved record (DeserializedObject).

    Raises Refused where a value can no longer be read.
    """
    row = {"model": change.model, "pk": change.pk, "fields": change.after}
    try:
        return next(iter(serializers.deserialize("python", [row], ignorenonexistent=True)))
    except (DeserializationError, LookupError) as error:
        raise Refused(f"This cannot be read any more: {error}") from None


@cache
def references(model):
    """The foreign keys that may name any record there is."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.many_to_one and not field.get_limit_choices_to()
    ]


def check_typed(model, key, rows):
    """Ask of rows that a person wrote what is asked of no fixture: see `ContentModel.clean_typed`.

    Raises Refused.
    """
    if model.clean_typed is ContentModel.clean_typed:
        return
    label = model._meta.label_lower
    change = snapshots.Change(label, str(key), None, by_row(rows)[label, str(key)])
    record = as_record(change).object
    _run(record, [record.clean_typed])


def check(loaded, known, thoroughly=False):
    """Every check of `full_clean`, stopping at the first kind that fails: others rely on it.

    What the database keeps as well is asked only `thoroughly`. Raises Refused.
    """
    record = loaded.object
    beside = partial(record.clean_with, known) if isinstance(record, ContentModel) else record.clean
    checks = [partial(_check_fields, record, known), partial(_check_keys, loaded, known), beside]
    if thoroughly:
        checks += [record.validate_unique, record.validate_constraints]
    _run(record, checks)


def _run(record, checks):
    try:
        for check in checks:
            check()
    except ValidationError as error:
        error = ValidationError(error.update_error_dict({}))
        raise Refused(*_sentences(record, error), errors=error.message_dict) from None


def _check_fields(record, known):
    """What a foreign key names is asked of the database where it is not known to be there."""
    there = {
        field.name
        for field in references(type(record))
        if (key := getattr(record, field.attname)) is not None
        and known.has_read(field.related_model, key)
    }
    record.clean_fields(exclude=there)


def _check_keys(loaded, known):
    for name, keys in (loaded.m2m_data or {}).items():
        related = loaded.object._meta.get_field(name).related_model
        for key in keys:
            if not known.has(related, key):
                raise ValidationError({name: f"{GONE[:-1]}: there is no “{key}”."})


def _sentences(record, error):
    """Each error with the place it belongs to."""
    for name, errors in error.error_dict.items():
        try:
            field = record._meta.get_field(name)
        except FieldDoesNotExist:
            where, is_reference = str(record._meta.verbose_name), False
        else:
            where = f"{record._meta.verbose_name}, {field.verbose_name}"
            is_reference = field.many_to_one
        messages = [
            GONE if is_reference and each.code == "invalid" else " ".join(each.messages)
            for each in errors
        ]
        yield f"{where.capitalize()}: {' '.join(messages)}"
