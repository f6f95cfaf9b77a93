"""Mails of what needs attention: each person is told of each finding once, however late.

What is found is compared with the ledger, not with a due day: skipped days are caught up, and what
is mended drops out. If it comes back it is news again.
"""

import datetime as dt
from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string

from partners.care.attention import keepers, queue
from partners.models import Organisation, Reminder
from partners.models.known import batches
from partners.models.tasks import task
from partners.reading import site
from partners.values.lines import writable

#: So many findings of a rule stand in a mail, which says how many more there are, and where.
MOST_OF_A_RULE = 20


class NotTaken(Exception):
    """The mail server refused the mail, or is away."""


def send(now):
    """Queue a mail to everybody of what is new to them at `now` (aware datetime); return how many.

    The ledger holds what is queued with it, in one transaction.
    """
    findings = [finding for group in queue(now) for finding in group.findings]
    _forget_all_but({finding.key for finding in findings})
    return sum(_remind(user, mine, now) for user, mine in keepers(findings) if user.email)


def _forget_all_but(found):
    """Take off the ledger what is mended."""
    ledger = set(Reminder.objects.order_by().values_list("finding", flat=True).distinct())
    for some in batches(ledger - found):
        Reminder.objects.filter(finding__in=some).delete()


def _remind(user, findings, now):
    """Queue one mail of what the ledger does not hold yet; tell whether there is one."""
    known = set(user.reminders.values_list("finding", flat=True))
    news = [finding for finding in findings if finding.key not in known]
    if not news:
        return False
    try:
        with transaction.atomic():
            rows = [Reminder(user=user, finding=each.key, sent_at=now) for each in news]
            Reminder.objects.bulk_create(rows)
            mail.enqueue(user.pk, now.isoformat(), **_text(user, news))
    except IntegrityError:
        return False  # another run is telling them
    return True


def _text(user, findings):
    """The parts (dict of str) of the mail that tells of them."""
    title, count = site.title(Organisation.objects.home()), len(findings)
    context = {
        "user": user,
        "site_name": title,
        "site_url": settings.SITE_URL,
        "rules": [_shortened(*each) for each in groupby(findings, attrgetter("rule"))],
    }
    needs = "things need" if count > 1 else "thing needs"
    return {
        "subject": writable(f"{title}: {count} {needs} attention"),
        "text": render_to_string("mail/reminder.txt", context),
        "html": render_to_string("mail/reminder.html", context),
    }


def _shortened(rule, findings):
    """What the mail says of one rule: the rule, the first of its findings, how many more."""
    findings = list(findings)
    return rule, findings[:MOST_OF_A_RULE], len(findings[MOST_OF_A_RULE:])


@task
def mail(key, told_at, subject, text, html):
    """Mail the user of that key (int) what the ledger has as told at `told_at` (str, ISO 8601).

    What is not taken leaves the ledger, so the next day's run tells it again. Raises NotTaken.
    """
    for user in User.objects.filter(pk=key):
        message = EmailMultiAlternatives(subject, text, to=[user.email])
        message.attach_alternative(html, "text/html")
        try:
            message.send()
        except (OSError, ValueError) as error:  # ValueError: what no header can hold
            user.reminders.filter(sent_at=dt.datetime.fromisoformat(told_at)).delete()
            raise NotTaken(f"{user.email} ({error})") from error
