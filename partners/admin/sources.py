"""What was read at sources, and what staff make of it: a proposal, or why we are still right."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect

from partners.accounts import access
from partners.admin.carried import as_uuid, only
from partners.admin.desk import OwnPageAdmin
from partners.admin.typed import mistakes
from partners.care import revising
from partners.models import Citation, SourceCheck
from partners.rows.history import name_of


class StillRightForm(forms.ModelForm):
    class Meta:
        model = SourceCheck
        fields = ["reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True


@admin.register(SourceCheck)
class SourceCheckAdmin(OwnPageAdmin):
    template = "admin/partners/source_check.html"
    list_display = ["__str__", "outcome", "passage", "first_at", "last_at", "is_still_right"]
    list_filter = ["outcome", "is_still_right"]
    search_fields = ["url", "quotation"]

    def may_decide(self, request, check):
        return request.user.has_perm("partners.change_sourcecheck")

    def page(self, request, check):
        """What it found, and the statements that rest on it."""
        citations = Citation.objects.filter(**check.cited).select_related("source")
        return {
            "title": check.get_outcome_display().capitalize(),
            "check": check,
            "form": StillRightForm(instance=check),
            "citations": [(each, self._form_of(each.root)) for each in citations],
        }

    def decide(self, request, check):
        if only(["_propose", "_still_right"], request.POST) == "_propose":
            return self._propose(request, check)
        form = StillRightForm(request.POST, instance=check)
        if form.is_valid():
            return self._say_still_right(request, form)
        return self.show(request, check, form=form, mistakes=mistakes(form))

    def _form_of(self, root):
        root_admin = self.admin_site.get_model_admin(type(root))
        return root_admin.address("change", quote(root.pk))

    def _propose(self, request, check):
        """Save a draft that says what the source says now, and show it."""
        citation = get_object_or_404(Citation, pk=as_uuid(request.POST["_propose"]), **check.cited)
        root_admin, root = self.admin_site.get_model_admin(type(citation.root)), citation.root
        root = root_admin.get_object(request, quote(root.pk))
        if root is None or not root_admin.has_change_permission(request, root):
            raise PermissionDenied
        why, revise = f"{citation.source} says so now", revising.as_read(citation, check)
        answer = revising.propose(type(root), root.pk, revise, why, request.user, request.now)
        level = messages.SUCCESS if answer.is_taken else messages.ERROR
        self.message_user(request, revising.SAVED if answer.is_taken else str(answer), level)
        return redirect(self._form_of(root))

    def _say_still_right(self, request, form):
        form.instance.is_still_right, form.instance.by_name = True, name_of(request.user)
        check = form.save()
        access.note(request.user, check, "Still right as it is.")
        self.message_user(request, "Taken off the queue.", messages.SUCCESS)
        return redirect("admin:attention")
