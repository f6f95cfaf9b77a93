"""What checks of links found: a history to read, false alarms to mark, addresses to ask again."""

from django.contrib import admin, messages
from django.db import transaction
from django.urls import reverse

from partners.admin import jobs
from partners.admin.base import SafeLookups
from partners.care import links
from partners.models import Job, LinkCheck
from partners.models.tasks import LONG, task

MOST_AT_ONCE = 50
TOO_MANY = f"Choose at most {MOST_AT_ONCE} addresses. All of them are asked every day."


@task(queue_name=LONG)
def ask_again(job, urls):
    """Ask these addresses whether they answer; told in the Job."""
    job, outcomes = Job.objects.get(pk=job), []
    for url, outcome in links.check(urls):
        outcomes.append((url, outcome))
        job.tell(len(outcomes), len(urls))
    good = [outcome.result for _, outcome in outcomes].count(LinkCheck.Result.GOOD)
    with transaction.atomic():
        for url, outcome in outcomes:
            links.record(url, outcome)
        job.end(f"Asked: {len(urls)}. Good: {good}.", lines_done=len(urls))


@admin.register(LinkCheck)
class LinkCheckAdmin(SafeLookups, admin.ModelAdmin):
    list_display = ["url", "result", "detail", "target", "checked_at", "is_false_alarm"]
    list_filter = ["result", "is_false_alarm"]
    search_fields = ["url"]
    actions = ["ask_again", "mark_false_alarm"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        """By the action alone: what was answered stays as it was answered."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description="Ask these addresses again", permissions=["change"])
    def ask_again(self, request, queryset):
        urls = sorted(set(queryset.values_list("url", flat=True)))
        if len(urls) > MOST_AT_ONCE:
            self.message_user(request, TOO_MANY, messages.ERROR)
            return None
        list_ = reverse("admin:partners_linkcheck_changelist")
        return jobs.begin(request, ask_again, "Ask addresses again", len(urls), list_, urls)

    @admin.action(description="Mark as false alarm", permissions=["change"])
    def mark_false_alarm(self, request, queryset):
        marked = list(queryset.exclude(result=LinkCheck.Result.GOOD))
        LinkCheck.objects.filter(pk__in=[check.pk for check in marked]).update(is_false_alarm=True)
        for check in marked:
            self.log_change(request, check, "Marked as false alarm.")
        self.message_user(request, f"Marked as false alarm: {len(marked)}.", messages.SUCCESS)
