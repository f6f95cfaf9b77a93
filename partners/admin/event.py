"""Events and series; the next edition is one click away."""

from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from partners.admin.inlines import CitationInline, LinkInline, PartInline
from partners.admin.root import RootAdmin
from partners.admin.sheets import RootSheetAdmin
from partners.models import Event, EventSeries, Organiser
from partners.rows import bookkeeping, history


class OrganiserInline(PartInline):
    model = Organiser
    lines = [("organisation", "role")]
    autocomplete_fields = ["organisation"]


@admin.register(EventSeries)
class EventSeriesAdmin(RootAdmin):
    list_display = ["title", "cadence", "place", "state", "verified", "changed"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["collaboration"]
    inlines = [OrganiserInline, LinkInline, CitationInline]
    fieldsets = [
        (None, {"fields": ["title", "collaboration", "summary", "description"]}),
        (
            "When and where",
            {"fields": ["cadence", ("since", "until"), ("usual_city", "usual_country")]},
        ),
        RootAdmin.address_and_review,
    ]


@admin.register(Event)
class EventAdmin(RootSheetAdmin):
    list_display = ["title", "starts", "ends", "place", "status", "state", "verified", "changed"]
    list_filter = [*RootAdmin.list_filter, "status", "mode", "series"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["series", "held_at"]
    inlines = [OrganiserInline, LinkInline, CitationInline]
    change_form_template = "admin/partners/event_change_form.html"
    fieldsets = [
        (None, {"fields": ["title", "series", "status", "summary", "description"]}),
        (
            "When",
            {
                "fields": [
                    ("starts", "ends"),
                    ("start_time", "end_time", "time_zone"),
                    "repeated_hour",
                ]
            },
        ),
        ("Where", {"fields": ["venue", ("city", "country"), "mode", "held_at"]}),
        ("Afterwards", {"fields": ["write_up"]}),
        RootAdmin.address_and_review,
    ]

    def get_urls(self):
        next_edition = self.admin_site.admin_view(self.next_edition)
        address = path("<path:key>/next-edition/", next_edition, name="partners_event_next_edition")
        return [address, *super().get_urls()]

    @method_decorator(require_POST)
    def next_edition(self, request, key):
        if not self.has_add_permission(request):
            raise PermissionDenied
        event = get_object_or_404(Event, pk=key)
        try:
            with bookkeeping.batch():
                edition, is_new = event.next_edition()
            if is_new:
                history.record(Event, edition.pk, request.user, "Created as the next edition")
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return redirect("admin:partners_event_change", quote(event.pk))
        if not is_new:
            self.message_user(request, "The next edition is here already: this one.")
            return redirect("admin:partners_event_change", quote(edition.pk))
        self.log_addition(request, edition, "Created as the next edition.")
        self.message_user(
            request,
            "This is the draft of the next edition. Only its year is filled in, and that is a "
            "guess: correct the dates and the place, then publish it.",
            messages.SUCCESS,
        )
        return redirect("admin:partners_event_change", quote(edition.pk))
