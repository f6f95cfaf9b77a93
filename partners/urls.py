"""The public addresses."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path

from partners.sitemaps import SITEMAPS
from partners.views import (
    collaborations,
    events,
    gallery,
    organisations,
    pages,
    previews,
    search,
)

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
    path("search/", search.SearchPage.as_view(), name="search"),
    path("glossary/", pages.Glossary.as_view(), name="glossary"),
    path("pages/<slug:slug>/", pages.PageDetail.as_view(), name="page-detail"),
    path("gallery/", gallery.Gallery.as_view(), name="gallery"),
    path("preview/<token>/", previews.shared_preview, name="shared-preview"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", pages.robots, name="robots"),
    path("health/", pages.health, name="health"),
]
