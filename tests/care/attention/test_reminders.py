"""Mails, through a real mail server: each person is told of each thing once, however late."""

import datetime as dt
import json
import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db.models import Value
from django_tasks_db.models import DBTaskResult

from partners.accounts.groups import EDITORS, PUBLISHERS
from partners.care import reminders
from partners.models import Chore, Link, Organisation, Reminder
from partners.rows import bookkeeping
from tests import factories as make
from tests.mail_server import mails_to
from tests.worker import work

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


class Inbox:
    """What the server took: [(recipient, subject, text, html)]."""

    def __init__(self):
        self.mails, self.unknown = [], set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.unknown:
            return "550 There is nobody of that name here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 — aiosmtpd's name
        mail = message_from_bytes(envelope.content, policy=policy.default)
        text, html = (mail.get_body([kind]).get_content() for kind in ("plain", "html"))
        self.mails.append((envelope.rcpt_tos[0], mail["Subject"], text, html))
        return "250 OK"


@pytest.fixture
def inbox():
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    with mails_to(port):
        yield inbox
    server.stop()


def colleague(name, group=None, **fields):
    user = User.objects.create_user(name, f"{name}@example.org", is_staff=True, **fields)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def link():
    partner = make.OrganisationFactory(name="Rhubarb & Custard", withdrawn_at=None)
    return make.LinkFactory(organisation=partner, label="Their <statutes>", url="")


def remind(now):
    """Queue what is new, and send it; returns how many mails were queued."""
    queued = reminders.send(now)
    work()
    return queued


def refused():
    """Of what was queued: why it was not taken."""
    return [each.traceback.rpartition("NotTaken: ")[2] for each in DBTaskResult.objects.failed()]


def told(inbox):
    return [(who, text.count("- ")) for who, _, text, _ in inbox.mails]


def test_everybody_is_told_once_though_the_job_skips_a_month_and_runs_twice(inbox, link):
    for name in ("anna", "ben"):
        colleague(name, EDITORS)
    colleague("paul", PUBLISHERS)
    for day in (0, 0, 31, 31, 32):
        remind(NOW + day * DAY)
    assert sorted(who for who, _ in told(inbox)) == ["anna@example.org", "ben@example.org"]
    _, subject, text, html = inbox.mails[0]
    assert subject.endswith(f"{text.count('- ')} things need attention")
    assert "Links without a target" in text
    assert "- Rhubarb & Custard: “Their <statutes>”" in text
    assert "Rhubarb &amp; Custard: “Their &lt;statutes&gt;”" in html
    assert f"http://127.0.0.1:8000/admin/partners/organisation/{link.organisation.pk}/" in text


def test_what_is_new_is_told_alone_and_what_is_mended_drops_out(inbox, link):
    colleague("anna", EDITORS)
    remind(NOW)
    Link.objects.update(url="https://example.org/")
    make.EventFactory(title="Congress", starts="2027")
    remind(NOW + DAY)
    text = inbox.mails[-1][2]
    assert "Congress: 2027" in text
    assert "statutes" not in text
    assert not Reminder.objects.filter(finding__startswith="link-without-target").exists()
    Link.objects.update(url="")
    remind(NOW + 2 * DAY)
    assert "statutes" in inbox.mails[-1][2]
    assert "Congress" not in inbox.mails[-1][2]


def test_who_looks_after_a_record_is_told_instead_of_the_group(inbox, link):
    colleague("anna", EDITORS)
    keeper = colleague("kim")
    bookkeeping.entrust(link.organisation, keeper)
    remind(NOW)
    by_person = {who: text for who, _, text, _ in inbox.mails}
    assert "statutes" in by_person["kim@example.org"]
    assert "statutes" not in by_person["anna@example.org"]


def test_group_is_told_once_who_looked_after_it_has_left(inbox, link):
    colleague("anna", EDITORS)
    keeper = colleague("kim", is_active=False)
    bookkeeping.entrust(link.organisation, keeper)
    remind(NOW)
    assert [who for who, _ in told(inbox)] == ["anna@example.org"]
    assert "statutes" in inbox.mails[0][2]


def test_mail_that_did_not_go_goes_the_next_day(inbox, link):
    colleague("anna", EDITORS)
    with mails_to(1):  # nobody listens there
        assert remind(NOW) == 1
    assert not inbox.mails
    assert not Reminder.objects.exists()
    assert remind(NOW + DAY) == 1


def test_what_was_told_before_is_not_told_again_with_a_mail_that_did_not_go(inbox, link):
    colleague("anna", EDITORS)
    remind(NOW)
    make.EventFactory(title="Congress", starts="2027")
    with mails_to(1):  # nobody listens there
        remind(NOW + DAY)
    assert Reminder.objects.filter(finding__startswith="link-without-target").exists()
    remind(NOW + 2 * DAY)
    assert "Congress: 2027" in inbox.mails[-1][2]
    assert "statutes" not in inbox.mails[-1][2]


def test_task_of_a_mail_is_as_small_as_the_mail(inbox, link, monkeypatch):
    monkeypatch.setattr(reminders, "MOST_OF_A_RULE", 1)
    colleague("anna", EDITORS)
    make.OrganisationFactory.create_batch(2)
    reminders.send(NOW)
    few = len(json.dumps(DBTaskResult.objects.get().args_kwargs))
    Reminder.objects.all().delete()
    make.OrganisationFactory.create_batch(7)
    reminders.send(NOW)
    many = len(json.dumps(DBTaskResult.objects.latest("enqueued_at").args_kwargs))
    assert many < few + 100  # numbers with more digits


def test_no_name_of_a_site_keeps_anybody_from_their_mail(inbox, link):
    """Whatever is stored: a value that no field of ours has cleaned."""
    make.OrganisationFactory(home=True)
    Organisation.objects.filter(is_home=True).update(acronym=Value("CIR\r\nBcc: x@y.org\x07SE"))
    colleague("anna", EDITORS)
    assert remind(NOW) == 1
    assert inbox.mails[0][1].startswith("CIR Bcc: x@y.org SE partners: ")


def test_address_that_no_header_can_hold_keeps_nobody_else_from_theirs(inbox, link):
    for name in ("anna", "ben"):
        colleague(name, EDITORS)
    User.objects.filter(username="anna").update(email="anna@example.org\nBcc: x@y.org")
    assert remind(NOW) == 2
    (why,) = refused()
    assert why.startswith("anna@example.org")
    assert {who for who, _ in told(inbox)} == {"ben@example.org"}


def test_one_address_that_is_refused_keeps_nobody_else_from_theirs(inbox, link, capsys):
    for name in ("anna", "ben", "carl"):
        colleague(name, EDITORS)
    inbox.unknown = {"anna@example.org"}
    call_command("send_reminders")
    work()
    assert {who for who, _ in told(inbox)} == {"ben@example.org", "carl@example.org"}
    (why,) = refused()
    assert "anna@example.org" in why
    inbox.unknown = set()
    call_command("send_reminders")
    work()
    assert [who for who, _ in told(inbox)][2:] == ["anna@example.org"]
    assert capsys.readouterr().out == "Mails queued: 3.\nMails queued: 1.\n"


def test_ledger_holds_what_is_queued_and_nothing_else(inbox, link, monkeypatch):
    colleague("anna", EDITORS)
    assert reminders.send(NOW) == 1
    (queued,) = DBTaskResult.objects.ready()
    anna, told_at = queued.args_kwargs["args"]
    assert Reminder.objects.filter(user=anna, sent_at=told_at).count() == Reminder.objects.count()
    assert Reminder.objects.filter(finding__startswith="link-without-target").exists()
    assert reminders.send(NOW) == 0
    Reminder.objects.all().delete()

    def refuse(*args, **kwargs):
        raise OSError("The queue takes nothing.")

    monkeypatch.setattr(DBTaskResult.objects, "create", refuse)
    with pytest.raises(OSError, match="takes nothing"):
        reminders.send(NOW)
    assert not Reminder.objects.exists()


def test_long_mail_says_how_many_more_there_are_and_where(inbox, link, monkeypatch):
    monkeypatch.setattr(reminders, "MOST_OF_A_RULE", 2)
    make.OrganisationFactory.create_batch(4)  # with the link's, five have no logo
    colleague("anna", EDITORS)
    remind(NOW)
    _, _, text, html = inbox.mails[0]
    text, address = (
        text.replace("\r\n", "\n"),
        f"{settings.SITE_URL}/admin/attention/?rule=logo-missing",
    )
    assert text.count(": no logo") == html.count(": no logo") == 2
    assert f"… and 3 more:\n  {address}\n" in text
    assert f'<a href="{address}">… and 3 more</a>' in html
    assert Reminder.objects.filter(finding__startswith="logo-missing").count() == 5


def test_nobody_without_an_address_is_told(inbox, link):
    colleague("anna", EDITORS)
    User.objects.update(email="")
    assert remind(NOW) == 0


def test_command_says_how_many_mails_are_queued(inbox, link, capsys):
    colleague("anna", EDITORS)
    call_command("send_reminders")
    assert capsys.readouterr().out == "Mails queued: 1.\n"
    assert Chore.objects.filter(pk="send_reminders").exists()
