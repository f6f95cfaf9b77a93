"""Whether a request means this site: the names it has, at the port it is at.

What a visitor writes into Host is believed for nothing else: links lead to SITE_URL.
"""

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http.request import split_domain_port

PORTS = {"http": 80, "https": 443}


def is_ours(request):
    """Whether Host is one of ALLOWED_HOSTS, with the port of SITE_URL or none."""
    try:
        _, port = split_domain_port(request.get_host())
    except DisallowedHost:
        return False
    return not port or port == _port(settings.SITE_URL) or settings.ANY_PORT


@lru_cache(maxsize=8)
def _port(url):
    parts = urlsplit(url)
    return str(parts.port or PORTS[parts.scheme])


class AnswerToOurName:
    """Anything else is refused, with 400."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not is_ours(request):
            raise DisallowedHost("Host is none of ALLOWED_HOSTS, or not at the port of SITE_URL.")
        return self.get_response(request)
