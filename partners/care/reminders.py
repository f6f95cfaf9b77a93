"""Mails of what needs attention: each person is told of each finding once, however late.

What is found is compared with the ledger, not with a due day: skipped days are caught up, and what
is mended drops out. If it comes back it is news again.
"""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string

from partners.care.attention import keepers, queue
from partners.models import Organisation, Reminder
from partners.reading import site
from partners.values.lines import writable


class NotTaken(Exception):
    """The mail server refused mails to some; the others have theirs."""


def send(now):
    """Mail everybody what is new to them at `now` (aware datetime); return how many mails went.

    Raises NotTaken once all were tried, and OSError at once where no mail server answers.
    """
    findings = [finding for group in queue(now) for finding in group.findings]
    Reminder.objects.exclude(finding__in=[finding.key for finding in findings]).delete()
    sent, refused = 0, []
    for user, mine in keepers(findings):
        try:
            sent += bool(user.email) and _remind(user, mine, now)
        except (SMTPException, ValueError) as error:  # ValueError: what no header can hold
            refused.append(f"{user.email} ({error})")
    if refused:
        raise NotTaken(f"Mails sent: {sent}. Not taken: {', '.join(refused)}.")
    return sent


def _remind(user, findings, now):
    """One mail of what the ledger does not hold yet; it holds what went, and only that."""
    told = set(user.reminders.values_list("finding", flat=True))
    news = [finding for finding in findings if finding.key not in told]
    if not news:
        return False
    try:
        with transaction.atomic():
            rows = [Reminder(user=user, finding=each.key, sent_at=now) for each in news]
            Reminder.objects.bulk_create(rows)
            _mail(user, news).send()
    except IntegrityError:
        return False  # another run is telling them
    return True


def _mail(user, findings):
    home = Organisation.objects.home()
    count = len(findings)
    context = {
        "user": user,
        "site_name": site.title(home),
        "site_url": settings.SITE_URL,
        "findings": findings,
    }
    needs = "things need" if count > 1 else "thing needs"
    mail = EmailMultiAlternatives(
        writable(f"{context['site_name']}: {count} {needs} attention"),
        render_to_string("mail/reminder.txt", context),
        to=[user.email],
    )
    mail.attach_alternative(render_to_string("mail/reminder.html", context), "text/html")
    return mail
