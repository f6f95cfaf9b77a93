"""The tasks of every day in clicks and seconds of an expert, whom no answer keeps waiting.

The keystroke-level model: Card, Moran, Newell, "The keystroke-level model for user performance
time with interactive systems", Communications of the ACM 23(7), 1980. It is computed, not measured.
"""

import io

import pytest
from django.contrib.auth.models import Group, User
from PIL import Image

from partners.accounts.groups import PUBLISHERS
from partners.models import Event, Organisation
from tests import factories as make
from tests.admin.browser_form import BrowserForm, address
from tests.browser.conftest import let_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

#: Seconds of a key, pointing, a press of the mouse, a hand that moves over, and thinking.
KEY, POINT, PRESS, HAND, THINK = 0.2, 1.1, 0.2, 0.4, 1.35

IN_SIGHT = """(each) => {
  const { x, y, width, height } = each.getBoundingClientRect();
  const there = document.elementFromPoint(x + width / 2, y + height / 2);
  return !!there && (each.contains(there) || there.contains(each));
}"""


class Expert:
    """Knows the way, has the hand at the mouse, and thinks before each thing that she begins."""

    def __init__(self, page):
        self.page, self.clicks, self.seconds, self.at_keys = page, 0, 0.0, False

    def _go_to(self, at_keys):
        self.seconds += HAND * (self.at_keys != at_keys)
        self.at_keys = at_keys

    def click(self, what, thinks=True):
        """Click what is in sight; turning the wheel to get there counts as pointing."""
        self._go_to(False)
        what.wait_for()
        if not what.evaluate(IN_SIGHT):
            what.scroll_into_view_if_needed()
            self.seconds += POINT
        self.seconds += THINK * thinks + POINT + PRESS
        self.clicks += 1
        what.click()

    def press(self, name, role="button"):
        self.click(self.page.get_by_role(role, name=name).first)

    def type(self, text, thinks=True):
        """Keys into what has the focus."""
        self._go_to(True)
        self.seconds += THINK * thinks + KEY * len(text)
        self.page.keyboard.type(text)

    def enter(self):
        self._go_to(True)
        self.seconds += KEY
        self.page.keyboard.press("Enter")

    def choose(self, select, option):
        """One of a list that opens: the browser shows it outside of the page."""
        self.seconds += THINK + 2 * (POINT + PRESS)
        self._go_to(False)
        self.clicks += 2
        select.select_option(option)

    def choose_file(self, what, file):
        """In the window of the operating system: point at the file, and press twice."""
        with self.page.expect_file_chooser() as chooser:
            self.click(what)
        self.seconds += POINT + 2 * PRESS
        self.clicks += 2
        chooser.value.set_files(files=[file])

    def suggest(self, box, typed):
        """Open a box of suggestions, type, and take the first."""
        self.click(box)
        self.type(typed, thinks=False)
        self.page.locator(".select2-results__option--highlighted").get_by_text(typed).wait_for()
        self.enter()


@pytest.fixture
def expert(page, live_server):
    user = User.objects.create_user("paula", is_staff=True)
    user.groups.add(Group.objects.get(name=PUBLISHERS))
    let_in(page.context, user, live_server.url)
    page.goto("/admin/")
    page.get_by_role("heading", name="What would you like to work on?").wait_for()
    return Expert(page)


def within(expert, clicks, seconds):
    needed = f"{expert.clicks} clicks, {expert.seconds:.1f} s"
    assert expert.clicks <= clicks, needed
    assert expert.seconds <= seconds, needed


def test_partner_with_logo(expert):
    content = io.BytesIO()
    Image.new("RGB", (400, 200), "navy").save(content, "PNG")
    logo = {"name": "logo.png", "mimeType": "image/png", "buffer": content.getvalue()}
    page = expert.page
    expert.click(page.locator(".model-organisation .addlink").first)
    page.locator("[name=name]:focus").wait_for()
    expert.type("Rhubarb Society")
    expert.choose(page.locator("[name=kind]"), "Society")
    expert.click(page.locator("[name=summary]"))
    expert.type("It brings together the growers of rhubarb.")
    expert.press("Logo", "link")
    expert.choose_file(page.locator("[name=logo]"), logo)
    page.locator("[name=logo-kept]:not([value=''])").wait_for(state="attached")
    expert.press("Publish now")
    page.get_by_text("Published:").wait_for()
    organisation = Organisation.objects.get()
    assert organisation.logo_alt == "Logo of Rhubarb Society"
    assert organisation.logo
    within(expert, 11, 50)


def test_joint_event(expert):
    names = ["Rhubarb Society", "Custard College"]
    for name in names:
        make.OrganisationFactory(name=name)
    page = expert.page
    expert.click(page.locator(".model-event .addlink").first)
    page.locator("[name=title]:focus").wait_for()
    expert.type("Spring School 2027")
    expert.click(page.locator("[name=starts]"))
    expert.type("3 May 2027")
    for number, name in enumerate(names):
        expert.press("Add organiser")
        box = page.locator(f"#organisers-{number} .select2-selection")
        expert.suggest(box, name[:7])
    expert.press("Publish now")
    page.get_by_text("Published:").wait_for()
    event = Event.objects.get(title="Spring School 2027")
    assert event.organisers.count() == 2
    within(expert, 9, 40)


@pytest.fixture
def figure(live_server):
    organisation = make.OrganisationFactory(name="Rhubarb Society")
    return make.FigureFactory(organisation=organisation, measure="members", value=100)


def test_figure_is_corrected(expert, figure):
    page = expert.page
    expert.type("rhubarb")  # the box of the search has the focus
    expert.enter()
    page.wait_for_url("**/change/")
    expert.click(page.get_by_label("Value, figure 1"))
    page.keyboard.press("Control+a")
    expert.seconds += 2 * KEY
    expert.type("250", thinks=False)
    expert.press("Publish now")
    page.get_by_text("Published:").wait_for()
    figure.refresh_from_db()
    assert figure.value == 250
    within(expert, 3, 14)


def test_who_changed_what_is_found_and_undone(expert, figure, client):
    client.force_login(User.objects.create_superuser("peter"))
    BrowserForm.open(client, figure.organisation).save("_publish", summary="Wrong.")
    page = expert.page
    expert.type("rhubarb")
    expert.enter()
    page.wait_for_url("**/change/")
    expert.press("History", "link")
    page.get_by_role("heading", name="Published · peter").wait_for()
    expert.press("Restore this version")
    page.get_by_text("Restored:").wait_for()
    figure.organisation.refresh_from_db()
    assert figure.organisation.summary != "Wrong."
    within(expert, 4, 15)


def test_preview_is_one_click_away(expert, figure):
    expert.page.goto(address(figure.organisation))
    with expert.page.expect_popup() as opened:
        expert.press("Preview")
    opened.value.get_by_title("The page").wait_for()
    within(expert, 1, 4)
