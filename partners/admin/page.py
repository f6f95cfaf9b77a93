"""Pages of text, the headings of the partners page, and redirects."""

from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.urls import reverse
from django.utils.html import format_html

from partners.admin.base import ReadOnly, SafeLookups
from partners.admin.inlines import PagedInline
from partners.admin.root import RootAdmin
from partners.admin.sheets import SheetAdmin
from partners.admin.typed import VersionedForm
from partners.admin.vocabulary import VocabularyAdmin
from partners.models import MissedAddress, Page, Redirect, Section, SectionEntry

MOST_NAMED = 10  # warnings at once


@admin.register(Page)
class PageAdmin(RootAdmin):
    list_display = ["title", "slug", "state", "verified", "changed"]
    prepopulated_fields = {"slug": ["title"]}
    fieldsets = [
        (None, {"fields": ["title", "summary", "body"]}),
        RootAdmin.address_and_review,
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


class SectionEntryInline(PagedInline):
    model = SectionEntry
    lines = [("organisation", "position")]
    aside = ()
    verbose_name = "organisation"
    most_open = settings.MOST_ROWS
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

    def answer(self, request, record, answer, button):
        """Nothing forbids a second profile; mostly nobody wants it."""
        for entry in second_profiles(record)[:MOST_NAMED]:
            sentence = f"{entry.organisation} has a profile under “{entry.section}” as well."
            self.message_user(request, f"{sentence} Visitors see both.", messages.WARNING)
        return super().answer(request, record, answer, button)


def second_profiles(section):
    """The SectionEntries that show an organisation of `section` in full once more."""
    profiles = SectionEntry.objects.filter(section__display=Section.Display.PROFILES)
    here = profiles.filter(section=section).values("organisation")
    others = profiles.filter(organisation__in=here).exclude(section=section)
    return others.select_related("organisation", "section").order_by("organisation__name", "pk")


@admin.register(Redirect)
class RedirectAdmin(SheetAdmin):
    list_display = ["old_path", "new_path"]
    search_fields = ["old_path", "new_path"]

    def get_changeform_initial_data(self, request):
        return {"old_path": request.GET.get("old_path", "")}


@admin.register(MissedAddress)
class MissedAddressAdmin(SafeLookups, ReadOnly, admin.ModelAdmin):
    """What people asked for; a redirect takes an address off the list."""

    list_display = ["path", "times", "last_on", "make_redirect"]
    list_display_links = None
    search_fields = ["path"]

    def get_queryset(self, request):
        return super().get_queryset(request).without_redirect()

    def has_view_permission(self, request, obj=None):
        """For those who can make the redirect."""
        return request.user.has_perm("partners.add_redirect")

    @admin.display(description="redirect")
    def make_redirect(self, missed):
        url = f"{reverse('admin:partners_redirect_add')}?{urlencode({'old_path': missed.path})}"
        return format_html('<a href="{}">Make a redirect</a>', url)
