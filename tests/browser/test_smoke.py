"""The main job in a real browser: read the site, search it, add a partner, see it in public."""

import re

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import expect

from partners.accounts.groups import PUBLISHERS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


@pytest.fixture
def publisher(live_server):
    user = User.objects.create_user("publisher", password="a publisher's word", is_staff=True)
    user.groups.add(Group.objects.get(name=PUBLISHERS))
    return user


def log_in(page):
    page.goto("/admin/")
    page.get_by_label("Username").fill("publisher")
    page.get_by_label("Password").fill("a publisher's word")
    page.get_by_role("button", name="Log in").click()


def test_visitor_reads_the_partners_page_and_an_organisation(page, content):
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="European Society of Radiology").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("European Society of Radiology")
    expect(page.get_by_role("main")).to_contain_text("more than 75,000")


def test_visitor_finds_an_acronym_with_a_typing_error(page, content):
    page.goto("/search/")
    page.get_by_role("searchbox").fill("APCSVIR")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Asia Pacific Society")


def test_visitor_reaches_the_content_by_keyboard(page, content):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_publisher_adds_an_organisation_and_sees_it_public(page, content, publisher):
    log_in(page)
    page.get_by_role("link", name="Organisations", exact=True).first.click()
    page.get_by_role("link", name="Add organisation").click()
    page.get_by_label("Name:", exact=True).fill("Example Society of Radiology")
    page.get_by_label("Founded:", exact=True).fill("May 2016")
    page.locator("[contenteditable=true]").first.click()
    page.keyboard.type("What the example society does.")
    expect(page.get_by_label("Address:")).to_have_value("example-society-of-radiology")
    page.get_by_role("button", name="Publish now").first.click()
    expect(page.get_by_role("list").filter(has_text="Published:")).to_be_visible()
    page.goto("/organisations/example-society-of-radiology/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("What the example society does.")
    expect(main).to_contain_text(re.compile(r"Founded\s*May 2016"))
    page.goto("/organisations/?q=example")
    expect(page.get_by_role("heading", name="1 organisation")).to_be_visible()
