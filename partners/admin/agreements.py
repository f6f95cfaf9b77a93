"""What is agreed about collaborations, with its documents: for staff alone."""

import hashlib

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join

from partners.admin.base import EditorForms, SafeLookups, attachment
from partners.admin.typed import NamedMistakes
from partners.models import Agreement, AgreementDocument
from partners.rows.history import name_of
from partners.values.uploads import DOCUMENT_MAX_BYTES


class AgreementForm(forms.ModelForm):
    document = forms.FileField(
        label="Add a document",
        required=False,
        help_text="PDF, up to 5 MB. Earlier versions are kept.",
        widget=forms.FileInput({"accept": "application/pdf"}),
    )

    def clean_document(self):
        """Of a PDF (ISO 32000-2, section 7.5.2) that is not kept yet. Raises ValidationError."""
        file = self.cleaned_data["document"]
        if file is None:
            return None
        if file.size > DOCUMENT_MAX_BYTES:
            raise forms.ValidationError("The file is larger than 5 MB. Scan it at a lower quality.")
        content = file.read()
        if not content.startswith(b"%PDF-"):
            raise forms.ValidationError("This is no PDF. Save or scan the document as PDF.")
        digest = hashlib.sha256(content).hexdigest()
        if AgreementDocument.objects.filter(agreement=self.instance.pk, sha256=digest).exists():
            raise forms.ValidationError("This very document is kept already.")
        return AgreementDocument(name=file.name[:200], content=content, sha256=digest)


@admin.register(Agreement)
class AgreementAdmin(SafeLookups, NamedMistakes, EditorForms, admin.ModelAdmin):
    list_display = ["collaboration", "until", "notice_days", "renewal", "is_suspended"]
    list_filter = ["renewal", "is_suspended"]
    list_select_related = ["collaboration"]
    search_fields = ["collaboration__title", "=collaboration__key"]
    autocomplete_fields = ["collaboration"]
    form = AgreementForm
    readonly_fields = ["documents"]
    fields = [
        "collaboration", ("notice_days", "renewal", "is_suspended"), "note", "documents",
        "document",
    ]  # fmt: skip

    class Media:
        js = ["js/parts.js"]  # it names the box of choices

    def get_fields(self, request, obj=None):
        may_change = self.has_change_permission(request, obj)
        return self.fields if may_change else self.fields[:-1]

    @admin.display(description="until")
    def until(self, obj):
        return obj.collaboration.until.display() if obj.collaboration.until else ""

    @admin.display(description="documents")
    def documents(self, obj):
        shape = '<p><a href="{}">{}</a>, {} by {}</p>'
        known = AgreementDocument.objects.filter(agreement=obj.pk).defer("content")
        listed = (
            (reverse("admin:partners_agreement_document", args=[each.pk]), each.name,
             date_format(timezone.localdate(each.added_at)), each.added_by_name)
            for each in known
        )  # fmt: skip
        return format_html_join("\n", shape, listed) or "None yet"

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if document := form.cleaned_data.get("document"):
            document.agreement, document.added_by_name = obj, name_of(request.user)
            document.save()

    def get_urls(self):
        view = self.admin_site.admin_view(self.document)
        page = path("document/<uuid:key>/", view, name="partners_agreement_document")
        return [page, *super().get_urls()]

    def document(self, request, key):
        """One version of a document, as an attachment."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        document = get_object_or_404(AgreementDocument, pk=key)
        return attachment(document.content, "application/pdf", f"{document.pk}.pdf")
