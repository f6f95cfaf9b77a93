"""What the Research Organization Registry says of organisations: its schema 2.x, as JSON.

See https://ror.readme.io/docs/ror-data-structure. A dump is read record by record, so its size does
not matter.
"""

from contextlib import suppress
from typing import NamedTuple

import ijson
from django.core.exceptions import ValidationError

from partners.values.languages import language_tag
from partners.values.lines import one_line
from partners.values.validators import normal_identifier, validate_identifier

#: Their registers → ours.
SCHEMES = {"fundref": "crossref-funder", "grid": "grid", "isni": "isni", "wikidata": "wikidata"}
#: Their kinds of names that are not what they call it → ours.
KINDS = {"label": "translation", "alias": "alias"}


class UnknownSchema(Exception):
    """A file that is not what this module knows; the text says what it is instead."""


class Described(NamedTuple):
    """An organisation as the register describes it; "" and [] where it says nothing."""

    id: str
    dated: str  # the day on which the register last changed the record
    status: str  # active, inactive or withdrawn
    name: str
    acronyms: list
    names: list  # [kind, name, language tag] of the others
    founded: str
    website: str
    countries: list  # ISO 3166 alpha-2, of its seats
    successors: list  # their ids
    identifiers: dict  # our scheme → those that it has there, the preferred first


def records(file):
    """Yield the Described of each record in a binary file: a dump, or one record.

    Raises UnknownSchema.
    """
    begin = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    file.seek(0)
    try:
        for record in ijson.items(file, "item" if begin.startswith(b"[") else "", use_float=True):
            yield described(record)
    except ijson.JSONError as error:
        raise UnknownSchema(f"it is not valid JSON ({error})") from None


def described(record):
    """The Described of a record as it stands in the file (dict). Raises UnknownSchema."""
    try:
        version = record["admin"]["last_modified"]["schema_version"]
        is_known = version.partition(".")[0] == "2" or (version == "1.0" and "names" in record)
        if not is_known:  # some of 2024 are of 2.0, and call it 1.0
            raise UnknownSchema(f"its schema is {version}, and only 2.x is known")
        return _described(record)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise UnknownSchema(f"it is no record of ROR's schema 2.x ({error!r})") from None


def _described(record):
    names = [each | {"value": one_line(each["value"])} for each in record["names"]]
    called = next(each for each in names if "ror_display" in each["types"])
    founded = record.get("established")
    return Described(
        id=normal_identifier("ror", record["id"]),
        dated=record["admin"]["last_modified"]["date"],
        status=record["status"],
        name=called["value"],
        acronyms=[each["value"] for each in names if "acronym" in each["types"]],
        names=[
            [kind, each["value"], language_tag(each.get("lang") or "")]
            for each in names
            if each is not called and (kind := _kind(each["types"]))
        ],
        founded=f"{founded:0>4}" if founded else "",  # a year before 1000 has three digits
        website=next((each["value"] for each in record["links"] if each["type"] == "website"), ""),
        countries=[each["geonames_details"]["country_code"] for each in record["locations"]],
        successors=[
            normal_identifier("ror", each["id"])
            for each in record["relationships"]
            if each["type"] == "successor"
        ],
        identifiers={
            SCHEMES[each["type"]]: _identifiers(SCHEMES[each["type"]], each)
            for each in record["external_ids"]
            if each["type"] in SCHEMES
        },
    )


def _identifiers(scheme, given):
    """Those that the scheme can have given, the preferred first."""
    values = dict.fromkeys([*filter(None, [given.get("preferred")]), *given["all"]])
    return [value for each in values if _is_valid(scheme, value := normal_identifier(scheme, each))]


def _is_valid(scheme, value):
    with suppress(ValidationError):
        validate_identifier(scheme, value)
        return True
    return False


def _kind(types):
    return next((KINDS[each] for each in types if each in KINDS), "")
