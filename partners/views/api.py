"""The API: the public records as JSON, read only; and the page that describes it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.paginator import EmptyPage
from django.http import HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView, View

from partners.exchange.opendata import dumps, openapi
from partners.exchange.opendata.asking import USUAL_A_PAGE, PageForm, RecordForm, complaints
from partners.exchange.opendata.kinds import KINDS
from partners.exchange.opendata.problems import problem
from partners.models import Redirect, Root
from partners.reading.paging import KeysFirst
from partners.rows import freshness
from partners.views.base import PublicView

ACROSS = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def _live(model):
    """A function: how many records of `model` are live at a moment; counted once an edition."""
    return freshness.remembered(lambda at: model.objects.live(at).count())


#: Kind of records with pages → how many a list holds that nothing narrows, at a moment.
LIVE = {name: _live(kind.model) for name, kind in KINDS.items() if issubclass(kind.model, Root)}


class Instead(Exception):
    """Another answer than the one that was asked for."""

    def __init__(self, response):
        super().__init__(response.status_code)
        self.response = response


def tagged(request, response):
    """`response` with a strong validator of its content; 304 where the client has it already.

    RFC 9110, sections 8.8.3 and 13.1.2.
    """
    response["ETag"] = f'"{dumps.checksum(response.content)[:32]}"'
    return get_conditional_response(request, response["ETag"], response=response)


@method_decorator(csrf_exempt, name="dispatch")  # nothing is ever written
class ReadOnly(View):
    """What programs ask for, those that run in pages of other sites among them."""

    http_method_names = ["get", "head", "options"]

    def options(self, request, *args, **named):
        return HttpResponse(
            status=204, headers={"Allow": ", ".join(self._allowed_methods())} | ACROSS
        )


class ApiView(ReadOnly):
    """One JSON document, which `document` makes."""

    def get(self, request, **named):
        try:
            document = self.document(**named)
        except Instead as instead:
            return instead.response
        return tagged(request, JsonResponse(document, json_dumps_params={"ensure_ascii": False}))

    def must_be_in_order(self, *forms):
        sentences = complaints(self.request.GET, *forms)
        if sentences:
            raise Instead(problem(400, " ".join(sentences), sentences))


class ApiRoot(ApiView):
    """Where everything is."""

    def document(self):
        at = self.request.now
        self.must_be_in_order()
        lists = {kind: absolute(f"api-{kind}") for kind in KINDS}
        return {
            "title": dumps.title(at),
            "description": absolute("api-description"),
            "dumps": absolute("data"),
            "licence": dumps.licence(at),
            **lists,
        }


class ApiDescription(ApiView):
    def document(self):
        at = self.request.now
        self.must_be_in_order()
        return openapi.document(dumps.title(at), dumps.licence(at), at)


class ApiList(ApiView):
    """The list of a kind, page by page; give `kind` in the URLconf."""

    kind = None

    def document(self):
        filters = self.kind.form(self.request.GET, self.request.now)
        asked = PageForm(self.request.GET, self.kind)
        self.must_be_in_order(filters, asked)
        page = self.page(filters, asked.cleaned_data)
        at, names = self.request.now, asked.cleaned_data["fields"]
        records = list(page)
        self.kind.read_parts(records, at)
        neighbours = [
            ("previous", page.has_previous, page.number - 1),
            ("next", page.has_next, page.number + 1),
        ]
        return {
            "count": page.paginator.count,
            "pages": page.paginator.num_pages,
            "page": page.number,
            **{name: self.address(to) if there() else None for name, there, to in neighbours},
            "results": [self.kind.say(record, at, names) for record in records],
        }

    def page(self, filters, asked):
        at = self.request.now
        found = self.kind.with_related(filters.results())
        paginator = KeysFirst(found, asked["page_size"] or USUAL_A_PAGE)
        if self.kind.name in LIVE and not any(filters.cleaned_data.values()):
            paginator.count = LIVE[self.kind.name](at)
        try:
            return paginator.page(asked["page"] or 1)
        except EmptyPage:
            last = paginator.num_pages
            raise Instead(problem(404, f"The list ends with page {last}.")) from None

    def address(self, page):
        query = self.request.GET.copy()
        query["page"] = page
        return f"{absolute(f'api-{self.kind.name}')}?{query.urlencode()}"


class ApiRecord(ApiView):
    """One record of a kind; give `kind` in the URLconf."""

    kind = None

    def document(self, slug):
        asked = RecordForm(self.request.GET, self.kind)
        self.must_be_in_order(asked)
        at = self.request.now
        record = self.kind.everything(at).filter(**{self.kind.address: slug}).first()
        if record is None:
            raise Instead(self.gone(slug) or self.moved(slug) or problem(404))
        self.kind.read_parts([record], at)
        return self.kind.say(record, at, asked.cleaned_data["fields"])

    def gone(self, slug):
        """410 for what was withdrawn; None for what is not known."""
        model = self.kind.model
        if not issubclass(model, Root):
            return None
        was_here = model.objects.named(self.request.now).filter(slug=slug).exists()
        return problem(410, "This record was withdrawn.") if was_here else None

    def moved(self, slug):
        """A redirect to the record whose page had this address before; None if there is none."""
        name = f"{self.kind.one}-detail"
        if not issubclass(self.kind.model, Root):
            return None
        target = Redirect.objects.target(reverse(f"partners:{name}", args=[slug]))
        try:
            found = target and resolve(urlsplit(target).path)
        except Resolver404:
            return None
        if not found or found.url_name != name:
            return None
        address = reverse(f"partners:api-{self.kind.name}-record", kwargs=found.kwargs)
        query = self.request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


class Developers(PublicView, TemplateView):
    """What the API and the files hold, from the same description that they are made from."""

    listed_in = ("For developers", "developers")
    template_name = "partners/developers.html"

    def get_context_data(self, **context):
        at = self.request.now
        kinds = [
            {"kind": kind, "parameters": openapi.parameters(kind.form({}, at), PageForm({}, kind))}
            for kind in KINDS.values()
        ]
        return super().get_context_data(kinds=kinds, licence=dumps.licence(at), **context)


def absolute(name):
    """The whole address of a name in our URLconf."""
    return f"{settings.SITE_URL}{reverse(f'partners:{name}')}"
