"""Cells: nothing runs in the program that opens them, and everything comes back as it was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.cells import harmless, restored

steady = settings(derandomize=True, deadline=None)
SIGNS = ["=", "+", "-", "@", "\t", "\r"]


@pytest.mark.parametrize("sign", SIGNS)
def test_formula_gets_an_apostrophe(sign):
    assert harmless(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("text", ["", "7000", "a=b", " =1", "’tis", "–5", "“=”"])
def test_other_texts_stay_as_they_are(text):
    assert harmless(text) == text
    assert restored(text) == text


def test_apostrophe_that_somebody_typed_stays():
    assert restored("'tis") == "'tis"


@steady
@given(st.text(alphabet=st.sampled_from(["'", *SIGNS, "a", " ", "\n"])) | st.text())
def test_every_text_comes_back(text):
    assert restored(harmless(text)) == text
    assert not harmless(text).startswith(tuple(SIGNS))
