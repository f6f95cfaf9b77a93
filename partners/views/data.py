"""The complete files, and the page that offers them."""

import io

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from partners.exchange.opendata import dumps, made
from partners.models import Page
from partners.reading import linked_data
from partners.views.api import ReadOnly
from partners.views.base import PublicView
from partners.views.ranges import part_of

BUSY = "The files are being made anew. Ask again in a few seconds.\n"


def ask_again(response, busy):
    """503 with the time to come back (RFC 9110, §10.2.3); nothing that an operator must hear of."""
    response["Retry-After"] = str(busy.retry_after)
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True
    return response


class DataPage(PublicView, TemplateView):
    """The files with their checksums; the text before them and the licence are the staff's."""

    listed_in = ("Open data", "data")
    template_name = "partners/data.html"

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except made.Busy as busy:
            return ask_again(render(request, "partners/busy.html", status=503), busy)

    def thing(self, context):
        page = context["page"]
        return linked_data.of_page(page, self.request.now) if page else None

    def get_context_data(self, **context):
        at = self.request.now
        page = Page.objects.live(at).filter(pk=Page.OPEN_DATA).first()
        return super().get_context_data(
            page=page,
            title=page.title if page else "Open data",
            files=made.offered(at),
            licence=dumps.licence(at),
            as_of=timezone.localdate(at),
            history_url=page and reverse("partners:page-history", args=[page.slug]),
            **context,
        )


class DataFile(PublicView, ReadOnly):
    """One of the files, as of now, or the part of it that is asked for."""

    def get(self, request, name):
        kind, _ = dumps.FILES[name]
        try:
            file, checksum = self.opened(name)
        except made.Busy as busy:
            answer = HttpResponse(BUSY, status=503, content_type="text/plain; charset=utf-8")
            return ask_again(answer, busy)
        response = part_of(request, file, f'"{checksum[:32]}"')
        if response.status_code in (200, 206):
            response["Content-Type"] = kind
            response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "public, no-cache"
        return response

    def opened(self, name):
        """The file, open in binary, and its SHA-256."""
        if name == dumps.SCHEMA:  # it is the same whatever the records are
            content = dumps.as_json(dumps.schema())
            return io.BytesIO(content), dumps.checksum(content)
        return made.opened(name, self.request.now)
