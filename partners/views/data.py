"""The complete files, and the page that offers them."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from partners.exchange.opendata import dumps
from partners.models import Page
from partners.reading import linked_data
from partners.views.api import ReadOnly, tagged
from partners.views.base import PublicView


class DataPage(PublicView, TemplateView):
    """The files with their checksums; the text before them and the licence are the staff's."""

    listed_in = ("Open data", "data")
    template_name = "partners/data.html"

    def thing(self, context):
        page = context["page"]
        return linked_data.of_page(page, self.request.now) if page else None

    def get_context_data(self, **context):
        at = self.request.now
        offered = [
            {
                "name": name,
                "says": dumps.FILES[name][1],
                "size": len(content),
                "sha256": dumps.checksum(content),
            }
            for name, content in dumps.files(at).items()
        ]
        page = Page.objects.live(at).filter(pk=Page.OPEN_DATA).first()
        return super().get_context_data(
            page=page,
            title=page.title if page else "Open data",
            files=offered,
            licence=dumps.licence(at),
            as_of=timezone.localdate(at),
            history_url=page and reverse("partners:page-history", args=[page.slug]),
            **context,
        )


class DataFile(PublicView, ReadOnly):
    """One of the files, as of now."""

    def get(self, request, name):
        kind, _ = dumps.FILES[name]
        response = HttpResponse(dumps.files(request.now)[name], content_type=kind)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return tagged(request, response)
