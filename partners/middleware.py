"""What happens to every request before and after its view."""

from http import HTTPStatus
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone

from partners import missed, publishing
from partners.models import Redirect
from partners.opendata import openapi
from partners.opendata.problems import as_problem

HEALTH = "/health/"
LONGEST_QUERY = 4_000  # characters
LARGEST_BODY = 100_000_000  # bytes; what is smaller is answered in words by the form it was sent to


class KeepToOurselves:
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


class SpeakToMachines:
    """Below the addresses for programs: any site may read, and what goes wrong is said as data."""

    API, DATA = "/api/v1/", "/data/partners."
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
        if not path.startswith((self.API, self.DATA)):
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


class RefuseTooMuch:
    """No honest address is that long, and no form that large: 414 and 413 instead of the work."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            return render(request, "414.html", status=414)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length[:12]) > LARGEST_BODY:
            return render(request, "413.html", status=413)
        return self.get_response(request)


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


class ApplyDueChanges:
    """The first request at or after its time publishes a scheduled change: no cron job to miss."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path_info.startswith(HEALTH):  # answers without the database, too
            publishing.apply_due(request.now)
        return self.get_response(request)


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
