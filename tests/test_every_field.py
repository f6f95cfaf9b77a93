"""A field that is added to a record is not forgotten anywhere.

Each field of each kind of record and part is given two values in turn: what speaks of the record
must then answer differently, or else the field is in the table of what is left out there, with the
reason. Sheets, fixtures, history and the sweep for drafts go through the fields of a model by
themselves.
"""

import datetime as dt
import re

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django_countries.fields import CountryField

from partners.exchange.opendata.kinds import OF_MODEL
from partners.models import ROOT_MODELS, Citation, Page, Section
from partners.rows import snapshots
from partners.values.dates import PartialDate, PartialDateField
from partners.values.languages import LanguageField
from tests import factories as make

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow("sweep"),
    pytest.mark.any_database,
]

LINKED_DATA = re.compile(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', re.DOTALL)
ROOTS = set(ROOT_MODELS.values())
PARTS = {root._meta.get_field(name).related_model for root in ROOTS for name in root.parts} - {
    Section
} | {Citation}

#: What a field needs beside it, so that it is said.
GIVEN = {
    "Event.end_time": {
        "starts": "2030-05-03", "start_time": dt.time(8), "time_zone": "Europe/Oslo",
    },
    "Event.ends": {"starts": "1999-01"},
    "Event.repeated_hour": {
        "starts": "2030-10-27", "start_time": dt.time(2, 30), "time_zone": "Europe/Vienna",
    },
    "Event.start_time": {"starts": "2030-05-03", "time_zone": "Europe/Oslo"},
    "Event.time_zone": {"starts": "2030-05-03", "start_time": dt.time(8)},
    "Identifier.register": {"scheme": "other"},
    "Organisation.founded_label": {"founded": "1999"},
    "Organisation.logo_alt": {"logo": "logos/one.png", "logo_width": 400, "logo_height": 200},
    "OrganisationName.valid_from": {"valid_until": "2005", "kind": "former"},
    "Page.licence": {"key": "open-data", "licence_url": "https://licence.example.org/"},
    "Page.licence_url": {"key": "open-data", "licence": "A licence"},
}  # fmt: skip

#: Fields whose values are not any two of their kind.
OTHER_VALUES = {
    "Event.time_zone": ["Europe/Lisbon", "Asia/Tokyo"],
    "Figure.bound": ["more-than", "about"],
}

#: The record of a kind whose form has fields that other forms do without.
OF_ALL_FIELDS = {Page: {"key": Page.OPEN_DATA}}

ORDER = "the order of rows, which a single row does not show"
INSIDE = "for staff, never public"
NO_RECORD = "a page of text is no record of the API"
WORDS = "words for people: a page says them, and no term of schema.org says just this"
STAFF = {
    "Collaboration.review_days", "Event.review_days", "EventSeries.review_days",
    "Figure.review_days", "Organisation.logo_permission", "Organisation.logo_permission_until",
    "Organisation.logo_source", "Organisation.review_days", "Page.review_days",
}  # fmt: skip
POSITIONS = {
    "Figure.position", "JointWork.position", "Link.position", "Organiser.position",
    "Party.position",
}  # fmt: skip
#: What schema.org has no term for, or has it for events alone.
WORDS_ALONE = [
    f"{model}.{name}"
    for model, names in {
        "Citation": "basis locator names_us path quotation source",
        "Collaboration": "cadence description has_ended kind since through until",
        "Event": "description write_up",
        "EventSeries": "cadence collaboration description",
        "Figure": "as_of bound measure note source value",
        "JointWork": "date title url",
        "Link": "label url",
        "Organisation": "description founded_label has_ended is_home kind logo_alt not_for_profit "
        "region_note topics",
        "OrganisationName": "kind language valid_from valid_until",
        "OrganisationRelation": "basis kind",
        "Organiser": "role",
        "Page": "body licence licence_url",
        "Party": "role since until",
    }.items()
    for name in names.split()
]
#: Where → field → why it is not said there. A new field is said everywhere, or gets a line here.
LEFT_OUT = {
    "page": {
        **dict.fromkeys(STAFF, INSIDE),
        **dict.fromkeys(POSITIONS, ORDER),
    },
    "API": {
        **dict.fromkeys(STAFF, INSIDE),
        **dict.fromkeys(POSITIONS, ORDER),
        **dict.fromkeys(["Page.body", "Page.slug", "Page.summary", "Page.title"], NO_RECORD),
        **dict.fromkeys(["Page.licence", "Page.licence_url"], "the API's own page says it"),
        "Citation.path": "said as the statement that it backs, if that is in the answer",
        "Organisation.logo_alt": "the logo itself is not in the answer",
    },
    "linked data": {
        **dict.fromkeys(STAFF, INSIDE),
        **dict.fromkeys(POSITIONS, ORDER),
        **dict.fromkeys(WORDS_ALONE, WORDS),
    },
}


def name_of(field):
    return f"{field.model.__name__}.{field.name}"


def fields_of(model):
    """What a person fills in: no keys, no files, nothing that names the owner or the state."""
    return [
        field
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.editable
        and not field.primary_key
        and field.name not in snapshots.PUBLICATION
        and not isinstance(field, models.FileField)
        and not snapshots.is_owner(field)
    ]


FIELDS = sorted((field for model in ROOTS | PARTS for field in fields_of(model)), key=name_of)

#: The kind of a field → two values; the first that fits.
VALUES = {
    PartialDateField: [PartialDate("1999-02-03"), PartialDate("2001-03-04")],
    CountryField: ["AT", "FR"],
    LanguageField: ["gsw-CH", "zh-Hant"],
    models.BooleanField: [False, True],
    models.IntegerField: [3, 4],
    models.TimeField: [dt.time(9), dt.time(10)],
    models.URLField: ["https://one.example.org/", "https://two.example.org/"],
    models.TextField: ["<p>Alpha one</p>", "<p>Beta two</p>"],
    models.CharField: ["alpha-one", "beta-two"],
}


def two_values(field):
    """Two values that a field can have."""
    if name_of(field) in OTHER_VALUES:
        return OTHER_VALUES[name_of(field)]
    if field.choices:
        return [value for value, _ in field.flatchoices if value][:2]
    for kind, values in VALUES.items():
        if isinstance(field, kind):
            return values
    records = [make.FACTORIES[field.related_model]() for _ in range(2)]
    return [[record] for record in records] if field.many_to_many else records


def answers(client, root):
    """What the page with its history, its linked data and the API say of a live record (dict)."""
    path = root.get_absolute_url()
    page = client.get(path).content.decode()
    kind = OF_MODEL.get(type(root))
    return {
        "page": LINKED_DATA.sub("", page) + client.get(f"{path}history/").content.decode(),
        "linked data": "".join(LINKED_DATA.findall(page)),
        "API": kind and client.get(f"/api/v1/{kind.name}/{root.slug}/").content.decode(),
    }


@pytest.mark.parametrize("field", FIELDS, ids=name_of)
def test_field_is_said_wherever_it_belongs(client, field):
    first, second = two_values(field)
    record = make.FACTORIES[field.model](**GIVEN.get(name_of(field), {}) | {field.name: first})
    before = answers(client, record.root)
    if field.many_to_many:
        getattr(record, field.name).set(second)
    else:
        field.model._base_manager.filter(pk=record.pk).update(**{field.name: second})
    after = answers(client, field.model._base_manager.get(pk=record.pk).root)
    silent = {where for where in before if before[where] == after[where]}
    left_out = {where for where, fields in LEFT_OUT.items() if name_of(field) in fields}
    assert silent == left_out, f"{name_of(field)}: say it there, or say why not in LEFT_OUT."


@pytest.mark.parametrize("model", sorted(ROOTS | PARTS, key=lambda model: model.__name__))
def test_staff_can_fill_in_each_field(rf, admin_user, model):
    request = rf.get("/")
    request.user = admin_user
    admins = [admin.site.get_model_admin(root) for root in ROOTS]
    forms = [form for each in admins for form in forms_of(each, request)]
    shown = {name for form, names in forms if form.model is model for name in names}
    assert {field.name for field in fields_of(model)} <= shown


def forms_of(model_admin, request):
    """[(admin or inline, the names on its form)] of a kind of root and all that hangs on it."""
    record = make.FACTORIES[model_admin.model](**OF_ALL_FIELDS.get(model_admin.model, {}))
    forms = (model_admin, *model_admin.get_inline_instances(request))
    return [(form, flatten_fieldsets(form.get_fieldsets(request, record))) for form in forms]
