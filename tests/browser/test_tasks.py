"""Every other task of staff in a real browser: nothing breaks the policy, whatever they open.

`page` fails a test on whose pages the browser reports a broken policy or a failing script.
"""

import io
import re

import openpyxl
import pytest
from django.contrib.auth.models import Group, User
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from PIL import Image
from playwright.sync_api import expect

from partners.accounts.groups import PUBLISHERS
from partners.models import Event, Organisation, Redirect, Snooze, Verification
from tests import factories as make
from tests.admin.browser_form import address
from tests.admin.records import RECORDS
from tests.browser.conftest import let_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]
PASSWORD = "a colleague's word"


@pytest.fixture
def publisher(page, live_server):
    user = User.objects.create_user(
        "publisher", "publisher@example.org", PASSWORD, is_staff=True, is_superuser=True
    )
    user.groups.add(Group.objects.get(name=PUBLISHERS))
    let_in(page.context, user, live_server.url)
    return user


def press(page, name, role="button"):
    page.get_by_role(role, name=name).first.click()


def test_every_page_of_the_admin_keeps_to_the_policy(page, publisher):
    paths = ["/admin/", "/admin/attention/", "/admin/account/", "/admin/password_change/"]
    for model, factory in RECORDS.items():
        record = factory()
        paths += [address(model, "changelist"), address(model, "add")]
        paths += [address(record, each) for each in ("change", "history", "delete")]
    paths += [f"/admin/{each}/" for each in ("partners/pendingchange", "partners/revision")]
    paths += ["/admin/partners/linkcheck/", "/admin/admin/logentry/"]
    paths += [f"/admin/auth/user/{publisher.pk}/password/"]
    for path in paths:
        response = page.goto(path)
        assert response.ok, path
        expect(page.locator("#content")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path


def test_second_factor_is_set_up_and_asked(page, publisher):
    page.goto("/admin/")
    press(page, "Your account", "link")
    expect(page.get_by_role("img", name="QR code of the secret")).to_be_visible()
    page.locator("#id_code").fill(code_of(publisher))
    press(page, "Set up")
    expect(page.locator(".codes li")).to_have_count(10)
    codes = page.locator(".codes li").all_inner_texts()
    press(page, "Log out")
    page.goto("/admin/partners/organisation/")
    page.get_by_label("Username").fill("publisher")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Log in")
    page.locator("#id_code").fill(codes[0])
    press(page, "Go on")
    expect(page).to_have_url(re.compile("/admin/partners/organisation/$"))


def code_of(user):
    device = TOTPDevice.objects.get(user=user)
    return f"{TOTP(device.bin_key).token():06}"


def test_logo_is_uploaded_and_shown(page, publisher):
    organisation = make.OrganisationFactory(name="Rhubarb Society")
    content = io.BytesIO()
    Image.new("RGB", (400, 200), "navy").save(content, "PNG")
    page.goto(address(organisation))
    upload = {"name": "logo.png", "mimeType": "image/png", "buffer": content.getvalue()}
    page.locator("[name=logo]").set_input_files(files=[upload])
    page.locator("[name=logo_alt]").fill("A rhubarb leaf")
    with page.expect_popup() as preview:
        press(page, "Preview")
    assert is_drawn(preview.value.frame_locator("iframe").locator("main img").first)
    press(page, "Publish now")
    page.goto(organisation.get_absolute_url())
    assert is_drawn(page.locator("main img").first)


def is_drawn(image):
    return image.evaluate("async image => { await image.decode(); return image.naturalWidth > 0 }")


def test_finding_is_put_off(page, publisher):
    make.OrganisationFactory()
    page.goto("/admin/attention/")
    page.locator("summary", has_text="Put off").first.click()
    page.locator("[name=until]").first.fill("2027-01-31")
    page.locator("[name=reason]").first.fill("They promised an answer.")
    press(page, "Put off")
    expect(page.get_by_text("Put off until")).to_be_visible()
    assert Snooze.objects.count() == 1


def test_next_edition_is_created_and_verified(page, publisher):
    event = make.EventFactory(series=make.EventSeriesFactory(), starts="2026")
    page.goto(address(event))
    press(page, "Create the next edition")
    page.wait_for_url(re.compile("/change/"))
    assert Event.objects.count() == 2
    page.goto(address(event))
    page.locator("summary", has_text="Verify").first.click()
    press(page, "Mark as verified today")
    page.wait_for_load_state()
    assert Verification.objects.filter(event=event).exists()


def test_redirect_is_added_and_deleted(page, publisher):
    page.goto(address(Redirect, "add"))
    page.locator("[name=old_path]").fill("/our-partners/")
    page.locator("[name=new_path]").fill("/")
    page.locator("[name=_save]").click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    page.goto(address(Redirect.objects.get(), "delete"))
    press(page, "Delete it")
    expect(page.get_by_text("was deleted successfully")).to_be_visible()


def test_rich_text_is_written_with_the_editor(page, publisher):
    organisation = make.OrganisationFactory()
    page.goto(address(organisation))
    page.locator("[contenteditable=true]").first.click()
    page.keyboard.type("It grows rhubarb.")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+b")
    press(page, "Publish now")
    expect(page.get_by_text("Published:")).to_be_visible()
    assert "<strong>It grows rhubarb.</strong>" in str(
        Organisation.objects.values().get(pk=organisation.pk)
    )


def test_colleague_is_invited(page, publisher):
    page.goto(address(User, "add"))
    page.locator("[name=username]").fill("ada")
    page.locator("[name=email]").fill("ada@example.org")
    page.get_by_label("Editors").check()
    page.locator("[name=_save]").click()
    expect(page.get_by_text("The invitation is on its way to ada@example.org.")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_spreadsheet_goes_out_and_comes_back_changed(page, publisher, theme, tmp_path):
    """On a small screen, by keyboard."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=theme)
    record = make.OrganisationFactory(name="Rhubarb Society", summary="Old words.")
    page.goto(address(Organisation, "changelist"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as XLSX").press("Enter")
    sheet = tmp_path / download.value.suggested_filename
    download.value.save_as(sheet)
    book = openpyxl.load_workbook(sheet)
    (cell,) = [each for each in book["organisations"][2] if each.value == "Old words."]
    cell.value = "New words, " + "and more of them " * 10
    book.save(sheet)
    page.get_by_role("link", name="Import").press("Enter")
    page.get_by_label("Spreadsheet").set_input_files(sheet)
    page.get_by_role("button", name="Show what would change").press("Enter")
    expect(page.get_by_role("heading", name="Row 2: Rhubarb Society")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Publish now").press("Enter")
    expect(page.get_by_text("Published: 1.")).to_be_visible()
    record.refresh_from_db()
    assert record.summary.startswith("New words")
