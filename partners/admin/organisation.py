"""Organisations with all their parts on one form."""

from django import forms
from django.contrib import admin
from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils.html import format_html

from partners.admin.inlines import CitationInline, LinkInline, PartInline
from partners.admin.root import RootAdmin
from partners.models import (
    Figure,
    Identifier,
    Organisation,
    OrganisationName,
    OrganisationRelation,
)
from partners.validators import validate_logo


class LogoField(forms.ImageField):
    """Refuses with the sentences of `validate_logo`; the name's ending decides how it is served."""

    default_validators = [FileExtensionValidator(["png", "jpg", "jpeg", "webp"])]

    def to_python(self, data):
        file = forms.FileField.to_python(self, data)
        if file is not None:
            validate_logo(file)
        return file

    def clean(self, data, initial=None):
        if data is None and initial:
            validate_logo(initial)  # its file may be gone
        return super().clean(data, initial)


class RelationInline(PartInline):
    model = OrganisationRelation
    fk_name = "organisation"
    fields = ["kind", "other", "basis"]
    autocomplete_fields = ["other"]
    verbose_name_plural = "relations: this organisation is …"


class NameInline(PartInline):
    model = OrganisationName
    fields = ["kind", "name", "acronym", "language", "valid_from", "valid_until"]
    verbose_name_plural = "other names: former, also known as, translated"


class FigureInline(PartInline):
    model = Figure
    fields = ["measure", "bound", "value", "as_of", "source", "note", "review_days", "position"]
    autocomplete_fields = ["source"]


class IdentifierInline(PartInline):
    model = Identifier
    fields = ["scheme", "value"]


@admin.register(Organisation)
class OrganisationAdmin(RootAdmin):
    list_display = ["name", "acronym", "kind", "state", "verified", "changed"]
    list_filter = [*RootAdmin.list_filter, "kind", "region", "topics", "not_for_profit"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["topics"]
    readonly_fields = ["logo_preview", "places"]
    formfield_overrides = RootAdmin.formfield_overrides | {
        models.ImageField: {"form_class": LogoField}
    }
    inlines = [
        FigureInline,
        NameInline,
        RelationInline,
        IdentifierInline,
        LinkInline,
        CitationInline,
    ]
    fieldsets = [
        (None, {"fields": ["name", "acronym", "kind", "summary", "description", "topics"]}),
        (
            "Facts",
            {
                "description": "Leave empty what no source says.",
                "fields": [
                    ("founded", "founded_label", "dissolved"),
                    ("region", "region_note"),
                    ("seat_city", "seat_country"),
                    "not_for_profit",
                    "website",
                ],
            },
        ),
        (
            "Logo",
            {
                "fields": [
                    "logo",
                    "logo_preview",
                    "logo_alt",
                    "logo_source",
                    ("logo_permission", "logo_permission_until"),
                ]
            },
        ),
        ("Places on the partners page", {"fields": ["places"]}),
        RootAdmin.address_and_reason,
        ("This site", {"classes": ["collapse"], "fields": ["is_home"]}),
    ]

    @admin.display(description="as visitors see it")
    def logo_preview(self, obj):
        if not obj.logo:
            return "No logo yet: the page shows the name alone."
        return format_html(
            '<img class="logo-preview" src="{}" alt="{}">', obj.logo.url, obj.logo_alt
        )

    @admin.display(description="stands under")
    def places(self, obj):
        """Only named here: a place is edited on the form of its section, by publishers."""
        sections = [entry.section.title for entry in obj.section_entries.select_related("section")]
        return ", ".join(sections) or "No heading yet. Publishers choose the places of a section."

    def is_needed(self, root):
        return root.is_home
