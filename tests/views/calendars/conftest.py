"""What is long past stays, and calendars are read as programs read them."""

import datetime as dt

import pytest
import vobject
from django.utils import timezone

from partners.exchange import calendars
from tests.views.calendars.reading import ALL, lines


@pytest.fixture(autouse=True)
def nothing_is_long_past(monkeypatch, request):
    """Events of these tests are of 2018 and stay, but where a test is about what leaves."""
    if "long_past" not in request.fixturenames:
        monkeypatch.setattr(calendars, "LONGEST_PAST", timezone.localdate() - dt.date.min)


@pytest.fixture
def subscribe(client):
    """subscribe(address) → the calendar, as a program reads it; every line of it is checked."""

    def subscribe(address=ALL):
        response = client.get(address)
        lines(response)
        return vobject.readOne(response.content.decode())

    return subscribe
