"""The admin site: its name, and its front page in the order of the work."""

from django.contrib import admin
from django.urls import reverse
from django.utils.text import slugify

from partners.models import PendingChange

#: Heading → the models under it, by the name of their classes.
SECTIONS = {
    "Content": ("Organisation", "Collaboration", "EventSeries", "Event", "Page"),
    "Publishing": ("PendingChange", "Revision"),
    "Headings and word lists": ("Section", "Topic", "Term", "Source"),
    "Site": ("Redirect", "User", "Group"),
}


class PartnersAdminSite(admin.AdminSite):
    site_header = "Partners site"
    site_title = "Partners site"
    index_title = "What would you like to work on?"
    index_template = "admin/partners/index.html"

    def get_urls(self):
        """Without the address that leads to any record's page: RootAdmin says where that is."""
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]

    def index(self, request, extra_context=None):
        """Say first what waits for a publisher."""
        context = {"waiting": PendingChange.objects.waiting().count()}
        return super().index(request, context | (extra_context or {}))

    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        front_page = reverse("admin:index", current_app=self.name)
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        return [
            {
                "name": heading,
                "app_label": slugify(heading),
                "app_url": f"{front_page}#{slugify(heading)}",
                "has_module_perms": True,
                "models": listed,
            }
            for heading, names in SECTIONS.items()
            if (listed := [models[name] for name in names if name in models])
        ]
