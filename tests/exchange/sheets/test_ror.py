"""Records as a register writes them become drafts: none is refused, or changed without a word."""

import pytest

from tests.admin.conftest import colleague
from tests.exchange.sheets import ror

pytestmark = pytest.mark.django_db


@pytest.mark.slow("sweep")
def test_records_of_a_register_become_drafts_as_they_are(form):
    """100 in each form, generated in the shape of ROR's schema 2.1; the drill takes thousands."""
    records = ror.generated(100, seed=len(form))
    number, refused, changed = ror.trial(records, colleague("ben"), form)
    assert (number, refused, changed) == (1, {}, [])


def test_record_that_is_wrong_is_refused_with_the_reason_and_no_other(form):
    records = ror.generated(3)
    records[0]["external_ids"] = [{"type": "isni", "all": ["0000 0001 2103 2684"]}]
    records[1]["external_ids"] = [{"type": "wikidata", "all": ["Q7"]}]
    records[2]["external_ids"] = [{"type": "wikidata", "all": ["q7"]}]
    _, refused, changed = ror.trial(records, colleague("ben"), form)
    first, last = (record["id"].rpartition("/")[2] for record in (records[0], records[2]))
    assert {slug: len(sentences) for slug, sentences in refused.items()} == {first: 1, last: 1}
    assert "“0000 0001 2103 2684” is not a valid identifier" in refused[first][0]
    assert "This identifier is already recorded" in refused[last][0]
    assert changed == []


def test_files_are_as_many_as_the_limit_of_lines_needs():
    records = ror.generated(1000)
    parts = list(ror.books(records))
    assert [record for chosen, _ in parts for record in chosen] == records
    assert len(parts) > 1
    assert all(len(lines) <= 2000 for _, tables in parts for _, lines in tables.values())
