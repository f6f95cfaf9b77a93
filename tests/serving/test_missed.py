"""Addresses asked for in vain: counted without a query, stored apart, bounded, nobody's."""

import datetime as dt
from collections import Counter

import pytest
from django.db import DatabaseError

from partners.models import MissedAddress
from partners.rows import freshness
from partners.serving import missed
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 28)


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch):
    monkeypatch.setattr(missed, "_times", Counter())
    monkeypatch.setattr(missed, "_timer", None)


def stored():
    missed.store()
    return dict(MissedAddress.objects.values_list("path", "times"))


def test_page_that_is_not_there_is_counted_in_its_one_form(client):
    for address in ["/Old/page.php?id=7", "/old/page.php", "/%C3%BCber", "/organisations/none/"]:
        assert client.get(address).status_code == 404
    assert not MissedAddress.objects.exists()
    assert stored() == {"/old/page.php": 2, "/über/": 1, "/organisations/none/": 1}
    client.head("/old/page.php")
    assert stored()["/old/page.php"] == 3


def test_counting_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        missed.count("/old/")


def test_what_is_answered_led_on_or_gone_is_not_counted(client):
    make.RedirectFactory(old_path="/moved/", new_path="/events/")
    make.OrganisationFactory(slug="gone", withdrawn=True)
    make.OrganisationFactory(slug="esr")
    for address in ["/events/", "/moved", "/organisations/gone/", "/organisations/esr", "/events"]:
        assert client.get(address).status_code in (200, 301, 410)
    client.post("/nowhere/")
    assert stored() == {}


@pytest.mark.parametrize(
    "path",
    [
        "/wp-login.php", "/blog/wp-admin/setup.php", "/.env", "/a/.git/config", "/xmlrpc.php",
        "/PhpMyAdmin/", "/cgi-bin/luci", "/admin/nothing/", "/preview/secret/", "/api/v1/none/",
        "/static/css/none.css", "/media/logos/none.png", "/unsubscribe/me@example.org/",
        "/unsubscribe/me%40example.org/",
        "/favicon.ico", "/apple-touch-icon-120x120.png",
    ],
)  # fmt: skip
def test_noise_of_programs_and_what_is_private_is_left_out(client, path):
    assert client.get(path).status_code in (302, 404)
    assert stored() == {}


def test_query_is_not_kept_and_a_long_path_is_cut(client):
    client.get(f"/{'a' * 300}?mail=me@example.org")
    ((path, times),) = stored().items()
    assert (path, times) == (f"/{'a' * 198}…", 1)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(missed, "MOST", 3)
    for number in [1, 2, 3, 4, 1]:
        missed.count(f"/{number}/")
    assert stored() == {"/1/": 2, "/2/": 1, "/3/": 1}
    missed.count("/4/")
    assert stored()["/4/"] == 1


def test_table_keeps_what_is_asked_for_most_and_of_late(monkeypatch):
    monkeypatch.setattr(type(MissedAddress.objects.all()), "MOST", 2)
    MissedAddress.objects.add({"/long-ago/": 9}, TODAY - dt.timedelta(days=91))
    MissedAddress.objects.add({"/often/": 2, "/once/": 1}, TODAY - dt.timedelta(days=90))
    MissedAddress.objects.add({"/often/": 1, "/new/": 1}, TODAY)
    rows = MissedAddress.objects.values_list("path", "times", "last_on")
    assert list(rows) == [("/often/", 3, TODAY), ("/new/", 1, TODAY)]


def refuse(*given):
    raise DatabaseError


def test_counts_outlive_a_database_that_is_away(monkeypatch):
    missed.count("/old/")
    with monkeypatch.context() as patch:
        patch.setattr(type(MissedAddress.objects.all()), "add", refuse)
        missed.store()
    missed.count("/old/")
    assert stored() == {"/old/": 2}


def test_first_of_many_starts_the_one_thread_that_stores(settings, monkeypatch):
    started = []

    class Timer(missed.Timer):
        def start(self):
            started.append((self.interval, self.daemon))

    monkeypatch.setattr(missed, "Timer", Timer)
    settings.STORE_MISSED_AFTER = 7
    for _ in range(3):
        missed.count("/old/")
    assert started == [(7, True)]
    missed.store()
    missed.count("/old/")
    assert len(started) == 2
    monkeypatch.setattr(type(MissedAddress.objects.all()), "add", refuse)
    missed.store()
    assert len(started) == 3


def test_pages_in_memory_stay(db):
    before = freshness.token()
    missed.count("/old/")
    assert stored() == {"/old/": 1}
    assert freshness.token() == before
