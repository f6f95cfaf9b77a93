"""The events, upcoming and past, and the pages of an event and a series."""

from django.utils import timezone
from django.views.generic import ListView

from partners import linked_data
from partners.models import Event, EventSeries
from partners.views.base import PublicView, RootDetail


class EventList(PublicView, ListView):
    """Upcoming events in full, past ones by year, page by page."""

    listed_in = ("Events", "event-list")
    paginate_by = 50
    parameters = ("page",)
    template_name = "partners/event_list.html"

    def get_queryset(self):
        live = Event.objects.live(self.request.now)
        return live.past(timezone.localdate(self.request.now))

    def get_context_data(self, **context):
        at = self.request.now
        return super().get_context_data(
            upcoming=Event.objects.live(at).upcoming(timezone.localdate(at)),
            series=EventSeries.objects.live(at),
            **context,
        )


class EventDetail(RootDetail):
    model = Event
    listed_in = ("Events", "event-list")

    def thing(self, context):
        return linked_data.of_event(self.object, self.request.now, context["organisers"])

    def get_queryset(self):
        return super().get_queryset().select_related("series", "held_at")

    def get_context_data(self, **context):
        at = self.request.now
        return super().get_context_data(
            organisers=self.object.organisers.named(at).prefetch_related("organisation__names"),
            held_here=Event.objects.live(at).filter(held_at=self.object),
            **context,
        )


class SeriesDetail(RootDetail):
    model = EventSeries
    listed_in = ("Events", "event-list")
    template_name = "partners/series_detail.html"

    def thing(self, context):
        editions = [*context["upcoming"], *context["past"]]
        return linked_data.of_series(self.object, self.request.now, context["organisers"], editions)

    def get_queryset(self):
        return super().get_queryset().select_related("collaboration")

    def get_context_data(self, **context):
        at, today = self.request.now, timezone.localdate(self.request.now)
        editions = Event.objects.live(at).filter(series=self.object)
        return super().get_context_data(
            organisers=self.object.organisers.named(at),
            upcoming=editions.upcoming(today),
            past=editions.past(today),
            **context,
        )
