"""Whatever a request holds, the answer is a page: never a 5xx, and a 4xx that helps.

They are sent twice over: through the test client, and as a bare WSGI environment where the client
would tidy them up.
"""

import json
import sys
from contextlib import contextmanager
from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.urls import reverse

from partners.serving.content_type import PlainContentType
from tests import factories as make
from tests.serving.hostile_requests import ALL, BATCHES

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.ignore_template_errors,  # the admin's own templates rely on unknown variables
]


APPLICATION = PlainContentType(WSGIHandler())


@pytest.fixture
def _content():
    """A record behind each address."""
    organisation = make.OrganisationFactory(slug="esr", acronym="ESR", kind="society")
    make.OrganisationFactory(home=True, acronym="CIRSE")
    examination = make.CollaborationFactory(slug="exam", since="2015")
    make.PartyFactory(organisation=organisation, collaboration=examination)
    series = make.EventSeriesFactory(slug="congresses", collaboration=examination)
    make.OrganiserFactory(series=series, organisation=organisation)
    make.EventFactory(slug="congress", series=series, starts="2018")
    make.PageFactory(key="about", slug="about")
    make.SectionEntryFactory(organisation=organisation)
    make.RedirectFactory(old_path="/moved/", new_path="/organisations/esr/")


@contextmanager
def connection_kept():
    """A request would close the connection that the test's transaction is in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def faults():
    """The exceptions that no view or middleware caught."""
    caught = []

    def catch(sender, **kwargs):
        caught.append(repr(sys.exc_info()[1]))

    got_request_exception.connect(catch)
    yield caught
    got_request_exception.disconnect(catch)


def send_bare(method, path, query, headers, body):
    """Ask the application as a server does, which tidies nothing up."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
    }
    answer = []
    with connection_kept():
        chunks = APPLICATION(environ | headers, lambda *said: answer.append(said))
        content = b"".join(chunks)
        chunks.close()
    (status, fields), *_ = answer
    return int(status[:3]), dict(fields), content


def send_by_client(method, path, query, headers, body):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    response = client.generic(method, path, body, "", QUERY_STRING=query, **headers)
    return response.status_code, response.headers, response.getvalue()


def complaint(request, status, fields, content):
    """What is wrong with an answer, or None."""
    if status >= 500:
        return f"{status}"
    method, path, *_ = request
    # The admin's own 405 lists the methods it takes; an answer to HEAD has no page.
    if status < 400 or method == "HEAD" or (status == 405 and path.startswith("/admin/")):
        return None
    text = content.decode()
    if path.startswith("/api/v1/"):  # a program asks: see test_api
        said = json.loads(text)
        return None if said["status"] == status and said["detail"] else text[:200]
    helps = "<h1>" in text and f'href="{reverse("partners:home")}"' in text
    if not (helps and fields["Content-Type"] == "text/html; charset=utf-8"):
        return f"{status} does not help: {text[:200]}"
    return None


def test_there_are_enough_of_them():
    assert len(ALL) >= 2_000
    assert len({repr(request) for request in ALL}) >= 2_000


@pytest.mark.slow("fuzzing")
@pytest.mark.usefixtures("_content")
@pytest.mark.parametrize("batch", range(BATCHES))
def test_hostile_request_gets_an_answer(batch, faults):
    wrong = []
    for number, request in enumerate(ALL[batch::BATCHES]):
        # The client passes our WSGI middleware by, which reads what is said of a body.
        bare = number % 2 or "CONTENT_TYPE" in request[3]
        status, fields, content = (send_bare if bare else send_by_client)(*request)
        if found := complaint(request, status, fields, content):
            wrong.append((found, *(str(part)[:200] for part in request)))
    assert wrong == []
    assert faults == []
