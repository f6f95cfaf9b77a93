"""Links to choose a password: few an hour, the same for everybody, and to no other place."""

import datetime as dt
import json
import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from partners.accounts import links
from partners.models import LinkRequest
from tests.admin.conftest import colleague
from tests.mail_server import mails_to
from tests.worker import work

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
MOST = settings.LINKS_AN_HOUR


@pytest.fixture
def ada(db):
    return colleague("ada", is_staff=True)


def ask(email, address="192.0.2.1", **headers):
    page = reverse("admin_password_reset")
    return Client(REMOTE_ADDR=address).post(page, {"email": email}, **headers)


def outbox():
    """What was mailed once the worker has done what is queued."""
    assert not mail.outbox, "Nothing is sent inside a request."
    work()
    return mail.outbox


def statuses(answers):
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_forty_requests_for_one_address_send_few_mails(ada, email):
    answers = [ask(email, f"198.51.100.{each}") for each in range(40)]
    assert statuses(answers) == [302] * MOST["account"] + [429] * (40 - MOST["account"])
    assert len(outbox()) == (MOST["account"] if email.startswith("ada") else 0)
    assert links.SENTENCES["account"] in answers[-1].content.decode()
    assert answers[-1]["Retry-After"] == "3600"


def test_spelling_makes_no_other_address(ada):
    for name in ["ada", "ADA", "Ada", "\uff41da"] * 3:
        ask(f"{name}@Example.org")
    assert len(outbox()) == MOST["account"]


def test_many_addresses_from_one_place_are_refused_in_words():
    answers = [ask(f"nobody{each}@example.org") for each in range(MOST["address"] + 1)]
    assert statuses(answers) == [302] * MOST["address"] + [429]
    assert links.SENTENCES["address"] in answers[-1].content.decode()
    assert ask("nobody@example.org", "192.0.2.2").status_code == 302


def test_who_is_refused_may_ask_again_an_hour_after_the_first(ada):
    now = timezone.now()
    for minutes in range(0, 60, 2):
        try:
            links.ask("ada@example.org", "192.0.2.1", now + dt.timedelta(minutes=minutes))
        except links.TooMany:
            assert minutes >= MOST["account"] * 2
    links.ask("ada@example.org", "192.0.2.1", now + dt.timedelta(minutes=60))
    assert len(outbox()) == MOST["account"] + 1
    assert LinkRequest.objects.count() == MOST["account"] * 2


def test_nobody_reads_who_asked(ada):
    ask("ada@example.org")
    said = str([*LinkRequest.objects.values(), *DBTaskResult.objects.values()])
    assert not [word for word in ("ada", "example", "192.0.2.1") if word in said]


def test_answer_and_work_are_the_same_for_known_and_unknown(ada, django_assert_num_queries):
    answers, statements = [], []
    for email in ("ada@example.org", "nobody@example.org"):
        with mails_to(1), django_assert_num_queries(9) as asked:  # nobody listens there
            answers.append(ask(email))
        statements.append([each["sql"].partition(" VALUES")[0] for each in asked.captured_queries])
    known, unknown = answers
    assert known.headers["Location"] == unknown.headers["Location"]
    assert known.content == unknown.content
    assert DBTaskResult.objects.count() == 2
    known, unknown = [
        [re.sub(r" WHERE.*|'[^']*'|\d", "", text) for text in each] for each in statements
    ]
    assert known == unknown


def test_queue_holds_no_link_and_no_address(ada):
    ask("ada@example.org")
    asked, done = DBTaskResult.objects.get(), outbox()
    assert asked.args_kwargs == {"args": [links.RESET, [ada.pk]], "kwargs": {}}
    asked.refresh_from_db()
    held = json.dumps(DBTaskResult.objects.values().get(), default=str)
    assert asked.status == "SUCCESSFUL"
    for secret in (done[0].body.split("/admin/password-reset/")[1].split("/")[1], "ada@example"):
        assert secret in done[0].body or secret in done[0].to[0]
        assert secret not in held


def test_each_account_of_an_address_gets_its_letter_once(ada):
    other = colleague("ada2", is_staff=True)
    type(other).objects.filter(pk=other.pk).update(email=ada.email)
    ask(ada.email)
    names = sorted(message.body.count("ada2") > 0 for message in outbox())
    assert names == [False, True]


def test_letter_leaves_once_the_mail_server_is_back(ada, caplog):
    with mails_to(1):  # nobody listens there
        ask(ada.email)
        work()
    asked = DBTaskResult.objects.get()
    assert asked.status == "READY"
    assert timezone.now() < asked.run_after < timezone.now() + dt.timedelta(minutes=2)
    work()
    assert not mail.outbox, "Its time has not come."
    DBTaskResult.objects.update(run_after=timezone.now())
    assert len(outbox()) == 1
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_letter_that_is_never_taken_ends_as_failed(ada):
    with mails_to(1):
        ask(ada.email)
        for _ in range(4):
            DBTaskResult.objects.update(run_after=timezone.now())
            work()
    asked = DBTaskResult.objects.get()
    assert (asked.status, len(asked.worker_ids)) == ("FAILED", 4)


def test_who_has_left_since_gets_nothing(ada):
    ask(ada.email)
    type(ada).objects.update(is_active=False)
    assert outbox() == []


@pytest.mark.parametrize("letter", links.LETTERS)
@pytest.mark.parametrize("site", ["https://partners.example.org", "http://127.0.0.1:8123"])
def test_mail_leads_to_the_address_of_the_site(ada, settings, letter, site):
    settings.SITE_URL = site
    links.send("ada@example.org", letter)
    (message,) = outbox()
    assert f"\n{site}/admin/password-reset/" in message.body
    assert message.body.count("://") == message.body.count(site)


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": "localhost:6666"},
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_PORT": "6666"},
        {"HTTP_FORWARDED": "host=evil.example:6666;proto=http"},
    ],
)
def test_nothing_of_the_request_is_in_the_mail(ada, headers):
    ask("ada@example.org", **headers)
    (message,) = outbox()
    said = message.subject + message.body
    assert f"{settings.SITE_URL}/admin/password-reset/" in said
    assert "6666" not in said
    assert "evil" not in said
