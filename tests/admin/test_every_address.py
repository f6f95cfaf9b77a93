"""Every address answers 200: all that links lead to, on the public site and in the admin.

The content is that of the fixtures, and a record of each model with all that can hang on it. That
the tables of test_privileges name every address of the admin is tested there.
"""

from urllib.parse import urljoin, urlsplit

import pytest
from django.utils import timezone
from lxml import etree

from partners import urls
from partners.exchange.opendata.kinds import KINDS
from partners.sitemaps import SITEMAPS
from tests import factories as make

pytestmark = pytest.mark.django_db

GALLERY = "/gallery/"  # its links lead nowhere
#: What no page links to.
UNLINKED = [
    "/health/", "/health/ready/", "/robots.txt", "/sitemap.xml", "/embed/organisations/",
    "/embed/events/", "/admin/partners/", "/admin/jsi18n/", "/admin/password-reset/", GALLERY,
    *(f"/sitemap-{section}.xml" for section in SITEMAPS),
    *(f"/api/v1/{name}/" for name in KINDS),
]  # fmt: skip
#: What needs a token: see test_previews and test_answers.
UNASKED = {"preview/<token>/", "confirm/<token>/", "favicon.ico"}  # the last leads to a static file


def api_records():
    """The address of one record of each kind in the API."""
    for name, kind in KINDS.items():
        record = kind.everything(timezone.now())[0]
        yield f"/api/v1/{name}/{getattr(record, kind.address)}/"


def links(response):
    """The addresses on this site that the page links to, without parameters."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    page = response.request["PATH_INFO"]
    for href in dict.fromkeys(etree.HTML(response.content.decode()).xpath("//@href")):
        target = urlsplit(href)
        is_ours = target.path and not (target.scheme or target.netloc)
        if is_ours and not target.path.startswith("/static/"):
            yield urljoin(page, target.path)


@pytest.fixture
def ask(client, superuser):
    """A function: address → the answer, to staff below /admin/ and to a visitor elsewhere."""
    return lambda address: (superuser if address.startswith("/admin/") else client).get(address)


@pytest.mark.slow("sweep")
def test_every_address_answers(ask, content, records, settings, record_property):
    settings.GALLERY = True
    event = make.EventFactory(starts="2018-05-03", series=make.EventSeriesFactory())
    organiser = make.OrganiserFactory(event=event).organisation
    calendars = [
        f"{root.get_absolute_url()}calendar.ics" for root in (event, organiser, event.series)
    ]
    waiting = ["/", "/admin/", *UNLINKED, *api_records(), *calendars, "/.well-known/security.txt"]
    answers, reached = {}, set()
    while waiting:
        address = waiting.pop()
        if address in answers:
            continue
        response = ask(address)
        response.getvalue()  # a file that is streamed is open to its end
        answers[address] = response.status_code
        reached.add(response.resolver_match.route)
        waiting += [] if address == GALLERY else links(response)
    assert {address: status for address, status in answers.items() if status != 200} == {}
    assert {str(each.pattern) for each in urls.urlpatterns} - reached == UNASKED
    record_property("addresses", len(answers))
