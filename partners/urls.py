"""The public addresses."""

from django.contrib.sitemaps import views as sitemaps
from django.urls import path

from partners.models import Collaboration, Event, EventSeries, Organisation, Page
from partners.sitemaps import SITEMAPS
from partners.syndication import FORMS
from partners.views import (
    calendars,
    collaborations,
    events,
    feeds,
    gallery,
    health,
    history,
    organisations,
    pages,
    previews,
    search,
)

#: The prefix of a root's address → its model and the name of its pages.
HISTORIES = {
    "organisations": (Organisation, "organisation"),
    "collaborations": (Collaboration, "collaboration"),
    "events": (Event, "event"),
    "events/series": (EventSeries, "series"),
    "pages": (Page, "page"),
}

#: The same for the roots that have a calendar.
CALENDARS = {prefix: HISTORIES[prefix] for prefix in ("organisations", "events", "events/series")}

app_name = "partners"
urlpatterns = [
    path("", pages.PartnersPage.as_view(), name="home"),
    path("organisations/", organisations.OrganisationList.as_view(), name="organisation-list"),
    path(
        "organisations/<slug:slug>/",
        organisations.OrganisationDetail.as_view(),
        name="organisation-detail",
    ),
    path("collaborations/", collaborations.CollaborationList.as_view(), name="collaboration-list"),
    path(
        "collaborations/<slug:slug>/",
        collaborations.CollaborationDetail.as_view(),
        name="collaboration-detail",
    ),
    path("events/", events.EventList.as_view(), name="event-list"),
    path("events/<slug:slug>/", events.EventDetail.as_view(), name="event-detail"),
    path("events/series/<slug:slug>/", events.SeriesDetail.as_view(), name="series-detail"),
    *(
        path(
            f"{prefix}/<slug:slug>/history/",
            history.RootHistory.as_view(model=model),
            name=f"{name}-history",
        )
        for prefix, (model, name) in HISTORIES.items()
    ),
    path("events/calendar.ics", calendars.EventCalendar.as_view(), name="calendar"),
    *(
        path(
            f"{prefix}/<slug:slug>/calendar.ics",
            calendars.RootCalendar.as_view(model=model),
            name=f"{name}-calendar",
        )
        for prefix, (model, name) in CALENDARS.items()
    ),
    *(
        path(f"feeds/changes.{form}", feeds.SiteChanges.as_view(form=form), name=f"changes-{form}")
        for form in FORMS
    ),
    *(
        path(
            f"organisations/<slug:slug>/changes.{form}",
            feeds.OrganisationChanges.as_view(form=form),
            name=f"organisation-changes-{form}",
        )
        for form in FORMS
    ),
    path("search/", search.SearchPage.as_view(), name="search"),
    path("glossary/", pages.Glossary.as_view(), name="glossary"),
    path("pages/<slug:slug>/", pages.PageDetail.as_view(), name="page-detail"),
    path("gallery/", gallery.Gallery.as_view(), name="gallery"),
    path("preview/<token>/", previews.shared_preview, name="shared-preview"),
    path(
        "sitemap.xml",
        sitemaps.index,
        {"sitemaps": SITEMAPS, "sitemap_url_name": "partners:sitemap-piece"},
        name="sitemap",
    ),
    path("sitemap-<section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, name="sitemap-piece"),
    path("robots.txt", pages.robots, name="robots"),
    path("health/", health.live, name="health"),
    path("health/ready/", health.ready, name="ready"),
]
