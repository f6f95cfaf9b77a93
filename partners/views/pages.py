"""The partners page, the pages of text, the glossary, and what machines ask for."""

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.generic import TemplateView
from django.views.static import serve

from partners import linked_data, renditions
from partners.models import (
    Collaboration,
    Event,
    Figure,
    Organisation,
    OrganisationRelation,
    Page,
    Party,
    Section,
    SectionEntry,
    Term,
)
from partners.views.base import PublicView, RootDetail

#: A section of more organisations than these leads on into the directory.
MOST_IN_SECTION = 24


class PartnersPage(PublicView, TemplateView):
    """Who the society works with, under the headings that staff gave them."""

    template_name = "partners/home.html"

    def thing(self, context):
        return linked_data.website(context["home_society"])

    def get_context_data(self, **context):
        at = self.request.now
        today = timezone.localdate(at)
        live = Event.objects.live(at)
        page = Page.objects.live(at).filter(pk=Page.PARTNERS)
        return super().get_context_data(
            page=page.first(),
            home_society=Organisation.objects.live(at).home(),
            sections=Section.objects.filter(page__in=page).prefetch_related(
                Prefetch("entries", _entries(at)[: MOST_IN_SECTION + 1], to_attr="shown")
            ),
            most_in_section=MOST_IN_SECTION,
            upcoming=live.upcoming(today)[:5],
            past=live.past(today)[:3],
            **context,
        )


def _entries(at):
    """Places of live organisations, with what the page says of each."""
    live = SectionEntry.objects.filter(organisation__in=Organisation.objects.live(at))
    return live.select_related("organisation").prefetch_related(
        Prefetch("organisation__figures", Figure.objects.select_related("source")),
        Prefetch(
            "organisation__relations",
            OrganisationRelation.objects.filter(
                other__in=Organisation.objects.named(at)
            ).select_related("other"),
        ),
        Prefetch(
            "organisation__parties",
            Party.objects.filter(collaboration__in=Collaboration.objects.live(at))
            .select_related("collaboration")
            .prefetch_related("collaboration__joint_works"),
        ),
    )


class PageDetail(RootDetail):
    model = Page

    def thing(self, context):
        return linked_data.of_page(self.object, self.request.now)

    def get(self, request, *args, **kwargs):
        page = self.get_object()
        if page.get_absolute_url() != request.path:
            return HttpResponsePermanentRedirect(page.get_absolute_url())
        return super().get(request, *args, **kwargs)


class Glossary(PublicView, TemplateView):
    """What the abbreviations stand for: the terms, and the acronyms of live organisations."""

    listed_in = ("Glossary", "glossary")
    template_name = "partners/glossary.html"

    def get_context_data(self, **context):
        organisations = Organisation.objects.live(self.request.now).exclude(acronym="")
        return super().get_context_data(
            terms=Term.objects.select_related("source"),
            organisations=organisations.order_by("acronym", "pk"),
            **context,
        )


def robots(request):
    """RFC 9309: everything public may be read; the admin is nobody's reading."""
    sitemap = settings.SITE_URL + reverse("partners:sitemap")
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /search/", f"Sitemap: {sitemap}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def upload(request, name):
    """A logo as it was uploaded, or a rendition of it; neither ever changes under its name."""
    renditions.ensure(settings.MEDIA_ROOT, name)
    response = serve(request, name, document_root=settings.MEDIA_ROOT)
    patch_cache_control(response, public=True, max_age=365 * 24 * 3600, immutable=True)
    return response
