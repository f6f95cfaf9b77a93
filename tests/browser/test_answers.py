"""A partner society's secretary answers on a phone, without scripts: counted in clicks."""

import pytest
from playwright.sync_api import expect

from partners.models import Answer, Figure, Organisation
from tests import factories as make
from tests.browser.conftest import path_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


class Phone:
    """A tab that counts what is pressed."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def press(self, role, name):
        self.page.get_by_role(role, name=name).click()
        self.clicks += 1


@pytest.fixture
def phone(browser, live_server, content):
    contact = make.ContactFactory(organisation=Organisation.objects.get(pk="esr"))
    link = path_of(make.InquiryFactory(contact=contact))
    options = {"viewport": {"width": 390, "height": 800}, "java_script_enabled": False}
    context = browser.new_context(base_url=live_server.url, **options)
    page = context.new_page()
    page.goto(link)
    yield Phone(page)
    context.close()


def test_partner_confirms_with_two_clicks(phone):
    phone.press("button", "All of this is still right")
    phone.press("button", "Send it")
    expect(phone.page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    assert phone.clicks == 2
    assert Answer.objects.get().kind == "right"


def test_partner_corrects_a_figure_with_four_clicks(phone):
    figure = Figure.objects.filter(organisation="esr").first()
    phone.page.locator("summary", has_text=str(figure)).click()
    phone.page.locator(f"#id_figure-{figure.pk}-value").click()
    phone.clicks += 2
    phone.page.keyboard.press("Control+A")
    phone.page.keyboard.type("99999")
    phone.press("button", "Look at what I wrote")
    expect(phone.page.locator(".changed")).to_contain_text("99,999")
    phone.press("button", "Send it")
    assert phone.clicks == 4
    [row] = [row for row in Answer.objects.get().rows if row["pk"] == str(figure.pk)]
    assert row["fields"]["value"] == 99999
