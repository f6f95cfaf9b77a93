"""A partner society's secretary answers on a phone, without scripts: in clicks and seconds."""

import pytest
from playwright.sync_api import expect

from partners.models import Answer, Figure, Organisation
from tests import factories as make
from tests.browser.conftest import path_of
from tests.browser.test_effort import KEY, Expert, within

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


@pytest.fixture
def phone(browser, live_server, content):
    contact = make.ContactFactory(organisation=Organisation.objects.get(pk="esr"))
    link = path_of(make.InquiryFactory(contact=contact))
    options = {"viewport": {"width": 390, "height": 800}, "java_script_enabled": False}
    context = browser.new_context(base_url=live_server.url, **options)
    page = context.new_page()
    page.goto(link)
    yield Expert(page)
    context.close()


def test_partner_confirms(phone):
    phone.press("All of this is still right")
    phone.press("Send it")
    expect(phone.page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    within(phone, 2, 20)
    assert Answer.objects.get().kind == "right"


def test_partner_corrects_a_figure(phone):
    figure = Figure.objects.filter(organisation="esr").first()
    phone.click(phone.page.locator("summary", has_text=str(figure)))
    phone.click(phone.page.locator(f"#id_figure-{figure.pk}-value"))
    phone.page.keyboard.press("Control+A")
    phone.seconds += 2 * KEY
    phone.type("99999", thinks=False)
    phone.press("Look at what I wrote")
    expect(phone.page.locator(".changed")).to_contain_text("99,999")
    phone.press("Send it")
    within(phone, 5, 20)
    [row] = [row for row in Answer.objects.get().rows if row["pk"] == str(figure.pk)]
    assert row["fields"]["value"] == 99999
