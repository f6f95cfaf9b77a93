"""What the public views share: the request's moment, withdrawn records, what they refuse."""

from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.generic import DetailView


class PublicView:
    """A page to be read; 405 in words for anything else."""

    def http_method_not_allowed(self, request, *args, **kwargs):
        response = super().http_method_not_allowed(request, *args, **kwargs)
        response.content = render_to_string("405.html", request=request)
        return response


class RootDetail(PublicView, DetailView):
    """The page of one live root: 404 for a draft, 410 for what was withdrawn."""

    def get_queryset(self):
        named = self.model.objects.named(self.request.now)
        return named.select_related("record", "verification")

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        if not self.object.is_live(request.now):
            return render(request, "410.html", status=410)
        return self.render_to_response(self.get_context_data(object=self.object))

    def get_context_data(self, **context):
        return super().get_context_data(
            citations=self.object.citations.select_related("source").order_by(
                "source__title", "source", "locator", "-basis", "pk"
            ),
            links=self.object.links.exclude(url=""),
            **context,
        )


def bad_query(request, form):
    """400: what was wrong with the query string, in the form's own sentences."""
    sentences = [error for errors in form.errors.values() for error in errors]
    return render(request, "partners/bad_query.html", {"sentences": sentences}, status=400)
