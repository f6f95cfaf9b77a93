"""Every named rule of the database: broken through the ORM, and told to the editor.

A rule that is added without a case in constraint_cases.py fails `test_every_constraint_has_a_case`.
"""

import re

import pytest
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, connection, models, transaction

from partners.models import LoadedRow
from partners.models.base import ContentModel
from tests import factories as make
from tests.models.constraint_cases import CASES, CONSTRAINTS, ROOT_FACTORIES, TEXTS

EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=str)
EDITED = [case for case in CASES if issubclass(case.model, ContentModel)]
EVERY_EDITED_CASE = pytest.mark.parametrize("case", EDITED, ids=str)

pytestmark = pytest.mark.django_db


def test_every_constraint_has_a_case():
    assert {case.constraint for case in CASES} == set(CONSTRAINTS)


def test_every_constraint_of_edited_records_names_its_field():
    """Those about owners apart: the owner is no field of the form."""
    nameless = {
        name
        for name, (model, rule) in CONSTRAINTS.items()
        if issubclass(model, ContentModel)
        and rule.violation_error_code not in {field.name for field in model._meta.fields}
    }
    assert nameless == {
        f"{part}_has_exactly_one_owner" for part in ("citation", "link", "organiser")
    }


def named_in(message, model):
    """The constraints that a database's message names; SQLite names a unique one's columns only."""
    names = {name for name in CONSTRAINTS if re.search(rf"\b{name}\b", message)}
    columns = set(re.findall(rf"{model._meta.db_table}\.(\w+)", message))
    if connection.vendor == "sqlite" and columns:
        names |= {
            rule.name
            for rule in model._meta.constraints
            if isinstance(rule, models.UniqueConstraint)
            and {model._meta.get_field(field).column for field in rule.fields} == columns
        }
    return names


@EVERY_CASE
def test_database_refuses(case):
    record = case.valid()
    rows = case.model.objects.filter(pk=record.pk)
    assert rows.exists()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        rows.update(**case.broken(record))
    assert named_in(str(refused.value), case.model) == {case.constraint}


@pytest.mark.parametrize("rule", TEXTS)
@pytest.mark.parametrize("blank", ["   ", "\u00a0\u3164", "\u200b\u00ad"], ids=ascii)
def test_database_itself_refuses_what_nobody_sees(rule, blank):
    """A value that no field of ours has cleaned."""
    rows = type(TEXTS[rule]()).objects.all()
    with pytest.raises(IntegrityError, match=rf"\b{rule}\b"), transaction.atomic():
        rows.update(**{rule.rpartition("_")[2]: models.Value(blank)})


@pytest.mark.parametrize("tag", ["DE", "de-at", "de_AT", "zh-hant", "de\n", "German"])
def test_database_itself_takes_a_tag_in_no_other_case(tag):
    """A value that no field of ours has cleaned."""
    rows = type(make.SourceFactory()).objects.all()
    with pytest.raises(IntegrityError, match="source_language"), transaction.atomic():
        rows.update(language=models.Value(tag))
    rows.update(language=models.Value("zh-Hant-HK"))


@pytest.mark.parametrize("model", ROOT_FACTORIES)
def test_database_refuses_an_empty_key(model):
    rows = type(ROOT_FACTORIES[model]()).objects.all()
    named = rf"\b{model}_has_key_and_slug\b"
    with pytest.raises(IntegrityError, match=named), transaction.atomic():
        rows.update(key="")


def break_record(case):
    """The record as an editor would leave it: valid, then changed, not saved; and its field."""
    record = case.valid()
    record.validate_constraints()
    for field, value in case.broken(record).items():
        setattr(record, field, value)
    return record, field if case.is_about_a_field else NON_FIELD_ERRORS


@EVERY_CASE
def test_constraint_says_its_sentence_under_its_field(case):
    record, field = break_record(case)
    with pytest.raises(ValidationError) as refused:
        record.validate_constraints()
    sentence = case.rule.get_violation_error_message()
    if case.model is LoadedRow:
        sentence = "Loaded row with this Model and Object key already exists."
    assert refused.value.message_dict == {field: [sentence]}


@EVERY_EDITED_CASE
def test_full_clean_tells_the_editor_under_the_field(case):
    record, field = break_record(case)
    with pytest.raises(ValidationError) as refused:
        record.full_clean()
    sentence = case.field_says or case.rule.get_violation_error_message()
    assert refused.value.message_dict == {field: [sentence]}
