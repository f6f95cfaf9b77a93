"""What checks of links found: a history to read, and false alarms to mark."""

from django.contrib import admin, messages

from partners.admin.base import SafeLookups
from partners.models import LinkCheck


@admin.register(LinkCheck)
class LinkCheckAdmin(SafeLookups, admin.ModelAdmin):
    list_display = ["url", "result", "detail", "target", "checked_at", "is_false_alarm"]
    list_filter = ["result", "is_false_alarm"]
    search_fields = ["url"]
    actions = ["mark_false_alarm"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        """By the action alone: what was answered stays as it was answered."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description="Mark as false alarm", permissions=["change"])
    def mark_false_alarm(self, request, queryset):
        marked = list(queryset.exclude(result=LinkCheck.Result.GOOD))
        LinkCheck.objects.filter(pk__in=[check.pk for check in marked]).update(is_false_alarm=True)
        for check in marked:
            self.log_change(request, check, "Marked as false alarm.")
        self.message_user(request, f"Marked as false alarm: {len(marked)}.", messages.SUCCESS)
