"""docs/clients.md is what was measured, with a note for whatever is read otherwise."""

import pytest

from tests.clients import comparing, measured, report
from tests.clients.asking import Outcome
from tests.clients.environments import Missing, NotInstallable
from tests.clients.roster import ALL

CLIENTS = [(reads, client) for reads in ALL for client in reads.clients]
KEPT = measured.load()


def test_page_is_written_from_what_was_measured():
    assert report.PAGE.read_text() == report.page(KEPT)


@pytest.mark.parametrize(
    ("reads", "client"), CLIENTS, ids=[f"{reads.title}: {client.name}" for reads, client in CLIENTS]
)
def test_client_was_measured_as_it_is_pinned_and_explained(reads, client):
    found = KEPT[reads.title][client.name]
    assert found["version"] == client.where.version
    assert bool(found["differences"]) == bool(client.note)


def test_nobody_else_was_measured():
    assert {(reads.title, client.name) for reads, client in CLIENTS} == {
        (title, name) for title, clients in KEPT.items() for name in clients
    }


HELD = {"a": {"name": "A", "place": "B", "is there": True}, "b": {"is there": False}}


@pytest.mark.parametrize(
    ("read", "found"),
    [
        ({"a": {"name": "A", "place": None}}, []),
        ({"a": {"name": "C", "place": "B"}}, [("a", "name", "C", "A")]),
        ({"a": {"error": "no"}}, [("a", "error", "no", None)]),
        ({}, [("a", "is there", False, True)]),
        ({"a": {"name": "A"}, "b": {"is there": True}}, [("b", "is there", True, False)]),
    ],
)
def test_difference_is_found(read, found):
    assert comparing.differences(read, HELD) == [comparing.Difference(*each) for each in found]


def test_what_is_not_said_is_told():
    assert comparing.unsaid({"a": {"name": "A"}}, HELD) == ["place"]
    assert comparing.silent({"a": {"name": None}}, HELD) == ["a"]


@pytest.mark.parametrize(
    ("missing", "is_known"), [(Missing("not installed"), True), (NotInstallable("gone"), False)]
)
def test_program_that_cannot_be_installed_is_no_success(missing, is_known):
    reads, client = CLIENTS[0]
    said = measured.verdict(reads, Outcome(client, missing=missing), KEPT)
    assert said == ("not tried", is_known, [str(missing)])


def test_change_of_what_is_read_is_no_success():
    reads, client = CLIENTS[0]
    now = Outcome(client, client.where.version)
    kept = {reads.title: {client.name: measured.as_data(now)}}
    assert measured.verdict(reads, now, kept) == ("all right", True, [])
    wrong = now._replace(differences=(comparing.Difference("cancelled", "name", "x", "y"),))
    word, is_known, sentences = measured.verdict(reads, wrong, kept)
    assert (word, is_known) == ("changed", False)
    assert 'new: cancelled: name is "x", not "y"' in sentences
