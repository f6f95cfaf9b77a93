"""Organisations with all their parts on one form."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from partners.admin.forms import RootForm, Ticks
from partners.admin.inlines import CitationInline, LinkInline, PartInline
from partners.admin.kept import KeptFileWidget, keep_at_once
from partners.admin.merging import MergingAdmin
from partners.admin.registers import RegisterAdmin
from partners.admin.root import RootAdmin
from partners.admin.sheets import RootSheetAdmin
from partners.models import (
    Figure,
    Identifier,
    Organisation,
    OrganisationName,
    OrganisationRelation,
)
from partners.values.dates import PartialDateFormField
from partners.values.uploads import LogoField


class OrganisationForm(RootForm):
    """A name that the public knows is changed for a reason; a new name keeps the old one."""

    CORRECTION, NEW_NAME = "correction", "new-name"
    renaming = forms.ChoiceField(
        label="If the name or acronym changes, it is",
        choices=[
            ("", "---------"),
            (CORRECTION, "a correction: it was never called that"),
            (NEW_NAME, "the organisation’s new name: keep the old one as a former name"),
        ],
        required=False,
    )
    renamed_on = PartialDateFormField(
        label="Renamed in",
        required=False,
        widget=forms.TextInput(attrs={"size": 14}),
        help_text="As precisely as it is known; may stay empty.",
    )

    def clean(self):
        super().clean()
        self._refuse_words_without_logo()
        changed = {"name", "acronym"} & {*self.changed_data}
        if not any(self.initial.get(name) for name in changed):
            self.cleaned_data["renaming"] = ""
        elif self._is_open_question():
            self.add_error(
                "renaming", "Say whether this is a correction or the organisation’s new name."
            )

    def _refuse_words_without_logo(self):
        has_logo = self.cleaned_data.get("logo") or "logo" in self.errors
        if self.cleaned_data.get("logo_alt") and not has_logo:
            self.add_error("logo_alt", "There is no logo: choose its file, or leave this empty.")

    def _is_open_question(self):
        is_known = self.instance.is_named(timezone.now()) and "name" in self.cleaned_data
        return is_known and not self.cleaned_data.get("renaming")


class RelationInline(PartInline):
    model = OrganisationRelation
    fk_name = "organisation"
    lines = [("kind", "other", "basis")]
    aside = ()
    autocomplete_fields = ["other"]
    verbose_name = "relation"
    verbose_name_plural = "relations: this organisation is …"


class NameInline(PartInline):
    model = OrganisationName
    lines = [("kind", "name"), ("acronym", "language", "valid_from", "valid_until")]
    aside = ()
    verbose_name = "other name"
    verbose_name_plural = "other names: former, also known as, translated"


class FigureInline(PartInline):
    model = Figure
    lines = [("bound", "value", "measure", "as_of"), "note", "source"]
    aside = ("review_days", "position")
    autocomplete_fields = ["source"]


class IdentifierInline(PartInline):
    model = Identifier
    lines = [("scheme", "register", "value")]
    aside = ()


@admin.register(Organisation)
class OrganisationAdmin(RegisterAdmin, MergingAdmin, RootSheetAdmin):
    actions = [*RootSheetAdmin.actions, "mark_verified_with_figures", "merge_two"]
    form = OrganisationForm
    list_display = ["name", "acronym", "kind", "state", "verified", "changed"]
    list_filter = [*RootAdmin.list_filter, "kind", "region", "topics", "not_for_profit"]
    prepopulated_fields = {"slug": ["name"]}
    only_of_records = {"renaming", "renamed_on", "places", "logo_preview"}
    readonly_fields = ["logo_preview", "places"]
    formfield_overrides = RootAdmin.formfield_overrides | {
        models.ImageField: {
            "form_class": LogoField,
            "widget": KeptFileWidget,
            "help_text": "PNG, JPEG or WebP, up to 2 MB. From 400 pixels in width it looks sharp.",
        },
        models.ManyToManyField: {"widget": Ticks},
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
        (
            None,
            {
                "fields": [
                    ("name", "acronym", "kind"),
                    ("renaming", "renamed_on"),
                    "summary",
                    "description",
                    "topics",
                ]
            },
        ),
        (
            "Facts",
            {
                "description": "Leave empty what no source says.",
                "fields": [
                    ("founded", "founded_label", "dissolved", "has_ended"),
                    ("region", "region_note", "not_for_profit"),
                    ("seat_city", "seat_country", "website"),
                ],
            },
        ),
        (
            "Logo",
            {
                "fields": [
                    ("logo", "logo_preview"),
                    ("logo_alt", "logo_source"),
                    ("logo_permission", "logo_permission_until"),
                ]
            },
        ),
        ("On this site", {"fields": [("slug", "review_days"), ("places", "is_home")]}),
    ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.ImageField):
            field.widget.user = request.user
        return field

    def get_urls(self):
        keep = self.admin_site.admin_view(require_POST(self.keep_logo))
        return [path("keep/", keep, name="partners_organisation_keep"), *super().get_urls()]

    def keep_logo(self, request):
        """Keep the file while the form is filled in."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return keep_at_once(request)

    @admin.display(description="as visitors see it")
    def logo_preview(self, obj):
        if not obj.logo:
            return "No logo yet: the page shows the name alone."
        return format_html(
            '<img class="logo-preview" src="{}" alt="{}">', obj.logo.url, obj.logo_alt
        )

    @admin.display(description="section")
    def places(self, obj):
        """Only named here: a place is edited on the form of its section, by publishers."""
        sections = [entry.section.title for entry in obj.section_entries.select_related("section")]
        return (
            ", ".join(sections)
            or "In none yet. Publishers choose who stands in a section, and where."
        )

    def save_related(self, request, form, formsets, change):
        if form.cleaned_data["renaming"] == OrganisationForm.NEW_NAME:
            form.instance.names.create(
                kind=OrganisationName.Kind.FORMER,
                name=form.initial["name"],
                acronym=form.initial["acronym"],
                valid_until=form.cleaned_data["renamed_on"],
            )
        super().save_related(request, form, formsets, change)

    def is_needed(self, root):
        return root.is_home
