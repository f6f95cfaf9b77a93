"""The partners page answers at a glance: how tall it is, and what stands on the first screen."""

import re

import pytest
from playwright.sync_api import expect

from partners.models import Section
from partners.rows import bookkeeping
from tests import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

#: Width and height of the screen; how tall the page may be; how many partners are named at once.
SCREENS = [(1280, 800, 2400, 8), (390, 844, 4200, 3)]
SEEN = """(selector) => [...document.querySelectorAll(selector)]
  .filter((each) => each.getBoundingClientRect().bottom <= innerHeight).length"""


def height(page, path):
    page.goto(path)
    return page.evaluate("document.documentElement.scrollHeight")


@pytest.mark.parametrize(("width", "screen", "tallest", "names"), SCREENS)
def test_first_screen_names_partners(page, content, width, screen, tallest, names):
    page.set_viewport_size({"width": width, "height": screen})
    assert height(page, "/") <= tallest
    assert page.evaluate(SEEN, ".entry-name") >= names
    assert page.evaluate(SEEN, "main input[type=search]") == 1
    assert page.evaluate(SEEN, ".numbers a") == 3


@pytest.mark.parametrize(("width", "tallest"), [(1280, 2800), (390, 4000)])
def test_collaborations_are_told_once(page, content, width, tallest):
    page.set_viewport_size({"width": width, "height": 800})
    assert height(page, "/collaborations/") <= tallest
    text = page.get_by_role("main").inner_text()
    assert text.count("Institutional membership of ESR") == 1


def test_filters_are_on_the_first_screen_of_a_phone(page, content):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/organisations/")
    assert page.evaluate(SEEN, "summary") == 1
    page.locator("summary").click()
    page.get_by_role("link", name="College", exact=True).click()
    expect(page.get_by_role("heading", name="1 organisation")).to_be_visible()
    assert page.evaluate(SEEN, ".chips a") == 2


@pytest.mark.parametrize(("path", "most"), [("/", 3), ("/organisations/efrs/", 1)])
def test_paper_is_not_wasted(page, content, path, most):
    page.goto(path)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= most


@pytest.mark.parametrize("width", [1280, 390])
def test_partners_page_stays_short_with_many(page, content, width):
    page.set_viewport_size({"width": width, "height": 800})
    before = height(page, "/")
    add_partners(200)
    assert height(page, "/") <= 1.5 * before
    assert page.locator(".entries + .onward").count() == 3


@bookkeeping.batch()
def add_partners(count):
    """So many, evenly under the headings, each with a collaboration and every third an event."""
    sections = list(Section.objects.all())
    for number in range(count):
        partner = make.OrganisationFactory(
            name=f"Iberian Society of Interventional Radiology {number}", acronym=f"ISIR{number}"
        )
        section = sections[number % len(sections)]
        make.SectionEntryFactory(section=section, organisation=partner, position=100 + number)
        together = make.CollaborationFactory(
            since="2016", summary="They hold joint sessions and exchange members of their faculty."
        )
        make.PartyFactory(organisation=partner, collaboration=together)
        if number % 3 == 0:
            make.EventFactory(starts=f"{2020 + number // 10}-05-03", city="Vienna", country="AT")
