"""The events, upcoming and past, and the pages of an event and a series."""

from django.urls import reverse
from django.utils import timezone
from django.views.generic import ListView

from partners import calendars, linked_data
from partners.models import Event, EventSeries, Organisation
from partners.views.base import PublicView, RootDetail


class EventList(PublicView, ListView):
    """Upcoming events in full, past ones by year, page by page."""

    listed_in = ("Events", "event-list")
    paginate_by = 50
    template_name = "partners/event_list.html"

    def get_queryset(self):
        live = Event.objects.live(self.request.now)
        return live.past(timezone.localdate(self.request.now))

    def get_context_data(self, **context):
        at = self.request.now
        live, home = Event.objects.live(at), Organisation.objects.live(at).home()
        path, left_out = reverse("partners:calendar"), live.without_days().count()
        return super().get_context_data(
            home_society=home,
            upcoming=live.upcoming(timezone.localdate(at)),
            series=EventSeries.objects.live(at),
            calendar=calendars.of_all(path, self.request.path, home, left_out),
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
            calendar=calendars.of_root(self.object),
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
        upcoming, past = editions.upcoming(today), editions.past(today)
        left_out = sum(not edition.has_days for edition in (*upcoming, *past))
        return super().get_context_data(
            organisers=self.object.organisers.named(at),
            upcoming=upcoming,
            past=past,
            calendar=calendars.of_root(self.object, left_out),
            **context,
        )
