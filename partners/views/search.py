"""One search over organisations, collaborations and events."""

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
        search = Search(typed, is_bounded=True)
        live = [model.objects.live(self.request.now) for model in models]
        found = search.ranked(*live)
        groups = [
            {"title": model._meta.verbose_name_plural, "hits": _hits(search, queryset)}
            for model, queryset in zip(models, found, strict=True)
        ]
        return {
            "groups": [group for group in groups if group["hits"]],
            "per_kind": PER_KIND,
            "count": sum(len(group["hits"][:PER_KIND]) for group in groups),
            "is_cut": any(len(group["hits"]) > PER_KIND for group in groups),
            "corrected": " ".join(search.corrected),
            "nearest": lambda: search.nearest(*live),
        }


def _hits(search, queryset):
    """The first records of the queryset, one more than are shown, each with the `reason`."""
    if queryset.model is Organisation:
        queryset = queryset.prefetch_related("names")
    hits = list(queryset[: PER_KIND + 1])
    for hit in hits:
        hit.reason = search.reason(hit)
    return hits
