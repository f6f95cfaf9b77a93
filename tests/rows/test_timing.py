"""Writing that nobody waits for longer than is said, and what it undoes."""

import math

import pytest
from django.db import OperationalError, connection

from partners.models import Organisation
from partners.rows import timing
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_wait_for_a_lock_is_short_in_time_and_then_as_before():
    ask = {"sqlite": "PRAGMA busy_timeout", "postgresql": "SHOW lock_timeout"}[connection.vendor]

    def wait():
        with connection.cursor() as cursor:
            return str(cursor.execute(ask).fetchone()[0])

    before = wait()
    with timing.in_time(math.inf, 0.05):
        assert wait().removesuffix("ms") == "50"
    with pytest.raises(ZeroDivisionError), timing.in_time(math.inf, 0):
        raise ZeroDivisionError
    assert wait() == before


def test_what_is_not_done_in_time_is_undone():
    root = make.OrganisationFactory()
    with pytest.raises(OperationalError, match="no time left"), timing.in_time(0, 0.05):
        root.delete()
    assert Organisation.objects.get() == root
