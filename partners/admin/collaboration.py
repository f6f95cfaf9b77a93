"""Collaborations with their parties and what was made together."""

from django.contrib import admin
from django.utils import timezone

from partners.admin.inlines import CitationInline, LinkInline, PartInline
from partners.admin.root import RootAdmin
from partners.admin.sheets import RootSheetAdmin
from partners.models import Collaboration, JointWork, Party


class PartyInline(PartInline):
    model = Party
    lines = [("organisation", "role", "since", "until")]
    autocomplete_fields = ["organisation"]
    verbose_name_plural = "parties: who takes part, and how"


class JointWorkInline(PartInline):
    model = JointWork
    lines = [("title", "date"), "url"]
    verbose_name = "joint work"
    verbose_name_plural = "made and done together"


@admin.register(Collaboration)
class CollaborationAdmin(RootSheetAdmin):
    list_display = ["title", "kind", "since", "standing", "state", "verified", "changed"]
    list_filter = [*RootAdmin.list_filter, "kind"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [PartyInline, JointWorkInline, LinkInline, CitationInline]
    fieldsets = [
        (None, {"fields": ["title", "kind", "summary", "description"]}),
        (
            "When and how",
            {"fields": [("since", "until", "has_ended"), "cadence", "through"]},
        ),
        RootAdmin.address_and_review,
    ]

    @admin.display(description="status")
    def standing(self, obj):
        return obj.status(timezone.localdate()).label
