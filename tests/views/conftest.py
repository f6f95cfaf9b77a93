"""What the tests of public pages share."""

import pytest

from tests import factories as make
from tests.views.reading import Reading


@pytest.fixture(autouse=True)
def society(db):
    """The society whose site this is."""
    return make.OrganisationFactory(home=True, key="cirse", name="The Society", acronym="CIRSE")


@pytest.fixture
def read(client):
    """A function: (address, query, status that is expected) → the page as a Reading."""

    def read(address, status=200, **query):
        response = client.get(str(address), query)
        assert response.status_code == status, response.status_code
        return Reading(response.content.decode())

    return read
