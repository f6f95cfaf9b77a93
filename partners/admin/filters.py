"""What the lists of roots can be narrowed by."""

from django.contrib import admin

from partners.models import Figure


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("draft", "Draft"),
            ("scheduled", "Scheduled"),
            ("live", "Live"),
            ("withdrawn", "Withdrawn"),
        ]

    def queryset(self, request, queryset):
        at = request.now
        chosen = {
            "draft": lambda: queryset.filter(published_at=None),
            "scheduled": lambda: queryset.filter(published_at__gt=at),
            "live": lambda: queryset.live(at),
            "withdrawn": lambda: queryset.named(at).filter(withdrawn_at__lte=at),
        }.get(self.value())
        return chosen() if chosen else queryset


class VerifiedFilter(admin.SimpleListFilter):
    title = "verified"
    parameter_name = "verified"

    def lookups(self, request, model_admin):
        figures = [("figures", "Figures not yet")] if "figures" in model_admin.model.parts else []
        return [("no", "Not yet"), *figures]

    def queryset(self, request, queryset):
        if self.value() == "no":
            return queryset.live(request.now).filter(verification=None)
        if self.value() == "figures":
            unverified = Figure.objects.filter(verification=None)
            return queryset.live(request.now).filter(pk__in=unverified.values("organisation"))
        return queryset
