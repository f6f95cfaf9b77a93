"""The sitemap: every live record's page, with the time it last changed."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from partners.models import Collaboration, Event, EventSeries, Organisation, Page


class SiteSitemap(Sitemap):
    """Addresses as robots.txt and the pages give them, whatever host the request came by."""

    def get_protocol(self, protocol=None):
        return settings.SITE_URL.partition("://")[0]

    def get_domain(self, site=None):
        return settings.SITE_URL.partition("://")[2]


class RootSitemap(SiteSitemap):
    """The live records of one kind."""

    def __init__(self, model):
        self.model = model

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


SITEMAPS = {
    model._meta.model_name: RootSitemap(model)
    for model in (Page, Organisation, Collaboration, EventSeries, Event)
} | {"lists": ListSitemap()}
