"""Letters to partners, by a real mail server: sent, refused, put off, reminded once."""

import datetime as dt
import re
import socket
from contextlib import closing

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from partners.care import inquiries
from partners.models import Inquiry
from tests import factories as make
from tests.mail_server import mails_to
from tests.worker import work

pytestmark = pytest.mark.django_db


class Box:
    """A mail server's handler that answers with `reply` and keeps what it takes."""

    def __init__(self):
        self.reply, self.messages = "250 OK", []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.reply

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.messages.append(envelope.content.decode())
        return "250 OK"


@pytest.fixture
def box():
    box = Box()
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    with mails_to(port):
        yield box
    controller.stop()


@pytest.fixture
def contact(db):
    partner = make.OrganisationFactory(name="Society of Rays")
    return make.ContactFactory(organisation=partner, name="Dr Ada Example", email="ada@example.org")


def ask(contact, at=None):
    return inquiries.ask(contact, "Is this right?", "Please look.", None, at or timezone.now())


def test_letter_arrives_as_text_and_html_with_a_link_that_opens(client, box, contact):
    ask(contact)
    assert DBTaskResult.objects.get().args_kwargs["args"] == ["ask", str(Inquiry.objects.get().pk)]
    work()
    [letter] = box.messages
    assert "To: ada@example.org" in letter
    assert "Good day Dr Ada Example" in letter
    assert "text/html" in letter
    link = re.search(
        r"http://[^ /]+(/confirm/\S+/)", letter.replace("=\r\n", "").replace("=3D", "=")
    )
    assert client.get(link[1]).status_code == 200


def test_refused_address_is_told_and_not_tried_again(box, contact):
    box.reply = "550 no such box: ada@example.org"
    inquiry = ask(contact)
    work()
    inquiry.refresh_from_db()
    assert "550" in inquiry.failure
    assert "ada@example.org" not in inquiry.failure
    assert not DBTaskResult.objects.filter(status="READY").exists()
    box.reply = "250 OK"
    inquiries.ask_again(inquiry, timezone.now())
    work()
    inquiry.refresh_from_db()
    assert inquiry.failure == ""
    assert len(box.messages) == 1


@pytest.mark.parametrize("reply", ["450 try later", "421 closing"])
def test_what_the_server_puts_off_is_told_and_tried_again(box, contact, reply, caplog):
    box.reply = f"{reply}: ada@example.org"
    inquiry = ask(contact)
    work()
    inquiry.refresh_from_db()
    assert inquiry.failure
    [task] = DBTaskResult.objects.filter(status="READY")
    logged = [each.getMessage() for each in caplog.records if each.name != "mail.log"]
    assert "ada@" not in f"{logged}{task.traceback}{inquiry.failure}"


def test_server_that_is_away_loses_nothing(contact):
    inquiry = ask(contact)
    with mails_to(9):
        work()
    inquiry.refresh_from_db()
    assert inquiry.failure
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def test_reminder_is_sent_once_however_many_days_were_missed(contact):
    now = timezone.now()
    asked = ask(contact, now - dt.timedelta(days=51))
    answered = make.InquiryFactory(contact=contact, sent_at=now - dt.timedelta(days=51))
    make.AnswerFactory(inquiry=answered)
    make.InquiryFactory(contact=contact, sent_at=now - dt.timedelta(days=20))
    make.InquiryFactory(contact=contact, sent_at=None)
    make.InquiryFactory(contact=contact, sent_at=now - dt.timedelta(days=51), revoked_at=now)
    work()
    mail.outbox.clear()
    for _ in range(2):
        call_command("send_reminders", verbosity=0)
        work()
    reminders = [each for each in mail.outbox if each.subject.startswith("Reminder: ")]
    assert [each.to for each in reminders] == [["ada@example.org"]]
    asked.refresh_from_db()
    assert asked.reminded_at


def test_no_letter_leaves_to_who_is_forgotten(contact):
    ask(contact)
    contact.delete()
    work()
    assert not mail.outbox
