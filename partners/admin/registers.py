"""An organisation beside its register record: what is right there is taken into a draft."""

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from partners.admin.root import RootAdmin
from partners.admin.typed import mistakes
from partners.care import registers, revising
from partners.values import ror


class RecordForm(forms.Form):
    """A file with the record of one organisation."""

    file = forms.FileField(
        label="Its record in ROR", help_text="JSON of schema 2.x, as ROR has it."
    )

    def clean_file(self):
        """The Described of the first record in it."""
        try:
            return next(ror.records(self.cleaned_data["file"]))
        except (ror.UnknownSchema, StopIteration) as error:
            raise forms.ValidationError(f"This cannot be read: {error}.") from error


class RegisterAdmin(RootAdmin):
    """Pages that compare an organisation with its register record, and that add one from it."""

    def get_urls(self):
        view, name = self.admin_site.admin_view, "partners_organisation"
        return [
            path("from-register/", view(self.from_register), name=f"{name}_from_register"),
            path("<path:key>/register/", view(self.register), name=f"{name}_register"),
            *super().get_urls(),
        ]

    def register(self, request, key):
        """Each difference with what both say; those that are ticked become a draft."""
        root = self._root(request, unquote(key))
        if not self.has_change_permission(request, root):
            raise PermissionDenied
        differences = [
            (f"{described.id}-{place}", each, described)
            for _, described in registers.pairs(pk=root.pk)
            for place, each in enumerate(registers.compared(root, described))
        ]
        if request.method == "POST":
            return self._take_over(request, root, differences)
        title = f"{root} in the register"
        return self._register_page(request, title, original=root, differences=differences)

    def _take_over(self, request, root, differences):
        chosen = request.POST.getlist("take")
        taken = [(each, of) for name, each, of in differences if name in chosen and each.rows]
        if not taken:
            self.message_user(request, "Tick what is right in the register.", messages.WARNING)
            return redirect(self.address("register", quote(root.pk)))
        registers.name_source(request.user, request.now)
        described = taken[0][1]
        revise = registers.taking([each for each, _ in taken], described, root.pk)
        why = f"As ROR has it ({described.dated})"
        answer = revising.propose(self.model, root.pk, revise, why, request.user, request.now)
        return self._tell_draft(request, answer, root.pk)

    def from_register(self, request):
        """Add an organisation as its register record describes it, as a draft."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = RecordForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            answer = registers.add(form.cleaned_data["file"], request.user, request.now)
            if answer.is_taken:
                return self._tell_draft(request, answer, answer.offer.key)
            form.add_error("file", str(answer))
        return self._register_page(
            request,
            "Add an organisation from its register record",
            form=form,
            mistakes=mistakes(form),
        )

    def _register_page(self, request, title, **context):
        context |= {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, "admin/partners/register.html", context)

    def _tell_draft(self, request, answer, key):
        """Say what became of the draft, and show it."""
        sentence = revising.SAVED if answer.is_taken else str(answer)
        level = messages.SUCCESS if answer.is_taken else messages.ERROR
        self.message_user(request, sentence, level)
        return redirect(self.address("change", quote(key)))
