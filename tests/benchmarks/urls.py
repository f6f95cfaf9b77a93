"""The site's addresses, and the references beside them."""

from django.urls import path

from cirse_partners.urls import handler400, handler403, handler404, handler500, urlpatterns
from tests.benchmarks.references import PlainList, empty, empty_with_read

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("reference/empty/", empty),
    path("reference/empty-with-read/", empty_with_read),
    path("reference/list/", PlainList.as_view()),
    *urlpatterns,
]
