"""For those who work on the design: every component in every state, with DEBUG on."""

import itertools

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.utils import timezone
from django.views.generic import TemplateView

from partners.exchange.calendars import Subscription
from partners.models import (
    Collaboration,
    Event,
    Figure,
    Organisation,
    Party,
    Section,
    Source,
)
from partners.reading.forms import SearchForm
from partners.reading.timeline import Picture, by_year
from partners.values.dates import PartialDate
from partners.views.base import PublicView

LONG = "International Federation of Very Long Names in Interventional Radiology and Beyond"
YEAR, DAY = PartialDate("2016"), PartialDate("2018-05-03")


class Gallery(PublicView, TemplateView):
    """Records that are shown and never stored."""

    template_name = "partners/gallery.html"

    def get(self, request, *args, **kwargs):
        if not settings.GALLERY:
            raise Http404
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **context):
        today, at = timezone.localdate(self.request.now), self.request.now
        collaborations, events = list(_collaborations(today)), list(_events())
        return super().get_context_data(
            organisations=list(_organisations(at)),
            sections=[Section(display=display) for display in Section.Display],
            figures=list(_figures()),
            collaborations=collaborations,
            events=events,
            picture=Picture(collaborations, today),
            timeline=by_year(events, today),
            forms=[SearchForm({"q": typed}) for typed in ("", "radiology")],
            pages=[_page(number) for number in (1, 2, 3)],
            chips=[{"label": "“radiology”", "query": ""}, {"label": LONG, "query": ""}],
            calendar=Subscription(LONG, "/none/calendar.ics", "/none/", left_out=2),
            facet_groups=[{"title": "Kind of organisation", "options": list(_options())}],
            **context,
        )


def _organisations(at):
    logo = {"logo": "logos/none.png", "logo_width": 400, "logo_height": 100}
    summary = "A society that shows how a profile looks."
    for name, acronym, fields in (
        ("Society with an Acronym", "SWA", {"founded": YEAR}),
        ("Society without a Word More", "", {"summary": ""}),
        (LONG, "LONGACRONYMWITHOUTASPACE", {}),
        ("الجمعية الأوروبية للأشعة", "", {}),
        ("Society with a Logo That Is Gone", "", logo),
    ):
        values = {"name": name, "acronym": acronym, "summary": summary} | fields
        organisation = Organisation(slug="none", published_at=at, **values)
        organisation.shown_parties = list(_parties()) if acronym else []
        yield organisation


def _parties():
    for fields in ({"since": YEAR, "summary": "What is done together."}, {"has_ended": True}):
        yield Party(
            collaboration=Collaboration(title=LONG, kind=Collaboration.Kind.LIAISON, **fields)
        )


def _figures():
    source = Source(title="Their annual report")
    for bound, known in itertools.product(Figure.Bound, (True, False)):
        values = {"as_of": YEAR, "source": source} if known else {"note": "How they are counted."}
        yield Figure(measure="members", value=75000, bound=bound, **values)


def _collaborations(today):
    for title, fields in (
        ("Known to the year, goes on", {"since": YEAR}),
        ("Known to the day, ended", {"since": DAY, "until": PartialDate("2020-07")}),
        ("Began and ended within a year", {"since": YEAR, "until": YEAR}),
        ("Ended, nobody knows when", {"since": YEAR, "has_ended": True}),
        ("Beginning not stated", {}),
        ("Beginning not stated, ended", {"until": YEAR}),
        ("Still to begin", {"since": PartialDate(str(today.year + 2))}),
        (LONG, {"cadence": "annual", "summary": "What is done together."}),
    ):
        shown = Collaboration(title=title, slug="none", kind=Collaboration.Kind.LIAISON, **fields)
        shown.named_parties = []
        yield shown


def _events():
    for number, status in enumerate(Event.Status):
        starts = "" if status == Event.Status.POSTPONED else PartialDate(f"201{number}-05")
        yield Event(
            title=f"Congress, {status.label.lower()}", slug="none", starts=starts, status=status,
            city="Vienna", summary="A congress that shows how a row looks.",
        )  # fmt: skip
    yield Event(title="Congress, to come", slug="none", starts=PartialDate("2990"))


def _page(number):
    paginator = Paginator(range(3), 1)
    return {"is_paginated": True, "paginator": paginator, "page_obj": paginator.page(number)}


def _options():
    for label, count, is_chosen in (
        ("Society", 12, False),
        ("Federation", 1, True),
        (LONG, 0, False),
    ):
        yield {"label": label, "count": count, "is_chosen": is_chosen, "query": ""}
