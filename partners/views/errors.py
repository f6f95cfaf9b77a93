"""Error pages: they read nothing from a request that may itself be what is wrong.

The one for an unknown address alone looks at the address, for what was meant.
"""

import re
import sys
from itertools import chain

from django.conf import settings
from django.contrib import admin
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.csrf import csrf_failure as refused

from partners.accounts import access
from partners.reading.search import Search
from partners.views.search import searched

RETRY_AFTER = 30  # seconds
MOST_MEANT = 3
#: The last part of an address that names a record, or nearly does.
NAME = re.compile(r"[\w-]{2,80}")


def bad_request(request, exception):
    return render(request, "400.html", status=400)


def permission_denied(request, exception):
    return render(request, "403.html", status=403)


def page_not_found(request, exception):
    return render(request, "404.html", {"nearest": meant_by(request)}, status=404)


def meant_by(request):
    """The records that the last part of an unknown address may have meant: at most MOST_MEANT."""
    words = request.path.rstrip("/").rpartition("/")[2].replace("_", "-")
    if not NAME.fullmatch(words):
        return []
    search, live = Search(words), searched(request.now)
    found = list(chain.from_iterable(search.best(MOST_MEANT, *live)))
    return (found or search.nearest(*live))[:MOST_MEANT]


def server_error(request):
    """500; or 503 while the database or the bucket is away, or has no time (RFC 9110, §15.6.4).

    Both stand alone: nothing is read for them that may be what is missing.
    """
    is_away = isinstance(sys.exception(), InterfaceError | OperationalError | ConnectionError)
    page, status = ("503.html", 503) if is_away else ("500.html", 500)
    response = HttpResponse(render_to_string(page), status=status)
    if is_away:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def too_many_requests(request, response=None, credentials=None):
    """Too many wrong passwords: axes asks for this page, with 429 (RFC 6585, section 4)."""
    context = {"address": access.client_address(request)}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return response


def csrf_failure(request, reason=""):
    """Staff who have logged in anew since their form was opened are told so."""
    user = getattr(request, "user", None)
    if user and user.is_staff and request.path.startswith(reverse("admin:index")):
        context = admin.site.each_context(request)
        context |= {"title": "You have logged in anew", "path": request.path}
        return render(request, "admin/partners/logged_in_anew.html", context, status=403)
    return refused(request, reason)
