"""Old addresses lead on, each by one permanent redirect."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.models import Redirect
from partners.models.redirects import normal
from tests import factories as make

pytestmark = pytest.mark.django_db
#: The same examples in every run, however slow the machine.
steady = settings(derandomize=True, deadline=None)


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


#: As it was copied → addresses that lead on then, and one that does not.
COPIED = {
    "/index.php?id=42": (
        ["/index.php?id=42", "/Index.php/?id=42", "/index.php?ID=42&id=42"],
        "/index.php?id=43",
    ),
    "/?p=7&lang=en": ([], "/"),
    "/%C3%BCber/": (["/%C3%BCber/", "/über", "/%C3%9CBER/", "/u%CC%88ber/"], "/uber/"),
    "/über uns.html": (["/%C3%BCber%20uns.html"], "/%C3%BCber+uns.html"),
    "/%FCber/": (["/%FCber", "/%fcber/"], "/%C3%BCber/"),
    "/100%25/": (["/100%25"], "/100/"),
    "/Our-Partners": (["/our-partners/", "/OUR-PARTNERS", "/our-partners//"], "/our_partners/"),
    "https://Testserver/old/": (["/old", "/OLD/"], "/older/"),
    " http://127.0.0.1:8000/old.php?b=2&a=1 ": (["/old.php?a=1&b=2&c=3"], "/old.php?a=1"),
    "/was%3F/": (["/was%3f"], "/was/?"),
    "/old/./shop/../list/": (["/old/list", "/old/x/%2e%2e/list/"], "/list/"),
    "/%EF%BB%BFmail%E2%80%8B/": (["/mail/", "/mail/%E2%80%8B", "/ma%C2%ADil"], "/mai/"),
}
PAGE_THERE = "There is a page at this address, which people see: nobody is sent on."


@pytest.mark.parametrize("copied", COPIED)
def test_old_address_is_found_however_it_was_copied(client, settings, copied):
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SITE_URL = "http://127.0.0.1:8000"
    asked, other = COPIED[copied]
    redirect = Redirect(old_path=copied, new_path="/events/")
    if not asked:
        with pytest.raises(ValidationError) as refused:
            redirect.full_clean()
        assert refused.value.message_dict == {"old_path": [PAGE_THERE]}
        return
    redirect.full_clean()
    redirect.save()
    for address in asked:
        response = client.get(address)
        assert response.status_code == 301, address
        assert response["Location"].partition("?")[0] == "/events/"
    assert client.get(other).status_code == 404


@pytest.mark.parametrize(
    ("old", "asked", "leads_to"),
    [
        ("/index.php?id=42", "/index.php?id=42&utm=mail", "/pages/a/?x=1&utm=mail#part"),
        ("/index.php?id=42", "/index.php?utm=%20b%26&id=42", "/pages/a/?x=1&utm=%20b%26#part"),
        ("/index.php", "/index.php?id=42", "/pages/a/?x=1&id=42#part"),
        ("/index.php", "/index.php", "/pages/a/?x=1#part"),
    ],
)
def test_query_that_is_left_goes_before_the_fragment(client, old, asked, leads_to):
    make.RedirectFactory(old_path=old, new_path="/pages/a/?x=1#part")
    assert client.get(asked)["Location"] == leads_to


def test_closest_of_two_old_addresses_leads_on(client):
    make.RedirectFactory(old_path="/index.php", new_path="/events/")
    make.RedirectFactory(old_path="/index.php?id=42", new_path="/glossary/")
    assert client.get("/index.php?id=42")["Location"] == "/glossary/"
    assert client.get("/index.php?id=43")["Location"] == "/events/?id=43"


@pytest.mark.parametrize(
    ("old", "new", "field", "sentence"),
    [
        ("/old/#part", "/events/", "old_path", "Browsers keep the “#” and what follows it"),
        ("/events", "/", "old_path", PAGE_THERE),
        ("http://testserver/", "/events/", "old_path", PAGE_THERE),
        ("/a/../events/", "/", "old_path", PAGE_THERE),
        ("/admin/old/", "/", "old_path", "Addresses of the admin lead to its log-in"),
        ("/a%00b/", "/", "old_path", "There is “%00” in this address"),
        ("http://evil.example/old/", "/", "old_path", "Write an address of this site"),
        ("http://testserver@evil.example/", "/", "old_path", "Write an address of this site"),
        ("/old/", "http://testserver//evil.example/", "new_path", "Write an address of this"),
        ("/old/", "http://testserver.evil.example/", "new_path", "Write an address of this"),
        ("/old/", "/a\nb/", "new_path", "Write an address of this site"),
        ("/old/", "/Events/", "new_path", "Write this address as “/events/”."),
        ("/Old", "/old/", "new_path", "The old and the new address are the same."),
        ("/old/", "/OLD/?a=1", "new_path", "This would close a circle"),
        ("/old/?a=1", "/old/?A=2&a=1#b", "new_path", "This would close a circle"),
    ],
)
def test_redirect_that_would_not_work_is_refused_with_the_reason(old, new, field, sentence):
    with pytest.raises(ValidationError) as refused:
        Redirect(old_path=old, new_path=new).full_clean()
    ((found, (message, *_)),) = refused.value.message_dict.items()
    assert (found, message[: len(sentence)]) == (field, sentence)


def test_whole_address_of_this_site_is_kept_from_its_slash_on():
    redirect = Redirect(old_path="http://testserver/A?b=1", new_path="https://testserver/events/#c")
    redirect.full_clean()
    assert (redirect.old_path, redirect.new_path) == ("/a/?b=1", "/events/#c")


@steady
@given(st.text(st.characters(codec="utf-8")), st.text("/%?&=+ aÄ%4Cü#"))
def test_address_in_its_one_form_stays_as_it_is(path, more):
    once = normal(f"/{path}{more}")
    assert normal(once) == once


@pytest.mark.parametrize("start", ["/a/", "/b/?id=1", "/c.php?x=1", "/a/?id=1"])
def test_nobody_is_sent_round_or_twice(client, start):
    for old, new in [("/a/", "/b/"), ("/b/?id=1", "/a/"), ("/c.php", "/a/?id=2"), ("/b/", "/d/")]:
        make.RedirectFactory(old_path=old, new_path=new)
    response = client.get(start, follow=True)
    assert len(response.redirect_chain) <= 1


def test_move_takes_the_place_of_an_address_in_another_case(client):
    make.RedirectFactory(old_path="/Organisations/New", new_path="/events/")
    organisation = make.OrganisationFactory(slug="old")
    move(organisation, "new")
    assert [each.old_path for each in Redirect.objects.all()] == ["/organisations/old/"]
    assert client.get("/ORGANISATIONS/old")["Location"] == "/organisations/new/"
