"""Previews: the public page of what is not public, for staff and for those who have the link."""

import base64
import copy
import datetime as dt
import re

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partners.models import PreviewLink, Record
from partners.publishing import links, previews
from partners.rows import snapshots
from partners.rows.snapshots import Refused
from partners.values.renditions import SCALES, name_of
from tests import acts
from tests import factories as make
from tests.acts import Proposal
from tests.admin.records import ROOT_FACTORIES, parameters
from tests.uploads import content_of, logo_of

pytestmark = pytest.mark.django_db

every_root = pytest.mark.parametrize("factory", parameters(ROOT_FACTORIES, ROOT_FACTORIES))
MARKER = "Rhubarb as nobody knows it."


@pytest.fixture
def request_of_staff(django_user_model):
    request = RequestFactory().post("/admin/")
    request.now = timezone.now()
    request.user = django_user_model.objects.create_user("editor")
    return request


def with_marker(root):
    rows = copy.deepcopy(snapshots.rows_of(root))
    rows[0]["fields"]["summary"] = MARKER
    return rows


@every_root
@pytest.mark.parametrize("state", [{}, {"draft": True}, {"scheduled": True}, {"withdrawn": True}])
def test_preview_is_the_public_page_and_writes_nothing(request_of_staff, client, factory, state):
    root = factory(**state)
    before, version = snapshots.rows_of(root), root.record.version
    html = previews.page(type(root), root.pk, with_marker(root), request_of_staff)
    assert MARKER in html
    assert '<meta name="robots" content="noindex">' in html
    assert "This page is not public yet" in html
    root = type(root).objects.get(pk=root.pk)
    assert snapshots.rows_of(root) == before
    assert Record.objects.get(pk=root.record.pk).version == version
    answer = client.get(root.get_absolute_url())
    assert (answer.status_code == 200) == (state == {})
    assert MARKER not in answer.content.decode()


def test_preview_of_what_breaks_a_rule_is_refused(request_of_staff):
    root = make.OrganisationFactory()
    rows = with_marker(root)
    rows[0]["fields"]["slug"] = make.OrganisationFactory().slug
    with pytest.raises(Refused, match="Another record has this address"):
        previews.page(type(root), root.pk, rows, request_of_staff)


INSIDE = re.compile(r"data:image/webp;base64,([\w+/=]+)")


@pytest.mark.parametrize("is_thrown_away", [False, True])
def test_logo_is_within_the_page_at_each_size_and_shown_by_browsers(
    request_of_staff, client, kept_in, is_thrown_away
):
    """A rendition may be thrown away; the page is rendered before the upload goes."""
    root = logo_of()
    storage, names = root.logo.storage, [name_of(root.logo.name, scale) for scale in SCALES]
    wanted = {name: content_of(name) for name in names}
    for name in names if is_thrown_away else ():
        storage.delete(name)
    link = previews.share(type(root), root.pk, request_of_staff)
    storage.delete(root.logo.name)
    answer = client.get(address(link))
    [shown] = re.findall(r"<img [^>]*>", answer.content.decode())
    assert not any(storage.url(name) in shown for name in names)
    src, srcset = re.findall(r' (?:src|srcset)="([^"]*)"', shown)
    once, twice = (each.removesuffix(f" {n}x") for n, each in enumerate(srcset.split(", "), 1))
    assert src == once
    inside = [base64.b64decode(INSIDE.fullmatch(each)[1]) for each in (once, twice)]
    assert inside == list(wanted.values())
    assert "img-src 'self' data:" in answer["Content-Security-Policy"]


def test_logo_that_is_gone_is_no_obstacle(request_of_staff):
    root = logo_of()
    root.logo.storage.delete(root.logo.name)
    html = previews.page(type(root), root.pk, snapshots.rows_of(root), request_of_staff)
    assert name_of(root.logo.url, 1) in html


@pytest.fixture
def link(request_of_staff):
    """A link that shows a pending change, with the marker, of a live organisation."""
    root = make.OrganisationFactory()
    rows, user = snapshots.rows_of(root), request_of_staff.user
    proposal = Proposal(type(root), root.pk, rows, with_marker(root), user)
    acts.save_draft(proposal, request_of_staff.now)
    return previews.share(type(root), root.pk, request_of_staff)


def address(link):
    return reverse("partners:shared-preview", args=[links.token(link)])


def test_shared_preview_shows_what_it_showed_and_writes_nothing(link, client):
    acts.discard(link.model(pk=link.key), None, timezone.now())
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address(link))
    assert MARKER in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert [query["sql"].split()[0] for query in queries] == ["SELECT"] * 2
    assert client.post(address(link)).status_code == 405


def test_shared_preview_ends(link, client, settings):
    assert link.expires_at - link.made_at == dt.timedelta(days=settings.PREVIEW_LINK_DAYS)
    PreviewLink.objects.update(expires_at=timezone.now())
    assert client.get(address(link)).status_code == 404


def test_shared_preview_is_open_until_just_before_its_end(link):
    tick = dt.timedelta(microseconds=1)
    assert PreviewLink.objects.valid(link.expires_at - tick).exists()
    assert not PreviewLink.objects.valid(link.expires_at).exists()


def test_revoked_preview_opens_nothing(link, client):
    PreviewLink.objects.update(revoked_at=timezone.now())
    answer = client.get(address(link))
    assert answer.status_code == 404
    assert MARKER not in answer.content.decode()


def test_address_of_a_preview_cannot_be_made_up(link, client):
    for forged in (link.pk.hex, str(link.pk), links.token(link)[:-1], "x"):
        assert client.get(f"/preview/{forged}/").status_code == 404
