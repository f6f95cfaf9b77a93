"""What must be run from time to time: when it was last done, and whether that is too long ago."""

from datetime import timedelta

from django.utils import timezone

from partners.models import Chore

#: Command → after how long without it somebody should look.
LIMITS = {
    "send_reminders": timedelta(days=2),
    "check_links": timedelta(days=10),
    "watch_sources": timedelta(days=10),
    "backup": timedelta(days=2),
}


def done(command):
    """Write down that the command came to its end just now."""
    Chore.objects.update_or_create(command=command, defaults={"done_at": timezone.now()})


def overdue(now):
    """Of each command: whether it was not done within its limit before `now` (aware datetime)."""
    last = dict(Chore.objects.values_list("command", "done_at"))
    return {name: name not in last or last[name] + limit < now for name, limit in LIMITS.items()}
