"""Two versions of a value as one text: what stayed, what went, what came."""

import pytest

from partners.rows import differences, snapshots
from partners.rows.differences import Difference
from partners.rows.snapshots import Path

PATH = Path("partners.organisation", "a", "summary")
BEGIN, END = "It was founded in Vienna and", "its members are read about here"


def pieces(before, after):
    return Difference(PATH, "summary", before, after).pieces


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            f"{BEGIN} then {END}", f"{BEGIN} now {END}",
            [("same", f"{BEGIN} "), ("gone", "then"), ("new", "now"), ("same", f" {END}")],
            id="one-word-in-the-middle",
        ),
        pytest.param(
            f"{BEGIN} one two three {END}", f"{BEGIN} one 2 three {END}",
            [("same", f"{BEGIN} one "), ("gone", "two"), ("new", "2"), ("same", f" three {END}")],
            id="as-little-as-differs",
        ),
        pytest.param(
            f"{BEGIN} {END}", f"{BEGIN} {END} again",
            [("same", f"{BEGIN} {END}"), ("new", " again")],
            id="only-more",
        ),
        pytest.param("short", "shorter", [("gone", "short"), ("new", "shorter")], id="short-texts"),
    ],
)  # fmt: skip
def test_pieces_are_the_words_that_differ(before, after, expected):
    found = [piece for piece in pieces(before, after) if piece[1]]
    assert found == expected
    for text, left_out in ((before, "new"), (after, "gone")):
        assert "".join(words for what, words in found if what != left_out) == text


def rows(fields, **parts):
    own = {"model": "partners.organisation", "pk": "a", "fields": fields}
    other = [{"model": "partners.link", "pk": pk, "fields": each} for pk, each in parts.items()]
    return [own, *other]


@pytest.mark.django_db
def test_row_that_somebody_deleted_is_one_conflict_and_not_one_more_for_each_field():
    link = {"label": "Site", "url": "https://a.example.org/", "organisation": "a"}
    was = rows({"summary": "Old."}, x=link)
    mine, now = rows({"summary": "Old."}, x=link | {"label": "Page"}), rows({"summary": "Old."})
    paths = [each.path for each in differences.side_by_side(was, now, mine)]
    assert paths == [Path("partners.link", "x")]
    assert snapshots.merge(was, now, mine)[1] == paths


LINK = {"label": "Site", "url": "https://a.example.org/", "position": 1, "organisation": "a"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"position": 2}, [], id="for-staff-alone"),
        pytest.param({"position": 2, "label": "Page"}, ["Links"], id="also-for-readers"),
    ],
)
def test_readers_are_told_of_a_part_unless_staff_alone_see_what_changed(fields, expected):
    changes = snapshots.changes(rows({}, x=LINK), rows({}, x=LINK | fields))
    assert differences.for_readers(changes) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Bern", "Adria", ["Seat city: Bern → Adria"]),
        ("", "Bern", ["Seat city: – → Bern"]),
        ("Bern", "", ["Seat city: Bern → –"]),
        ("Bern", "B" * 81, ["Seat city"]),
    ],
)
def test_readers_are_told_of_a_short_value_whatever_sorts_first(before, after, expected):
    changes = snapshots.changes(rows({"seat_city": before}), rows({"seat_city": after}))
    assert differences.for_readers(changes) == expected
