"""Pages from memory: whose they are, which of them are kept, and for how long."""

import datetime as dt
import gzip
import itertools
from types import SimpleNamespace

import brotli
import pytest
from django.db import OperationalError, connections
from django.http import HttpResponse
from django.utils import timezone

from partners.models import (
    Organisation,
)
from partners.rows import freshness
from partners.serving import page_cache
from partners.serving.page_cache import LeastRecentlyUsed
from tests import factories as make

pytestmark = pytest.mark.django_db
#: Where a write has to be committed to be seen; and within a transaction nothing is remembered.
commits = pytest.mark.django_db(transaction=True)


@commits
def test_second_visitor_costs_one_query(new_client, count):
    client, path = new_client(), make.OrganisationFactory().get_absolute_url()
    first = client.get(path)
    second = count(client, path, 1)
    assert (second.status_code, second.content) == (200, first.content)
    assert dict(second.headers) == dict(first.headers)
    assert second.headers["Cache-Control"] == "public, no-cache"
    assert "default-src 'none'" in second.headers["Content-Security-Policy"]
    assert not {"Last-Modified", "X-Request-ID", "Set-Cookie"} & second.headers.keys()


@pytest.mark.parametrize(
    ("header", "encoding", "opened"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip;q=0.5, br;q=0", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("", None, bytes),
    ],
)
def test_page_is_compressed_as_the_visitor_reads_it(new_client, header, encoding, opened):
    client = new_client()
    plain = new_client(0).get("/organisations/").content
    answers = [client.get("/organisations/", HTTP_ACCEPT_ENCODING=header) for _ in range(2)]
    for answer in answers:
        assert answer.headers.get("Content-Encoding") == encoding
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert int(answer.headers["Content-Length"]) == len(answer.content)
        assert opened(answer.content) == plain


def test_each_encoding_has_an_etag_of_its_own(new_client):
    client = new_client()
    headers = ("br", "gzip", "")
    etags = [client.get("/", HTTP_ACCEPT_ENCODING=each).headers["ETag"] for each in headers]
    assert len(set(etags)) == 3
    assert not any(etag.startswith("W/") for etag in etags)


@commits
def test_whoever_has_the_page_is_told_so(new_client, count):
    client = new_client()
    etag = client.get("/").headers["ETag"]
    for sent in (etag, f'"other", W/{etag}', "*"):
        answer = count(client, "/", 1, HTTP_IF_NONE_MATCH=sent)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == etag
        assert "Content-Encoding" not in answer.headers
    assert client.get("/", HTTP_IF_NONE_MATCH='"other"').status_code == 200


def test_who_is_logged_in_neither_gets_nor_fills_it(new_client, admin_user, count):
    visitor, staff = new_client(), new_client()
    staff.force_login(admin_user)
    answer = staff.get("/")
    assert (answer.headers["Cache-Control"], "ETag" in answer.headers) == (
        "private, no-cache",
        False,
    )
    visitor.get("/")
    visitor.cookies = staff.cookies
    assert "ETag" not in visitor.get("/").headers


@pytest.mark.parametrize(
    "path", ["/admin/login/", "/nowhere/", "/health/", "/organisations/?kind=nonsense"]
)
def test_what_is_not_for_everybody_is_not_kept(new_client, path):
    assert "ETag" not in new_client().get(path).headers


def test_head_is_answered_from_the_same_page(new_client, count):
    client = new_client()
    headers = client.get("/events/").headers
    with_head = client.head("/events/")
    assert (dict(with_head.headers), with_head.content) == (dict(headers), b"")


# Queries


@commits
def test_parameter_that_the_page_does_not_know_makes_no_other_page(new_client, count):
    client = new_client()
    client.get("/organisations/")
    for query in ("?utm_source=x", "?q=", "?page=&nonsense=1"):
        count(client, f"/organisations/{query}", 1)


@commits
def test_order_of_parameters_makes_no_other_page(new_client, count):
    client = new_client()
    client.get("/organisations/?kind=society&region=europe")
    count(client, "/organisations/?region=europe&x=1&kind=college&kind=society", 1)


def test_parameter_that_the_page_knows_makes_another(new_client):
    client = new_client()
    make.OrganisationFactory(kind="society", name="Rhubarb Society")
    pages = {client.get(f"/organisations/{q}").content for q in ("", "?kind=society", "?q=zzz")}
    assert len(pages) == 3


def test_page_that_says_nothing_of_its_parameters_is_kept_without_them_only(new_client):
    client = new_client()
    make.OrganisationFactory()
    assert client.get("/sitemap.xml").headers["ETag"]
    assert client.get("/sitemap.xml?p=2").status_code == 404


@pytest.mark.any_database
@pytest.mark.slow("fuzzing")
@commits
def test_invented_queries_stay_within_bounds_and_push_out_no_plain_page(new_client, count):
    client = new_client(1)
    edition = client.get("/") and find_cache(client).edition
    for number in range(400):
        client.get(f"/organisations/?q=nothing{number}&invented{number}=1")
    plain, asked = edition.shelves[False], edition.shelves[True]
    assert 0 < asked.held <= asked.most == 2**19
    assert asked.held == sum(page.size for page in asked.pages.values())
    assert len(asked.pages) < 400
    assert len(plain.pages) == 1
    count(client, "/", 1)


@commits
def test_page_in_which_two_versions_met_is_made_again(rf, settings):
    settings.PAGE_CACHE_MEGABYTES = 4
    make.OrganisationFactory(name="Old")

    def read_twice(request):
        before = Organisation.objects.get().name
        Organisation.objects.filter(name="Old").update(name="New")  # by somebody else
        return HttpResponse(f"{before} {Organisation.objects.get().name}")

    pages = page_cache.PageCache(read_twice)
    assert [pages(rf.get("/")).content for _ in range(2)] == [b"New New"] * 2


def find_cache(client):
    """The middleware behind a client: Django keeps it in closures."""
    return client.handler._middleware_chain.__wrapped__


# Without the database


@pytest.fixture
def absent():
    """absent(True): from now on the database does not answer; absent(False): it does again."""
    database, patch = connections["default"], pytest.MonkeyPatch()

    def fail(*args, **kwargs):
        raise OperationalError("The server is away.")

    def absent(is_away):
        patch.undo()
        if is_away:
            patch.setattr(database, "cursor", fail)
            patch.setattr(database, "close", lambda: None)

    yield absent
    patch.undo()


def test_known_pages_go_on_for_ten_minutes_without_the_database(new_client, clock, absent):
    client = new_client()
    client.raise_request_exception = False
    client.get("/")
    absent(True)
    assert [client.get(path).status_code for path in ("/", "/events/")] == [200, 503]
    clock(page_cache.LONGEST_ALONE - dt.timedelta(seconds=5))
    assert client.get("/").status_code in (200, 503)  # 503 if midnight fell in between
    clock(page_cache.LONGEST_ALONE + dt.timedelta(seconds=5))
    assert client.get("/").status_code == 503
    absent(False)
    assert client.get("/").status_code == 200


def test_known_pages_do_not_outlive_the_next_change_without_the_database(new_client, clock, absent):
    make.OrganisationFactory(published_at=timezone.now() + dt.timedelta(minutes=2))
    client = new_client()
    client.raise_request_exception = False
    client.get("/")
    absent(True)
    clock(dt.timedelta(minutes=2))
    assert client.get("/").status_code == 503


# Names


INVENTED = [
    lambda n: {"HTTP_HOST": f"localhost:{10_000 + n}"},
    lambda n: {"HTTP_HOST": f"invented{n}.example"},
    lambda n: {"HTTP_HOST": f"a{n}.example.org"},  # a name that a pattern allows
    lambda n: {"HTTP_X_FORWARDED_HOST": f"invented{n}.example"},
    lambda n: {"HTTP_X_FORWARDED_PORT": str(10_000 + n)},
    lambda n: {"HTTP_X_FORWARDED_PROTO": f"invented{n}"},
    lambda n: {"HTTP_FORWARDED": f"host=invented{n}.example;proto=https"},
    lambda n: {"wsgi.url_scheme": "https", "HTTP_HOST": f"localhost:{10_000 + n}"},
]


@commits
def test_invented_names_take_no_room_and_are_named_nowhere(new_client, count, settings, mailoutbox):
    settings.ANY_PORT = False
    settings.ALLOWED_HOSTS = ["testserver", "localhost", ".example.org"]
    settings.ADMINS = ["operator@example.org"]
    client, paths = new_client(1), ["/", "/organisations/", "/events/", "/glossary/"]
    before = [client.get(path).content for path in paths]
    known = dict(find_cache(client).edition.shelves[False].pages)
    for number in range(400):
        answer = client.get(paths[number % 4], **INVENTED[number % 8](number))
        assert answer.status_code in (200, 400)
        assert f"invented{number}" not in (said := answer.content.decode() + str(answer.headers))
        assert str(10_000 + number) not in said
    assert find_cache(client).edition.shelves[False].pages == known
    assert [count(client, path, 1).content for path in paths] == before
    assert not mailoutbox


@pytest.mark.parametrize(
    ("site", "any_port", "host", "status"),
    [
        ("http://localhost:8000", False, "localhost", 200),
        ("http://localhost:8000", False, "localhost:8000", 200),
        ("http://localhost:8000", False, "localhost:6666", 400),
        ("http://localhost:8000", False, "evil.example:8000", 400),
        ("http://localhost", False, "localhost:80", 200),
        ("http://localhost", False, "localhost:443", 400),
        ("https://localhost", False, "localhost:443", 200),
        ("http://localhost:8000", True, "localhost:6666", 200),
        ("http://localhost:8000", True, "evil.example:6666", 400),
    ],
)
def test_site_answers_to_its_names_at_its_port(new_client, settings, site, any_port, host, status):
    settings.SITE_URL, settings.ANY_PORT, settings.ALLOWED_HOSTS = site, any_port, ["localhost"]
    client = new_client()
    for _ in range(2):  # also when the page is known
        client.get("/", HTTP_HOST="localhost")
        answer = client.get("/", HTTP_HOST=host)
        assert answer.status_code == status
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_page_that_is_kept_already_takes_no_more_room():
    kept = LeastRecentlyUsed(8000)
    for _ in range(20):
        kept.put("same", SimpleNamespace(size=900))
    assert kept.held == 900
    kept.put("other", SimpleNamespace(size=900))
    assert kept.get("same").size == kept.get("other").size == 900


def test_page_used_longest_ago_goes_first():
    kept = LeastRecentlyUsed(8000)
    for key in range(8):
        kept.put(key, SimpleNamespace(size=1000))
    kept.get(0)
    kept.put("new", SimpleNamespace(size=1000))
    assert [kept.get(key) is None for key in (0, 1, 2, "new")] == [False, True, False, False]
    assert kept.held == 8000
    kept.put("too large", SimpleNamespace(size=1001))
    assert kept.get("too large") is None


@commits
@pytest.mark.parametrize(("seconds", "is_kept"), [(1, True), (0, False)])
def test_what_takes_long_stands_for_its_time_though_somebody_writes(monkeypatch, seconds, is_kept):
    at, minutes, ticks = timezone.now(), dt.timedelta(minutes=5), itertools.count(0, seconds)
    monkeypatch.setattr(freshness, "QUICK", 0.5)
    monkeypatch.setattr(freshness, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    named = freshness.remembered(lambda at: Organisation.objects.count(), slow_lasts=minutes)
    moments = [at, at + minutes / 2, at + minutes, at - minutes]
    counts = []
    for moment in moments:
        counts.append(named(moment))
        make.OrganisationFactory()
    assert counts == ([0, 0, 2, 3] if is_kept else [0, 1, 2, 3])
