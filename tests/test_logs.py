"""Which records of the log are mailed, and how often."""

import logging

import pytest
from django.conf import settings

from partners import logs


@pytest.fixture
def clock(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(logs.time, "monotonic", lambda: clock[0])
    return clock


def record(name="django.request", line=1, error=None):
    info = error and (type(error), error, None)
    return logging.LogRecord(name, logging.ERROR, "file.py", line, "It broke.", (), info)


def test_one_of_a_kind_passes_in_a_quarter_of_an_hour(clock):
    once = logs.OncePerPause()
    passed = []
    for seconds in (0, 1, 899, 900, 901):
        clock[0] = 1000.0 + seconds
        passed.append(once.filter(record(error=OSError())))
    assert passed == [True, False, False, True, False]


def test_other_kinds_pass_beside_it(clock):
    once = logs.OncePerPause()
    kinds = [record(), record(name="partners"), record(line=2), record(error=ValueError())]
    assert [once.filter(kind) for kind in kinds] == [True] * 4
    assert [once.filter(kind) for kind in kinds] == [False] * 4


def test_errors_are_mailed_from_production_alone():
    mail = settings.LOGGING["handlers"]["mail"]
    assert (mail["level"], mail["filters"]) == ("ERROR", ["production", "once"])
    assert "mail" in settings.LOGGING["root"]["handlers"]
