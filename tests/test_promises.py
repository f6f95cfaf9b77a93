"""docs/security.md: behind each promise stands a test that there is."""

import re

import pytest
from django.conf import settings

TESTS = settings.BASE_DIR / "tests"
PAGE = (settings.BASE_DIR / "docs" / "security.md").read_text()
TABLE = PAGE.partition("## What is promised")[2].partition("##")[0]
#: promise → the cell that names what stands behind it
PROMISES = dict(re.findall(r"^\| (?!promise)(\w.+?) \| (.+) \|$", TABLE, re.MULTILINE))


@pytest.mark.parametrize("promise", PROMISES)
def test_promise_names_tests_that_there_are(promise):
    file = None
    for name in re.findall(r"`([^`]+)`", PROMISES[promise]):
        if (TESTS / f"{name}.py").exists():
            file = TESTS / f"{name}.py"
        else:
            assert file, f"{name} is no file of tests"
            assert f"def {name}(" in file.read_text()
    assert file


def test_table_is_read():
    assert len(PROMISES) > 25
