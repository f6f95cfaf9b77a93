"""Links by which somebody chooses a password: who gets one, how often, and where it leads.

All lead to SITE_URL: nothing of a request is in them.
"""

import datetime as dt
import unicodedata

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from partners.models import LinkRequest
from partners.models.tasks import task

PERIOD = dt.timedelta(hours=1)
RESET, INVITATION = "reset", "invitation"
#: Letter → the templates of its subject and its text; Django's admin brings those of a reset.
LETTERS = {
    RESET: ("registration/password_reset_subject.txt", "registration/password_reset_email.html"),
    INVITATION: ("registration/invitation_subject.txt", "registration/invitation_email.txt"),
}
#: What LINKS_AN_HOUR counts by → what is said when there were too many.
SENTENCES = {
    "account": "Several links were asked for at this mail address within the last hour. Look into "
    "your mail, among the unwanted as well; each link works for three days. If there is none, wait "
    "an hour before you ask again.",
    "address": "Too many links were asked for from where you are within the last hour. Wait an "
    "hour, or ask from another network.",
}


class TooMany(Exception):
    """No link is sent; the text is a sentence for whoever asked."""


def ask(email, address, at):
    """Send a link to whoever has `email`, asked for at `at` (aware datetime) from `address`.

    It does the same, and says the same, whether or not anybody has it. Raises TooMany.
    """
    _count({"account": alike(email), "address": address}, at)
    send(email, RESET)


def send(email, letter):
    """Queue one of LETTERS for each account with that address; as much work if there is none."""
    write.enqueue(letter, [user.pk for user in PasswordResetForm().get_users(email)])


@task(priority=10)  # somebody waits for it
def write(letter, keys):
    """Mail one of LETTERS to the accounts of these keys. Raises OSError.

    The link is made only now: the queue holds none. Each letter is a task of its own, so that none
    is sent twice when another is not taken.
    """
    subject, text = LETTERS[letter]
    for key in keys[1:]:
        write.enqueue(letter, [key])
    for user in User.objects.filter(pk__in=keys[:1], is_active=True):
        context = _link_of(user)
        title = render_to_string(subject, context).strip()
        send_mail(title, render_to_string(text, context), None, [user.email])


def _link_of(user):
    """What the templates of Django and ours build the link from."""
    protocol, _, domain = settings.SITE_URL.partition("://")
    return {
        "user": user,
        "uid": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
        "protocol": protocol,
        "domain": domain,
        "site_name": domain,
    }


def alike(email):
    """One form of all that Django takes for the same address."""
    return unicodedata.normalize("NFKC", email).casefold()


def _count(asked, at):
    """Count a request. Raises TooMany."""
    limits = settings.LINKS_AN_HOUR
    if by := count({f"links.{by}": (value, limits[by]) for by, value in asked.items()}, at):
        raise TooMany(SENTENCES[by.rpartition(".")[2]])


@transaction.atomic
def count(asked, at):
    """Count that somebody asks for something at `at`: {what: (by whom, how often an hour)}.

    Returns what was asked for too often (str), "" if nothing was. One that is refused does not
    count, so that nobody is shut out for good. Only keyed hashes are kept, and for an hour.
    """
    LinkRequest.objects.filter(at__lte=at - PERIOD).delete()
    keys = {
        what: salted_hmac(f"partners.{what}", value, algorithm="sha256").hexdigest()
        for what, (value, _) in asked.items()
    }
    for what, (_, most) in asked.items():
        if LinkRequest.objects.filter(key=keys[what]).count() >= most:
            return what
    LinkRequest.objects.bulk_create(LinkRequest(key=key, at=at) for key in keys.values())
    return ""
