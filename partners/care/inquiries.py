"""Letters to partners: asked, reminded once, thanked, told what became of it.

A letter is written when it leaves, so the queue holds no link and no address. What a mail server
refuses for good is told to staff; what it could not take just now is tried again.
"""

import datetime as dt
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string

from partners.models import Inquiry, Organisation
from partners.models.tasks import task
from partners.publishing import answers, links
from partners.reading import site
from partners.rows import differences
from partners.values.dates import PartialDate
from partners.values.lines import one_line, writable

#: Kind of letter → what its subject begins with.
LETTERS = {"ask": "", "remind": "Reminder: ", "receipt": "Received: ", "outcome": "Your answer: "}
SUBJECT = "Is this still right?"
TEXT = (
    "On our partners site we tell the public about you and what we do together. Please look at "
    "what it says, and tell us with one press that it is still right, or correct what is not."
)
REFUSED = 500  # SMTP's replies from here on are for good (RFC 5321, section 4.2.1)


def draft(contact, subject, text, by, at):
    """An Inquiry to `contact` that is not stored yet."""
    root = contact.root
    return Inquiry(
        kind=root._meta.label_lower,
        key=root.pk,
        title=str(root)[:300],
        contact=contact,
        subject=subject,
        text=text,
        made_by=by,
        made_at=at,
        expires_at=at + dt.timedelta(days=settings.ANSWER_LINK_DAYS),
    )


@transaction.atomic
def ask(contact, subject, text, by, at, sends=True):
    """A new Inquiry to `contact`; its letter is queued if it `sends`."""
    inquiry = draft(contact, subject, text, by, at)
    inquiry.save(force_insert=True)
    if sends:
        ask_again(inquiry, at)
    return inquiry


@transaction.atomic
def ask_again(inquiry, at):
    """Queue its letter, as after a mail that did not arrive."""
    Inquiry.objects.filter(pk=inquiry.pk).update(sent_at=at, failure="")
    letter.enqueue("ask", str(inquiry.pk))


@transaction.atomic
def receive(inquiry, at):
    """Send the draft of the answer, and queue its receipt. Raises what `answers.send` does."""
    answers.send(inquiry, at)
    letter.enqueue("receipt", str(inquiry.pk))


def remind(at):
    """Queue the one reminder of each letter that is due; returns how many."""
    return sum(_remind(inquiry, at) for inquiry in Inquiry.objects.to_remind(at))


@transaction.atomic
def _remind(inquiry, at):
    """The inquiry is its own ledger: who notes first that it is told, tells it."""
    is_first = Inquiry.objects.filter(pk=inquiry.pk, reminded_at=None).update(reminded_at=at)
    if is_first:
        letter.enqueue("remind", str(inquiry.pk))
    return bool(is_first)


def written(kind, inquiry):
    """The parts of a letter of that kind (dict of str): to, subject, text, html."""
    answer, contact = inquiry.answer_sent, inquiry.contact
    context = {
        "inquiry": inquiry,
        "address": links.address(inquiry),
        "until": PartialDate(inquiry.expires_at.date().isoformat()).display(),
        "site_name": site.title(Organisation.objects.home()),
        "contact_email": settings.CONTACT_EMAIL,
        "answer": answer,
        "name": answer.by_name if answer else contact.name,
    }
    if answer:
        context["differences"] = differences.between(answer.base, answer.rows)
    return {
        "to": (answer and answer.by_email) or contact.email,
        "subject": writable(LETTERS[kind] + inquiry.subject),
        "text": render_to_string(f"mail/{kind}.txt", context),
        "html": render_to_string(f"mail/{kind}.html", context),
    }


class NotTaken(OSError):
    """The mail server could not take the letter just now; whose it was is in no log."""


@task
def letter(kind, key):
    """Mail the letter of that kind about the Inquiry of that key. Raises NotTaken."""
    inquiry = Inquiry.objects.select_related("contact").filter(pk=key).first()
    if inquiry is None:
        return  # somebody asked to be forgotten
    parts = written(kind, inquiry)
    message = EmailMultiAlternatives(parts["subject"], parts["text"], to=[parts["to"]])
    message.attach_alternative(parts["html"], "text/html")
    try:
        message.send()
    except (OSError, ValueError) as error:  # ValueError: what no header can hold
        failure = one_line(str(error)).replace(parts["to"], "the address")[:300]
        is_for_good = _is_for_good(error)
    else:
        failure, is_for_good = "", True
    Inquiry.objects.filter(pk=inquiry.pk).update(failure=failure)
    if not is_for_good:
        raise NotTaken(failure)


def _is_for_good(error):
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= REFUSED for code, _ in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return error.smtp_code >= REFUSED
    return isinstance(error, ValueError)
