"""The sitemap: every live record's page, with the time it last changed."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from partners.models import Collaboration, Event, EventSeries, Organisation, Page


class RootSitemap(Sitemap):
    """The live records of one kind."""

    def __init__(self, model):
        self.model = model

    def items(self):
        return self.model.objects.live().select_related("record").order_by("pk")

    def lastmod(self, root):
        return root.record.changed_at


class ListSitemap(Sitemap):
    """The pages that list records."""

    def items(self):
        return ["organisation-list", "collaboration-list", "event-list", "glossary"]

    def location(self, name):
        return reverse(f"partners:{name}")


SITEMAPS = {
    model._meta.model_name: RootSitemap(model)
    for model in (Page, Organisation, Collaboration, EventSeries, Event)
} | {"lists": ListSitemap()}
