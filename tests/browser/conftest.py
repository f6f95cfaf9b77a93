"""A real browser for the tests of this folder: Debian's chromium, driven by playwright."""

import os
import shutil
import threading

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import sync_playwright

from partners.models import Organisation
from partners.publishing import links
from tests import factories as make

ARGUMENTS = [
    "--headless",
    "--no-sandbox",  # CI runs as root, where the sandbox refuses to start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: What a browser says of the policies that a page breaks.
BROKEN_POLICY = ("Content Security Policy", "Permissions policy", "Cross-Origin", "BlockedBy")

#: An address for each public template, its longer forms included.
PATHS = [
    "/", "/organisations/", "/organisations/?kind=society&q=europ", "/organisations/?q=zzzz",
    "/organisations/?kind=nonsense", "/organisations/esr/", "/organisations/cirse/",
    "/organisations/esr/history/",
    "/collaborations/", "/collaborations/cirse-efrs/", "/events/", "/search/", "/search/?q=apcsvir",
    "/search/?q=zzzz", "/glossary/", "/pages/about/", "/report-a-mistake/", "/nowhere/",
    "/data/", "/api/",
    "/embed/", "/embed/organisations/?theme=dark", "/embed/events/?when=past&theme=light",
]  # fmt: skip


# For this folder, not for the session: while playwright is up, its event loop runs in the thread of
# the tests, and Django would refuse the database to all of them, those of other folders too.
@pytest.fixture(scope="package")
def browser():
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.skip("no browser: install chromium, or name one in the variable CHROMIUM")
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _finished_requests(request):
    """Let the server end what it is at, before the test empties the database.

    The two threads share one connection to SQLite in memory. While one of them compares names, in
    Python and under the lock of the connection, the other may wait for that lock and not let Python
    go on: for ever.
    """
    if "live_server" in request.fixturenames:
        request.getfixturevalue("live_server")
    yield
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=5)


@pytest.fixture
def page(browser, live_server):
    """An empty tab; `page.goto("/")` is the home page.

    A script that fails in it or in a tab it opens fails the test, and so does a broken policy.
    """
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 900}, locale="en-GB"
    )
    context.set_default_timeout(10_000)
    errors = []
    context.on("weberror", lambda error: errors.append(error.error))
    context.on("console", lambda message: errors.extend(broken(message.text)))
    yield context.new_page()
    context.close()
    assert errors == []


def broken(text):
    """What the console said, if it is about a policy."""
    return [text] if any(sign in text for sign in BROKEN_POLICY) else []


def let_in(context, user, url):
    """Put the cookie of a session of the user into the browser; returns the Client of it."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": session.key, "value": session.value, "url": url}])
    return client


def path_of(link):
    """The path of the page that a signed link opens."""
    return links.address(link).removeprefix(settings.SITE_URL)


@pytest.fixture
def paths(content):
    """The addresses, and those of a link, two events, a series and a withdrawn record."""
    event = make.EventFactory(starts="2018", city="Vienna", country="AT", summary="It was held.")
    dated = make.EventFactory(starts="2018-05-03")
    series = make.EventSeriesFactory(usual_city="Vienna")
    gone = make.OrganisationFactory(withdrawn=True)
    contact = make.ContactFactory(organisation=Organisation.objects.get(pk="esr"))
    asked = path_of(make.InquiryFactory(contact=contact))
    return [*PATHS, asked, *(record.get_absolute_url() for record in (event, dated, series, gone))]


@pytest.fixture
def crowd(content, settings):
    """Two hundred more organisations: long names, written from right to left, without logos.

    And the gallery of all components.
    """
    settings.DEBUG = True
    section = make.SectionFactory(page_id="partners", title="Everybody else")
    for number in range(200):
        name = f"الجمعية {number}" if number % 10 == 0 else f"{'Very Long ' * 15}Name {number}"
        organisation = make.OrganisationFactory(
            name=name, acronym="X" * 40, summary="A long way to say it. " * 13
        )
        make.SectionEntryFactory(section=section, organisation=organisation, position=number)
    page = organisation.get_absolute_url()
    return ["/", "/organisations/", "/organisations/?page=3", page, "/gallery/"]
