"""Cells: nothing runs in the program that opens them, and everything comes back as it was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.values.cells import harmless, lasting, restored

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


@pytest.mark.parametrize(
    "text",
    [
        "007",
        "123456789012",
        "12e34567890",
        "123456789e12",
        "1234567890123456",
        "1.50",
        ".5",
        "1E5",
        "0976",
    ],
)
def test_what_a_spreadsheet_would_write_as_another_number_gets_an_apostrophe(text):
    assert lasting(text) == f"'{text}"
    assert restored(lasting(text)) == text


@pytest.mark.parametrize("text", ["2016", "0", "12345678901", "2016-05", "b12345678901", "e5"])
def test_what_comes_back_as_it_went_gets_none(text):
    assert lasting(text) == text


@steady
@given(
    st.text(alphabet=st.sampled_from(["'", *SIGNS, "a", " ", "\n", "0", "7", "e", "."])) | st.text()
)
def test_every_text_comes_back(text):
    assert restored(harmless(text)) == restored(lasting(text)) == text
    assert not harmless(text).startswith(tuple(SIGNS))
