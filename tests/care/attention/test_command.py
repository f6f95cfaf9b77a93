"""`manage.py attention`: for people, and for monitoring by its exit code."""

import json

import pytest
from django.core.management import call_command

from tests import factories as make

pytestmark = pytest.mark.django_db


def run(capsys, **options):
    code = 0
    try:
        call_command("attention", **options)
    except SystemExit as exit_:
        code = exit_.code
    return code, capsys.readouterr().out


def test_nothing_to_do_is_said_and_is_success(capsys):
    assert run(capsys) == (0, "Nothing needs attention.\n")
    assert run(capsys, format="json") == (0, "[]\n")


def test_findings_are_listed_and_are_a_failure(capsys):
    make.TermFactory(abbreviation="IR", expansion="in", is_to_be_verified=True, key="ir")
    code, out = run(capsys)
    assert code == 1
    assert out.splitlines() == [
        "Glossary terms to verify (1)",
        "  What the abbreviation stands for is not from a source of our own.",
        "  - IR: in",
    ]
    code, out = run(capsys, format="json")
    assert (code, json.loads(out)[0]["findings"]) == (
        1,
        [
            {
                "key": "term-to-verify:term/ir",
                "record": "IR",
                "says": "in",
                "url": "http://127.0.0.1:8000/admin/partners/term/ir/change/#id_is_to_be_verified",
            }
        ],
    )
