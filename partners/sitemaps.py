"""The sitemap: every live record's page, with the time it last changed."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem
from django.contrib.sitemaps.views import sitemap as piece
from django.db.models.functions import Coalesce
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from partners.models import ROOT_MODELS
from partners.reading.paging import KeysFirst

#: So many addresses stand in one piece of the sitemap.
PIECE = 1000


class SiteSitemap(Sitemap):
    """Addresses as robots.txt and the pages give them, whatever host the request came by."""

    limit = PIECE

    def get_urls(self, page=1, site=None, protocol=None):
        """What the file says of each address of a piece (SafeString): see sitemap.xml."""
        said = list(self.said(self.paginator.page(page).object_list))
        self.latest_lastmod = max((at for _, at in said if at), default=None)
        zone, site = timezone.get_current_timezone(), settings.SITE_URL
        return [_entry(f"{site}{path}", at and at.astimezone(zone).date()) for path, at in said]


class RootSitemap(SiteSitemap):
    """The live records of one kind."""

    def __init__(self, model):
        self.model = model

    @property
    def paginator(self):
        return KeysFirst(self.items(), self.limit)

    def items(self):
        return self.model.objects.live().order_by("pk")

    def said(self, roots):
        changed_at = Coalesce("record__changed_at", "published_at")
        some = roots.annotate(changed_at=changed_at).only("slug")
        return ((root.get_absolute_url(), root.changed_at) for root in some)


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

    def said(self, names):
        return ((reverse(f"partners:{name}"), None) for name in names)


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


def _entry(location, changed_on):
    if changed_on is None:
        return format_html("<url><loc>{}</loc></url>", location)
    return format_html("<url><loc>{}</loc><lastmod>{}</lastmod></url>", location, changed_on)


def _location(name, number):
    path = reverse("partners:sitemap-piece", args=[name])
    return f"{settings.SITE_URL}{path}" + (f"?p={number}" if number > 1 else "")
