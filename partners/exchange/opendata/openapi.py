"""The description of the API, made from what answers it (OpenAPI 3.1)."""

from django import forms
from django.conf import settings
from django.urls import reverse

from partners.exchange.opendata.asking import USUAL_A_PAGE, FieldsField, PageForm, RecordForm
from partners.exchange.opendata.fields import SLUG, nullable
from partners.exchange.opendata.kinds import KINDS

VERSION = "1.0.0"
JSON, PROBLEM = "application/json", "application/problem+json"

#: What each parameter is for.
PURPOSES = {
    "q": "Words that the record must contain: in its name, another name or its text. One typing "
    "error a word is forgiven where no record has all words.",
    "kind": "Only records of this kind.",
    "region": "Only organisations that are active there.",
    "topic": "Only organisations that work on this topic.",
    "collaboration": "Only organisations that take part in a collaboration of this kind.",
    "section": "Only organisations in this section of the overview.",
    "letter": "Only organisations whose name begins with it, accents apart; `other`: with none of "
    "A to Z.",
    "state": "Only collaborations that have ended, or only those that have not.",
    "when": "Only events that can still take place, the next ones first; or only past ones.",
    "page": "Which page of the list; the first, if it is left out.",
    "page_size": f"How many records are on a page; {USUAL_A_PAGE}, if it is left out.",
    "fields": "Only these fields of each record, parted by commas or given one by one; all, if it "
    "is left out.",
}


def text_schema(field):
    # A NUL is refused in every address of the site.
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": field.max_length,
        "pattern": "^[^\\x00]*$",
    }


def choice_schema(field):
    return {"type": "string", "enum": [value for value, _ in field.choices]}


def number_schema(field):
    return {"type": "integer", "minimum": field.min_value, "maximum": field.max_value}


def names_schema(field):
    items = {"type": "string", "enum": list(field.names)}
    return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}


#: A form's field → the JSON Schema of what it takes.
SCHEMAS = {
    FieldsField: names_schema,
    forms.CharField: text_schema,
    forms.ChoiceField: choice_schema,
    forms.IntegerField: number_schema,
}


def parameters(*asked):
    """The parameters (list of dicts) that the forms `asked` take, without those of no value."""
    return [
        {
            "name": name,
            "in": "query",
            "description": PURPOSES[name],
            "schema": SCHEMAS[type(field)](field),
            "style": "form",
            "explode": False,
        }
        for form in asked
        for name, field in form.fields.items()
        if SCHEMAS[type(field)](field).get("enum") != []
    ]


def answers(schema, *problems):
    """What an operation may answer: the schema's JSON, nothing new, or one of the problems."""
    etag = {"ETag": {"description": "For If-None-Match.", "schema": {"type": "string"}}}
    return {
        "200": {
            "description": "As asked.",
            "headers": etag,
            "content": {JSON: {"schema": schema}},
        },
        "304": {"description": "What If-None-Match names is still so.", "headers": etag},
        **{status: {"$ref": f"#/components/responses/{status}"} for status in problems},
    }


PROBLEMS = {
    "400": "The address asks for something that there is not; `errors` says what.",
    "404": "There is no such record, or no such page of the list.",
    "405": "Only GET, HEAD and OPTIONS are answered.",
    "410": "The record was withdrawn.",
    "414": "The address is too long.",
}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["type", "title", "status", "detail"],
}


def list_schema(kind):
    return {
        "type": "object",
        "properties": {
            "count": {"type": "integer", "minimum": 0, "description": "Of the whole list."},
            "pages": {"type": "integer", "minimum": 1},
            "page": {"type": "integer", "minimum": 1},
            "previous": nullable(format="uri"),
            "next": nullable(format="uri"),
            "results": {"type": "array", "items": _named(kind)},
        },
        "required": ["count", "pages", "page", "previous", "next", "results"],
        "additionalProperties": False,
    }


def _named(kind):
    return {"$ref": f"#/components/schemas/{kind.one}"}


def operations(kind, at):
    """{address: operations} of one kind at `at` (aware datetime)."""
    slug = {"name": "slug", "in": "path", "required": True}
    query = parameters(kind.form({}, at), PageForm({}, kind))
    inner = [slug | {"schema": {"type": "string", "pattern": SLUG}}]
    return {
        reverse(f"partners:api-{kind.name}"): {
            "get": {
                "operationId": f"list-{kind.name}",
                "summary": f"The {kind.name}",
                "description": kind.description,
                "parameters": query,
                "responses": answers(list_schema(kind), "400", "404", "405", "414"),
            }
        },
        f"{reverse(f'partners:api-{kind.name}')}{{slug}}/": {
            "get": {
                "operationId": f"read-{kind.name}",
                "summary": f"One of the {kind.name}",
                "parameters": inner + parameters(RecordForm({}, kind)),
                "responses": answers(_named(kind), "400", "404", "405", "410", "414"),
            }
        },
    }


def document(title, licence, at):
    """The OpenAPI document (dict). `licence`: {"name", "url"} or None; `at`: aware datetime."""
    addresses = {}
    for kind in KINDS.values():
        addresses |= operations(kind, at)
    stated = (
        {"license": {name: value for name, value in licence.items() if value}} if licence else {}
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": VERSION,
            "description": "Read only, for everybody, without a key. What is not known is null.",
        }
        | stated,
        "servers": [{"url": settings.SITE_URL}],
        "security": [],
        "paths": addresses,
        "components": {
            "schemas": {
                "problem": PROBLEM_SCHEMA,
                **{kind.one: kind.schema(is_whole=False) for kind in KINDS.values()},
            },
            "responses": {
                status: {
                    "description": description,
                    "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}},
                }
                for status, description in PROBLEMS.items()
            },
        },
    }
