"""Pages from memory: never older than the last write or the last moment that changed a page."""

import datetime as dt
import gzip
import itertools
import random
from types import SimpleNamespace

import brotli
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.test import Client
from django.utils import timezone

from partners.management.commands.demo import fixture_files
from partners.models import (
    Event,
    Organisation,
    Party,
    Redirect,
    SectionEntry,
    Term,
    Topic,
    triggers,
)
from partners.rows import bookkeeping, freshness
from partners.rows.standing import standing
from partners.serving import middleware, page_cache
from partners.serving.page_cache import LeastRecentlyUsed
from tests import acts
from tests import factories as make

pytestmark = pytest.mark.django_db
#: Where a write has to be committed to be seen; and within a transaction nothing is remembered.
commits = pytest.mark.django_db(transaction=True)


@pytest.fixture
def new_client(settings):
    """new_client(megabytes) → a visitor of a process of its own, with as much memory for pages."""

    def new_client(megabytes=4):
        settings.PAGE_CACHE_MEGABYTES = megabytes
        client = Client()
        client.handler.load_middleware()
        return client

    return new_client


@pytest.fixture
def clock(monkeypatch):
    """clock(later): from now on it is so much later (timedelta)."""
    true_now = timezone.now

    def clock(later):
        monkeypatch.setattr(timezone, "now", lambda: true_now() + later)

    return clock


@pytest.fixture
def count(django_assert_num_queries):
    """count(client, path, n): the answer, made with n queries."""

    def count(client, path, number, **headers):
        with django_assert_num_queries(number):
            return client.get(path, **headers)

    return count


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


def find_cache(client):
    """The middleware behind a client: Django keeps it in closures."""
    return client.handler._middleware_chain.__wrapped__


# Writes


def raw(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


WRITES = {
    "save": lambda o: o.save(),
    "update": lambda o: Organisation.objects.filter(pk=o.pk).update(name="Updated"),
    "bulk update": lambda o: Organisation.objects.bulk_update([o], ["summary"]),
    "bulk create": lambda o: Term.objects.bulk_create([make.TermFactory.build(key="new")]),
    "raw": lambda o: raw("UPDATE partners_organisation SET name = %s WHERE key = %s", "Raw", o.pk),
    "delete": lambda o: o.names.all().delete(),
    "many-to-many": lambda o: o.topics.add(Topic.objects.first()),
    "fixtures": lambda o: call_command("loaddata", *fixture_files(), verbosity=0),
    "verification": lambda o: bookkeeping.verify(o, None, timezone.now()),
}  # fmt: skip


@commits
def test_every_kind_of_write_begins_a_new_edition():
    for name, write in WRITES.items():
        organisation = make.OrganisationNameFactory().organisation
        make.TopicFactory()
        before = freshness.token()
        organisation.summary = "Changed."
        write(organisation)
        assert (name, freshness.token() == before) == (name, False)


@commits
def test_what_no_page_says_begins_none():
    before = freshness.token()
    call_command("clearsessions")
    make.OrganisationFactory.build()
    assert freshness.token() == before


@commits
def test_write_that_is_undone_begins_none():
    make.OrganisationFactory()
    before = freshness.token()
    with bookkeeping.rehearsal():
        Organisation.objects.update(name="Rehearsed")
    assert freshness.token() == before


def triggers_on(model):
    found = triggers.present(connection).items()
    return {name for name, table in found if table == model._meta.db_table}


@commits
def test_triggers_are_put_back_where_a_table_was_made_anew():
    """SQLite loses them with the table; PostgreSQL keeps what is already there."""
    make.OrganisationFactory()
    names = triggers_on(Organisation)
    for name in names:
        raw(triggers.DROP[connection.vendor].format(name=name, table=Organisation._meta.db_table))
    call_command("migrate", verbosity=0)
    assert triggers_on(Organisation) == names
    before = freshness.token()
    Organisation.objects.update(name="Seen again")
    assert freshness.token() != before


# Time


@pytest.mark.parametrize(
    ("fields", "before", "after"),
    [
        ({"published_at": dt.timedelta(hours=1)}, 404, 200),
        ({"withdrawn_at": dt.timedelta(hours=1)}, 200, 410),
    ],
)
def test_first_request_after_its_time_sees_it(new_client, clock, fields, before, after):
    at = {name: timezone.now() + later for name, later in fields.items()}
    organisation = make.OrganisationFactory(name="Rhubarb", **at)
    client, path = new_client(), organisation.get_absolute_url()
    shown = [client.get(path).status_code, b"Rhubarb" in client.get("/organisations/").content]
    assert shown == [before, before == 200]
    clock(dt.timedelta(hours=1))
    shown = [client.get(path).status_code, b"Rhubarb" in client.get("/organisations/").content]
    assert shown == [after, after == 200]


@commits
def test_moment_before_a_change_has_no_part_in_what_is_after_it():
    at = timezone.now() + dt.timedelta(hours=1)
    freshness.edition(timezone.now())  # there is a version, and triggers that change it
    make.OrganisationFactory(name="To come", published_at=at)
    named = freshness.remembered(lambda at: set(Organisation.objects.live(at)))
    after, before = at + dt.timedelta(seconds=1), at - dt.timedelta(seconds=1)
    assert [len(named(moment)) for moment in (after, before, after, before)] == [1, 0, 1, 0]


@commits
def test_page_stands_a_second_while_a_due_change_cannot_be_published(
    new_client, clock, count, admin_user, settings, monkeypatch
):
    look = SimpleNamespace(monotonic=lambda: timezone.now().timestamp())
    monkeypatch.setattr(middleware, "time", look)
    root, hour = make.OrganisationFactory(), dt.timedelta(hours=1)
    rows = standing(Organisation, root.pk).present
    new = [rows[0] | {"fields": rows[0]["fields"] | {"summary": "At last."}}]
    at = timezone.now() + hour
    proposal = acts.Proposal(Organisation, root.pk, rows, new, admin_user, when=at)
    acts.schedule(proposal, timezone.now())
    client, path = new_client(), root.get_absolute_url()
    settings.APPLY_DUE_WITHIN = 0
    clock(hour)
    before = client.get(path)
    settings.APPLY_DUE_WITHIN = 3600
    assert (before.status_code, count(client, path, 1).content) == (200, before.content)
    assert b"At last." not in before.content
    clock(hour + freshness.WHILE_DUE)
    assert b"At last." in client.get(path).content


def test_next_change_is_midnight_where_nothing_else_is_to_come(settings):
    settings.TIME_ZONE = "Europe/Vienna"
    now = dt.datetime(2026, 3, 28, 22, 30, tzinfo=dt.UTC)
    assert freshness.next_change(now) == dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC)
    now = dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC)  # summer time began that night
    assert freshness.next_change(now) == dt.datetime(2026, 3, 29, 22, tzinfo=dt.UTC)


def test_event_is_past_from_midnight_on(new_client, clock):
    today = timezone.localdate()
    make.EventFactory(starts=today.isoformat())
    client = new_client()
    assert b'id="past"' not in client.get("/events/").content
    clock(dt.timedelta(days=1))
    assert b'id="past"' in client.get("/events/").content


# Any write, in any process


def rename(chance, root):
    root.title = f"Title {chance.random()}"
    root.save()


def write_raw(chance, root):
    raw("UPDATE partners_event SET city = %s", f"City {chance.random()}")


def go_on(chance, root):
    with_rows = standing(Event, root.pk).present
    rows = [dict(row, fields=dict(row["fields"])) for row in with_rows]
    rows[0]["fields"]["summary"] = f"Summary {chance.random()}"
    proposal = acts.Proposal(Event, root.pk, with_rows, rows, go_on.user)
    acts.publish(proposal, timezone.now())


YEARS = [str(year) for year in range(2000, 2999)]
STEPS = [
    rename,
    write_raw,
    go_on,
    lambda chance, root: make.EventFactory(starts="2999"),
    lambda chance, root: make.OrganiserFactory(event=root),
    lambda chance, root: Event.objects.filter(pk=root.pk).update(starts=chance.choice(YEARS)),
    lambda chance, root: root.organisers.all().delete(),
    lambda chance, root: Event.objects.bulk_create([make.EventFactory.build()]),
    lambda chance, root: make.SectionEntryFactory(),
    lambda chance, root: SectionEntry.objects.all().delete(),
    lambda chance, root: make.TermFactory(),
    lambda chance, root: Party.objects.all().delete(),
    lambda chance, root: Redirect.objects.create(old_path=f"/{chance.random()}/", new_path="/"),
    lambda chance, root: acts.withdraw(root, go_on.user, timezone.now()),
    lambda chance, root: Event.objects.filter(pk=root.pk).update(withdrawn_at=None),
]  # fmt: skip


@pytest.mark.slow("fuzzing")
@commits
@pytest.mark.parametrize("seed", range(3))
def test_next_request_shows_it_in_every_process(new_client, admin_user, seed):
    chance, go_on.user = random.Random(seed), admin_user  # noqa: S311 — no secret
    root = make.EventFactory(starts="2999")
    make.OrganiserFactory(event=root)
    paths = ["/", "/events/", "/organisations/?q=o", root.get_absolute_url(), "/glossary/"]
    processes, uncached = [new_client(), new_client()], new_client(0)
    for _ in range(12):
        root.refresh_from_db()
        chance.choice(STEPS)(chance, root)
        true = {path: uncached.get(path) for path in paths}
        for process in processes:
            for path, expected in true.items():
                answer = process.get(path)
                assert (path, answer.status_code) == (path, expected.status_code)
                assert answer.content == expected.content


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
