"""The register is compared field by field; what staff choose becomes a draft."""

import copy
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from partners.care import registers
from partners.care.attention import queue
from partners.models import Organisation, RegisterRecord
from partners.values import ror
from tests import factories as make
from tests.care.world import World
from tests.ror_records import record, ror_id, written

pytestmark = pytest.mark.django_db


def changed(original, path, value):
    """A copy of the record with another value at that path."""
    copied = copy.deepcopy(original)
    *way, last = path
    inner = copied
    for step in way:
        inner = inner[step]
    inner[last] = value
    return copied


@pytest.fixture
def organisation():
    """An organisation that says what `record()` says."""
    registers.add(ror.described(record()), None, timezone.now())
    made = Organisation.objects.get()
    made.published_at = make.LONG_AGO
    made.save()
    return made


def found(described):
    return [each.name for each in registers.compared(Organisation.objects.get(), described)]


def test_organisation_made_of_its_record_does_not_differ(organisation):
    assert found(ror.described(record())) == []
    assert (organisation.name, organisation.acronym) == ("Society of Rays 1", "SR1")
    assert (str(organisation.founded), organisation.seat_country) == ("1951", "AT")
    assert organisation.website == "https://www.society-1.example.org/"
    names = {(each.kind, each.name, each.language) for each in organisation.names.all()}
    assert names == {
        ("translation", "Röntgengesellschaft 1", "de"), ("alias", "Society 1 of Rays", ""),
    }  # fmt: skip
    assert organisation.identifiers.count() == 4
    cited = organisation.citations.filter(source="ror", locator=f"{ror_id(1)}, 2026-10-28")
    assert cited.count() == organisation.citations.count() == 11


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (["names", 3, "value"], "Society of X-Rays", "name"),
        (["names", 0, "value"], "SXR", "acronym"),
        (["names", 1, "value"], "Strahlengesellschaft", "names"),
        (["names", 1, "lang"], "nl", "names"),
        (["names", 2, "value"], "Ray Society", "names"),
        (["established"], 1960, "founded"),
        (["links", 0, "value"], "https://rays.example.org/", "website"),
        (["locations", 0, "geonames_details", "country_code"], "DE", "seat_country"),
        (["status"], "inactive", "has_ended"),
        (["status"], "withdrawn", "status"),
        (["relationships"], [{"type": "successor", "id": ror_id(9), "label": "x"}], "relations"),
        (["external_ids", 1, "all"], ["Q42"], "identifiers"),
    ],
)
def test_one_field_that_differs_is_the_one_that_is_found(organisation, path, value, field):
    assert found(ror.described(changed(record(), path, value))) == [field]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["established"], None),
        (["names", 0, "types"], ["alias", "acronym"]),
        (["links", 0, "value"], "http://society-1.example.org"),
        (["links"], []),
        (["locations"], []),
        (["external_ids", 1], {"type": "wikidata", "all": ["Q1", "Q1001"], "preferred": "Q1"}),
    ],
)
def test_what_says_no_other_thing_is_no_difference(organisation, path, value):
    assert found(ror.described(changed(record(), path, value))) == []


def test_number_that_another_organisation_has_is_told_and_not_taken(organisation):
    """The register gives one number to two bodies now and then."""
    ids = [{"type": "wikidata", "all": ["Q1001"], "preferred": None}]
    assert registers.add(ror.described(record(2, external_ids=ids)), None, timezone.now()).is_taken
    other = Organisation.objects.exclude(pk=organisation.pk).get()
    assert [each.scheme for each in other.identifiers.all()] == ["ror"]
    (difference,) = registers.compared(other, ror.described(record(2, external_ids=ids)))
    assert difference.theirs == "Wikidata Q1001, which is of another organisation here"
    assert difference.rows is None


def test_what_is_more_precise_here_is_no_difference(organisation):
    Organisation.objects.update(founded="1951-05-03")
    assert found(ror.described(record())) == []


def test_command_says_what_differs_and_the_queue_shows_it(organisation, tmp_path, capsys):
    dump = [record(5), changed(record(), ["established"], 1960), record(6)]
    call_command("compare_register", written(tmp_path / "dump.json", dump))
    assert capsys.readouterr().out == (
        "Society of Rays 1: founded: we say “1951”, ROR says “1960” (2026-10-28)\n"
        "Organisations compared: 1. Differences: 1.\n"
    )
    assert RegisterRecord.objects.get().pk == ror_id(1)
    (group,) = [each for each in queue(timezone.now()) if each.rule.name == "register-differs"]
    assert [each.text for each in group.findings] == ["founded: not as ROR has it (2026-10-28)"]
    call_command("compare_register", written(tmp_path / "one.json", record()), verbosity=0)
    assert "register-differs" not in {each.rule.name for each in queue(timezone.now())}


@pytest.mark.parametrize("content", ['[{"name": "old"}]', "no JSON"])
def test_unknown_schema_is_refused_and_nothing_kept(organisation, tmp_path, content):
    file = tmp_path / "dump.json"
    file.write_text(content)
    with pytest.raises(CommandError, match=r"Nothing was taken from dump\.json: it is no"):
        call_command("compare_register", file)
    with pytest.raises(CommandError, match=r"No such file"):
        call_command("compare_register", tmp_path / "none.json")
    assert not RegisterRecord.objects.exists()


def test_register_is_asked_where_operators_say(organisation, settings, world, capsys):
    settings.REGISTER_URL = f"{world}/{{id}}"
    World.pages[ror_id(1)] = (200, "application/json", json.dumps(record(established=1960)))
    make.IdentifierFactory(scheme="ror", register="", value=ror_id(9))
    World.pages[ror_id(9)] = (404, "application/json", "{}")
    call_command("compare_register")
    assert capsys.readouterr().out == (
        "Society of Rays 1: founded: we say “1951”, ROR says “1960” (2026-10-28)\n"
        "Organisations compared: 1. Differences: 1.\n"
    )
    World.pages[ror_id(1)] = (200, "application/json", "[]x")
    with pytest.raises(CommandError, match="it is not valid JSON"):
        call_command("compare_register")
    settings.REGISTER_URL = ""
    with pytest.raises(CommandError, match="Name a file, or set REGISTER_URL"):
        call_command("compare_register")


def test_command_adds_a_draft(tmp_path, capsys):
    dump = written(tmp_path / "dump.json", [record(1), record(2)])
    call_command("compare_register", dump, add=f"https://ror.org/{ror_id(2)}")
    made = Organisation.objects.get()
    assert (made.name, made.published_at) == ("Society of Rays 2", None)
    with pytest.raises(CommandError, match="no record"):
        call_command("compare_register", dump, add=ror_id(3))
    with pytest.raises(CommandError, match="Another record has this address"):
        call_command("compare_register", dump, add=ror_id(2))
