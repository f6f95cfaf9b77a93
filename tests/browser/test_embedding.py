"""A page of another site shows our lists, and nothing else of ours."""

from http.server import BaseHTTPRequestHandler

import pytest
from playwright.sync_api import expect

from tests.loopback import answered_by

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


@pytest.fixture
def elsewhere(live_server):
    """The address of another site: each page of it frames the page of ours of the same path."""

    class Framing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            page = f'<!doctype html><iframe src="{live_server.url}{self.path}"></iframe>'
            self.wfile.write(page.encode())

        def log_message(self, *args):
            """Nothing."""

    with answered_by(Framing) as address:
        yield address


def test_list_is_shown_and_its_links_leave_the_frame(page, elsewhere, content, live_server):
    page.goto(f"{elsewhere}/embed/organisations/?kind=society")
    frame = page.frame_locator("iframe")
    link = frame.get_by_role("link", name="European Society of Radiology")
    expect(link).to_be_visible()
    assert page.context.cookies() == []
    link.click()
    expect(page).to_have_url(f"{live_server.url}/organisations/esr/")


@pytest.mark.parametrize(
    ("theme", "ground"), [("dark", "rgb(20, 23, 26)"), ("light", "rgb(253, 252, 250)")]
)
@pytest.mark.parametrize("device", ["light", "dark"])
def test_theme_is_the_one_that_was_asked_for(page, elsewhere, content, theme, ground, device):
    page.emulate_media(color_scheme=device)
    page.goto(f"{elsewhere}/embed/events/?theme={theme}")
    body = page.frame_locator("iframe").locator("body")
    expect(body).to_have_css("background-color", ground)


def test_other_pages_are_not_shown(browser, elsewhere, content):
    context = browser.new_context()
    tab, said = context.new_page(), []
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(f"{elsewhere}/organisations/", wait_until="networkidle")
    expect(tab.frame_locator("iframe").get_by_text("Organisations")).to_have_count(0)
    assert any("frame-ancestors" in text for text in said)
    context.close()
