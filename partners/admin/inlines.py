"""Parts on the form of what they belong to."""

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.utils.html import format_html
from django.utils.text import capfirst

from partners.admin.base import EditorForms
from partners.models import Citation, Link
from partners.models.sources import fragment, statements
from partners.rows.snapshots import is_owner


class PartFormSet(forms.BaseInlineFormSet):
    default_error_messages = {
        "too_many_forms": "A record may have %(num)d rows of this kind, not more. Delete some."
    }

    def clean(self):
        """Keep the rules that name the record itself as well: Django's forms leave those out."""
        for row in self.forms:
            row.cleaned_data = self._as_stored(row)
        super().clean()
        if self.instance._state.adding:
            return  # nothing on record can stand against it
        for row in self.forms:
            if row.has_changed() and not row.errors and not row.cleaned_data.get("DELETE"):
                self._validate_constraints(row)

    def save_new(self, form, commit=True):
        """Where nobody says its place, a new part comes last."""
        if "position" in form.fields and not form.cleaned_data.get("position"):
            form.instance.position = 1 + max((each.position for each in self._placed()), default=0)
        return super().save_new(form, commit)

    def _placed(self):
        return self.model._default_manager.filter(**{self.fk.name: self.instance})

    def _as_stored(self, row):
        """What was typed, as the model's fields make it: so rows are compared with one another."""
        typed = getattr(row, "cleaned_data", {})
        texts = {name: getattr(row.instance, name, value) for name, value in typed.items()}
        return typed | {name: value for name, value in texts.items() if isinstance(value, str)}

    def _validate_constraints(self, row):
        shown = row.fields.keys() - {self.fk.name}
        try:
            row.instance.validate_constraints()
        except forms.ValidationError as error:
            for name, sentences in error.message_dict.items():
                row.add_error(name if name in shown else None, sentences)

    def get_unique_error_message(self, unique_check):
        """Of two rows that say the same: the sentence of the rule they break."""
        for rule in self.model._meta.constraints:
            if set(getattr(rule, "fields", ())) == set(unique_check):
                return rule.violation_error_message
        return super().get_unique_error_message(unique_check)


#: So many rows stand open on a form; more are folded into one line.
MOST_OPEN = 4


class PartInline(EditorForms, admin.StackedInline):
    """Each part is a block of a few lines; `aside` are fields that are folded away in it."""

    formset = PartFormSet
    template = "admin/partners/includes/parts.html"
    extra = 0
    max_num = settings.MOST_ROWS
    most_open = MOST_OPEN
    first = 1
    lines = ()
    aside = ("position",)

    @property
    def short_name(self):
        """What a list of contents calls them."""
        return capfirst(str(self.verbose_name_plural).partition(":")[0])

    def get_fields(self, request, obj=None):
        return [*self.lines, *self.aside]

    def get_fieldsets(self, request, obj=None):
        folded = {"fields": self.aside, "classes": ["collapse"]}
        return [(None, {"fields": self.lines}), *([(None, folded)] if self.aside else [])]

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, validate_max=True, **kwargs)


class PagedFormSet(PartFormSet):
    """Some of many rows: the others stay as they are."""

    def clean(self):
        super().clean()
        sent = {row.instance.pk for row in self.initial_forms}
        others = sum(row.pk not in sent for row in self.get_queryset())
        filled = [*self.initial_forms, *(row for row in self.extra_forms if row.has_changed())]
        stay = sum(not row.cleaned_data.get("DELETE") for row in filled)
        if others + stay > self.max_num:
            message = self.default_error_messages["too_many_forms"] % {"num": self.max_num}
            raise forms.ValidationError(message, code="too_many_forms")


class PagedInline(PartInline):
    """Parts of which a record may have many hundreds: a page of them stands on the form."""

    formset = PagedFormSet
    per_page = 100
    page = None

    def get_queryset(self, request):
        """Of what is sent, all may be meant; of what is shown, `?part-page=2` says which."""
        parts = super().get_queryset(request)
        key = request.resolver_match.kwargs.get("object_id")
        if key is None:
            return parts
        owner = next(field.name for field in self.model._meta.fields if is_owner(field))
        its = parts.filter(**{owner: unquote(key)})
        self.page = Paginator(its, self.per_page).get_page(request.GET.get("part-page"))
        if request.method == "POST":
            return parts
        return parts.filter(pk__in=[each.pk for each in self.page])

    @property
    def first(self):
        """The first position on the page."""
        is_later = self.page and self.page.has_previous()
        return self.page[0].position if is_later else 1


class LinkInline(PartInline):
    model = Link
    lines = [("label", "url")]


class CitationInline(PartInline):
    model = Citation
    lines = [("path", "basis"), ("source", "locator"), ("quotation", "find"), "names_us"]
    aside = ()
    readonly_fields = ["find"]
    autocomplete_fields = ["source"]
    verbose_name = "source"
    verbose_name_plural = "sources"
    most_open = 0

    @admin.display(description="in its source")
    def find(self, citation):
        if not (citation.quotation and citation.source.url):
            return "Quote it, and save: a link leads there."
        address = citation.source.url + fragment(citation.quotation)
        return format_html(
            '<a href="{}" rel="external noreferrer">Find it on the page</a>', address
        )

    def get_formset(self, request, obj=None, **kwargs):
        """Statements are chosen in words; nobody has to type a path."""
        formset = super().get_formset(request, obj, **kwargs)
        if "path" in formset.form.base_fields:
            # Nothing is chosen in many-to-many fields before the record is saved.
            silent = [] if obj else [field.name for field in self.parent_model._meta.many_to_many]
            labelled = statements(obj or self.parent_model())
            choices = {path: words for path, words in labelled if path not in silent}
            cited = obj.citations.values_list("path", flat=True) if obj else []
            formset.form.base_fields["path"] = forms.ChoiceField(
                label="Statement",
                choices=[("", "---------"), *({path: path for path in cited} | choices).items()],
            )
        return formset
