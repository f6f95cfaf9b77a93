"""What a record of the log says of its request; which are mailed, and how often."""

import logging
import threading
from contextvars import copy_context

import django
import pytest
from django.conf import settings

from partners.serving import logs


@pytest.fixture
def clock(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(logs.time, "monotonic", lambda: clock[0])
    return clock


def record(name="django.request", line=1, error=None):
    info = error and (type(error), error, None)
    return logging.LogRecord(name, logging.ERROR, "file.py", line, "It broke.", (), info)


def test_record_names_the_request_of_its_context():
    of_request = copy_context()
    of_request.run(logs.request_id.set, "abc")
    inside, outside = record(), record()
    assert of_request.run(logs.WithRequestID().filter, inside) is True
    assert logs.WithRequestID().filter(outside) is True
    assert inside.request_id == "abc" != outside.request_id


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


def test_error_is_mailed_beside_the_answer(settings, monkeypatch):
    """A silent mail server is not waited for."""
    settings.ADMINS = ["operator@example.org"]
    if django.VERSION < (6,):
        settings.ADMINS = [("Operator", "operator@example.org")]
    here, by, answered = threading.get_ident(), [], threading.Event()

    def send(backend, messages):
        assert answered.wait(30)
        by.append(threading.get_ident())

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", send)
    handler = logs.MailAside()
    handler.emit(record())
    answered.set()
    handler.close()
    assert len(by) == 1
    assert by != [here]


def test_errors_are_mailed_from_production_alone():
    mail = settings.LOGGING["handlers"]["mail"]
    assert (mail["level"], mail["filters"]) == ("ERROR", ["production", "once"])
    assert "mail" in settings.LOGGING["root"]["handlers"]
