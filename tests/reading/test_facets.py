"""The letter that a name stands under: the first that is left of it when it is folded."""

import pytest

from partners.reading.facets import OTHER, letter_of
from partners.values.folding import fold

NAMES = [
    "Austria", "zürich", "Österreich", "E\u0301cole", "Éire", "Æsop", "ﬁne", "K.U.K.",
    "\u212aelvin", "İstanbul", "“Quoted”", "(Bracketed)", " Blank", "3D", "Übung", "Ørsted",
    "القاهرة", "东京", "",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_letter_of_name_is_the_first_of_it_folded(name):
    first = fold(name)[:1]
    assert letter_of(name) == (first if "a" <= first <= "z" else OTHER)
