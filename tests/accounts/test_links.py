"""Links to choose a password: few an hour, the same for everybody, and to no other place."""

import datetime as dt

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners.accounts import links
from partners.models import LinkRequest
from tests.admin.conftest import colleague
from tests.mail_server import mails_to

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
MOST = settings.LINKS_AN_HOUR


@pytest.fixture
def ada(db):
    return colleague("ada", is_staff=True)


def ask(email, address="192.0.2.1", **headers):
    page = reverse("admin_password_reset")
    return Client(REMOTE_ADDR=address).post(page, {"email": email}, **headers)


def statuses(answers):
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_forty_requests_for_one_address_send_few_mails(ada, email):
    answers = [ask(email, f"198.51.100.{each}") for each in range(40)]
    assert statuses(answers) == [302] * MOST["account"] + [429] * (40 - MOST["account"])
    assert len(mail.outbox) == (MOST["account"] if email.startswith("ada") else 0)
    assert links.SENTENCES["account"] in answers[-1].content.decode()
    assert answers[-1]["Retry-After"] == "3600"


def test_spelling_makes_no_other_address(ada):
    for name in ["ada", "ADA", "Ada", "\uff41da"] * 3:
        ask(f"{name}@Example.org")
    assert len(mail.outbox) == MOST["account"]


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
    assert len(mail.outbox) == MOST["account"] + 1
    assert LinkRequest.objects.count() == MOST["account"] * 2


def test_nobody_reads_who_asked(ada):
    ask("ada@example.org")
    said = str(list(LinkRequest.objects.values()))
    assert not [word for word in ("ada", "example", "192.0.2.1") if word in said]


def test_answer_and_work_are_the_same_for_known_and_unknown(ada, django_assert_num_queries):
    answers = {}
    for email in ("ada@example.org", "nobody@example.org"):
        with django_assert_num_queries(8):
            answers[email] = ask(email)
    known, unknown = answers.values()
    assert known.headers["Location"] == unknown.headers["Location"]
    assert known.content == unknown.content


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_mail_server_that_is_away_shows_nothing(ada, email, caplog):
    with mails_to(1):  # nobody listens there
        assert ask(email).status_code == 302
    told = "A link to choose a password could not be sent." in caplog.messages
    assert told == email.startswith("ada")


@pytest.mark.parametrize("letter", links.LETTERS)
@pytest.mark.parametrize("site", ["https://partners.example.org", "http://127.0.0.1:8123"])
def test_mail_leads_to_the_address_of_the_site(ada, settings, letter, site):
    settings.SITE_URL = site
    links.send("ada@example.org", letter)
    (message,) = mail.outbox
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
    (message,) = mail.outbox
    said = message.subject + message.body
    assert f"{settings.SITE_URL}/admin/password-reset/" in said
    assert "6666" not in said
    assert "evil" not in said
