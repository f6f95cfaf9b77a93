from django.db import migrations, models

import partners.values.languages
from partners.models.triggers import WriteRows


def mend(apps, schema_editor):
    """Names of languages become their tags; what is neither says nothing of the language."""
    for name in ("OrganisationName", "Source"):
        rows = apps.get_model("partners", name)._base_manager
        for written in rows.exclude(language="").values_list("language", flat=True).distinct():
            tag = partners.values.languages.language_tag(written)
            is_tag = partners.values.languages.TAG.fullmatch(tag)
            rows.filter(language=written).update(language=tag if is_tag else "")


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0025_state_the_language_of_sources"),
    ]

    operations = [
        WriteRows(mend, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="organisationname",
            constraint=models.CheckConstraint(
                condition=models.Q(language__is_language_tag=True),
                name="organisationname_language_is_language_tag",
                violation_error_code="language",
                violation_error_message="Write the tag of a language, such as “de” or “en-GB”.",
            ),
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(
                condition=models.Q(language__is_language_tag=True),
                name="source_language_is_language_tag",
                violation_error_code="language",
                violation_error_message="Write the tag of a language, such as “de” or “en-GB”.",
            ),
        ),
    ]
