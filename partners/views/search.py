"""One search over organisations, collaborations, events, pages of text and the glossary."""

from itertools import chain

from django.views.generic import TemplateView

from partners.models import ROOT_MODELS, Page
from partners.reading.forms import SearchForm
from partners.reading.search import Search
from partners.reading.site import everywhere
from partners.views.base import PublicView, bad_query

PER_KIND = 20
#: The kinds that readers look for first; the others follow.
FIRST = ("organisation", "collaboration", "event")


class SearchPage(PublicView, TemplateView):
    template_name = "partners/search.html"
    parameters = ("q",)

    def get(self, request, *args, **kwargs):
        form = SearchForm(request.GET)
        if not form.is_valid():
            return bad_query(request, form)
        typed = form.cleaned_data["q"]
        known = everywhere(request.now)  # else the template asks for it again
        found = self._found(typed, known["abbreviations"])
        return self.render_to_response(self.get_context_data(typed=typed, **known, **found))

    def _found(self, typed, abbreviations):
        search, live = Search(typed), searched(self.request.now)
        groups = [
            {"title": title_of(queryset.model), "hits": hits}
            for queryset, hits in zip(live, search.best(PER_KIND + 1, *live), strict=True)
        ]
        for hit in chain.from_iterable(group["hits"] for group in groups):
            hit.reason = search.reason(hit)
        terms = _terms(search, abbreviations) if search.words else []
        hits = [group["hits"] for group in groups] + [terms]
        return {
            "groups": [group for group in groups if group["hits"]],
            "terms": terms,
            "per_kind": PER_KIND,
            "count": sum(len(found[:PER_KIND]) for found in hits),
            "is_cut": any(len(found) > PER_KIND for found in hits),
            "corrected": " ".join(search.corrected),
            "nearest": lambda: search.nearest(*live),
        }


def _terms(search, abbreviations):
    """[(abbreviation, what it stands for, key)] of the glossary's terms that hold the words."""
    return [
        (short, long, key)
        for short, (long, key) in sorted(abbreviations.items())
        if search.are_in(f"{short} {long}")
    ]


def searched(at):
    """The querysets of all that has a page at `at` (aware datetime), the names of bodies first."""
    live = [ROOT_MODELS[name].objects.live(at) for name in dict.fromkeys((*FIRST, *ROOT_MODELS))]
    live[0] = live[0].prefetch_related("names")
    return live


def title_of(model):
    return "pages" if model is Page else model._meta.verbose_name_plural
