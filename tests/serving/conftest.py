"""Visitors of processes of their own, and another time."""

import pytest
from django.test import Client
from django.utils import timezone


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
