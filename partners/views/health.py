"""For machines on the inside: is the process up, and can it do its work? (No secrets in either.)"""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from partners.care import health


@never_cache
def live(request):
    """The process is up and answers, whatever else is away."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
def ready(request):
    """200 if pages can be served, 503 if not; what waits for a person only warns."""
    report = health.report(request.now)
    status = 503 if report["status"] == "fail" else 200
    return JsonResponse(report, status=status, content_type="application/health+json")
