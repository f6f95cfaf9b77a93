"""The events, upcoming and past, and the pages of an event and a series."""

from django.urls import reverse
from django.utils import timezone
from django.views.generic import ListView

from partners.exchange import calendars
from partners.models import Event, EventSeries
from partners.reading import linked_data
from partners.reading.forms import EventForm
from partners.reading.paging import KeysFirst
from partners.reading.site import everywhere
from partners.rows import freshness
from partners.views.base import PublicView, RootDetail, bad_query

#: The list begins with so many events that are to come, so many past ones, and so many series.
MOST_AT_FIRST = 12


class EventList(PublicView, ListView):
    """The next events and the last ones; with `when`, all that are upcoming, or past, in pages."""

    listed_in = ("Events", "event-list")
    paginate_by = 24
    paginator_class = KeysFirst
    parameters = ("when", "page")
    template_name = "partners/event_list.html"

    def get(self, request, *args, **kwargs):
        self.form = EventForm(request.GET, request.now)
        if not self.form.is_valid():
            return bad_query(request, self.form)
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        live, today = Event.objects.live(self.request.now), timezone.localdate(self.request.now)
        self.lists = {"upcoming": upcoming(self.request.now), "past": live.past(today)}
        return self.lists.get(self.form.cleaned_data["when"], live.none())

    def get_context_data(self, **context):
        when, at = self.form.cleaned_data["when"], self.request.now
        known = everywhere(at)
        path, left_out = reverse("partners:calendar"), without_days(at)
        context = super().get_context_data(
            form=self.form,
            when=when,
            calendar=calendars.of_all(path, self.request.path, known["home_society"], left_out),
            **known,
            **context,
        )
        if when:
            return context | {when: context["object_list"]}
        firsts = {name: list(events[: MOST_AT_FIRST + 1]) for name, events in self.lists.items()}
        series = EventSeries.objects.live(at)
        return context | firsts | {"series": series[: MOST_AT_FIRST + 1], "most": MOST_AT_FIRST}


def upcoming(at):
    """The live events that are upcoming at `at` (aware datetime), found where they begin."""
    events = Event.objects.live(at).upcoming(timezone.localdate(at))
    first = first_start(at)
    return events.filter(starts__gte=first) if first else events


@freshness.remembered
def first_start(at):
    """When the first of them starts (PartialDate; "" where one awaits its date, or none is there).

    The list is in this order: whoever knows where it begins need not look at all that is past.
    """
    events = Event.objects.live(at).upcoming(timezone.localdate(at))
    return events.values_list("starts", flat=True).first() or ""


@freshness.remembered
def without_days(at):
    """How many events the calendar cannot hold (int) that it is about at `at` (aware datetime)."""
    return calendars.events_of_all(at).without_days().count()


class EventDetail(RootDetail):
    model = Event
    listed_in = ("Events", "event-list")
    counted = ("links", "held_here")
    beside = (*RootDetail.beside, "series", "held_at")

    def thing(self, context):
        return linked_data.of_event(self.object, self.request.now, context["organisers"])

    def get_context_data(self, **context):
        at = self.request.now
        return super().get_context_data(
            organisers=self.object.organisers.named(at).prefetch_related("organisation__names"),
            held_here=self.object.held_here.live(at) if self.object.counts["held_here"] else [],
            calendar=calendars.of_root(self.object),
            **context,
        )


class SeriesDetail(RootDetail):
    model = EventSeries
    listed_in = ("Events", "event-list")
    template_name = "partners/series_detail.html"
    counted = ("links",)
    beside = (*RootDetail.beside, "collaboration")

    def thing(self, context):
        editions = [*context["upcoming"], *context["past"]]
        return linked_data.of_series(self.object, self.request.now, context["organisers"], editions)

    def get_context_data(self, **context):
        at, today = self.request.now, timezone.localdate(self.request.now)
        editions = Event.objects.live(at).filter(series=self.object)
        upcoming, past = editions.upcoming(today), editions.past(today)
        found = [each for each in (*upcoming, *past) if calendars.is_shared(each, at)]
        known = sum(edition.has_days for edition in found)
        calendar = calendars.of_root(self.object, len(found) - known, has_events=known > 0)
        return super().get_context_data(
            organisers=self.object.organisers.named(at),
            upcoming=upcoming,
            past=past,
            calendar=calendar if found else None,
            **context,
        )
