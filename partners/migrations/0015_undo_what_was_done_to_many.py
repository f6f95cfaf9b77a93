from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0014_keep_jobs"),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="act",
            field=models.UUIDField(
                help_text="What was done to several records at once, and is undone as one.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="revision",
            index=models.Index(
                condition=models.Q(("act__isnull", False)), fields=["act"], name="revision_of_act"
            ),
        ),
    ]
