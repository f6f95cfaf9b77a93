"""Whether a request means this site: the names it has, at the port it is at.

What a visitor writes into Host is believed for nothing else: links lead to SITE_URL.
"""

import logging
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http.request import split_domain_port
from django.shortcuts import render

log = logging.getLogger(__name__)
LONGEST_LOGGED = 100  # characters
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
    """Anything else is answered with 400, and logged: nobody is mailed what strangers write."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not is_ours(request):
            host = request.META.get("HTTP_HOST", "")[:LONGEST_LOGGED]
            log.warning("Refused a request for %r: not our name, or not our port.", host)
            return render(request, "400.html", status=400)
        return self.get_response(request)
