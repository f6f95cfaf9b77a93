"""What a register says of our organisations, compared with what we say: field by field."""

import io
import uuid
from functools import partial
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from partners.care import links
from partners.models import Identifier, Organisation, RegisterRecord, Source
from partners.models.base import new_key
from partners.publishing import presses
from partners.rows import snapshots
from partners.rows.door import take_one
from partners.rows.offers import Offer
from partners.values import ror

MOST_BYTES = 1024 * 1024  # of one record
SOURCE, SOURCE_TITLE = "ror", "Research Organization Registry (ROR)"


class Difference(NamedTuple):
    """Where the register says something else: which field, what we say, what it says.

    `rows` are those that take it over: {field: value} of the record itself, or a list of new
    parts; None where there is nothing to be taken.
    """

    name: str
    ours: str
    theirs: str
    rows: dict | list | None = None


def asked():
    """Yield the Described of each of our ROR ids, asked where operators set it, politely.

    What is not answered is left out. Raises UnknownSchema.
    """
    urls = [settings.REGISTER_URL.format(id=each) for each in _ids()]
    for _, answer in links.check(urls, _asked):
        if getattr(answer, "status", None) == HTTPStatus.OK:
            yield from ror.records(io.BytesIO(answer.body))


def _ids():
    """The ROR ids of our organisations."""
    return Identifier.objects.filter(scheme="ror").values_list("value", flat=True)


def _asked(pool, url):
    return links.ask(pool, url, partial(links.get, most=MOST_BYTES), links.answered)


def keep(records, at):
    """Keep of the `records` (Described) those of our organisations; return their ids (set).

    All or none: raises what reading them raises.
    """
    ours = set(_ids())
    kept = [
        RegisterRecord(value=each.id, description=each._asdict(), read_at=at)
        for each in records
        if each.id in ours
    ]
    with transaction.atomic():
        RegisterRecord.objects.filter(pk__in=[each.pk for each in kept]).delete()
        RegisterRecord.objects.bulk_create(kept)
    return {each.pk for each in kept}


def pairs(**wanted):
    """Yield (Organisation, Described) of those that a register was read for, by their names."""
    records = {each.pk: ror.Described(**each.description) for each in RegisterRecord.objects.all()}
    ours = Organisation.objects.filter(
        identifiers__scheme="ror", identifiers__value__in=records, **wanted
    )
    for each in ours.prefetch_related("names", "identifiers", "relations").order_by("name", "pk"):
        numbers = [number.value for number in each.identifiers.all() if number.scheme == "ror"]
        yield from ((each, records[value]) for value in numbers if value in records)


def compared(organisation, described):
    """[Difference] of an Organisation and what the register says of it (Described)."""
    return [each for rule in RULES for each in rule(organisation, described)]


def _name(ours, theirs):
    if ours.name != theirs.name:
        yield Difference("name", ours.name, theirs.name, {"name": theirs.name})


def _acronym(ours, theirs):
    known = {ours.acronym, *(each.acronym for each in ours.names.all())}
    if theirs.acronyms and not known.intersection(theirs.acronyms):
        first = theirs.acronyms[0]
        yield Difference("acronym", ours.acronym, ", ".join(theirs.acronyms), {"acronym": first})


def _names(ours, theirs):
    known = {(each.name, each.language) for each in ours.names.all()} | {(ours.name, "")}
    for kind, name, language in theirs.names:
        if not known & {(name, language), (name, "")} and name != ours.acronym:
            fields = {"kind": kind, "name": name, "language": language}
            said = f"{name} ({language})" if language else name
            yield Difference("names", "", said, [("partners.organisationname", fields)])


def _founded(ours, theirs):
    if theirs.founded and str(ours.founded or "")[:4] != theirs.founded:
        said = ours.founded.display() if ours.founded else ""
        yield Difference("founded", said, theirs.founded, {"founded": theirs.founded})


def _website(ours, theirs):
    if theirs.website and _address(ours.website) != _address(theirs.website):
        yield Difference("website", ours.website, theirs.website, {"website": theirs.website})


def _address(url):
    """What tells one address from another, however it was written."""
    parts = urlsplit(url)
    return (parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), parts.query)


def _country(ours, theirs):
    if theirs.countries and ours.seat_country.code not in theirs.countries:
        said = ", ".join(theirs.countries)
        yield Difference(
            "seat_country",
            ours.seat_country.code or "",
            said,
            {"seat_country": theirs.countries[0]},
        )


def _status(ours, theirs):
    if theirs.status == "withdrawn":
        yield Difference("status", "on record", "withdrawn from the register")
    elif (theirs.status == "inactive") != bool(ours.past):
        said = {"has_ended": True} if not ours.past else None
        yield Difference("has_ended", ours.past or "active", theirs.status, said)


def _successors(ours, theirs):
    relations = ours.relations.all()
    known = {each.other_id for each in relations if each.kind == each.Kind.SUCCEEDED_BY}
    numbers = Identifier.objects.filter(scheme="ror", value__in=theirs.successors)
    there = dict(numbers.values_list("value", "organisation")) if theirs.successors else {}
    for value in theirs.successors:
        fields = {"kind": "succeeded-by", "other": there.get(value), "basis": "stated"}
        if there.get(value) not in known:
            rows = [("partners.organisationrelation", fields)] if value in there else None
            yield Difference("relations", "", f"succeeded by {ror_address(value)}", rows)


def _identifiers(ours, theirs):
    for scheme, values in theirs.identifiers.items():
        known = [each.value for each in ours.identifiers.all() if each.scheme == scheme]
        if values and not set(known) & set(values):
            fields = {"scheme": scheme, "register": "", "value": values[0]}
            said = f"{Identifier.Scheme(scheme).label} {values[0]}"
            rows = [("partners.identifier", fields)]
            if Identifier.objects.filter(**fields).exists():
                said, rows = f"{said}, which is of another organisation here", None
            yield Difference("identifiers", ", ".join(known), said, rows)


#: Each yields the differences of one field.
RULES = [_name, _acronym, _names, _founded, _website, _country, _status, _successors, _identifiers]


def ror_address(value):
    return Identifier.REGISTERS[Identifier.Scheme.ROR] + value


def taking(taken, described, key):
    """What makes of an organisation's rows those that say what the `taken` Differences say.

    Each is cited to the register, with the day of its record.
    """

    def revise(rows):
        root, *parts = rows
        for each in taken:
            if isinstance(each.rows, dict):
                root = root | {"fields": root["fields"] | each.rows}
                parts.append(_citation(each.name, described, key))
                continue
            for model, fields in each.rows:
                part = _part(model, key, fields)
                path = f"{each.name}/{part['pk']}/{list(fields)[-1]}"
                parts += [part, _citation(path, described, key)]
        order = snapshots.order_of(Organisation)
        return [root, *sorted(parts, key=lambda row: order[row["model"]])]

    return revise


def _part(model, key, fields):
    return snapshots.new(snapshots.model_of(model), uuid.uuid4(), organisation=key, **fields)


def _citation(path, described, key):
    locator = f"{described.id}, {described.dated}"
    return _part("partners.citation", key, {"path": path, "source": SOURCE, "locator": locator})


def name_source(by, at):
    """Put the register on record as a source, unless it is."""
    if not Source.objects.filter(pk=SOURCE).exists():
        rows = [snapshots.new(Source, SOURCE, title=SOURCE_TITLE, url=ror_address(""))]
        take_one(Offer(Source, SOURCE, [], rows), presses.SAVE_AT_ONCE, by, at)


def add(described, by, at):
    """The Answer to adding an organisation as the register describes it, as a draft."""
    name_source(by, at)
    key = new_key()
    taken = [each for each in compared(Organisation(pk=key), described) if each.rows]
    number = Difference(
        "identifiers",
        "",
        "",
        [("partners.identifier", {"scheme": "ror", "register": "", "value": described.id})],
    )
    acronym = slugify(described.acronyms[0] if described.acronyms else described.name)
    row = snapshots.new(Organisation, key, slug=f"{acronym[:100]}-{described.id}")
    rows = taking([number, *taken], described, key)([row])
    return take_one(Offer(Organisation, key, [], rows), presses.SAVE_DRAFT, by, at)
