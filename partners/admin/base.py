"""What the admin of every model shares: plain addresses, named obstacles, small boxes."""

from urllib.parse import quote as in_address
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib.admin.utils import NestedObjects, quote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import router
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from partners.accounts.groups import publishers
from partners.reading.search import MAX_TYPED
from partners.rows.history import name_of
from partners.values.dates import PartialDateField, TimeOfDayField


def address(page, model, key):
    """The address of a page of the admin (“change”, “history”) about one record."""
    return reverse(f"admin:partners_{model._meta.model_name}_{page}", args=[quote(key)])


class SafeLookups:
    """An address asks what our own pages ask: nothing else, that a database would fail on."""

    list_title = ""

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

    def changelist_view(self, request, extra_context=None):
        """A list is called what it lists."""
        title = capfirst(str(self.list_title or self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title} | (extra_context or {}))


class ReadOnly:
    """Rows that are made elsewhere, and that nobody changes here."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


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


def whom_to_ask(request, subject):
    """Who does what this person may not: their names, as a mail to them that is begun (HTML).

    They are looked up: hand it to a template as a `partial`, which asks where it says so alone.
    """
    people = list(publishers())
    names = " or ".join(map(name_of, people)) or "an operator"
    to = ",".join(user.email for user in people if user.email)
    said = {"subject": subject, "body": f"{settings.SITE_URL}{request.get_full_path()}\n\n"}
    mail = f"mailto:{to}?{urlencode(said, quote_via=in_address)}"
    return format_html('<a href="{}">{}</a>', mail, names) if to else names


def attachment(content, kind, name):
    """What staff download and no browser opens in the site's name."""
    response = HttpResponse(bytes(content), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


class EditorForms:
    """Small boxes for dates and times; beside a choice of records only the sign that adds one."""

    formfield_overrides = {
        PartialDateField: {"widget": forms.TextInput(attrs={"size": 14})},
        TimeOfDayField: {"widget": forms.TextInput(attrs={"size": 8})},
    }

    def get_autocomplete_fields(self, request):
        """Suggestions need scripts; who has none asks for whole lists."""
        return () if "lists" in request.GET else super().get_autocomplete_fields(request)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = False
            field.widget.can_delete_related = False
            field.widget.can_view_related = False
        return field
