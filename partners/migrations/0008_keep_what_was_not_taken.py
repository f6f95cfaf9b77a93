"""What was proposed and not taken stays in the history; loaded rows are kept, not their digests."""

import datetime as dt
import hashlib
import json

import django.db.models.deletion
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations, models
from django.utils import timezone
from django.utils.encoding import is_protected_type

BATCH = 500


def keep_rows_that_match(apps, schema_editor):
    """Where a row still is what its digest says, it is what was loaded.

    Before any column changes: the digest is one of all columns.
    """
    loaded_rows = apps.get_model("partners.loadedrow").objects.using(schema_editor.connection.alias)
    matching = []
    for loaded in loaded_rows.iterator(chunk_size=BATCH):
        fields = _fields_of(apps, schema_editor.connection.alias, loaded)
        if fields is not None and _digest(fields) == loaded.digest:
            loaded.fields = fields
            matching.append(loaded)
    loaded_rows.bulk_update(matching, ["fields"], batch_size=BATCH)


def _fields_of(apps, using, loaded):
    try:
        model = apps.get_model(loaded.model)
    except LookupError:
        return None
    record = model._base_manager.using(using).filter(pk=loaded.object_key).first()
    if record is None:
        return None
    fields = {field.name: _written(field, record) for field in model._meta.local_fields}
    for field in model._meta.many_to_many:
        keys = getattr(record, field.name).values_list("pk", flat=True)
        fields[field.name] = sorted(map(str, keys))
    return fields


def _written(field, record):
    value = field.value_from_object(record)
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        value = value.astimezone(dt.UTC)
    elif not is_protected_type(value):
        value = field.value_to_string(record)
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _digest(fields):
    """As it was made until now: each column as JSON text, the keys of many-to-many as a list."""
    values = {
        name: value if isinstance(value, list) else json.dumps(value)
        for name, value in fields.items()
    }
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0007_keep_sent_sheets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="is_aside",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="A proposal that was discarded, replaced or overruled: the record never "
                "was so.",
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="unseen_by",
            field=models.ForeignKey(
                help_text="Whose proposal this was the end of, until that person has seen it.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="loadedrow",
            name="fields",
            field=models.JSONField(
                encoder=DjangoJSONEncoder,
                help_text="Empty: it differed when this was begun.",
                null=True,
            ),
        ),
        migrations.RunPython(keep_rows_that_match, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField(model_name="loadedrow", name="digest"),
    ]
