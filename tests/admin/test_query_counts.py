"""How often the admin asks the database: not more often for more records."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.admin.browser_form import address

pytestmark = pytest.mark.django_db

FACTORIES = {
    "organisation": make.OrganisationFactory,
    "collaboration": make.CollaborationFactory,
    "series": make.EventSeriesFactory,
    "event": make.EventFactory,
    "page": make.PageFactory,
    "section": make.SectionFactory,
}


def queries(client, url):
    """The number of queries that a page takes."""
    client.get(url)  # a process asks once for the kinds of content
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(
    ("owner", "expected"),
    [("organisation", 19), ("collaboration", 15), ("series", 14), ("event", 15), ("page", 13)],
)
def test_list_asks_as_often_for_many_as_for_one(editor, owner, expected, count):
    for record in FACTORIES[owner].create_batch(count):
        make.VerificationFactory(**{owner: record})
    assert queries(editor, address(type(record), "changelist")) == expected


def figure_with_source(**owner):
    return make.FigureFactory(source=make.SourceFactory(), **owner)


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize(
    ("factory", "owner", "expected"),
    [
        (make.OrganisationNameFactory, "organisation", 47),
        (make.FigureFactory, "organisation", 47),
        (make.IdentifierFactory, "organisation", 47),
        (make.LinkFactory, "organisation", 47),
        (make.JointWorkFactory, "collaboration", 33),
        (make.LinkFactory, "event", 29),
    ],
)
def test_form_asks_as_often_for_many_rows_as_for_one(editor, factory, owner, expected, count):
    record = FACTORIES[owner]()
    factory.create_batch(count, **{owner: record})
    assert queries(editor, address(record)) == expected


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize(
    ("factory", "owner", "expected"),
    [
        (figure_with_source, "organisation", 47),
        (make.OrganisationRelationFactory, "organisation", 48),
        (make.CitationFactory, "organisation", 47),
        (make.PartyFactory, "collaboration", 34),
        (make.OrganiserFactory, "series", 30),
        (make.OrganiserFactory, "event", 30),
    ],
)
def test_form_asks_once_more_for_each_choice_that_it_names(editor, factory, owner, expected, count):
    """Django's suggestions do; the number of records to choose from adds nothing.

    And once whether drafts are among the records that it names.
    """
    record = FACTORIES[owner]()
    for _ in range(count):
        factory(**{owner: record})
    assert queries(editor, address(record)) == expected + count
