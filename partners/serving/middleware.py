"""What happens to every request before and after its view."""

import re
import secrets
import time
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import unquote

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import DataError
from django.http import HttpResponsePermanentRedirect, UnreadablePostError
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from partners.exchange.opendata import openapi
from partners.exchange.opendata.problems import as_problem
from partners.models import PendingChange, Redirect
from partners.models.prepared import Prepared
from partners.publishing import presses
from partners.rows import freshness
from partners.serving import logs, missed

HEALTH, ANSWERS = "/health/", "/confirm/"
LONGEST_QUERY = 4_000  # characters
LARGEST_BODY = 100_000_000  # bytes; what is smaller is answered in words by the form it was sent to
LARGEST_OF_STRANGERS = 20_000  # bytes; who is not logged in has a name and a password to send
LARGEST_ANSWER = 2_500_000  # bytes; a partner who answers may send a logo of 2 MB


class NameRequest:
    """One id a request: in the X-Request-ID of its answer and in each line of its log.

    A UUID that a proxy gave (32 hexadecimal digits, or with the hyphens of RFC 9562, section 4) is
    kept; anything else, and none, is replaced by 16 hexadecimal digits. The id stays set after the
    answer, since Django logs an error status only then.
    """

    HEADER = "X-Request-ID"
    UUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get(self.HEADER, "")
        name = given if self.UUID.fullmatch(given) else secrets.token_hex(8)
        logs.request_id.set(name)
        response = self.get_response(request)
        response[self.HEADER] = name
        return response


class IsolationHeaders:
    """No other site may embed what we serve, and no page of ours asks for a device or a sensor."""

    HEADERS = {
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Permissions-Policy": ", ".join(
            f"{feature}=()"
            for feature in (
                "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
                "encrypted-media", "fullscreen", "geolocation", "gyroscope", "magnetometer",
                "microphone", "midi", "payment", "picture-in-picture",
                "publickey-credentials-get", "screen-wake-lock", "usb", "xr-spatial-tracking",
            )
        ),
    }  # fmt: skip

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class ApiHeaders:
    """At addresses for programs any site may read; what goes wrong with the API is said as data."""

    API, DATA = "/api/v1/", "/data/partners."
    FOLLOWED = ("/calendar.ics", "/changes.atom", "/changes.json")
    HEADERS = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag, X-Request-ID",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        path = request.path_info
        if not path.startswith((self.API, self.DATA)) and not path.endswith(self.FOLLOWED):
            return response
        for name, value in self.HEADERS.items():
            response[name] = value
        is_said = response.status_code < 400 or response.get("Content-Type") == openapi.PROBLEM
        return response if is_said or not path.startswith(self.API) else as_problem(response)


class RefuseNullCharacters:
    """No honest address or cookie holds a NUL, and PostgreSQL refuses it: 400 instead of a 500.

    A form is left to its view, whose fields answer with a sentence; only what slips past them, such
    as a forged choice, is refused here.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        query = unquote(request.META.get("QUERY_STRING", ""))
        if "\0" in "".join([request.path_info, query, *request.COOKIES.values()]):
            raise BadRequest("A NUL character in the address or in a cookie")
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, DataError) and "%00" in request.POST.urlencode():
            raise BadRequest("A NUL character in a form") from exception


class RefuseLongAddress:
    """No honest address is that long: 414 instead of the work (RFC 9110, section 15.5.15)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            return render(request, "414.html", status=414)
        return self.get_response(request)


class RefuseTooMuch:
    """What is too large is answered with 413 and what to do about it (RFC 9110, section 15.5.14).

    Behind the log-in: who is not logged in may send no more than a log-in needs.
    """

    SENTENCES = {
        TooManyFieldsSent: f"It has more than {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} fields. A "
        f"record may have {settings.MOST_ROWS:,} rows of each kind. Take out rows, or save them "
        "in several steps.",
        RequestDataTooBig: f"Its texts have more than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} "
        "bytes together. Shorten them; a picture that was pasted into a text counts as well.",
        TooManyFilesSent: f"It has more than {settings.DATA_UPLOAD_MAX_NUMBER_FILES} files. Send "
        "one file with one form.",
    }
    BODY = f"It has more than {LARGEST_BODY:,} bytes. Make its file smaller: a logo may have 2 MB."
    STRANGER = f"It has more than {LARGEST_OF_STRANGERS:,} bytes, and you are not logged in."

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        length = request.META.get("CONTENT_LENGTH") or "0"
        length = int(length[:12]) if length.isdecimal() else 0
        if length > LARGEST_BODY:
            return self.refuse(request, self.BODY)
        if length and request.user.is_authenticated:
            return self.read(request)
        may_answer = request.path_info.startswith(ANSWERS)
        if length > (LARGEST_ANSWER if may_answer else LARGEST_OF_STRANGERS):
            return self.answer_stranger(request)
        return self.get_response(request)

    def read(self, request):
        """Django would read it later: in time for its forms, too late for an answer of ours."""
        try:
            with suppress(UnreadablePostError):  # whoever went away reads no answer
                request.POST  # noqa: B018
        except tuple(self.SENTENCES) as error:
            read_to_its_end(request)
            return self.refuse(request, self.SENTENCES[type(error)])
        return self.get_response(request)

    def refuse(self, request, sentence):
        template, context = "413.html", {"sentence": sentence}
        if admin.site.has_permission(request):
            template = "admin/partners/too_large.html"
            context |= {**admin.site.each_context(request), "title": "This is too large"}
        return render(request, template, context, status=413)

    def answer_stranger(self, request):
        """A session may have ended while a long form was filled in, which the browser keeps."""
        if not request.path_info.startswith(reverse("admin:index")):
            return self.refuse(request, self.STRANGER)
        read_to_its_end(request)
        messages.warning(request, admin.site.logged_out)
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))


def read_to_its_end(request):
    """Read what was sent, and forget it: a browser shows no answer that comes before it is done."""
    with suppress(UnreadablePostError):
        while request.read(2**16):
            pass


class CountMissed:
    """A page that is not there is counted, for publishers to make a redirect of its address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == HTTPStatus.NOT_FOUND and request.method in ("GET", "HEAD"):
            missed.count(request.get_full_path_info())
        return response


class CurrentTime:
    """`request.now`: the one moment at which everything on the page is true."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.now = timezone.now()
        return self.get_response(request)


@Prepared
def _first_due(at):
    return PendingChange.objects.due(at).order_by().values_list("pk")[:1]


class ApplyDueChanges:
    """The first request at or after its time publishes a scheduled change: no cron job to miss.

    Nobody waits for that: what cannot be published at once stays due, and the page is the one
    before it. This process then tries again with the next edition of its pages.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.again_at = 0.0

    def __call__(self, request):
        is_health = request.path_info.startswith(HEALTH)  # answers without the database, too
        if not is_health and time.monotonic() >= self.again_at:
            self.apply(request.now)
        return self.get_response(request)

    def apply(self, now):
        if _first_due(now):
            presses.apply_due(now, settings.APPLY_DUE_WITHIN)
            if _first_due(now):
                self.again_at = time.monotonic() + freshness.WHILE_DUE.total_seconds() / 2


class FollowRedirects:
    """An address that nothing answers any more may be an old one: one permanent redirect."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 404:
            return response
        target = Redirect.objects.target(request.get_full_path_info())
        return response if target is None else HttpResponsePermanentRedirect(target)
