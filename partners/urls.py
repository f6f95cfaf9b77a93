"""The public addresses."""

from django.contrib.sitemaps.views import sitemap as piece
from django.urls import path

from partners.exchange.opendata.dumps import FILES
from partners.exchange.opendata.kinds import KINDS
from partners.exchange.syndication import FORMS
from partners.models import ROOT_MODELS
from partners.sitemaps import SITEMAPS, sitemap
from partners.views import (
    answers,
    api,
    calendars,
    collaborations,
    data,
    embed,
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

#: The roots that have a calendar.
WITH_CALENDAR = {name: ROOT_MODELS[name] for name in ("organisation", "event", "series")}

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
            f"{model.address_prefix}/<slug:slug>/history/",
            history.RootHistory.as_view(model=model),
            name=f"{name}-history",
        )
        for name, model in ROOT_MODELS.items()
    ),
    path("events/calendar.ics", calendars.EventCalendar.as_view(), name="calendar"),
    *(
        path(
            f"{model.address_prefix}/<slug:slug>/calendar.ics",
            calendars.RootCalendar.as_view(model=model),
            name=f"{name}-calendar",
        )
        for name, model in WITH_CALENDAR.items()
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
    path("data/", data.DataPage.as_view(), name="data"),
    *(
        path(f"data/{name}", data.DataFile.as_view(), {"name": name}, name=f"data-{name}")
        for name in FILES
    ),
    path("api/", api.Developers.as_view(), name="developers"),
    path("api/v1/", api.ApiRoot.as_view(), name="api"),
    path("api/v1/openapi.json", api.ApiDescription.as_view(), name="api-description"),
    *(
        path(f"api/v1/{name}/", api.ApiList.as_view(kind=kind), name=f"api-{name}")
        for name, kind in KINDS.items()
    ),
    *(
        path(
            f"api/v1/{name}/<slug:slug>/",
            api.ApiRecord.as_view(kind=kind),
            name=f"api-{name}-record",
        )
        for name, kind in KINDS.items()
    ),
    path("embed/", embed.EmbedPage.as_view(), name="embed"),
    path(
        "embed/organisations/",
        embed.EmbeddedOrganisations.as_view(),
        name="embedded-organisations",
    ),
    path("embed/events/", embed.EmbeddedEvents.as_view(), name="embedded-events"),
    path("gallery/", gallery.Gallery.as_view(), name="gallery"),
    path("preview/<token>/", previews.shared_preview, name="shared-preview"),
    path("confirm/<token>/", answers.AnswerPage.as_view(), name="answer"),
    path("report-a-mistake/", answers.ReportMistake.as_view(), name="report-mistake"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("sitemap-<section>.xml", piece, {"sitemaps": SITEMAPS}, name="sitemap-piece"),
    path("robots.txt", pages.robots, name="robots"),
    path(".well-known/security.txt", pages.security_txt, name="security-txt"),
    path("favicon.ico", pages.favicon, name="favicon"),
    path("health/", health.live, name="health"),
    path("health/ready/", health.ready, name="ready"),
]
