"""Pages of text, the headings of the partners page, and redirects."""

from django import forms
from django.contrib import admin

from partners.admin.inlines import PartInline
from partners.admin.root import RootAdmin
from partners.admin.versioned import VersionedAdmin, VersionedForm
from partners.admin.vocabulary import VocabularyAdmin
from partners.models import Page, Redirect, Section, SectionEntry


@admin.register(Page)
class PageAdmin(RootAdmin):
    list_display = ["title", "slug", "state", "verified", "changed"]
    prepopulated_fields = {"slug": ["title"]}
    fieldsets = [
        (None, {"fields": ["title", "summary", "body"]}),
        RootAdmin.address_and_reason,
    ]

    licence = ("Licence", {"fields": ["licence", "licence_url"]})

    def get_fieldsets(self, request, obj=None):
        """Only the page of the open data states a licence."""
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj and obj.pk == Page.OPEN_DATA:
            fieldsets.insert(1, self.licence)
        return fieldsets

    def is_needed(self, root):
        return root.pk in (Page.PARTNERS, *Page.FOOTER)


class SectionEntryInline(PartInline):
    model = SectionEntry
    fields = ["organisation", "position"]
    autocomplete_fields = ["organisation"]
    verbose_name_plural = "organisations in this section, by position"


class SectionForm(VersionedForm):
    def clean(self):
        super().clean()
        if not Page.objects.filter(pk=self.instance.page_id).exists():
            raise forms.ValidationError(
                "The partners page is not there yet. Ask an operator to load the content first."
            )


@admin.register(Section)
class SectionAdmin(VocabularyAdmin):
    list_display = ["title", "display", "position"]
    search_fields = ["title"]
    form = SectionForm
    fields = ["title", "key", "intro", "display", "position"]
    prepopulated_fields = {"key": ["title"]}
    inlines = [SectionEntryInline]


@admin.register(Redirect)
class RedirectAdmin(VersionedAdmin):
    list_display = ["old_path", "new_path"]
    search_fields = ["old_path", "new_path"]
