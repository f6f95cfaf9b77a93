"""One search over organisations, collaborations and events."""

from itertools import chain

from django.views.generic import TemplateView

from partners.forms import SearchForm
from partners.models import Collaboration, Event, EventSeries, Organisation
from partners.search import Search
from partners.views.base import PublicView, bad_query

PER_KIND = 20


class SearchPage(PublicView, TemplateView):
    template_name = "partners/search.html"
    parameters = ("q",)

    def get(self, request, *args, **kwargs):
        form = SearchForm(request.GET)
        if not form.is_valid():
            return bad_query(request, form)
        typed = form.cleaned_data["q"]
        context = self.get_context_data(form=form, typed=typed, **self._found(typed))
        return self.render_to_response(context)

    def _found(self, typed):
        models = (Organisation, Collaboration, Event, EventSeries)
        search = Search(typed)
        live = [model.objects.live(self.request.now) for model in models]
        live[0] = live[0].prefetch_related("names")
        groups = [
            {"title": model._meta.verbose_name_plural, "hits": hits}
            for model, hits in zip(models, search.best(PER_KIND + 1, *live), strict=True)
        ]
        for hit in chain.from_iterable(group["hits"] for group in groups):
            hit.reason = search.reason(hit)
        return {
            "groups": [group for group in groups if group["hits"]],
            "per_kind": PER_KIND,
            "count": sum(len(group["hits"][:PER_KIND]) for group in groups),
            "is_cut": any(len(group["hits"]) > PER_KIND for group in groups),
            "corrected": " ".join(search.corrected),
            "nearest": lambda: search.nearest(*live),
        }
