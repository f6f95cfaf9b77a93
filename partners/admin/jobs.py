"""What takes longer than a request: a page that tells how far it is, and can be left."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.template.response import TemplateResponse

from partners.admin.base import ReadOnly, SafeLookups
from partners.models import Job


@admin.register(Job)
class JobAdmin(ReadOnly, SafeLookups, admin.ModelAdmin):
    """Each person sees their own."""

    list_display = ["title", "asked_at", "ended_at", "has_failed"]
    list_filter = ["has_failed"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(by=request.user)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        job = self.get_object(request, unquote(object_id))
        if job is None:
            return super().change_view(request, object_id, form_url, extra_context)
        state = job.state(request.now)
        if job.ended_at or state == "failed":
            Job.objects.filter(pk=job.pk).update(is_seen=True)
        context = {
            **self.admin_site.each_context(request),
            "title": job.title,
            "opts": self.opts,
            "job": job,
            "state": str(state),
        }
        return TemplateResponse(request, "admin/partners/job.html", context)
