"""Feeds of what changed: on the whole site, or about one organisation."""

from typing import NamedTuple

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.views import View

from partners.exchange import news
from partners.exchange.syndication import FORMS
from partners.models import Organisation
from partners.reading import site
from partners.values.lines import writable
from partners.views.base import PublicView, RootDetail


class Scope(NamedTuple):
    """What a feed is about."""

    path: str
    page: str
    title: str
    guid: str
    #: The society that speaks.
    author: str
    news: list


class Changes(Feed):
    """Django's Feed of a Scope; all addresses are those of SITE_URL."""

    subtitle = (
        "Partners and collaborations put on record, new names, what began or ended, "
        "events announced or cancelled"
    )

    def __init__(self, form):
        self.feed_type = form

    def __call__(self, request, scope):
        """Without a Last-Modified: a piece of news may also go, which makes no date later."""
        response = super().__call__(request, scope)
        del response["Last-Modified"]
        return response

    def get_object(self, request, scope):
        return scope

    def title(self, scope):
        return writable(scope.title)

    def link(self, scope):
        return f"{settings.SITE_URL}{scope.page}"

    def feed_url(self, scope):
        return f"{settings.SITE_URL}{scope.path}"

    def feed_guid(self, scope):
        return scope.guid

    def author_name(self, scope):
        return writable(scope.author)

    def items(self, scope):
        return scope.news

    def item_title(self, item):
        return writable(item.title)

    def item_description(self, item):
        return writable(item.root.summary) or self.item_title(item)

    def item_link(self, item):
        return f"{settings.SITE_URL}{item.root.get_absolute_url()}"

    def item_guid(self, item):
        return item.id

    def item_pubdate(self, item):
        return item.shown_at

    item_updateddate = item_pubdate

    def item_categories(self, item):
        return [item.kind]


class SiteChanges(PublicView, View):
    """What changed on the site; give `form`, a key of FORMS, in the URLconf."""

    form = None

    def get(self, request):
        society = site.society(request.now)
        name = site.title(society)
        scope = Scope(
            path=request.path,
            page=reverse("partners:home"),
            title=f"What changed – {name}",
            guid=news.identity("site"),
            author=society.name if society else name,
            news=news.of_site(request.now),
        )
        return Changes(FORMS[self.form])(request, scope)


class OrganisationChanges(RootDetail):
    """The same of one organisation."""

    model = Organisation
    form = None

    def get_context_data(self, **context):
        return context

    def render_to_response(self, context):
        organisation, at = self.object, self.request.now
        society = site.society(at)
        scope = Scope(
            path=self.request.path,
            page=organisation.get_absolute_url(),
            title=f"What changed – {organisation.name}",
            guid=news.identity("organisation", organisation.pk),
            author=(society or organisation).name,
            news=news.of_organisation(organisation, at),
        )
        return Changes(FORMS[self.form])(self.request, scope)
