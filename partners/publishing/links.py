"""Links for people without an account: each has an address that cannot be guessed or made up."""

from django.conf import settings
from django.core import signing
from django.urls import reverse


def token(link):
    """What names a SignedLink in its address (str)."""
    return signing.dumps(link.pk.hex, salt=link.salt)


def address(link):
    """The whole address of the page that a SignedLink opens."""
    return f"{settings.SITE_URL}{reverse(link.address_name, args=[token(link)])}"


def named(links, token):
    """The one of `links` (a QuerySet of SignedLink) that `token` names, or None."""
    try:
        key = signing.loads(token, salt=links.model.salt)
    except signing.BadSignature:
        return None
    return links.filter(pk=key).first()
