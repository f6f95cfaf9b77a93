"""What takes longer than a request: a page that tells how far it is, and can be left."""

from contextlib import contextmanager

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format

from partners.admin.base import ReadOnly, SafeLookups, attachment
from partners.models import Job
from partners.models.tasks import FILE_KEPT
from partners.rows.snapshots import Refused

NO_FILE = "This file is no longer kept. Export the records again."


def begin(request, task, title, lines, leads_to, *arguments):
    """Queue a task for whoever asks; leads to the page that tells how far it is.

    `lines` (int) is how much there is to do, `leads_to` the address to go on at if it fails.
    """
    fields = {"by": request.user, "lines": lines, "leads_to": leads_to, "title": title[:300]}
    job = Job.objects.begin(task, *arguments, **fields)
    return redirect("admin:partners_job_change", job.pk)


@contextmanager
def told_of_failure(job):
    """What refuses the work of a task is said in its Job."""
    try:
        yield
    except PermissionDenied:
        job.end("You may not do this any more.", has_failed=True)
    except Refused as error:
        job.end(*error.sentences, has_failed=True)


def end_with_file(job, content, described, further=""):
    """End a Job with a file (bytes) that can be taken: {"name", "kind" (media type)}.

    `further` is a sentence of what to do with it.
    """
    address = reverse("admin:partners_job_file", args=[job.pk])
    until = date_format(timezone.localtime(job.asked_at + FILE_KEPT), "j F Y, H:i")
    ready = f"“{described['name']}” is ready. Download it before {until}."
    sentences = f"{ready} {further}".strip()
    job.end(sentences, file=content, result=described, leads_to=address, lines_done=job.lines)


@admin.register(Job)
class JobAdmin(ReadOnly, SafeLookups, admin.ModelAdmin):
    """Each person sees their own."""

    list_display = ["title", "asked_at", "ended_at", "has_failed"]
    list_filter = ["has_failed"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(by=request.user)

    def get_urls(self):
        view = self.admin_site.admin_view(self.file_view)
        return [path("<uuid:key>/file/", view, name="partners_job_file"), *super().get_urls()]

    def file_view(self, request, key):
        if not self.has_view_permission(request):
            raise PermissionDenied
        job = self.get_queryset(request).filter(pk=key).first()
        if job is None:
            raise Http404("There is no such file.")
        if job.file is None or job.asked_at < request.now - FILE_KEPT:
            self.message_user(request, NO_FILE, messages.ERROR)
            return redirect("admin:index")
        return attachment(job.file, **job.result)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        job = self.get_object(request, unquote(object_id))
        if job is None:
            return super().change_view(request, object_id, form_url, extra_context)
        state = job.state(request.now)
        if job.ended_at or state == "failed":
            Job.objects.filter(pk=job.pk, is_seen=False).update(is_seen=True)
        context = {
            **self.admin_site.each_context(request),
            "title": job.title,
            "opts": self.opts,
            "job": job,
            "state": str(state),
        }
        return TemplateResponse(request, "admin/partners/job.html", context)
