from django.db import IntegrityError, migrations, models, transaction
from django.db.models.lookups import Exact

from partners.values.lines import Trimmed, one_line, several_lines

#: Texts of one line, by model. Rich text is left: each write cleans it.
LINES = {
    "organisation": "name acronym region_note seat_city website summary logo_alt logo_permission"
    " logo_source",
    "organisationname": "name acronym language",
    "figure": "measure note",
    "identifier": "value",
    "collaboration": "title cadence through summary",
    "jointwork": "title url",
    "eventseries": "title cadence usual_city summary",
    "event": "title time_zone venue city summary",
    "page": "title summary licence licence_url",
    "section": "title",
    "redirect": "old_path new_path",
    "source": "title url document",
    "citation": "path locator",
    "link": "label url",
    "topic": "name",
    "term": "abbreviation expansion",
    "verification": "how",
    "snooze": "title reason",
    "revision": "title why",
    "pendingchange": "title why",
}
SEVERAL_LINES = {"term": "definition", "pendingchange": "comment"}
#: Texts that there must be: model, field, sentence; and whether the rule is a new one.
REQUIRED = [
    ("organisation", "name", "Give the organisation its name.", False),
    ("organisationname", "name", "Write the other name.", False),
    ("figure", "measure", "Say what the figure counts, such as “members”.", False),
    ("identifier", "value", "Write the number that the register gives it.", True),
    ("collaboration", "title", "Give the collaboration a title.", False),
    ("jointwork", "title", "Say what was made or done together.", False),
    ("eventseries", "title", "Give the series its title.", False),
    ("event", "title", "Give the event its title.", False),
    ("page", "title", "Give the page its title.", False),
    ("section", "title", "Give the section its title.", True),
    ("source", "title", "Give the source its title.", True),
    ("citation", "path", "Choose the statement that the source backs.", True),
    ("link", "label", "Say in words where the link leads.", False),
    ("topic", "name", "Give the topic its name.", True),
    ("term", "abbreviation", "Write the abbreviation.", True),
    ("term", "expansion", "Write what the abbreviation stands for.", True),
]


def clean(apps, schema_editor):
    """Clean what is stored. Where another row has the clean text already, it stays as it is."""
    for models_and_fields, clean_text in ((LINES, one_line), (SEVERAL_LINES, several_lines)):
        for model, fields in models_and_fields.items():
            _clean(apps.get_model("partners", model), fields.split(), clean_text)
    if schema_editor.connection.vendor == "postgresql":
        # What was to be checked at the end is now: a table with open checks cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _clean(model, fields, clean_text):
    required = {field for name, field, *_ in REQUIRED if name == model._meta.model_name}
    for row in model.objects.only("pk", *fields).order_by("pk").iterator():
        stored = {field: getattr(row, field) for field in fields}
        cleaned = {field: clean_text(text) for field, text in stored.items()}
        cleaned |= {field: _called(row) for field in required if not cleaned.get(field, "x")}
        for field in fields:
            if cleaned[field] != stored[field]:
                _replace(model, row.pk, {field: cleaned[field]})


def _called(row):
    """What stands where a text that there must be was blank."""
    return str(row.pk) if row._meta.pk.name == "key" else "not stated"


def _replace(model, pk, values):
    try:
        with transaction.atomic():
            model.objects.filter(pk=pk).update(**values)
    except IntegrityError:
        pass  # another row has this text, or it goes with one that was only blank


def constraint(model, field, sentence):
    return models.CheckConstraint(
        name=f"{model}_has_{field}",
        condition=models.Q(Exact(Trimmed(field), ""), _negated=True),
        violation_error_code=field,
        violation_error_message=sentence,
    )


class Migration(migrations.Migration):
    dependencies = [("partners", "0008_keep_what_was_not_taken")]

    operations = [
        migrations.AddField(
            model_name="record",
            name="folding",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.RunPython(clean, migrations.RunPython.noop),
        *(
            migrations.RemoveConstraint(model_name=model, name=f"{model}_has_{field}")
            for model, field, _, is_new in REQUIRED
            if not is_new
        ),
        *(
            migrations.AddConstraint(model_name=model, constraint=constraint(model, *rule))
            for model, *rule, _ in REQUIRED
        ),
    ]
