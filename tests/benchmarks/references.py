"""What the site's pages are compared with: nothing at all, one read, and a plain list."""

from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.generic import ListView

from partners.models import Organisation
from partners.rows import freshness

#: What says so is never kept by the page cache.
unshared = cache_control(private=True, no_cache=True)


@unshared
def empty(request):
    return HttpResponse()


@unshared
def empty_with_read(request):
    """The one read by primary key that a page from memory costs, too."""
    return HttpResponse(headers={"X-Token": freshness.token()})


@method_decorator(unshared, name="dispatch")
class PlainList(ListView):
    """The directory as one writes it at first, competently: no facets, no search, no markup."""

    paginate_by = 24
    template_name = "benchmarks/plain_list.html"

    def get_queryset(self):
        live = Organisation.objects.live(self.request.now).select_related("record")
        listed = live.prefetch_related("topics", "figures__source", "names")
        return listed.order_by("name", "pk")
