"""The list of collaborations and the page of one."""

from django.db.models import Prefetch
from django.utils import timezone
from django.views.generic import ListView

from partners import linked_data
from partners.models import Collaboration, EventSeries, Party
from partners.views.base import PublicView, RootDetail


class CollaborationList(PublicView, ListView):
    """What goes on first, what has ended after it; nothing is dropped because a date passed."""

    listed_in = ("Collaborations", "collaboration-list")
    paginate_by = 50
    template_name = "partners/collaboration_list.html"

    def get_queryset(self):
        live = Collaboration.objects.live(self.request.now)
        return (
            live.with_is_over(timezone.localdate(self.request.now))
            .prefetch_related(Prefetch("parties", Party.objects.named(self.request.now)))
            .order_by("is_over", "title", "pk")
        )


class CollaborationDetail(RootDetail):
    model = Collaboration
    listed_in = ("Collaborations", "collaboration-list")

    def thing(self, context):
        return linked_data.of_page(self.object, self.request.now, context["parties"])

    def get_context_data(self, **context):
        at = self.request.now
        return super().get_context_data(
            parties=self.object.parties.named(at),
            joint_works=self.object.joint_works.all(),
            series=EventSeries.objects.live(at).filter(collaboration=self.object),
            **context,
        )
