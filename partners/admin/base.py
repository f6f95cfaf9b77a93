"""What the admin of every root shares: publication, verification, search, links and sources."""

from contextlib import nullcontext

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import NestedObjects, quote, unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth import get_permission_codename
from django.db import router
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst

from partners import bookkeeping
from partners.dates import PartialDateField
from partners.models import Citation, Link, Redirect
from partners.models.sources import statements
from partners.search import MAX_TYPED, Search


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


class PlainAddresses:
    """An address asks what our own pages ask: nothing else, that a database would fail on."""

    def lookup_allowed(self, lookup, value, request):
        offered = {getattr(each, "parameter_name", each) for each in self.get_list_filter(request)}
        name, *path = lookup.split("__")
        asked = name in offered and path[-1:] in ([], ["exact"], ["isnull"])
        return asked and super().lookup_allowed(lookup, value, request)

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, search_term[:MAX_TYPED])

    def get_changeform_initial_data(self, request):
        return {}

    def get_object(self, request, object_id, from_field=None):
        return super().get_object(request, object_id, from_field or None)


class NamedObstacles:
    """What stands in the way of a deletion is named with the record where it can be changed."""

    def get_deleted_objects(self, objs, request):
        *rest, _ = super().get_deleted_objects(objs, request)
        collector = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        collector.collect(objs)
        return (*rest, sorted(map(self._obstacle, collector.protected)))

    def _obstacle(self, record):
        place = getattr(record, "root", record)
        what = capfirst(record._meta.verbose_name)
        url = reverse(
            f"{self.admin_site.name}:partners_{place._meta.model_name}_change",
            args=[quote(place.pk)],
        )
        if place is not record:
            what = f"{what} “{record}” in {place._meta.verbose_name}"
        return format_html('{}: <a href="{}">{}</a>', what, url, place)


class EditorForms:
    """Small boxes for dates; beside a choice of records only the sign that adds one."""

    formfield_overrides = {PartialDateField: {"widget": forms.TextInput(attrs={"size": 14})}}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = False
            field.widget.can_delete_related = False
            field.widget.can_view_related = False
        return field


class PartFormSet(forms.BaseInlineFormSet):
    def clean(self):
        """Keep the rules that name the record itself as well: Django's forms leave those out."""
        super().clean()
        if self.instance._state.adding:
            return  # nothing on record can stand against it
        for row in self.forms:
            if row.has_changed() and not row.errors and not row.cleaned_data.get("DELETE"):
                self._validate_constraints(row)

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


class PartInline(EditorForms, admin.TabularInline):
    formset = PartFormSet
    extra = 0


class LinkInline(PartInline):
    model = Link
    fields = ["label", "url", "position"]


class CitationInline(PartInline):
    model = Citation
    fields = ["path", "source", "locator", "basis"]
    autocomplete_fields = ["source"]
    verbose_name_plural = "sources: which source says which statement"

    def get_formset(self, request, obj=None, **kwargs):
        """Statements are chosen in words; nobody has to type a path."""
        formset = super().get_formset(request, obj, **kwargs)
        if "path" in formset.form.base_fields:
            # Nothing is chosen in many-to-many fields before the record is saved.
            silent = [] if obj else [field.name for field in self.parent_model._meta.many_to_many]
            said = statements(obj or self.parent_model())
            choices = {path: words for path, words in said if path not in silent}
            cited = obj.citations.values_list("path", flat=True) if obj else []
            formset.form.base_fields["path"] = forms.ChoiceField(
                label="Statement",
                choices=[("", "---------"), *({path: path for path in cited} | choices).items()],
            )
        return formset


class RootAdmin(PlainAddresses, NamedObstacles, EditorForms, admin.ModelAdmin):
    """Every root is edited, published, withdrawn and verified in the same way."""

    list_filter = [StateFilter]
    search_fields = ["slug"]
    list_per_page = 50
    actions = ["publish_now", "withdraw", "mark_verified"]
    inlines = [LinkInline, CitationInline]
    change_form_template = "admin/partners/root_change_form.html"
    save_on_top = True
    publication = (
        "Publication and address",
        {"fields": ["slug", "published_at", "withdrawn_at"]},
    )

    class Media:
        css = {"all": ["css/admin.css"]}

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("record", "verification__verified_by")

    def get_search_results(self, request, queryset, search_term):
        """The public search, over everything that staff may see."""
        if not search_term.strip():
            return queryset, False
        return Search(search_term[:MAX_TYPED]).ranked(queryset)[0], False

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        if self.has_publish_permission(request):
            return fields
        return [*fields, "published_at", "withdrawn_at"]

    def is_needed(self, root):
        """Whether the site cannot be without it."""
        return False

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and self.is_needed(obj))

    def get_deleted_objects(self, objs, request):
        """What is needed stays, also when many are deleted at once."""
        deleted, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        kept = [f"{root}: the site cannot be without it" for root in objs if self.is_needed(root)]
        if kept and self.has_delete_permission(request):
            forbidden.discard(self.opts.verbose_name)
        return deleted, counts, forbidden, protected + kept

    def has_publish_permission(self, request):
        codename = get_permission_codename("publish", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def view_on_site(self, obj):
        return obj.get_absolute_url() if obj.is_live(timezone.now()) else None

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        root = object_id and self.get_object(request, unquote(object_id))
        verified = root and root.last_verified
        context = {
            "state": root.state(request.now) if root else "New: nobody sees it until it is saved.",
            "verified": verified,
            "may_publish": self.has_publish_permission(request)
            and not (root and root.is_live(request.now)),
        }
        with bookkeeping.batch() if request.method == "POST" else nullcontext():
            return super().changeform_view(
                request, object_id, form_url, context | (extra_context or {})
            )

    def save_model(self, request, obj, form, change):
        before = type(obj).objects.get(pk=obj.pk) if change else None
        if self._is_publishing(request):
            obj.publish(request.now)
        super().save_model(request, obj, form, change)
        if before is not None:
            Redirect.objects.record_move(before, obj)

    def save_formset(self, request, form, formset, change):
        """What backed a part goes with it."""
        parts = formset.fk.remote_field.get_accessor_name()
        gone = [f"{parts}/{row.instance.pk}/" for row in formset.deleted_forms]
        super().save_formset(request, form, formset, change)
        for path in gone:
            form.instance.citations.filter(path__startswith=path).delete()

    def construct_change_message(self, request, form, formsets, add=False):
        message = super().construct_change_message(request, form, formsets, add)
        if self._is_publishing(request):
            message.append(
                {
                    "changed": {
                        "fields": [form.instance._meta.get_field("published_at").verbose_name]
                    }
                }
            )
        return message

    def _is_publishing(self, request):
        return "_publish" in request.POST and self.has_publish_permission(request)

    @admin.display(description="state", ordering="published_at")
    def state(self, obj):
        return obj.state(timezone.now()).split()[0].strip(":")

    @admin.display(description="last verified")
    def verified(self, obj):
        return obj.last_verified.verified_at if obj.last_verified else "Not yet"

    @admin.display(description="last changed", ordering="record__changed_at")
    def changed(self, obj):
        return obj.record.changed_at

    @admin.action(description="Publish now", permissions=["publish"])
    def publish_now(self, request, queryset):
        self._each(request, queryset, "publish", "Published")

    @admin.action(description="Withdraw from the public site", permissions=["publish"])
    def withdraw(self, request, queryset):
        self._each(request, queryset, "withdraw", "Withdrawn")

    def _each(self, request, queryset, method, done):
        changed = [root for root in queryset if getattr(root, method)(request.now)]
        for root in changed:
            root.save(update_fields=["published_at", "withdrawn_at"])
            self.log_change(request, root, f"{done}.")
        left = len(queryset) - len(changed)
        others = f" Left as they were: {left}." if left else ""
        self.message_user(request, f"{done}: {len(changed)}.{others}", messages.SUCCESS)

    @admin.action(description="Mark as verified today", permissions=["change"])
    def mark_verified(self, request, queryset):
        for root in queryset:
            bookkeeping.verify(root, request.user, request.now)
            self.log_change(request, root, "Verified.")
        self.message_user(request, f"Verified: {len(queryset)}.", messages.SUCCESS)
