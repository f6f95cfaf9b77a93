"""What the public views share: the request's moment, withdrawn records, what they refuse."""

from functools import cache

from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.generic import DetailView

from partners.models import SourceCheck
from partners.models.counts import Counts
from partners.models.prepared import Prepared
from partners.models.sources import by_source
from partners.reading import linked_data
from partners.reading.involvement import MOST_INVOLVED


class PublicView:
    """A page to be read; 405 in words for anything else."""

    #: The list that leads to the page (title, name of its address); None for the front page.
    listed_in = None
    #: The parameters of the query that the page depends on; of each the last value counts.
    parameters = ()

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        response.parameters = self.parameters
        return response

    def get_context_data(self, **context):
        context = super().get_context_data(**context)
        return context | {"linked_data": linked_data.graph(self.trail(), self.thing(context))}

    def thing(self, context):
        """What the page is about, in schema.org's terms; None where it is just a page."""

    def trail(self):
        """The way to the page, as a BreadcrumbList."""
        if self.listed_in:
            title, name = self.listed_in
            return linked_data.trail((title, reverse(f"partners:{name}")), *self.last_step())
        return self.last_step() and linked_data.trail(*self.last_step())

    def last_step(self):
        return []

    def http_method_not_allowed(self, request, *args, **kwargs):
        response = super().http_method_not_allowed(request, *args, **kwargs)
        response.content = render_to_string("405.html", request=request)
        return response


class RootDetail(PublicView, DetailView):
    """The page of one live root: 404 for a draft, 410 for what was withdrawn."""

    #: Related names of what the page shows, and many records have none of: see `rows`.
    counted = ()
    #: Of no more than these, and one, are they counted.
    most_counted = MOST_INVOLVED
    #: What is read together with the record.
    beside = ("verification",)

    def last_step(self):
        return [(self.object, self.object.get_absolute_url())]

    def get_object(self):
        read = _named(self.model, self.counted, self.most_counted, self.beside)
        found = read(self.kwargs["slug"], self.request.now)
        if not found:
            raise Http404
        return found[0]

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        if not self.object.is_live(request.now):
            return render(request, "410.html", self.farewell(), status=410)
        return self.render_to_response(self.get_context_data(object=self.object))

    def rows(self, name, *beside):
        """What leads to the record by that name (list), with the records `beside` it.

        Where it was counted with the record, and there is none, nothing is asked.
        """
        if name in self.counted and not self.object.counts[name]:
            return []
        return _rows(self.model, name, beside)(self.object.pk)

    def farewell(self):
        """What the page says that stands in the place of a withdrawn one."""
        return {"record": self.object, "successors": ()}

    def get_context_data(self, **context):
        figures = context.get("figures", ())

        def sources():
            citations = _citations(self.model)(self.object.pk)
            measures = {str(each.pk): each.measure for each in figures}
            rereads = SourceCheck.objects.rereads(citations)
            return by_source(self.model, citations, measures, rereads)

        return super().get_context_data(
            sources=SimpleLazyObject(sources),  # not every page shows them
            links=SimpleLazyObject(lambda: [link for link in self.rows("links") if link.url]),
            **{"history_url": f"{self.object.get_absolute_url()}history/"} | context,
        )


@cache
def _named(model, counted, most, beside):
    """Prepared: the record of `model` with a slug, if it may be named at a moment."""
    counts = Counts(model, counted, most + 1)

    def write(slug, at):
        found = model.objects.named(at).filter(slug=slug).select_related(*beside)
        return found.annotate(counts=counts) if counted else found

    return Prepared(write)


@cache
def _rows(model, name, beside, order=()):
    """Prepared: what leads by that name to the record of `model` with a key."""
    relation = model._meta.get_field(name)

    def write(key):
        rows = relation.related_model.objects.filter(**{relation.remote_field.name: key})
        rows = rows.select_related(*beside) if beside else rows
        return rows.order_by(*order) if order else rows

    return Prepared(write)


def _citations(model):
    return _rows(model, "citations", ("source",), ("source", "path", "pk"))


def bad_query(request, form):
    """400: what was wrong with the query string, in the form's own sentences."""
    sentences = [error for errors in form.errors.values() for error in errors]
    return render(request, "partners/bad_query.html", {"sentences": sentences}, status=400)
