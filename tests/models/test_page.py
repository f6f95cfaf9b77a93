"""Pages, sections, and the redirects that keep old addresses working."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from partners.models import Organisation, Redirect
from tests import factories as make

pytestmark = pytest.mark.django_db


def address(slug):
    return reverse("partners:organisation-detail", args=[slug])


def move(organisation, slug):
    """Change the address as an editor does."""
    before = Organisation.objects.get(pk=organisation.pk)
    organisation.slug = slug
    organisation.save()
    Redirect.objects.record_move(before, organisation)


def redirects():
    return dict(Redirect.objects.values_list("old_path", "new_path"))


def test_move_leaves_a_redirect():
    organisation = make.OrganisationFactory(slug="a")
    move(organisation, "b")
    assert redirects() == {address("a"): address("b")}
    assert Redirect.objects.target(address("a")) == address("b")
    assert Redirect.objects.target(address("b")) is None


def test_move_there_and_back_leaves_the_other_address_leading_home():
    organisation = make.OrganisationFactory(slug="a")
    move(organisation, "b")
    move(organisation, "a")
    assert redirects() == {address("b"): address("a")}


def test_moves_in_a_row_lead_to_the_last_address():
    organisation = make.OrganisationFactory(slug="a")
    for slug in ("b", "c", "d"):
        move(organisation, slug)
    for slug in ("a", "b", "c"):
        assert Redirect.objects.target(address(slug)) == address("d")
    assert Redirect.objects.target(address("d")) is None


def test_move_round_a_circle_leaves_the_used_address_alone():
    organisation = make.OrganisationFactory(slug="a")
    for slug in ("b", "c", "a"):
        move(organisation, slug)
    assert Redirect.objects.target(address("a")) is None
    for slug in ("b", "c"):
        assert Redirect.objects.target(address(slug)) == address("a")


def test_swap_leaves_both_addresses_in_use():
    one, other = make.OrganisationFactory(slug="one"), make.OrganisationFactory(slug="other")
    move(one, "aside")
    move(other, "one")
    move(one, "other")
    assert redirects() == {address("aside"): address("other")}


def test_address_that_another_record_takes_no_longer_redirects():
    gone = make.OrganisationFactory(slug="a")
    move(gone, "b")
    move(make.OrganisationFactory(slug="x"), "a")
    assert redirects() == {address("x"): address("a")}


def test_draft_leaves_no_redirect():
    move(make.OrganisationFactory(slug="a", draft=True), "b")
    assert redirects() == {}


def test_withdrawn_record_leaves_a_redirect():
    move(make.OrganisationFactory(slug="a", withdrawn=True), "b")
    assert redirects() == {address("a"): address("b")}


def test_record_that_stays_leaves_no_redirect():
    move(make.OrganisationFactory(slug="a"), "a")
    assert redirects() == {}


@pytest.mark.parametrize(
    ("rows", "asked", "target"),
    [
        pytest.param({}, "/a/", None, id="none"),
        pytest.param({"/a/": "/b/"}, "/a/", "/b/", id="one"),
        pytest.param({"/a/": "/b/", "/b/": "/c/"}, "/a/", "/c/", id="chain"),
        pytest.param({"/a/": "/b/", "/b/": "/c/"}, "/c/", None, id="end-of-chain"),
        pytest.param({"/a/": "/b/", "/b/": "/a/"}, "/a/", None, id="circle-of-two"),
        pytest.param({"/a/": "/b/", "/b/": "/c/", "/c/": "/a/"}, "/b/", None, id="circle-of-three"),
        pytest.param({"/x/": "/a/", "/a/": "/b/", "/b/": "/a/"}, "/x/", None, id="into-a-circle"),
    ],
)
def test_redirect_target_is_the_end_of_the_chain(rows, asked, target):
    for old_path, new_path in rows.items():
        make.RedirectFactory(old_path=old_path, new_path=new_path)
    assert Redirect.objects.target(asked) == target


@pytest.mark.parametrize("column", ["old_path", "new_path"])
@pytest.mark.parametrize(
    "path",
    ["events/", "//evil.example/", "https://evil.example/", "/\\evil.example/", "javascript:1"],
)
def test_redirect_stays_on_this_site(column, path):
    redirect = make.RedirectFactory()
    setattr(redirect, column, path)
    with pytest.raises(ValidationError) as refused:
        redirect.full_clean()
    assert refused.value.message_dict == {
        column: ["Write an address of this site, beginning with one slash: “/events/”."]
    }


SLASH = "This address ends in a slash. Write the slash, too."
OPENS = "This page opens the site: its address is “/”."


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/events", SLASH),
        ("/organisations/esr", SLASH),
        ("/organisations?kind=society", SLASH),
        ("/events/series/congress#when", SLASH),
        ("/pages/our-partners/", OPENS),
        ("/pages/our-partners/?a=1", OPENS),
        ("/pages/our-partners", SLASH),
    ],
)
def test_redirect_to_an_address_that_redirects_is_refused(path, sentence):
    make.PartnersPageFactory(slug="our-partners")
    with pytest.raises(ValidationError) as refused:
        Redirect(old_path="/old.php", new_path=path).full_clean()
    assert refused.value.message_dict == {"new_path": [sentence]}


@pytest.mark.parametrize(
    "path",
    ["/", "/events/", "/organisations/?kind=society", "/pages/about/", "/robots.txt", "/a.b"],
)
def test_redirect_leads_to_any_other_address(path):
    make.PartnersPageFactory(slug="our-partners")
    Redirect(old_path="/old.php", new_path=path).full_clean()


@pytest.mark.parametrize("steps", [["/b/"], ["/b/", "/c/"]], ids=["of-two", "of-three"])
def test_redirect_that_closes_a_circle_is_refused(steps):
    for old_path, new_path in zip(steps, [*steps[1:], "/a/"], strict=True):
        make.RedirectFactory(old_path=old_path, new_path=new_path).full_clean()
    with pytest.raises(ValidationError) as refused:
        Redirect(old_path="/a/", new_path="/b/").full_clean()
    assert refused.value.message_dict == {
        "new_path": ["This would close a circle: that address leads back to the old one."]
    }


def test_redirect_can_be_saved_again_and_turned_round():
    redirect = make.RedirectFactory(old_path="/a/", new_path="/b/")
    redirect.full_clean()
    redirect.old_path, redirect.new_path = "/b/", "/a/"
    redirect.full_clean()


def test_page_of_the_partners_opens_the_site():
    assert make.PartnersPageFactory(slug="partners").get_absolute_url() == "/"
    assert make.PageFactory(slug="about").get_absolute_url() == "/pages/about/"


def test_section_entries_stand_in_order():
    section = make.SectionFactory()
    last = make.SectionEntryFactory(section=section, position=2)
    first = make.SectionEntryFactory(section=section, position=1)
    make.SectionEntryFactory()
    assert list(section.entries.all()) == [first, last]
