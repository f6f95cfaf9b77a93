from django.db import migrations, models


def order_anew(apps, schema_editor):
    """SQLite has to build a table anew whose column gets another collation."""
    if schema_editor.connection.vendor != "sqlite":
        return
    for model in apps.get_app_config("partners").get_models():
        for field in model._meta.local_fields:
            if type(field).__name__ == "TitleField":
                before = models.CharField(max_length=field.max_length, unique=field.unique)
                before.set_attributes_from_name(field.name)
                schema_editor.alter_field(model, before, field)


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0007_keep_sent_sheets"),
    ]

    operations = [
        migrations.RunPython(order_anew, migrations.RunPython.noop),
    ]
