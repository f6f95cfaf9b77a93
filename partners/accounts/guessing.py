"""How guessing passwords is counted, ended and written down: what axes leaves to its users.

Failures count against the address they come from and against the account. They are counted in
`AccessAttempt`, which forgets after a quarter of an hour or a success; each is kept in
`AccessFailureLog`, as is each success in `AccessLog`, for AXES_TRACES_DAYS.
"""

import logging

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from axes.signals import user_locked_out
from django.dispatch import receiver

from partners.accounts.access import client_address

log = logging.getLogger(__name__)
BY_ADDRESS, BY_ACCOUNT = "ip_address", "username"


class Counting(AxesDatabaseHandler):
    """A success clears what is its own: else one's own account would pay for tries on another."""

    def reset_user_attempts(self, request, credentials=None):
        own = {
            BY_ACCOUNT: get_client_username(request, credentials),
            BY_ADDRESS: request.axes_ip_address,
        }
        cleared, _ = AccessAttempt.objects.filter(**own).delete()
        return cleared


def counted_by(request, credentials=None):
    """By what failures are counted, as axes wants it.

    An account has no lock where somebody has logged in to it before: a stranger who keeps trying
    keeps nobody from their usual desk. The lock of an address holds there all the same.
    """
    own = {
        BY_ACCOUNT: get_client_username(request, credentials),
        BY_ADDRESS: client_address(request),
    }
    return [BY_ADDRESS] if AccessLog.objects.filter(**own).exists() else [BY_ADDRESS, BY_ACCOUNT]


def client_said(username, ip_address, user_agent, path_info, request):
    """How the log names who tried; in quotes, so that no name fakes a line."""
    return f"{username!r} from {ip_address}"


@receiver(user_locked_out)
def note_refusal(sender, request, username, ip_address, **kwargs):
    """A try against a lock is refused unread and does not prolong it; the log tells of it."""
    log.warning("Refused a log-in as %r from %s: too many wrong passwords.", username, ip_address)


def lift(user):
    """Let somebody in again at once who has to wait. The trace stays."""
    AccessAttempt.objects.filter(username=user.get_username()).delete()
