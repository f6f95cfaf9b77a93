"""Shared previews, for people who have the link."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from partners.publishing import previews


@require_safe
@previews.shows_pictures_inside
def shared_preview(request, token):
    """The page as it was rendered when the link was made; 404 once it has expired."""
    link = previews.opened(token, request.now)
    if link is None:
        raise Http404("No such preview")
    return HttpResponse(
        link.html,
        headers={
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex, nofollow",
            "Referrer-Policy": "no-referrer",
        },
    )
