"""The partners page, the pages of text, the glossary, and what machines ask for."""

import datetime as dt
from typing import NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count, Q, Value
from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    HttpResponseNotModified,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import http_date
from django.views.generic import ListView, TemplateView
from django.views.static import was_modified_since

from partners.models import (
    Collaboration,
    Event,
    Organisation,
    Page,
    Party,
    Section,
    SectionEntry,
    Term,
)
from partners.models.base import is_live, union
from partners.models.prepared import Prepared, PreparedRelated
from partners.reading import linked_data
from partners.reading.paging import KeysFirst
from partners.reading.site import everywhere
from partners.rows import freshness
from partners.values import renditions, richtext
from partners.views.base import PublicView, RootDetail
from partners.views.events import upcoming

#: A section shows all of its organisations, up to so many; of more than these it shows the first,
#: and leads on to all of them in the directory.
MOST_IN_SECTION = 12
FIRST_OF_MANY = 6


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
        page = sections[0].section.page if sections else _page(at)
        first, rest = richtext.first_paragraph(page.body if page else "")
        return super().get_context_data(
            **everywhere(at),  # else the template asks for it again
            page=page,
            object=page,
            first_paragraph=first,
            rest=rest,
            sections=sections,
            numbers=_numbers(at),
            upcoming=list(upcoming(at)[:5]),
            past=list(live.past(today)[:3]),
            **context,
        )


@freshness.remembered
def _numbers(at):
    """How many partners and collaborations have a page at `at` (aware datetime)."""
    partners = Organisation.objects.live(at).partners().order_by()
    together = Collaboration.objects.live(at).order_by()
    kinds = ((Value("partners"), partners), (Value("collaborations"), together))
    counts = (
        rows.values(what=kind).annotate(number=Count("pk")).values_list("what", "number")
        for kind, rows in kinds
    )
    return dict(union(counts))


def _page(at):
    return Page.objects.live(at).filter(pk=Page.PARTNERS).first()


class Heading(NamedTuple):
    """A section of the page, with the organisations that it shows, or their keys."""

    section: Section
    organisations: list
    has_many: bool


def _sections(at):
    """The headings of the page at `at` (aware datetime), with what is said of each organisation."""
    headings = _headings(at)
    keys = dict.fromkeys(key for heading in headings for key in heading.organisations)
    shown = _with_keys(*keys) if keys else []  # without those that were deleted this very moment
    _read_parties(shown, at)
    known = {organisation.pk: organisation for organisation in shown}
    return [
        heading._replace(
            organisations=[known[key] for key in heading.organisations if key in known]
        )
        for heading in headings
    ]


@freshness.remembered
def _headings(at):
    """The same with the keys of the first live organisations that stand under each."""
    sections = list(Section.objects.of_overview(at).select_related("page"))
    entries = SectionEntry.objects.filter(is_live(at, "organisation__"))
    firsts = Q(pk=None)
    for section in sections:
        first = entries.filter(section=section).values("pk")[: MOST_IN_SECTION + 1]
        firsts |= Q(pk__in=first)
    keys = {section.pk: [] for section in sections}
    named = SectionEntry.objects.filter(firsts).values_list("section", "organisation")
    for section, organisation in named:
        keys[section].append(organisation)
    return [_heading(section, keys[section.pk]) for section in sections]


def _heading(section, keys):
    has_many = len(keys) > MOST_IN_SECTION
    return Heading(section, keys[:FIRST_OF_MANY] if has_many else keys, has_many)


@Prepared
def _with_keys(*keys):
    return Organisation.objects.filter(pk__in=keys).order_by()


def _parties(at):
    return Party.objects.filter(is_live(at, "collaboration__")).select_related("collaboration")


#: Gives each of organisations (list) its `shown_parties` (list), what is done together with it: the
#: rest is said on its own page.
_read_parties = PreparedRelated(Organisation, "parties", _parties, "shown_parties")


class PageDetail(RootDetail):
    model = Page
    counted = ("links",)

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
    paginate_by = 24
    paginator_class = KeysFirst
    parameters = ("page",)
    template_name = "partners/glossary.html"

    def get_queryset(self):
        return _with_acronym(self.request.now)

    def get_paginator(self, *args, **kwargs):
        paginator = super().get_paginator(*args, **kwargs)
        paginator.count = _count_with_acronym(self.request.now)
        return paginator

    def get_context_data(self, **context):
        return super().get_context_data(terms=Term.objects.select_related("source"), **context)


def _with_acronym(at):
    return Organisation.objects.live(at).exclude(acronym="").order_by("acronym", "pk")


@freshness.remembered
def _count_with_acronym(at):
    return _with_acronym(at).count()


def robots(request):
    """RFC 9309: everything public may be read; the admin is nobody's reading."""
    sitemap = settings.SITE_URL + reverse("partners:sitemap")
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /search/", f"Sitemap: {sitemap}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def security_txt(request):
    """RFC 9116: whom to tell of a weakness; always valid for another half year (section 2.5.5)."""
    expires = request.now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: mailto:{settings.CONTACT_EMAIL}",
        f"Expires: {expires + dt.timedelta(days=182):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{request.path}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def favicon(request):
    """The icon, for those who ask for it where it used to be; its name changes with it."""
    response = HttpResponseRedirect(static("img/favicon.ico"))
    patch_cache_control(response, public=True, max_age=24 * 3600)
    return response


def upload(request, name):
    """A logo as it was uploaded, a rendition of it, or a card; none changes under its name."""
    try:
        stored_at = _stored_at(name)
        if was_modified_since(request.META.get("HTTP_IF_MODIFIED_SINCE"), stored_at):
            response = FileResponse(default_storage.open(name))
        else:
            response = HttpResponseNotModified()
    except (FileNotFoundError, IsADirectoryError):
        raise Http404(name) from None
    response["Last-Modified"] = http_date(stored_at)
    response["X-Accel-Expires"] = "@1"  # nginx keeps it, and asks each time if it is still there
    patch_cache_control(response, public=True, max_age=365 * 24 * 3600, immutable=True)
    return response


def _stored_at(name):
    """When it was stored (seconds since 1970); a rendition that is not there is made."""
    try:
        stored_at = default_storage.get_modified_time(name)
    except FileNotFoundError:
        renditions.ensure(default_storage, name)
        stored_at = default_storage.get_modified_time(name)
    return int(stored_at.timestamp())
