"""The second factor, sessions, and the log: who gets in, and what is written down of it."""

import datetime as dt
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from partners.accounts import access
from tests import factories as make
from tests.admin.browser_form import act, address

pytestmark = pytest.mark.django_db
ACCOUNT = "/admin/account/"
LIST = "/admin/partners/organisation/"


def code(user):
    """What an authenticator app shows now (RFC 6238)."""
    device = TOTPDevice.objects.get(user__username=user)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    return f"{totp.token():06}"


def enrol(client, user):
    """Set up the second factor as its owner does; returns the recovery codes that are shown."""
    client.get(ACCOUNT)
    response = client.post(ACCOUNT, {"_code": "1", "code": code(user)})
    codes = re.findall(r"<li><code>(\w+)</code></li>", response.content.decode())
    TOTPDevice.objects.update(last_t=-1)  # the same code counts again: a test does not wait 30 s
    return codes


def asks_for_code(response):
    return response.status_code == 302 and response["Location"].startswith("/admin/login/")


@pytest.fixture
def demanded(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.mark.parametrize("who", ["publisher", "superuser"])
def test_those_who_decide_set_up_a_second_factor_first(demanded, client_of, who):
    client = client_of(who)
    assert asks_for_code(client.get(LIST))
    page = client.get(LIST, follow=True)
    assert page.redirect_chain[-1][0] == f"{ACCOUNT}?next=%2Fadmin%2Fpartners%2Forganisation%2F"
    secret = "".join(re.search(r"<code>([A-Z2-7 ]+)</code>", page.content.decode())[1].split())
    assert secret in TOTPDevice.objects.get().config_url
    assert "<svg" in page.content.decode()
    assert len(enrol(client, who)) == 10
    assert client.get(LIST).status_code == 200


def test_the_setting_off_asks_nobody_and_editors_are_never_bound(client_of, settings):
    assert client_of("publisher").get(LIST).status_code == 200
    settings.SECOND_FACTOR_REQUIRED = True
    assert client_of("editor").get(LIST).status_code == 200


@pytest.mark.parametrize("who", ["editor", "publisher"])
def test_next_session_owes_a_code(client_of, who):
    codes = enrol(client_of(who), who)
    client = client_of(who)
    assert asks_for_code(client.get(LIST))
    wrong = client.post(ACCOUNT, {"_code": "1", "code": "000000"})
    assert "This code is wrong" in wrong.content.decode()
    assert asks_for_code(client.get(LIST))
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    right = client.post(f"{ACCOUNT}?next={LIST}", {"_code": "1", "code": code(who)})
    assert right["Location"] == LIST
    assert client.get(LIST).status_code == 200
    assert len(codes) == access.recovery_codes_left(User.objects.get(username=who))


def test_recovery_code_opens_once(client_of):
    codes = enrol(client_of("editor"), "editor")
    first, second = client_of("editor"), client_of("editor")
    first.post(ACCOUNT, {"_code": "1", "code": codes[0].upper()})
    assert first.get(LIST).status_code == 200
    second.post(ACCOUNT, {"_code": "1", "code": codes[0]})
    assert asks_for_code(second.get(LIST))


def test_code_is_good_once(client_of):
    enrol(client_of("editor"), "editor")
    first, second = client_of("editor"), client_of("editor")
    said = {"_code": "1", "code": code("editor")}
    first.post(ACCOUNT, said)
    second.post(ACCOUNT, said)
    assert first.get(LIST).status_code == 200
    assert asks_for_code(second.get(LIST))


def test_guessing_codes_is_slowed_down(client_of):
    enrol(client_of("editor"), "editor")
    client = client_of("editor")
    for _ in range(3):
        client.post(ACCOUNT, {"_code": "1", "code": "000000"})
    client.post(ACCOUNT, {"_code": "1", "code": code("editor")})
    assert asks_for_code(client.get(LIST))


@pytest.mark.parametrize("button", ["_renew", "_remove"])
def test_who_owes_a_code_changes_nothing(client_of, button):
    enrol(client_of("editor"), "editor")
    before = set(StaticToken.objects.values_list("token"))
    assert client_of("editor").post(ACCOUNT, {button: "1"}).status_code == 403
    assert set(StaticToken.objects.values_list("token")) == before
    assert TOTPDevice.objects.filter(confirmed=True).exists()


def test_lost_phone_is_replaced_with_a_recovery_code(client_of):
    codes = enrol(client_of("publisher"), "publisher")
    client = client_of("publisher")
    client.post(ACCOUNT, {"_code": "1", "code": codes[0]})
    client.post(ACCOUNT, {"_renew": "1"})
    assert client.get(LIST).status_code == 200
    client.post(ACCOUNT, {"_remove": "1"})
    assert len(enrol(client_of("publisher"), "publisher")) == 10


def test_owner_renews_codes_and_removes_the_factor(client_of):
    client = client_of("editor")
    codes = enrol(client, "editor")
    renewed = client.post(ACCOUNT, {"_renew": "1"}).content.decode()
    assert not any(old in renewed for old in codes)
    client.post(ACCOUNT, {"_remove": "1"})
    assert asks_for_code(client.get(LIST))  # logged out
    assert client_of("editor").get(LIST).status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_code_leads_nowhere_else(client_of, target):
    enrol(client_of("editor"), "editor")
    response = client_of("editor").post(
        f"{ACCOUNT}?next={target}", {"_code": "1", "code": code("editor")}
    )
    assert response["Location"] == reverse("admin:index")


@pytest.mark.parametrize("who", ["anonymous", "outsider"])
def test_account_page_is_for_staff(client_of, who):
    response = client_of(who).post(ACCOUNT, {"_code": "1", "code": "000000"})
    assert response["Location"] == f"/admin/login/?next={ACCOUNT}"
    assert not TOTPDevice.objects.exists()


def test_sign_out_everywhere_ends_every_session_of_one_person(client_of):
    here, there, colleague = client_of("editor"), client_of("editor"), client_of("publisher")
    here.post(ACCOUNT, {"_sign_out": "1"})
    assert asks_for_code(here.get(LIST))
    assert asks_for_code(there.get(LIST))
    assert colleague.get(LIST).status_code == 200


def test_publisher_signs_a_colleague_out_but_no_operator(client_of, publisher):
    editor, superuser = client_of("editor"), client_of("superuser")
    users = User.objects.filter(username__in=["editor", "superuser"])
    act(publisher, "sign_out_everywhere", *users)
    assert asks_for_code(editor.get(LIST))
    assert superuser.get(LIST).status_code == 200


def test_operator_removes_the_factor_of_a_lost_phone(client_of, publisher, superuser):
    enrol(client_of("editor"), "editor")
    user = User.objects.get(username="editor")
    act(publisher, "forget_second_factor", user)
    assert TOTPDevice.objects.exists()
    act(superuser, "forget_second_factor", user)
    assert client_of("editor").get(LIST).status_code == 200


def test_log_is_read_by_those_who_decide_and_changed_by_nobody(client_of, open_form):
    open_form(client_of("editor"), make.OrganisationFactory()).save("_draft", summary="Begun.")
    entry = LogEntry.objects.get()
    for who in ("editor", "publisher", "superuser"):
        client = client_of(who)
        for page in ("add", "change", "delete"):
            url = address(LogEntry if page == "add" else entry, page)
            assert client.post(url, {"post": "yes", "change_message": "-"}).status_code == 403
        act(client, "delete_selected", entry, post="yes")
        listed = client.get(address(LogEntry, "changelist")).status_code
        assert listed == (403 if who == "editor" else 200)
    assert LogEntry.objects.get() == entry


@pytest.mark.parametrize(
    ("behind", "forwarded", "address"),
    [
        (False, "203.0.113.9", "192.0.2.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (True, "2001:db8::1", "2001:db8::1"),
        (True, "'; DROP TABLE", "0.0.0.0"),  # noqa: S104
    ],
)
def test_address_is_what_our_own_proxy_says(rf, settings, behind, forwarded, address):
    settings.BEHIND_PROXY = behind
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert access.client_address(request) == address


def test_sessions_end_within_a_working_day(settings, editor):
    begun = timezone.now()
    assert Session.objects.get().expire_date <= begun + dt.timedelta(hours=12)
    assert settings.SESSION_EXPIRE_AT_BROWSER_CLOSE


@pytest.mark.parametrize("password", ["elevenchars", "1q2w3e4r5t6y", "123456789012345"])
def test_weak_passwords_are_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password)
