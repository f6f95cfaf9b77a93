"""An editor's and a publisher's work in a real browser, counted in clicks beyond filling in."""

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import expect

from partners.accounts.groups import PUBLISHERS
from partners.models import Organisation
from partners.rows.standing import standing
from tests import acts
from tests import factories as make
from tests.browser.conftest import let_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]
PASSWORD = "a colleague's word"


class Clicks:
    """A person with a mouse: presses things by the name they read, and counts."""

    def __init__(self, page):
        self.page, self.number = page, 0

    def __call__(self, role, name, **options):
        self.number += 1
        self.page.get_by_role(role, name=name, **options).first.click()

    def opening_a_tab(self, role, name):
        with self.page.expect_popup() as opened:
            self(role, name)
        opened.value.wait_for_load_state()
        return opened.value


@pytest.fixture
def sign_in(page, live_server):
    """sign_in(name, group) → that colleague's Clicks, on the front page of the admin."""

    def sign_in(name, group):
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=group))
        let_in(page.context, user, live_server.url)
        page.goto("/admin/")
        return Clicks(page)

    return sign_in


@pytest.fixture
def organisation(live_server):
    figure = make.FigureFactory(
        organisation=make.OrganisationFactory(name="Rhubarb Society"), measure="members", value=100
    )
    return figure.organisation


def open_record(click, name="Rhubarb Society"):
    click("link", "Organisations", exact=True)
    click("link", name)


def test_figure_is_corrected_and_published(page, sign_in, organisation):
    click = sign_in("publisher", PUBLISHERS)
    open_record(click)
    page.locator("[name=figures-0-value]").fill("120")
    click("button", "Publish now")
    assert click.number == 3
    page.goto(organisation.get_absolute_url())
    expect(page.get_by_role("main")).to_contain_text("120")


def test_unsaved_form_is_previewed_then_published(page, sign_in, organisation):
    open_record(sign_in("publisher", PUBLISHERS))
    page.get_by_label("Summary").fill("Grows rhubarb.")
    click = Clicks(page)
    preview = click.opening_a_tab("button", "Preview")
    shown = preview.frame_locator("iframe")
    expect(shown.get_by_role("main")).to_contain_text("Grows rhubarb.")
    preview.get_by_label("Phone").check()
    assert preview.locator("iframe").bounding_box()["width"] == 390
    organisation.refresh_from_db()
    assert organisation.summary == ""
    preview.close()
    click("button", "Publish now")
    assert click.number == 2
    organisation.refresh_from_db()
    assert organisation.summary == "Grows rhubarb."


def test_change_is_found_and_undone(page, sign_in, organisation, django_user_model):
    somebody = django_user_model.objects.create_user("somebody")
    base = standing(Organisation, organisation.pk).present
    rows = [{**base[0], "fields": base[0]["fields"] | {"summary": "Sells rhubarb."}}, *base[1:]]
    now = make.SINCE_THEN
    acts.publish(acts.Proposal(Organisation, organisation.pk, base, rows, somebody), now)
    click = sign_in("publisher", PUBLISHERS)
    open_record(click)
    click("link", "History", exact=True)
    latest = page.locator(".state").first
    expect(latest).to_contain_text("Published · somebody")
    expect(latest.locator("ins")).to_have_text("Sells rhubarb.")
    click("button", "Restore this version")
    expect(page.get_by_text("Restored:")).to_be_visible()
    assert click.number <= 6
    organisation.refresh_from_db()
    assert organisation.summary == ""


def test_second_of_two_sees_both_versions_and_applies_the_rest(page, sign_in, organisation):
    click = sign_in("publisher", PUBLISHERS)
    open_record(click)
    first = page.context.new_page()
    first.goto(page.url)
    first.get_by_label("Summary").fill("Grows rhubarb.")
    first.get_by_role("button", name="Publish now").first.click()
    expect(first.get_by_text("Published:")).to_be_visible()
    page.get_by_label("Summary").fill("Sells rhubarb.")
    page.get_by_label("Seat city").fill("Vienna")
    click("button", "Publish now")
    disputed = page.get_by_role("row").filter(has_text="Summary")
    expect(disputed).to_contain_text("Grows rhubarb.")
    expect(disputed).to_contain_text("Sells rhubarb.")
    disputed.get_by_label("Keep this one").check()
    click("button", "Publish now, as chosen")
    expect(page.get_by_text("Published:")).to_be_visible()
    organisation.refresh_from_db()
    assert (organisation.summary, organisation.seat_city) == ("Grows rhubarb.", "Vienna")


def test_typing_survives_a_crash_and_is_offered_back(page, sign_in, organisation):
    page.clock.install()
    open_record(sign_in("publisher", PUBLISHERS))
    url = page.url
    page.get_by_label("Summary").fill("Grows rhubarb.")
    page.get_by_role("button", name="Add figure").click()
    page.locator("[name=figures-1-measure]").fill("gardens")
    page.locator("[contenteditable=true]").first.click()
    page.keyboard.type("All year round.")
    page.clock.run_for(10_000)
    again = page.context.new_page()
    page.close()  # asks nothing and sends nothing, as a crash
    again.goto(url)
    again.get_by_role("button", name="Bring it back").click()
    expect(again.get_by_text("This is what you had typed.")).to_be_visible()
    expect(again.get_by_label("Summary")).to_have_value("Grows rhubarb.")
    expect(again.locator("[name=figures-1-measure]")).to_have_value("gardens")
    expect(again.locator("[contenteditable=true]").first).to_contain_text("All year round.")
    again.locator("[name=figures-1-value]").fill("3")
    again.get_by_role("button", name="Publish now").first.click()
    expect(again.get_by_text("Published:")).to_be_visible()
    assert organisation.figures.filter(measure="gardens").exists()
    again.goto(url)
    expect(again.get_by_role("button", name="Publish now").first).to_be_visible()
    expect(again.get_by_role("button", name="Bring it back")).to_have_count(0)


def test_typing_survives_a_form_that_is_too_large(page, sign_in, organisation, settings):
    click = sign_in("publisher", PUBLISHERS)
    open_record(click)
    url = page.url
    page.get_by_label("Summary").fill("Grows rhubarb.")
    page.get_by_role("button", name="Add figure").click()
    page.locator("[name=figures-1-measure]").fill("gardens")
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 50
    click("button", "Publish now")
    expect(page.get_by_text("What you sent is too large.")).to_be_visible()
    expect(page.locator("#user-tools")).to_contain_text("publisher")
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 100_000
    page.goto(url)  # as if the browser had shown nothing of it on the way back
    click("button", "Bring it back")
    expect(page.get_by_label("Summary")).to_have_value("Grows rhubarb.")
    expect(page.locator("[name=figures-1-measure]")).to_have_value("gardens")


def test_leaving_with_unsaved_typing_warns(page, sign_in, organisation):
    click = sign_in("publisher", PUBLISHERS)
    open_record(click)
    warnings = []
    page.on("dialog", lambda dialog: (warnings.append(dialog.type), dialog.dismiss()))
    page.get_by_label("Summary").press_sequentially("Grows")
    click("link", "Collaborations", exact=True)
    expect(page.get_by_label("Summary")).to_have_value("Grows")
    assert warnings == ["beforeunload"]
    click("button", "Save draft")
    expect(page.get_by_text("A pending change by publisher: not handed in.").first).to_be_visible()
    click("link", "Collaborations", exact=True)
    expect(page.get_by_role("link", name="Add collaboration")).to_be_visible()
    assert warnings == ["beforeunload"]


def test_leaving_a_form_that_nobody_touched_asks_nothing(page, sign_in, organisation):
    click = sign_in("publisher", PUBLISHERS)
    warnings = []
    page.on("dialog", lambda dialog: (warnings.append(dialog.type), dialog.accept()))
    page.goto("/admin/partners/organisation/add/")
    expect(page.locator("[contenteditable=true]").first).to_be_visible()
    click("link", "Collaborations", exact=True)
    expect(page.get_by_role("link", name="Add collaboration")).to_be_visible()
    assert warnings == []


def test_leaving_warns_before_the_page_has_loaded_whole(page, sign_in, organisation):
    click = sign_in("publisher", PUBLISHERS)
    open_record(click)
    held = []

    def hold(route):
        held.append(route)  # never answered: the page waits for its pictures

    page.route("**/*.svg", hold)
    page.goto(page.url, wait_until="domcontentloaded")
    warnings = []
    page.on("dialog", lambda dialog: (warnings.append(dialog.type), dialog.dismiss()))
    page.get_by_label("Summary").press_sequentially("Grows")
    click("link", "Collaborations", exact=True)
    expect(page.get_by_label("Summary")).to_have_value("Grows")
    assert held
    assert warnings == ["beforeunload"]
    assert page.evaluate("document.readyState") != "complete"


def test_editor_and_publisher_work_without_scripts(browser, sign_in, organisation, live_server):
    sign_in("publisher", PUBLISHERS)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/admin/")
    page.get_by_label("Username").fill("publisher")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    open_record(Clicks(page))
    page.get_by_label("Summary").fill("Grows rhubarb.")
    page.get_by_role("button", name="Hand in for approval").first.click()
    page.get_by_role("link", name="Home").click()
    page.get_by_role("link", name="Pending changes").click()
    page.get_by_role("link", name="Rhubarb Society").first.click()
    expect(page.locator("ins")).to_have_text("Grows rhubarb.")
    page.get_by_role("button", name="Approve and publish").click()
    expect(page.get_by_text("Published:")).to_be_visible()
    context.close()
    organisation.refresh_from_db()
    assert organisation.summary == "Grows rhubarb."


def test_publisher_works_by_keyboard_alone(page, sign_in, organisation):
    open_record(sign_in("publisher", PUBLISHERS))
    page.get_by_label("Summary").focus()
    page.keyboard.type("Grows rhubarb.")
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "_publish":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("Published:")).to_be_visible()
    organisation.refresh_from_db()
    assert organisation.summary == "Grows rhubarb."
