"""What happens to every request before and after its view."""

from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import timezone

from partners import publishing
from partners.models import Redirect


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
        if request.path_info != reverse("partners:health"):  # answers without the database, too
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
        path = request.path_info
        target = Redirect.objects.target(path)
        if target is None and not path.endswith("/"):
            target = Redirect.objects.target(path + "/")
        if target is None:
            return response
        query = request.META.get("QUERY_STRING", "")
        if query:
            target += ("&" if "?" in target else "?") + query
        return HttpResponsePermanentRedirect(target)
