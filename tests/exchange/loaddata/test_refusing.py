"""What is broken is refused as a whole, by the name of its file, record and field."""

import json
import re
import shutil

import pytest

from partners.models import (
    Organisation,
)
from tests.exchange.loaddata.broken import ESR, FILES, RECORDS
from tests.exchange.loaddata.changes import (
    FIXTURES,
    ORGANISATIONS,
    PAGES,
    SECTIONS,
    edit,
    find,
    load,
    put,
    refusal,
)
from tests.values.test_lines import EVERYTHING


def test_sound_fixture_is_sound(sound):
    assert load(sound) == "2 records: 1 new, 1 changed, 0 unchanged."


def test_long_text_that_is_not_clean_is_shown_where_it_differs(broken):
    body = f"<p>{'All that we say. ' * 20}Ra\u00addiology</p>"
    said = refusal(broken(PAGES, put("about", body=body)))
    assert 'we say. Ra\\u00addiology</p>" is not how' in said
    assert 'we say. Radiology</p>".' in said


@pytest.mark.any_database
@EVERYTHING
def test_text_that_is_not_clean_is_refused_with_what_would_be_stored(typed, stored, broken):
    fixture = broken(ORGANISATIONS, put("esr", acronym=typed))
    if typed == stored:
        load(fixture, overwrite=True)
        assert Organisation.objects.get(pk="esr").acronym == stored
    else:
        sentence = f"is not how this field is written; it would be stored as {json.dumps(stored)}."
        assert sentence in refusal(fixture)


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("case", RECORDS, ids=[case.kind for case in RECORDS])
def test_broken_record_is_named_and_nothing_is_loaded(case, broken, sound):
    said = refusal(sound, broken(case.file, case.change))
    where = re.match(rf"{case.file}, record \d+ \({re.escape(case.named)}", said)
    assert where, said
    assert case.said in said[where.end() :]
    assert len(said.splitlines()) == 1
    assert len(said) < 500


@pytest.mark.parametrize(("kind", "change", "message"), FILES, ids=[kind for kind, *_ in FILES])
def test_broken_file_is_named_and_nothing_is_loaded(kind, change, message, broken, sound):
    said = refusal(sound, broken(ORGANISATIONS, change))
    assert said.startswith(ORGANISATIONS)
    assert message in said
    assert len(said.splitlines()) == 1


def test_tables_have_no_kind_twice():
    kinds = [case.kind for case in RECORDS] + [kind for kind, *_ in FILES]
    assert len(kinds) == len(set(kinds)) >= 100


def test_record_in_two_files_is_refused(broken, sound):
    esr = find(json.loads(FIXTURES[4].read_text()), "esr")
    first, second = FIXTURES[4], broken(SECTIONS, edit(lambda records: records.append(esr)))
    said = refusal(sound, first, second)
    assert re.match(
        rf"{SECTIONS}, record \d+ \({ESR}\): this key was already given by {ORGANISATIONS}", said
    )


def test_file_named_twice_is_refused(sound):
    assert "this key was already given by 00_sound.json, record 1 " in refusal(sound, sound)


def test_missing_file_is_refused(tmp_path, sound):
    assert "11_missing" in refusal(sound, tmp_path / "11_missing.json")
    assert "11_missing" in refusal(sound, "11_missing")


def test_folder_for_a_file_is_refused(tmp_path, sound):
    (tmp_path / "11_folder.json").mkdir()
    assert "11_folder.json cannot be read: Is a directory." in refusal(
        sound, tmp_path / "11_folder.json"
    )


def test_file_that_cannot_be_read_is_refused(tmp_path, sound):
    """One that leads to itself: nobody can read that, not even root."""
    (tmp_path / "11_loop.json").symlink_to("11_loop.json")
    assert "11_loop.json cannot be read: " in refusal(sound, tmp_path / "11_loop.json")


@pytest.mark.parametrize("suffix", ["json.gz", "json.zip", "xml", "jsonl", "txt"])
def test_file_of_another_format_is_refused(suffix, tmp_path, sound):
    shutil.copy(FIXTURES[0], tmp_path / f"11_other.{suffix}")
    assert "11_other" in refusal(sound, tmp_path / f"11_other.{suffix}")


@pytest.mark.parametrize("option", [{"ignore": True}, {"exclude": ["partners.topic"]}])
def test_leaving_something_out_is_refused(option, sound):
    assert "nothing can be left out" in refusal(sound, **option)


def test_nothing_named_is_refused():
    assert "fixture" in refusal()
