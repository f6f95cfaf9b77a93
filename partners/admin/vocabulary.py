"""Topics, glossary and sources."""

from django.contrib import admin

from partners.admin.versioned import VersionedAdmin
from partners.models import Source, Term, Topic


class VocabularyAdmin(VersionedAdmin):
    """The key is made from the name once, and stays."""

    def get_readonly_fields(self, request, obj=None):
        return ["key"] if obj else []

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields


@admin.register(Topic)
class TopicAdmin(VocabularyAdmin):
    list_display = ["name", "key"]
    search_fields = ["name"]
    fields = ["name", "key"]
    prepopulated_fields = {"key": ["name"]}


@admin.register(Term)
class TermAdmin(VocabularyAdmin):
    list_display = ["abbreviation", "expansion", "is_to_be_verified", "source"]
    list_filter = ["is_to_be_verified"]
    search_fields = ["abbreviation", "expansion"]
    fields = ["abbreviation", "key", "expansion", "definition", "source", "is_to_be_verified"]
    prepopulated_fields = {"key": ["abbreviation"]}
    autocomplete_fields = ["source"]


@admin.register(Source)
class SourceAdmin(VocabularyAdmin):
    list_display = ["title", "url", "document", "read_on"]
    search_fields = ["title", "url", "document"]
    fields = ["title", "key", "url", "document", "language", "read_on"]
    prepopulated_fields = {"key": ["title"]}
