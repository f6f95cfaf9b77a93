"""Two records of one organisation made one, in a real browser: chosen, compared, confirmed."""

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import expect

from partners.accounts.groups import PUBLISHERS
from tests import factories as make
from tests.browser.conftest import let_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_publisher_merges_a_duplicate(page, content, live_server):
    user = User.objects.create_user("publisher", is_staff=True)
    user.groups.add(Group.objects.get(name=PUBLISHERS))
    other = make.OrganisationFactory(slug="esr-again", name="European Soc. of Radiology")
    make.PartyFactory(organisation=other, collaboration_id="cirse-eibir", role="supporter")
    let_in(page.context, user, live_server.url)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/admin/partners/organisation/esr/change/")
    page.get_by_role("link", name="Merge with …").click()
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("Soc. of")
    page.get_by_role("option", name="European Soc. of Radiology").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="What moves")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_label("a former name").check()
    page.get_by_role("button", name="Merge: keep European Society of Radiology").click()
    expect(page.get_by_text("Merged: European Society of Radiology")).to_be_visible()
    page.goto("/organisations/esr-again/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("European Society of Radiology")
    expect(page.get_by_role("main")).to_contain_text("European Soc. of Radiology")
