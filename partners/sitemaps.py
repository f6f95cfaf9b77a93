"""The sitemap: every live record's page, with the time it last changed."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem
from django.contrib.sitemaps.views import sitemap as piece
from django.template.response import TemplateResponse
from django.urls import reverse

from partners.models import ROOT_MODELS
from partners.reading.paging import KeysFirst

#: So many addresses stand in one piece of the sitemap.
PIECE = 1000


class SiteSitemap(Sitemap):
    """Addresses as robots.txt and the pages give them, whatever host the request came by."""

    limit = PIECE

    def get_protocol(self, protocol=None):
        return settings.SITE_URL.partition("://")[0]

    def get_domain(self, site=None):
        return settings.SITE_URL.partition("://")[2]


class RootSitemap(SiteSitemap):
    """The live records of one kind."""

    def __init__(self, model):
        self.model = model

    @property
    def paginator(self):
        return KeysFirst(self.items(), self.limit)

    def items(self):
        return self.model.objects.live().select_related("record").order_by("pk")

    def lastmod(self, root):
        return root.record.changed_at


class ListSitemap(SiteSitemap):
    """The pages that list records."""

    def items(self):
        return [
            "organisation-list",
            "collaboration-list",
            "event-list",
            "glossary",
            "developers",
            "embed",
        ]

    def location(self, name):
        return reverse(f"partners:{name}")


SITEMAPS = {model._meta.model_name: RootSitemap(model) for model in ROOT_MODELS.values()} | {
    "lists": ListSitemap()
}


def sitemap(request):
    """All addresses; where they are too many for one file, the index of its pieces.

    sitemaps.org protocol 0.9, “Using Sitemap index files”.
    """
    pieces = [
        (name, number)
        for name, site in SITEMAPS.items()
        for number in range(1, site.paginator.num_pages + 1)
    ]
    if len(pieces) == len(SITEMAPS):
        return piece(request, SITEMAPS)
    context = {"sitemaps": [SitemapIndexItem(_location(*each)) for each in pieces]}
    return TemplateResponse(request, "sitemap_index.xml", context, "application/xml")


def _location(name, number):
    path = reverse("partners:sitemap-piece", args=[name])
    return f"{settings.SITE_URL}{path}" + (f"?p={number}" if number > 1 else "")
