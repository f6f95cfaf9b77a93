"""Versions of pages as people write them, in five languages: `versions.tsv`.

Each line has what became of a quotation (kept, changed, or missed: changed, and nobody can tell
without knowing what the rest means), the page's language, the quotation and what the page says.
"""

from pathlib import Path

import pytest

from partners.values import pages, quotations

LINES = (Path(__file__).parent / "versions.tsv").read_text().splitlines()
VERSIONS = [line.split("\t") for line in LINES]


@pytest.mark.parametrize(("became", "language", "quotation", "page"), VERSIONS)
def test_source_is_understood(became, language, quotation, page):
    """No alarm is false, and what is said otherwise is noticed."""
    reading = pages.of_html(f"<html lang={language}><title>About</title><body><p>{page}")
    outcome = quotations.judged(quotation, reading).outcome
    assert (outcome == quotations.SAYS_SO) is (became != "changed")
