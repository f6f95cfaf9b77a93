"""What happens before and around a request: its moment, what it may hold, and how it is read."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from http import HTTPStatus
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.management import CommandError, call_command
from django.db import DataError, connection
from django.http import HttpResponse
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.urls import reverse
from django.utils import timezone

from partners.models import Organisation, PendingChange
from partners.rows.standing import standing
from partners.serving import logs
from partners.serving.content_type import PlainContentType
from partners.serving.middleware import (
    LARGEST_ANSWER,
    LARGEST_BODY,
    LARGEST_OF_STRANGERS,
    LONGEST_QUERY,
    ApiHeaders,
    CurrentTime,
    FollowRedirects,
    NameRequest,
    RefuseLongAddress,
    RefuseNullCharacters,
    RefuseTooMuch,
)
from tests import acts
from tests import factories as make
from tests.serving.hostile_requests import ADDRESSES


def answer(request):
    return HttpResponse("answered")


@pytest.mark.parametrize("query", ["", "q=a", "q=%2500", "q=%C0%80", "q=0", "q=%E2%90%80"])
def test_honest_request_passes(rf, query):
    request = rf.get("/search/", QUERY_STRING=query, HTTP_COOKIE="a=b")
    assert RefuseNullCharacters(answer)(request).content == b"answered"


@pytest.mark.parametrize(
    "given",
    [
        {"PATH_INFO": "/a\0/"},
        {"QUERY_STRING": "q=%00"},
        {"QUERY_STRING": "%00=a"},
        {"QUERY_STRING": "q=\0"},
        {"HTTP_COOKIE": "sessionid=a\0"},
        {"HTTP_COOKIE": r'sessionid="a\000"'},
        {"HTTP_COOKIE": r'other="\000"'},
    ],
    ids=str,
)
def test_nul_character_is_refused(rf, given):
    with pytest.raises(BadRequest):
        RefuseNullCharacters(answer)(rf.get("/", **given))


#: Encoding → what `rf.post` is given to send data that way
ENCODED = {
    "form-encoded": lambda data: (urlencode(data), "application/x-www-form-urlencoded"),
    "multipart": lambda data: (data, MULTIPART_CONTENT),
}


@pytest.mark.parametrize(
    ("data", "error", "refused"),
    [
        ({"a": "b\0"}, DataError(), True),
        ({"a\0": "b"}, DataError(), True),
        ({"a": "%00"}, DataError(), False),
        ({"a": "b\0"}, ValueError(), False),
    ],
    ids=str,
)
@pytest.mark.parametrize("encoding", ["form-encoded", "multipart"])
def test_nul_in_a_form_is_to_blame_where_the_database_refuses_it(
    rf, encoding, data, error, refused
):
    request = rf.post("/", *ENCODED[encoding](data))
    middleware = RefuseNullCharacters(answer)
    assert middleware(request).content == b"answered"
    with pytest.raises(BadRequest) if refused else nullcontext():
        middleware.process_exception(request, error)


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["withdraw", "delete_selected", "mark_verified"])
def test_forged_choice_with_a_nul_is_no_fault_of_ours(admin_client, action):
    organisation = make.OrganisationFactory()
    chosen = {"action": action, "_selected_action": [f"{organisation.pk}\0"], "post": "yes"}
    response = admin_client.post(reverse("admin:partners_organisation_changelist"), chosen)
    assert response.status_code == (400 if connection.vendor == "postgresql" else 302)
    assert Organisation.objects.live().get() == organisation


# How much a request may hold


@pytest.mark.parametrize(
    ("path", "is_known", "largest"),
    [
        ("/search/", False, LARGEST_OF_STRANGERS),
        ("/confirm/a/", False, LARGEST_ANSWER),
        ("/search/", True, LARGEST_BODY),
        ("/confirm/a/", True, LARGEST_BODY),
    ],
)
def test_as_much_as_is_said_passes_and_no_byte_more(rf, monkeypatch, path, is_known, largest):
    monkeypatch.setattr(RefuseTooMuch, "refuse", lambda self, *given: HttpResponse(status=413))
    lengths = {0: 200, largest: 200, largest + 1: 413, "9" * 5_000: 413, "many": 200}
    for length, status in lengths.items():
        request = rf.post(path, b"", content_type="text/plain", CONTENT_LENGTH=str(length))
        request.user = SimpleNamespace(is_authenticated=is_known)
        assert (length, RefuseTooMuch(answer)(request).status_code) == (length, status)


def test_what_a_stranger_sent_is_read_before_the_log_in_is_shown(rf):
    """Else a browser says that the connection was broken."""
    body = b"a" * (LARGEST_OF_STRANGERS + 1)
    request, told = rf.post("/admin/", body, content_type="text/plain"), []
    request.user = SimpleNamespace(is_authenticated=False)
    request._messages = SimpleNamespace(add=lambda level, *said: told.append(said))
    assert RefuseTooMuch(answer)(request)["Location"] == "/admin/login/?next=/admin/"
    assert (request.read(), len(told)) == (b"", 1)


def test_address_as_long_as_is_said_passes_and_none_longer(rf, monkeypatch):
    monkeypatch.setattr("partners.serving.middleware.render", lambda *given, **said: said)
    middleware = RefuseLongAddress(answer)
    assert middleware(rf.get("/", QUERY_STRING="a" * LONGEST_QUERY)).content == b"answered"
    assert middleware(rf.get("/", QUERY_STRING="a" * (LONGEST_QUERY + 1))) == {"status": 414}


@pytest.mark.parametrize(
    ("path", "is_for_programs"),
    [
        ("/api/v1/events/", True),
        ("/data/partners.json", True),
        ("/events/calendar.ics", True),
        ("/feeds/changes.atom", True),
        ("/feeds/changes.json", True),
        ("/data/", False),
        ("/events/", False),
    ],
)
def test_any_site_may_read_what_is_for_programs_and_nothing_else(rf, path, is_for_programs):
    said = ApiHeaders(answer)(rf.get(path))
    assert {name: said.get(name) for name in ApiHeaders.HEADERS} == (
        ApiHeaders.HEADERS if is_for_programs else dict.fromkeys(ApiHeaders.HEADERS)
    )


# The id of a request


def named(request):
    return HttpResponse(f"{logs.request_id.get()}")


@pytest.mark.parametrize(
    "given",
    [
        "0123456789abcdef0123456789abcdef",
        "01234567-89ab-cdef-0123-456789abcdef",
        "01234567-89AB-CDEF-0123-456789ABCDEF",
    ],
)
def test_id_that_a_proxy_gave_is_kept(rf, given):
    response = NameRequest(named)(rf.get("/", HTTP_X_REQUEST_ID=given))
    assert response["X-Request-ID"] == response.text == given


@pytest.mark.parametrize(
    "given",
    [
        {},
        *(
            {"HTTP_X_REQUEST_ID": text}
            for text in (
                "",
                "mine",
                "0123456789abcdef0123456789abcde",
                "0123456789abcdef0123456789abcdef0",
                "0123456789abcdef0123456789abcdeg",
                "0123456789abcdef0123456789abcdef\n",
                " 0123456789abcdef0123456789abcde",
                "0123456789abcdef_123456789abcdef",
                "01234567-89abcdef-0123-456789abcdef",
                "----------0123456789abcdef0123456789abcdef",
                "{01234567-89ab-cdef-0123-456789abcdef}",
                "urn:uuid:01234567-89ab-cdef-0123-456789abcdef",
                "01234567-89ab-cdef-0123-456789abcde\xb2",
                '0123456789abcdef0123456789abcdef", "forged": "1',
            )
        ),
    ],
    ids=str,
)
def test_any_other_id_is_made_anew(rf, given):
    middleware = NameRequest(named)
    first, second = (middleware(rf.get("/", **given)) for _ in range(2))
    assert re.fullmatch(r"[0-9a-f]{16}", first["X-Request-ID"])
    assert first.text == first["X-Request-ID"]
    assert second.text == second["X-Request-ID"] != first.text


def test_request_has_one_moment(rf):
    before = timezone.now()
    moments = CurrentTime(lambda request: (request.now, request.now))(rf.get("/"))
    assert before <= moments[0] <= timezone.now()
    assert moments[0] is moments[1]


@pytest.mark.parametrize("status", sorted({*HTTPStatus} - {404}))
def test_address_that_something_answers_is_not_looked_up(rf, django_assert_num_queries, db, status):
    make.RedirectFactory(old_path="/here/", new_path="/there/")
    with django_assert_num_queries(0):
        response = FollowRedirects(lambda _: HttpResponse(status=status))(rf.get("/here/"))
    assert response.status_code == status


# Due changes


@contextmanager
def held():
    """Another connection holds the write lock of SQLite, or each row on PostgreSQL."""
    writer = connection.copy()
    writer.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        with writer.cursor() as cursor:
            for table in [] if writer.vendor == "sqlite" else writer.introspection.table_names():
                cursor.execute(f"SELECT 1 FROM {table} FOR UPDATE")  # noqa: S608 — our names
        yield
    finally:
        writer.rollback()
        writer.close()


@pytest.fixture
def due_change(transactional_db, content, admin_user):
    """A change of an organisation's summary to “At last.”, whose time has come."""
    rows = standing(Organisation, "esr").present
    new = [rows[0] | {"fields": rows[0]["fields"] | {"summary": "At last."}}, *rows[1:]]
    now = timezone.now()
    proposal = acts.Proposal(Organisation, "esr", rows, new, admin_user, when=now)
    acts.schedule(proposal, now)


def test_no_reader_waits_for_a_due_change_that_is_held(due_change, settings):
    settings.APPLY_DUE_WITHIN = 0.2
    with held():
        client = Client()
        answers = {path: client.get(path) for path in [*ADDRESSES, "/health/ready/"]}
        bodies = {path: answer.getvalue() for path, answer in answers.items()}  # files to their end
    assert {path for path, answer in answers.items() if answer.status_code >= 500} == set()
    assert b"At last." not in bodies["/organisations/esr/"]
    assert PendingChange.objects.due(timezone.now()).exists()
    settings.APPLY_DUE_WITHIN = 3600
    assert b"At last." in Client().get("/organisations/esr/").content


def test_command_that_cannot_publish_says_to_run_it_again(due_change):
    with held(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # SQLite in memory waits for nobody
            cursor.execute("SET lock_timeout = 10")
        with pytest.raises(CommandError, match="Run it again"):
            call_command("apply_due", verbosity=0)
    connection.close()  # the next one is as patient as ever
    call_command("apply_due", verbosity=0)
    assert Organisation.objects.get(pk="esr").summary == "At last."


def test_time_for_due_changes_that_is_over_shows_the_state_before(due_change, client, settings):
    settings.APPLY_DUE_WITHIN = 0
    assert b"At last." not in client.get("/organisations/esr/").content
    assert PendingChange.objects.due(timezone.now()).exists()


# Content-Type


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", ""),
        ("text/plain", "text/plain"),
        ("text/plain; charset=base64", "text/plain"),
        ("text/plain; x*=nothing''%41", "text/plain"),
        ("application/x-www-form-urlencoded; charset=utf-8", "application/x-www-form-urlencoded"),
        ("multipart/form-data; boundary=--a1", "multipart/form-data; boundary=--a1"),
        ('multipart/form-data; boundary="a b"', "multipart/form-data"),
        ('multipart/form-data; boundary="a:b"', "multipart/form-data; boundary=a:b"),
        ("multipart/form-data;charset=hex;BOUNDARY=x", "multipart/form-data; boundary=x"),
        ("multipart/form-data; boundary=x; charset=hex", "multipart/form-data; boundary=x"),
        ("multipart/form-data; xboundary=x", "multipart/form-data"),
        ("multipart/form-data; boundary=" + "a" * 71, "multipart/form-data"),
        ("\xff;;;", "\xff"),
    ],
)
def test_content_type_keeps_its_kind_and_its_boundary(said, kept):
    read = PlainContentType(lambda environ, start_response: environ["CONTENT_TYPE"])
    assert read({"CONTENT_TYPE": said}, None) == kept


def test_request_without_content_type_passes():
    assert PlainContentType(lambda environ, start_response: environ)({}, None) == {}


WSGI = """
from io import BytesIO
from cirse_partners.wsgi import application

environ = {
    "REQUEST_METHOD": "GET", "PATH_INFO": "/health/", "QUERY_STRING": "q=%41",
    "SERVER_NAME": "a", "SERVER_PORT": "80", "HTTP_HOST": "localhost",
    "CONTENT_TYPE": "text/plain; charset=undefined", "wsgi.input": BytesIO(),
    "wsgi.url_scheme": "http",
}
application(environ, lambda status, headers: print(status))
"""
ASGI = """
import asyncio
from cirse_partners.asgi import application

body = b'--x\\r\\nContent-Disposition: form-data; name="a"\\r\\n\\r\\nb\\r\\n--x--\\r\\n'
scope = {
    "type": "http", "method": "POST", "path": "/health/", "query_string": b"q=%41",
    "headers": [
        (b"content-type", b"multipart/form-data; boundary=x; charset=base64"),
        (b"content-length", str(len(body)).encode()),
        (b"host", b"localhost"),
        (b"cookie", b"csrftoken=" + b"a" * 32),  # so that the form is read
        (b"x-csrftoken", b"a" * 32),
    ],
}
requests = iter([{"type": "http.request", "body": body}])

async def receive():
    return next(requests, None) or await asyncio.Event().wait()

async def send(message):
    if "status" in message:
        print(message["status"])

asyncio.run(application(scope, receive, send))
"""


@pytest.mark.slow("server")
@pytest.mark.parametrize("ask", [WSGI, ASGI], ids=["wsgi", "asgi"])
def test_server_answers_whatever_the_content_type(ask):
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "a-key",
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_URL": "sqlite:///:memory:",
        "SITE_URL": "http://localhost",
    }
    process = subprocess.run(  # noqa: S603 — our own command
        [sys.executable, "-c", ask],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert process.stdout.split()[0] == "200"
