"""Records in the shape of ROR's schema 2.1 as sheets of organisations, and back from the database.

`generated` makes such records up, with what real ones hold: identifiers as the register writes
them, names in all scripts, long links, years before 1000. They are nobody's: the names are
invented, the numbers only well formed. `python -m tests.drills.ror_trial` reads real ones.
"""

import io
import random
import unicodedata
from collections import Counter

from stdnum.iso7064 import mod_11_2

from partners.exchange.sheets import files, importing
from partners.models import Organisation
from partners.publishing import presses
from tests.benchmarks import words
from tests.factories import LONG_AGO

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
COUNTRIES = ["AT", "GB", "US", "XK", "TW", "JP", "BR", "NA"]
#: ROR's word for a register → ours, and how it writes an identifier where it is stored.
SCHEMES = {
    "ror": ("ror", lambda written: written.rpartition("/")[2]),
    "isni": ("isni", lambda written: written.replace(" ", "")),
    "wikidata": ("wikidata", str),
    "fundref": ("crossref-funder", str),
    "grid": ("grid", str),
}
COLUMNS = {
    "organisations": [
        "key", "version", "slug", "name", "acronym", "not_for_profit", "seat_city", "seat_country",
        "founded", "has_ended", "website",
    ],
    "names": ["organisation", "id", "kind", "name", "language"],
    "identifiers": ["organisation", "id", "scheme", "value"],
    "links": ["organisation", "id", "label", "url"],
}  # fmt: skip


# Records


def generated(number, seed=1):
    """So many records (list of dict), the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 — no secret, but the same in every run
    return [_record(chance, place) for place in range(number)]


def _record(chance, place):
    name = _name(chance, place)
    site = f"https://www.{place}.example.org/"
    article = "%D0%98%D0%BD%D1%81%D1%82" * chance.choice([1, 5, 28])
    return {
        "id": f"https://ror.org/{_ror(place)}",
        "names": [
            {"types": ["label", "ror_display"], "lang": "en", "value": name},
            {"types": ["acronym"], "lang": None, "value": f"A{place}"},
            {"types": ["acronym"], "lang": "de", "value": f"{place:03}"},
            {"types": ["alias"], "lang": None, "value": f"{place}e{place}"},
            {"types": ["label"], "lang": "ar", "value": chance.choice(words.RIGHT_TO_LEFT)},
        ][: chance.randint(1, 5)],
        "established": chance.choice([None, 976, 1096, 1846, 1985, 2008]),
        "status": chance.choice(["active"] * 9 + ["inactive"]),
        "types": chance.sample(["nonprofit", "funder", "education", "company"], 2),
        "locations": [
            {"geonames_details": {"name": "Prizren", "country_code": chance.choice(COUNTRIES)}}
        ],
        "links": [
            {"type": "website", "value": site},
            {"type": "wikipedia", "value": f"http://ru.wikipedia.org/wiki/{article}"},
        ][: chance.randint(0, 2)],
        "external_ids": [
            {"type": "isni", "all": [_isni(place)], "preferred": None},
            {"type": "wikidata", "all": [f"Q{place + 1}"], "preferred": f"Q{place + 1}"},
            {"type": "fundref", "all": [f"{100000000 + place}", f"501{place + 1:09}"]},
            {"type": "grid", "all": [f"grid.{place + 4000}.{place % 16:x}"]},
        ][: chance.randint(0, 4)],
    }


def _name(chance, place):
    field = chance.choice(words.FIELDS)
    name = chance.choice(
        [
            f"{chance.choice(words.PLACES)} {chance.choice(words.FORMS)} of {field}",
            chance.choice(words.ELSEWHERE).format(field),
            chance.choice(words.RIGHT_TO_LEFT),
            f"“{field}” (St. Mary's) – +Plus & Co; {field}",
            "=Sum of " + ", ".join(words.FIELDS)[:280],
        ]
    )
    return f"{name} {place}"


def _ror(number):
    digits = ""
    for _ in range(6):
        number, rest = divmod(number, 32)
        digits = ALPHABET[rest] + digits
    value = sum(ALPHABET.index(each) * 32**place for place, each in enumerate(reversed(digits)))
    return f"0{digits}{98 - value * 100 % 97:02}"


def _isni(number):
    digits = f"{number + 120000000:015}"
    digits += mod_11_2.calc_check_digit(digits)
    return " ".join(digits[place : place + 4] for place in range(0, 16, 4))


# Sheets


def sheets_of(record):
    """{name of a sheet: lines of values} of one record, as its columns in COLUMNS are."""
    slug = record["id"].rpartition("/")[2]
    names = _names(record)
    place = record["locations"][0]["geonames_details"] if record["locations"] else {}
    links = {link["type"]: link["value"] for link in record["links"]}
    line = [
        "", "", slug, names["display"], names["acronym"],
        "yes" if "nonprofit" in record["types"] else "not-stated",
        place.get("name", ""), place.get("country_code", ""), record["established"],
        record["status"] != "active", links.get("website", ""),
    ]  # fmt: skip
    article = links.get("wikipedia")
    return {
        "organisations": [line],
        "names": [[slug, "", *other] for other in names["others"]],
        "identifiers": [
            [slug, "", SCHEMES[scheme][0], value] for scheme, value in _identifiers(record)
        ],
        "links": [[slug, "", "Article in Wikipedia", article]] if article else [],
    }


def _names(record):
    """{"display": name, "acronym": the first, "others": (kind, name, language) of the rest}."""
    found = {"display": "", "acronym": "", "others": []}
    for name in record["names"]:
        if "ror_display" in name["types"]:
            found["display"] = name["value"]
        elif "acronym" in name["types"] and not found["acronym"]:
            found["acronym"] = name["value"]
        else:
            kind = "translation" if "label" in name["types"] else "alias"
            found["others"].append((kind, name["value"], name["lang"] or ""))
    return found


def _identifiers(record):
    yield "ror", record["id"]
    for each in record["external_ids"]:
        for value in each["all"]:
            yield each["type"], value


def books(records):
    """(records, {name: (columns, lines)}) in so many files that no sheet has too many lines."""
    chosen, sizes, lines = [], Counter(), {name: [] for name in COLUMNS}
    for record in records:
        more = sheets_of(record)
        if any(sizes[name] + len(more[name]) > files.MAX_ROWS for name in more):
            yield chosen, {name: (COLUMNS[name], those) for name, those in lines.items()}
            chosen, sizes, lines = [], Counter(), {name: [] for name in COLUMNS}
        chosen.append(record)
        for name, those in more.items():
            lines[name] += those
            sizes[name] += len(those)
    yield chosen, {name: (COLUMNS[name], those) for name, those in lines.items()}


# The trial


def trial(records, by, form):
    """Import them as drafts: (number of files, {slug: sentences} of the refused, silent changes).

    `form` is “csv” or “xlsx”. A silent change is (slug, what it was, what is stored).
    """
    refused, changed, number = {}, [], 0
    for chosen, tables in books(records):
        number += 1
        content = io.BytesIO(files.FORMATS[form][0](tables))
        wanted = importing.wanted(Organisation, files.read(content, "organisations"))
        importing.rehearse(wanted, by, LONG_AGO)
        slugs = [line[2] for line in tables["organisations"][1]]
        refused |= {slugs[each.number - 2]: each.errors for each in wanted if each.errors}
        sound = [each for each in wanted if not each.errors]
        importing.carry_out(sound, presses.SAVE_DRAFT, by, LONG_AGO, "From ROR")
        changed += _changed([each for each in chosen if _slug(each) not in refused])
    return number, refused, changed


def _slug(record):
    return record["id"].rpartition("/")[2]


def _changed(records):
    stored = Organisation.objects.filter(published_at=None).prefetch_related(
        "names", "identifiers", "links"
    )
    stored = {each.slug: each for each in stored.filter(slug__in=map(_slug, records))}
    for record in records:
        slug = _slug(record)
        was, found = _of_source(record), slug in stored and _of_organisation(stored[slug])
        if was != found:
            yield slug, was, found


def _of_source(record):
    """What is to be stored of a record, by the register's own rules alone."""
    sheets = sheets_of(record)
    (line,) = sheets["organisations"]
    _, _, _, name, acronym, _, city, country, year, has_ended, website = line
    return {
        "facts": [
            visible(name), visible(acronym), "nonprofit" in record["types"], visible(city), country,
            f"{year:04}" if year else "", has_ended, website,
        ],
        "names": Counter((kind, visible(text), lang) for _, _, kind, text, lang in sheets["names"]),
        "identifiers": Counter(
            (SCHEMES[scheme][0], SCHEMES[scheme][1](value))
            for scheme, value in _identifiers(record)
        ),
        "links": Counter(url for *_, url in sheets["links"]),
    }  # fmt: skip


def _of_organisation(stored):
    return {
        "facts": [
            visible(stored.name), visible(stored.acronym), stored.not_for_profit == "yes",
            visible(stored.seat_city), stored.seat_country.code, str(stored.founded),
            stored.has_ended, stored.website,
        ],
        "names": Counter(
            (each.kind, visible(each.name), each.language) for each in stored.names.all()
        ),
        "identifiers": Counter((each.scheme, each.value) for each in stored.identifiers.all()),
        "links": Counter(each.url for each in stored.links.all()),
    }  # fmt: skip


def visible(text):
    """`text` as a reader sees it: blanks single, invisible marks away, accents composed."""
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", " ".join(seen.split()))
