"""How staff get in, with which second factor, and how they are put out again."""

import ipaddress

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10


def client_address(request):
    """Where the request comes from (str): behind a proxy, what that proxy itself wrote last."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 — an unnamed visitor, not an address to listen on


def is_bound(user):
    """Whether this person, a publisher or an operator, may not work without a second factor."""
    if not settings.SECOND_FACTOR_REQUIRED:
        return False
    return any(".publish_" in permission for permission in user.get_all_permissions())


def owes_code(user):
    """Whether this person has said the password, and a one-time code is still to come."""
    return not user.is_verified() and (is_bound(user) or has_second_factor(user))


def has_second_factor(user):
    """Whether a one-time code has been set up; asked of the database once a request."""
    if not hasattr(user, "has_second_factor"):
        user.has_second_factor = TOTPDevice.objects.devices_for_user(user, True).exists()
    return user.has_second_factor


def begin_second_factor(user):
    """The device that is being set up: the same one until its first code is right."""
    begun = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return begun or TOTPDevice.objects.create(user=user, confirmed=False)


@transaction.atomic
def confirm_second_factor(device):
    """Its first code was right: from now on this device counts, and no other."""
    TOTPDevice.objects.filter(user=device.user).exclude(pk=device.pk).delete()
    device.confirmed, device.name = True, "Authenticator app"
    device.save()
    return renew_recovery_codes(device.user)


@transaction.atomic
def renew_recovery_codes(user):
    """New codes (list of str), each good for one log-in; the old ones end."""
    device, _ = StaticDevice.objects.get_or_create(user=user, name="Recovery codes")
    device.token_set.all().delete()  # the device stays: it may have opened this very session
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def recovery_codes_left(user):
    return StaticToken.objects.filter(device__user=user).count()


@transaction.atomic
def forget_second_factor(user):
    """A lost phone: whoever is bound to a second factor sets up a new one at the next log-in."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    sign_out(user)


def sign_out(user):
    """End all sessions of this person, on whatever machine. (Only staff have any.)"""
    running = Session.objects.filter(expire_date__gt=timezone.now())
    own = [each.pk for each in running if each.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=own).delete()


def note(by, record, text):
    """Write down for good that `by` did this to that record."""
    LogEntry.objects.log_actions(by.pk, [record], CHANGE, text, single_object=True)
