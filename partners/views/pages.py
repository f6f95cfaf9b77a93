"""The partners page, the pages of text, the glossary, and what machines ask for."""

from django.conf import settings
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.generic import ListView, TemplateView
from django.views.static import serve

from partners import linked_data, renditions
from partners.models import (
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
from partners.models.base import is_live
from partners.paging import KeysFirst
from partners.views.base import PublicView, RootDetail
from partners.views.events import upcoming

#: A section of more organisations than these leads on into the directory.
MOST_IN_SECTION = 12


class PartnersPage(PublicView, TemplateView):
    """Who the society works with, under the headings that staff gave them."""

    template_name = "partners/home.html"

    def thing(self, context):
        return linked_data.website(context["home_society"])

    def get_context_data(self, **context):
        at = self.request.now
        today = timezone.localdate(at)
        live = Event.objects.live(at)
        sections = _sections(at)
        return super().get_context_data(
            page=sections[0].page if sections else _page(at),
            home_society=Organisation.objects.live(at).home(),
            sections=sections,
            most_in_section=MOST_IN_SECTION,
            upcoming=upcoming(at)[:5],
            past=live.past(today)[:3],
            **context,
        )


def _page(at):
    return Page.objects.live(at).filter(pk=Page.PARTNERS).first()


def _sections(at):
    """The headings of the page, each with the first live organisations that stand under it."""
    in_public = is_live(at, "page__")
    sections = list(Section.objects.filter(in_public, page=Page.PARTNERS).select_related("page"))
    entries = SectionEntry.objects.filter(is_live(at, "organisation__"))
    firsts = Q(pk=None)
    for section in sections:
        first = entries.filter(section=section).values("pk")[: MOST_IN_SECTION + 1]
        firsts |= Q(pk__in=first)
        section.shown = []
    known = {section.pk: section for section in sections}
    for entry in SectionEntry.objects.filter(firsts).select_related("organisation"):
        known[entry.section_id].shown.append(entry)
    shown = [entry.organisation for section in sections for entry in section.shown]
    prefetch_related_objects(shown, *_said_of_each(at))
    return sections


def _said_of_each(at):
    """What the page says of an organisation, beside what it says itself."""
    relations = OrganisationRelation.objects.filter(other__published_at__lte=at)
    parties = Party.objects.filter(is_live(at, "collaboration__")).select_related("collaboration")
    return [
        Prefetch("figures", Figure.objects.select_related("source")),
        Prefetch("relations", relations.select_related("other")),
        Prefetch("parties", parties.prefetch_related("collaboration__joint_works")),
    ]


class PageDetail(RootDetail):
    model = Page

    def thing(self, context):
        return linked_data.of_page(self.object, self.request.now)

    def get(self, request, *args, **kwargs):
        page = self.get_object()
        if page.get_absolute_url() != request.path:
            return HttpResponsePermanentRedirect(page.get_absolute_url())
        return super().get(request, *args, **kwargs)


class Glossary(PublicView, ListView):
    """What the abbreviations stand for: the terms, and the acronyms of live organisations."""

    listed_in = ("Glossary", "glossary")
    paginate_by = 48
    paginator_class = KeysFirst
    parameters = ("page",)
    template_name = "partners/glossary.html"

    def get_queryset(self):
        named = Organisation.objects.live(self.request.now).exclude(acronym="")
        return named.order_by("acronym", "pk")

    def get_context_data(self, **context):
        return super().get_context_data(terms=Term.objects.select_related("source"), **context)


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
