"""Feeds of what changed: on the whole site, or about one organisation."""

from typing import NamedTuple

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views import View

from partners.exchange import news
from partners.exchange.happenings import identity
from partners.exchange.syndication import FORMS
from partners.models import Organisation
from partners.models.base import FEW
from partners.reading import site
from partners.values.lines import writable
from partners.views.base import PublicView, RootDetail

SUBTITLE = (
    "Partners and collaborations put on record, new names, what began or ended, "
    "events announced or cancelled"
)


class Scope(NamedTuple):
    """What a feed is about."""

    path: str
    page: str
    title: str
    guid: str
    #: The society that speaks.
    author: str
    news: list


def answer(form, scope):
    """The feed of a Scope in that form, a key of FORMS; all addresses are those of SITE_URL.

    Without a Last-Modified: a piece of news may also go, which makes no date later.
    """
    feed = FORMS[form](
        title=writable(scope.title),
        link=f"{settings.SITE_URL}{scope.page}",
        description="",
        subtitle=SUBTITLE,
        language=settings.LANGUAGE_CODE,
        feed_url=f"{settings.SITE_URL}{scope.path}",
        feed_guid=scope.guid,
        author_name=writable(scope.author),
    )
    for item in scope.news:
        title = writable(item.title)
        feed.add_item(
            title=title,
            link=f"{settings.SITE_URL}{item.root.get_absolute_url()}",
            description=writable(item.root.summary) or title,
            unique_id=item.id,
            pubdate=item.shown_at,
            updateddate=item.shown_at,
            categories=[item.kind],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


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
            guid=identity("site"),
            author=society.name if society else name,
            news=news.of_site(request.now),
        )
        return answer(self.form, scope)


class OrganisationChanges(RootDetail):
    """The same of one organisation."""

    model = Organisation
    counted = ("parties", "organised")
    most_counted = FEW
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
            guid=identity("organisation", organisation.pk),
            author=(society or organisation).name,
            news=news.of_organisation(organisation, at),
        )
        return answer(self.form, scope)
