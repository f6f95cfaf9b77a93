"""Guessing passwords: ended from the tenth try on, seen for 90 days, no lever on others."""

import datetime as dt
import re

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.admin.browser_form import act
from tests.admin.conftest import client_of, colleague  # noqa: F401 — a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
RIGHT = "rhubarb-crumble-9"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.7"


def log_in(user, word=RIGHT, address=HERE, agent="a"):
    """The status of the answer: 302 is in, 200 was wrong, 429 has to wait."""
    said = {"username": user, "password": word, "next": "/admin/"}
    client = Client(REMOTE_ADDR=address, headers={"user-agent": agent})
    return client.post("/admin/login/", said).status_code


@pytest.fixture
def people(db):
    return [colleague(name, is_staff=True) for name in ("ada", "ben")]


@pytest.fixture
def clock(monkeypatch):
    """clock(seconds): from now on it is so much later than when the test began."""
    begun = timezone.now()

    def clock(seconds):
        at = begun + dt.timedelta(seconds=seconds)
        for name in ("axes.handlers.proxy.now", "django.utils.timezone.now"):
            monkeypatch.setattr(name, lambda: at)

    clock(0)
    return clock


def test_account_of_ones_own_buys_no_tries_on_another(people):
    answers = []
    for _ in range(30):
        answers.append(log_in("ada", "wrong", ELSEWHERE))
        log_in("ben", RIGHT, ELSEWHERE)
    assert answers == [200] * 9 + [429] * 21
    assert log_in("ada", RIGHT, "198.51.100.1") == 429
    kept = AccessFailureLog.objects.filter(username="ada", ip_address=ELSEWHERE)
    assert kept.count() == 10
    assert AccessLog.objects.filter(username="ben", ip_address=ELSEWHERE).count() == 9


def test_success_clears_what_is_its_own(people):
    for _ in range(9):
        log_in("ada", "wrong")
        log_in("ben", "wrong", ELSEWHERE)
    assert log_in("ada") == 302
    assert [log_in("ada", "wrong") for _ in range(9)] == [200] * 9
    assert AccessAttempt.objects.get(username="ben").failures_since_start == 9
    assert AccessFailureLog.objects.count() == 27


@pytest.mark.parametrize(
    ("what", "tried"),
    [
        ("one account from everywhere", [("ada", f"198.51.100.{each}") for each in range(10)]),
        ("every account from one address", [(f"nobody{each}", HERE) for each in range(10)]),
    ],
)
def test_ten_failures_by_account_or_address_end_it(people, what, tried):
    for user, address in tried:
        log_in(user, "wrong", address)
    assert log_in("ada") == 429


def test_programs_that_change_their_name_are_counted_together(people):
    answers = [log_in("ada", "wrong", agent=f"agent {each}") for each in range(12)]
    assert answers == [200] * 9 + [429] * 3


def test_tries_against_a_lock_do_not_prolong_it(people, clock):
    for second in range(0, 901, 30):
        clock(second)
        log_in("ada", "wrong", ELSEWHERE)
    assert log_in("ada") == 429
    clock(9 * 30 + 15 * 60 + 1)  # the tenth try, and a quarter of an hour
    assert log_in("ada") == 302


def test_stranger_who_never_ends_keeps_nobody_from_their_desk(people, clock):
    assert log_in("ada") == 302
    for second in range(0, 3600, 60):
        clock(second)
        log_in("ada", "wrong", f"198.51.100.{second // 60}")
    assert log_in("ada", RIGHT, ELSEWHERE) == 429
    assert log_in("ada") == 302


def test_at_the_desk_ten_failures_end_it_too(people):
    assert log_in("ada") == 302
    assert [log_in("ada", "wrong") for _ in range(11)] == [200] * 9 + [429] * 2


def test_log_names_who_and_whence_and_no_password(people, caplog):
    name = "ada\nWARNING fake: line"
    for user in ["ada"] * 11 + [name]:
        log_in(user, "wrong-but-secret", ELSEWHERE)
    told = [
        each.getMessage() for each in caplog.records if "axes" in each.name or "guess" in each.name
    ]
    assert any(
        line.startswith(f"AXES: New login failure by 'ada' from {ELSEWHERE}.") for line in told
    )
    assert f"Refused a log-in as 'ada' from {ELSEWHERE}: too many wrong passwords." in told
    assert not any("\n" in line or "wrong-but-secret" in line for line in told)
    fields = AccessAttempt.objects.values_list("get_data", "post_data")
    assert "wrong-but-secret" not in str(list(fields))


def test_who_has_to_wait_is_told_how_long_and_who_may_help(people):
    for _ in range(10):
        log_in("ada", "wrong")
    response = Client(REMOTE_ADDR=HERE).post("/admin/login/", {"username": "ada", "password": "b"})
    page = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (429, "900")
    assert reverse("admin_password_reset") in page
    assert "ask a colleague who is a publisher" in page
    assert "axes_reset_ip" in page
    assert HERE in page


def test_publisher_lets_a_colleague_in_again(people, client_of):  # noqa: F811
    publisher = client_of("publisher")
    for each in range(10):
        log_in("ada", "wrong", f"198.51.100.{each}")
    assert log_in("ada") == 429
    act(publisher, "let_in_again", people[0])
    assert log_in("ada") == 302
    assert AccessFailureLog.objects.filter(username="ada").count() == 10


def test_traces_end_with_the_day_that_the_privacy_page_names(people):
    days = settings.AXES_TRACES_DAYS
    log_in("ada", "wrong")
    log_in("ada")
    for model in (AccessLog, AccessFailureLog):
        made = model.objects.get()
        at = timezone.now() - dt.timedelta(days=days, minutes=1)
        model.objects.filter(pk=made.pk).update(attempt_time=at)
    log_in("ben", "wrong")
    log_in("ben")
    unit = (settings.BASE_DIR / "deploy" / "partners-daily.service").read_text()
    commands = re.findall(r"manage\.py (axes_\w+) --age (\d+)$", unit, re.MULTILINE)
    assert {age for _, age in commands} == {str(days)}
    for command, age in commands:
        call_command(command, f"--age={age}", verbosity=0)
    for model in (AccessLog, AccessFailureLog):
        assert [each.username for each in model.objects.all()] == ["ben"]
    privacy = (settings.BASE_DIR / "fixtures" / "04_pages.json").read_text()
    assert f"It is deleted after {days} days" in privacy
