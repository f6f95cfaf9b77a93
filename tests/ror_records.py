"""Records as the Research Organization Registry writes them (schema 2.1), invented."""

import json

from stdnum.iso7064 import mod_97_10

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def ror_id(number):
    """The ROR id of that number: “0”, six digits of base 32, two check digits."""
    digits = "".join(ALPHABET[number // 32**place % 32] for place in range(5, -1, -1))
    return f"0{digits}{mod_97_10.calc_check_digits(str(number)):0>2}"


def record(number=1, **fields):
    """One record (dict); `fields` replace those that it would have."""
    value, grid = ror_id(number), f"grid.{4000 + number}.1"
    return {
        "admin": {
            "created": {"date": "2018-11-14", "schema_version": "1.0"},
            "last_modified": {"date": "2026-10-28", "schema_version": "2.1"},
        },
        "domains": ["example.org"],
        "established": 1950 + number % 70,
        "external_ids": [
            {"all": [grid], "preferred": grid, "type": "grid"},
            {"all": [f"Q{1000 + number}"], "preferred": None, "type": "wikidata"},
            {"all": [f"50110000{number:04}"], "preferred": None, "type": "fundref"},
        ],
        "id": f"https://ror.org/{value}",
        "links": [
            {"type": "website", "value": f"https://www.society-{number}.example.org/"},
            {"type": "wikipedia", "value": f"https://en.wikipedia.org/wiki/{number}"},
        ],
        "locations": [
            {
                "geonames_details": {
                    "continent_code": "EU", "continent_name": "Europe", "country_code": "AT",
                    "country_name": "Austria", "lat": 48.2, "lng": 16.37, "name": "Vienna",
                },
                "geonames_id": 2761369,
            }
        ],
        "names": [
            {"lang": None, "types": ["acronym"], "value": f"SR{number}"},
            {"lang": "de", "types": ["label"], "value": f"Röntgengesellschaft {number}"},
            {"lang": None, "types": ["alias"], "value": f"Society {number} of Rays"},
            {"lang": "en", "types": ["ror_display", "label"], "value": f"Society of Rays {number}"},
        ],
        "relationships": [],
        "status": "active",
        "types": ["nonprofit"],
    } | fields  # fmt: skip


def written(path, records):
    """The path of a file with those records."""
    path.write_text(json.dumps(records, ensure_ascii=False))
    return path
