from django.db import migrations, models

import partners.models.redirects


def order_anew(apps, schema_editor):
    """SQLite has to build a table anew whose column gets another collation."""
    if schema_editor.connection.vendor != "sqlite":
        return
    for model in apps.get_app_config("partners").get_models():
        for field in model._meta.local_fields:
            if type(field).__name__ == "TitleField":
                before = models.CharField(max_length=field.max_length, unique=field.unique)
                before.set_attributes_from_name(field.name)
                before.model = model  # Django 6.1 asks the old field for its relations
                schema_editor.alter_field(model, before, field)


def write_old_addresses_alike(apps, schema_editor):
    """The field gives each its one form when it is written; of two that become one, one stays."""
    redirects = apps.get_model("partners", "Redirect").objects.using(schema_editor.connection.alias)
    rows = dict(redirects.order_by("pk").values_list("pk", "old_path"))
    field = redirects.model._meta.get_field("old_path")
    taken = {old_path for old_path in rows.values() if field.to_python(old_path) == old_path}
    for pk, old_path in rows.items():
        alike = field.to_python(old_path)
        if alike != old_path and alike not in taken and len(alike) <= field.max_length:
            redirects.filter(pk=pk).update(old_path=alike)
            taken.add(alike)


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0011_keep_addresses_true"),
    ]

    operations = [
        migrations.CreateModel(
            name="MissedAddress",
            fields=[
                (
                    "path",
                    models.CharField(
                        max_length=200, primary_key=True, serialize=False, verbose_name="address"
                    ),
                ),
                (
                    "times",
                    models.PositiveIntegerField(default=0, verbose_name="times asked for"),
                ),
                ("last_on", models.DateField(verbose_name="last on")),
            ],
            options={
                "verbose_name": "address asked for in vain",
                "verbose_name_plural": "addresses asked for in vain",
                "ordering": ["-times", "path"],
            },
        ),
        migrations.AddField(
            model_name="event",
            name="repeated_hour",
            field=models.CharField(
                blank=True,
                choices=[
                    ("first", "before the clocks go back"),
                    ("second", "after the clocks have gone back"),
                    ("both", "it starts before the clocks go back, and ends after"),
                ],
                db_default="",
                default="",
                help_text="Only where the clocks go back at that hour: which of the two is meant.",
                max_length=10,
                verbose_name="hour that comes twice",
            ),
        ),
        migrations.AlterField(
            model_name="redirect",
            name="old_path",
            field=partners.models.redirects.OldAddressField(
                help_text="Copied from the browser, or without the host: “/our-partners/”, “/index.php?id=42”. Capitals and a slash at the end make no difference.",
                max_length=300,
                unique=True,
                verbose_name="old address",
            ),
        ),
        migrations.AlterField(
            model_name="redirect",
            name="new_path",
            field=partners.models.redirects.SiteAddressField(
                help_text="For example “/”.", max_length=300, verbose_name="new address"
            ),
        ),
        migrations.RunPython(order_anew, migrations.RunPython.noop),
        migrations.RunPython(write_old_addresses_alike, migrations.RunPython.noop),
    ]
