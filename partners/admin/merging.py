"""Two records of one organisation: compared side by side, and made one."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.http import urlencode
from django.utils.text import capfirst

from partners.admin.base import whom_to_ask
from partners.admin.root import RootAdmin
from partners.admin.typed import mistakes
from partners.models import Organisation, OrganisationName, OrganisationRelation
from partners.publishing import merging
from partners.rows import differences
from partners.rows.snapshots import Change, Path, Refused


class OtherForm(forms.Form):
    """Which record is the same organisation once more."""

    other = forms.ModelChoiceField(
        Organisation.objects.order_by("name", "pk"),
        label="The other record of it",
        widget=AutocompleteSelect(OrganisationRelation._meta.get_field("other"), admin.site),
        error_messages={"invalid_choice": "There is no such record. Choose one of the list."},
    )

    def __init__(self, data, kept):
        super().__init__(data)
        self.kept = kept

    def clean_other(self):
        if self.cleaned_data["other"] == self.kept:
            raise forms.ValidationError("That is this record itself. Choose another one.")
        return self.cleaned_data["other"]


class NameForm(forms.Form):
    """What the name of the record that goes is to the organisation."""

    Kind = OrganisationName.Kind
    name_kind = forms.ChoiceField(
        label="Its name stays with the record kept, as",
        choices=[
            (Kind.ALIAS, "another name that the organisation goes by"),
            (Kind.FORMER, "a former name of the organisation"),
        ],
        widget=forms.RadioSelect,
        initial=Kind.ALIAS,
    )


class MergingAdmin(RootAdmin):
    """An organisation's page leads to the one that compares it with another record of it."""

    change_form_template = "admin/partners/organisation_change_form.html"

    def get_urls(self):
        merge = path(
            "<path:key>/merge/",
            self.admin_site.admin_view(self.merge),
            name="partners_organisation_merge",
        )
        return [merge, *super().get_urls()]

    def has_merge_permission(self, request):
        """Who may publish and delete an organisation."""
        delete = get_permission_codename("delete", self.opts)
        may_delete = request.user.has_perm(f"{self.opts.app_label}.{delete}")
        return may_delete and self.has_publish_permission(request)

    @admin.action(description="Merge two records of one organisation …", permissions=["merge"])
    def merge_two(self, request, queryset):
        chosen = list(queryset[:3])
        if len(chosen) != 2:
            message = "Tick exactly two records: they are compared before anything is merged."
            return self.message_user(request, message, messages.ERROR)
        return self._compare(*sorted(chosen, key=lambda each: each.record.pk))  # the older stays

    def merge(self, request, key):
        """Compare two records; a publisher makes them one. Which one stays is in the address."""
        kept = self._root(request, unquote(key))
        if not self.has_view_permission(request, kept):
            raise PermissionDenied
        if request.method == "POST" and not self.has_merge_permission(request):
            raise PermissionDenied
        form = OtherForm(request.GET or None, kept)
        if not form.is_valid():
            return self._ask(request, kept, form)
        other = form.cleaned_data["other"]
        name_form = NameForm(request.POST or None)
        if request.method == "POST" and name_form.is_valid():
            plan = merging.Merge(kept, other, name_form.cleaned_data["name_kind"])
            return self._merge(request, plan)
        return self._show_plan(request, merging.Merge(kept, other), name_form)

    def _ask(self, request, kept, form):
        context = {"title": f"Merge with {kept}", "form": form, "kept": kept}
        context["mistakes"] = mistakes(form)
        return self._merging_page(
            request, "merge_choice", context | {"media": self.media + form.media}
        )

    def _show_plan(self, request, plan, name_form):
        obstacles = plan.obstacles(request.now)
        kept, other = _told_apart(plan.kept, plan.other)
        context = {
            "title": f"Merge {other} into {kept}",
            "plan": plan,
            "kept": kept,
            "other": other,
            "states": [(each, each.state(request.now)) for each in (plan.kept, plan.other)],
            "obstacles": obstacles,
            "may_merge": self.has_merge_permission(request),
            "ask": partial(whom_to_ask, request, f"Please merge “{other}” into “{kept}”"),
            "other_way": self._compare_address(plan.other, plan.kept),
        }
        if not obstacles:
            context |= _compared(plan) | {"name_form": name_form}
        return self._merging_page(request, "merge", context)

    def _merging_page(self, request, name, context):
        context |= {**self.admin_site.each_context(request), "opts": self.opts} | context
        return TemplateResponse(request, f"admin/partners/{name}.html", context)

    def _merge(self, request, plan):
        if not all(self._may_change(request, model) for model, _ in plan.before):
            raise PermissionDenied
        try:
            merging.merge(plan, request.POST.get("seen"), request.user, request.now)
        except Refused as error:
            self.message_user(request, str(error), messages.ERROR)
            return self._compare(plan.kept, plan.other)
        self.log_change(request, plan.kept, f"Merged with “{plan.other}”.")
        kept = self.get_object(request, plan.kept.pk)
        self.message_user(request, self.done(request, kept, "Merged"), messages.SUCCESS)
        return redirect(self.address("change", quote(kept.pk)))

    def _may_change(self, request, model):
        return self.admin_site.get_model_admin(model).has_change_permission(request)

    def _compare(self, kept, other):
        return redirect(self._compare_address(kept, other))

    def _compare_address(self, kept, other):
        return f"{self.address('merge', quote(kept.pk))}?{urlencode({'other': other.pk})}"


def _compared(plan):
    """What the page says of a merge that nothing stands against."""
    return {
        "changes": [
            (_title(*identity), differences.between(plan.before[identity], rows))
            for identity, rows in plan.after.items()
        ],
        "twice": [_place(*each) for each in plan.twice],
        "lost": differences.between(*plan.lost),
    }


def _told_apart(*records):
    """What they are called (list of str): with their addresses, if that is the same."""
    names = [str(each) for each in records]
    if len(set(names)) == len(names):
        return names
    return [f"{each} ({each.get_absolute_url()})" for each in records]


def _title(model, key):
    """“Collaboration “Title””."""
    return f"{capfirst(model._meta.verbose_name)} “{model._base_manager.get(pk=key)}”"


def _place(identity, row):
    """A part in words, and the record that it stands in."""
    change = Change(row["model"], row["pk"], None, row["fields"])
    return f"{_title(*identity)}: {differences.where(change, Path(row['model'], row['pk']))}"
