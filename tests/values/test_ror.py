"""Records of the register are read one by one; what is not known is refused in a sentence."""

import io
import json

import pytest

from partners.values import ror
from tests.ror_records import record, ror_id


def read(content):
    return list(ror.records(io.BytesIO(content)))


def test_one_record_and_a_dump_are_read_alike():
    one = record(7)
    (alone,) = read(json.dumps(one).encode())
    assert read(b"\n " + json.dumps([one, record(8)]).encode())[0] == alone
    assert alone == ror.Described(
        id=ror_id(7),
        dated="2026-10-28",
        status="active",
        name="Society of Rays 7",
        acronyms=["SR7"],
        names=[["translation", "Röntgengesellschaft 7", "de"], ["alias", "Society 7 of Rays", ""]],
        founded="1957",
        website="https://www.society-7.example.org/",
        countries=["AT"],
        successors=[],
        identifiers={
            "grid": ["grid.4007.1"], "wikidata": ["Q1007"], "crossref-funder": ["501100000007"],
        },
    )  # fmt: skip


def test_preferred_identifiers_and_successors_are_read():
    ids = [{"type": "isni", "all": ["0000 0001 2150 090X"], "preferred": None},
           {"type": "grid", "all": ["grid.1.1", "grid.2.2"], "preferred": "grid.2.2"},
           {"type": "other", "all": ["x"], "preferred": None}]  # fmt: skip
    others = [{"label": "x", "type": kind, "id": f"https://ror.org/{ror_id(9)}"}
              for kind in ("successor", "parent")]  # fmt: skip
    (found,) = read(json.dumps(record(external_ids=ids, relationships=others)).encode())
    assert found.identifiers == {"isni": ["000000012150090X"], "grid": ["grid.2.2", "grid.1.1"]}
    assert found.successors == [ror_id(9)]


def test_what_real_records_have_is_read():
    """Each of these was in ROR's own releases."""
    moments = {"date": "2024-05-02", "schema_version": "1.0"}
    ids = [{"type": "fundref", "all": ["10", "100000001"], "preferred": "10"},
           {"type": "grid", "all": ["100011307"], "preferred": "100011307"}]  # fmt: skip
    names = [{"lang": None, "types": ["ror_display", "label"], "value": "Old University "},
             {"lang": None, "types": ["acronym"], "value": "OU\u200b "}]  # fmt: skip
    real = record(
        admin={"last_modified": moments}, established=976, external_ids=ids, names=names,
    )  # fmt: skip
    (found,) = read(json.dumps(real).encode())
    assert (found.name, found.acronyms, found.founded) == ("Old University", ["OU"], "0976")
    assert found.identifiers == {"crossref-funder": ["100000001"], "grid": []}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"name": "x", "admin": {"last_modified": {"schema_version": "1.0"}}}', "schema is 1.0"),
        (json.dumps(record(admin={"last_modified": {"schema_version": "3.0"}})), "only 2.x"),
        ('{"id": "https://ror.org/x", "name": "An old record"}', "no record of ROR"),
        ('[{"a": 1}]', "no record of ROR"),
        ("[1]", "no record of ROR"),
        ('"text"', "no record of ROR"),
        ("[{]", "not valid JSON"),
        ("", "not valid JSON"),
        (json.dumps([record()])[:-9], "not valid JSON"),
    ],
)
def test_what_is_not_known_is_refused(content, says):
    with pytest.raises(ror.UnknownSchema, match=says):
        read(content.encode())
