"""Calendars for subscribing: all events, or those of one event, series or organisation."""

from django.http import HttpResponse
from django.urls import reverse
from django.views import View

from partners.exchange import calendars
from partners.reading import site
from partners.views.base import PublicView, RootDetail


class EventCalendar(PublicView, View):
    """Every live event whose days are known, and that was not over long ago."""

    def get(self, request):
        at = request.now
        page = reverse("partners:event-list")
        subscription = calendars.of_all(request.path, page, site.society(at))
        return _answer(subscription, calendars.events_of_all(at), at)


class RootCalendar(RootDetail):
    """The calendar of any root that has events; give `model` in the URLconf."""

    def get_context_data(self, **context):
        return context

    def render_to_response(self, context):
        root, at = self.object, self.request.now
        return _answer(calendars.of_root(root), calendars.events_of(root, at), at)


def _answer(subscription, events, at):
    """RFC 5545 §8.1 has the type; the name is for a browser that keeps the file."""
    name = subscription.page.strip("/").rpartition("/")[2]
    return HttpResponse(
        calendars.write(subscription, events, at),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'inline; filename="{name}.ics"'},
    )
