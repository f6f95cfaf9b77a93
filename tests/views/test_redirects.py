"""Old addresses lead on, each by one permanent redirect."""

import pytest

from partners.models import Redirect
from tests import factories as make


def move(root, slug):
    """Change the address as an editor does."""
    before = type(root).objects.get(pk=root.pk)
    root.slug = slug
    root.save()
    Redirect.objects.record_move(before, root)


def hops(client, path):
    return [
        (status, url) for url, status in client.get(path, follow=True).redirect_chain
    ]  # fmt: skip


@pytest.fixture
def moved():
    """An organisation that has moved twice, from old by way of newer to new."""
    organisation = make.OrganisationFactory(slug="old")
    move(organisation, "newer")
    move(organisation, "new")


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        pytest.param("/organisations/old/", "/organisations/new/", id="first"),
        pytest.param("/organisations/newer/", "/organisations/new/", id="second"),
        pytest.param("/organisations/old", "/organisations/new/", id="no-slash"),
        pytest.param(
            "/organisations/old/?a=1&b=%20%26", "/organisations/new/?a=1&b=%20%26", id="query"
        ),
        pytest.param("/organisations/old?a=1", "/organisations/new/?a=1", id="query-and-no-slash"),
        pytest.param("/organisations/new", "/organisations/new/", id="in-use-but-no-slash"),
    ],
)
def test_old_address_leads_on_in_one_step(client, moved, asked, leads_to):
    response = client.get(asked)
    assert (response.status_code, response["Location"]) == (301, leads_to)
    assert client.get(leads_to).status_code == 200


@pytest.mark.parametrize(
    "factory",
    [make.CollaborationFactory, make.EventFactory, make.EventSeriesFactory, make.PageFactory],
)
def test_every_kind_of_record_leads_on(client, factory):
    root = factory(slug="old")
    before = root.get_absolute_url()
    move(root, "new")
    assert client.get(before)["Location"] == root.get_absolute_url()


def test_address_in_use_does_not_redirect(client, moved):
    assert client.get("/organisations/new/").status_code == 200


def test_address_taken_over_by_another_record_shows_that(client, moved):
    make.OrganisationFactory(slug="old", name="The other one")
    assert "The other one" in client.get("/organisations/old/").content.decode()


def test_redirect_made_by_hand(client):
    make.RedirectFactory(old_path="/our-partners.php", new_path="/organisations/?kind=society")
    response = client.get("/our-partners.php?x=1")
    assert (response.status_code, response["Location"]) == (
        301,
        "/organisations/?kind=society&x=1",
    )


def test_circle_is_not_followed(client):
    make.RedirectFactory(old_path="/a/", new_path="/b/")
    make.RedirectFactory(old_path="/b/", new_path="/a/")
    assert client.get("/a/").status_code == 404


def test_withdrawn_record_that_moved_is_gone_not_lost(client):
    gone = make.EventFactory(slug="old", withdrawn=True)
    move(gone, "new")
    assert [status for status, _ in hops(client, "/events/old/")] == [301]
    assert client.get("/events/new/").status_code == 410
