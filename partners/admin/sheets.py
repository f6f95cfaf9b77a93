"""Records out to a spreadsheet and back in: looked at first, then stored all or nothing."""

import datetime as dt
from http import HTTPStatus
from io import BytesIO

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from partners.admin.root import RootAdmin, as_uuid
from partners.admin.versioned import VersionedAdmin
from partners.exchange.sheets import export, files, importing
from partners.models import Root, SentSheet
from partners.publishing import presses
from partners.rows.snapshots import Refused
from partners.rows.standing import standings
from partners.values.validators import SHEET_MAX_BYTES

KEPT = dt.timedelta(days=1)


class SheetForm(forms.Form):
    """A spreadsheet of one kind of record; `book` is what it holds."""

    sheet = forms.FileField(
        label="Spreadsheet",
        help_text="A workbook (XLSX), a CSV file, or a ZIP of CSV files, as exported here.",
    )

    def __init__(self, root, *args):
        self.root = root
        super().__init__(*args)

    def clean_sheet(self):
        sheet = self.cleaned_data["sheet"]
        if sheet.size > SHEET_MAX_BYTES:
            raise ValidationError("The file is larger than 10 MB. Export fewer records.")
        try:
            self.book = files.read(sheet, self.root)
        except Refused as error:
            raise ValidationError(error.sentences) from None
        return sheet


class SheetAdmin(VersionedAdmin):
    """Its records can be edited in a spreadsheet.

    `stores` is what the buttons of the dry run do with each record: {name of a button: Press}.
    """

    stores = {"_save": presses.SAVE_AT_ONCE}
    actions = ["export_xlsx", "export_csv"]
    change_list_template = "admin/partners/sheet_change_list.html"

    def get_urls(self):
        pages = [("export/<str:form>", "export", self.export), ("import", "import", self.import_)]
        return [
            path(
                f"{address}/",
                self.admin_site.admin_view(view),
                name=f"partners_{self.opts.model_name}_{name}",
            )
            for address, name, view in pages
        ] + super().get_urls()

    def changelist_view(self, request, extra_context=None):
        context = {"may_import": self.has_change_permission(request)}
        return super().changelist_view(request, context | (extra_context or {}))

    # Out

    def export(self, request, form):
        """All records, as a file of that form: “xlsx” or “csv”."""
        if form not in files.FORMATS:
            raise Http404(f"There is no form “{form}”.")
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._file(request, self.model.objects.order_by(*self.model._meta.ordering), form)

    @admin.action(description="Export as a workbook (XLSX)", permissions=["view"])
    def export_xlsx(self, request, queryset):
        return self._file(request, queryset, "xlsx")

    @admin.action(description="Export as CSV", permissions=["view"])
    def export_csv(self, request, queryset):
        return self._file(request, queryset, "csv")

    def _file(self, request, queryset, form):
        write, ending, media_type = files.FORMATS[form]
        keys = list(queryset.values_list("pk", flat=True))
        try:
            content = write(export.sheets(self.model, keys))
        except Refused as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(self.address("changelist"))
        name = f"{self._sheet}-{timezone.localdate(request.now)}.{ending}"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type=media_type, headers=disposition)

    @property
    def _sheet(self):
        return str(self.opts.verbose_name_plural)

    # In

    def import_(self, request):
        """Take a file and show what it would change; after a second look, store that."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if "_sent" in request.POST:
            return self._store(request)
        filled = [request.POST, request.FILES] if request.method == "POST" else []
        form = SheetForm(self._sheet, *filled)
        if not form.is_valid():
            return self._page(request, form=form)
        try:
            records = self._wanted(request, form.book)
        except Refused as error:
            form.add_error("sheet", error.sentences)
            return self._page(request, form=form)
        return self._show(request, records, form.cleaned_data["sheet"])

    def _wanted(self, request, book):
        """What the file wants, and what this person may not do of it."""
        records = importing.wanted(self.model, book)
        may_add = self.has_add_permission(request)
        for each in records:
            if each.is_new and not may_add:
                each.errors.append("You may not add records.")
            if each.there and each.there.pending and each.there.pending.is_scheduled:
                each.errors.append("A change of it is scheduled. Take the schedule back first.")
        return records

    def _show(self, request, records, file):
        """The dry run; the file is kept until the person has decided."""
        importing.rehearse(records, request.user, request.now)
        broken = [each for each in records if each.errors]
        return self._page(
            request,
            file=file.name,
            records=records,
            broken=broken,
            sent=self._keep(request, file) if records and not broken else None,
            buttons=[each for each in self.buttons if self._may_store(request, each)],
        )

    def _may_store(self, request, button):
        return button.name in self.stores and self.may_press(request, button)

    def _keep(self, request, file):
        SentSheet.objects.filter(sent_at__lt=request.now - KEPT).delete()
        SentSheet.objects.filter(by=request.user, kind=self.opts.label_lower).delete()
        file.seek(0)
        return SentSheet.objects.create(
            kind=self.opts.label_lower,
            name=file.name[:200],
            content=file.read(),
            by=request.user,
            sent_at=request.now,
        )

    def _store(self, request):
        """Do what the dry run showed: all of it, or nothing."""
        own = SentSheet.objects.filter(by=request.user, kind=self.opts.label_lower)
        sent = own.filter(pk=as_uuid(request.POST["_sent"])).first()
        button = self.pressed(request)
        if button.name not in self.stores:
            raise BadRequest("That is not a way to store a file.")
        if sent is None:
            message = "This file is no longer kept: it was imported, or another was sent after it."
            self.message_user(request, f"{message} Choose it again.", messages.ERROR)
            return redirect(self.address("import"))
        try:
            with transaction.atomic():
                message = self._carry_out(request, sent, button)
        except Refused as error:
            return self._page(request, failed=error.sentences, status=HTTPStatus.CONFLICT)
        self.message_user(request, message, messages.SUCCESS)
        return redirect(self.address("changelist"))

    def _carry_out(self, request, sent, button):
        records = self._wanted(request, files.read(BytesIO(sent.content), self._sheet))
        why = f"Imported from “{sent.name}”"
        importing.carry_out(records, self.stores[button.name], request.user, request.now, why)
        stored = self.model._base_manager.in_bulk([each.key for each in records])
        stored = {str(key): record for key, record in stored.items()}
        for flag, is_new in ((CHANGE, False), (ADDITION, True)):
            logged = [stored[each.key] for each in records if each.is_new is is_new]
            text = f"{why}: {button.press.done}."
            LogEntry.objects.log_actions(request.user.pk, logged, flag, text)
        sent.delete()
        return self._stored(request, button, list(stored.values()))

    def _stored(self, request, button, records):
        """A sentence or two of what became of the records."""
        return f"{button.press.done}: {len(records)}."

    def _page(self, request, status=HTTPStatus.OK, **context):
        context |= {
            **self.admin_site.each_context(request),
            "title": f"Import {self._sheet}",
            "opts": self.opts,
            "most": files.MAX_ROWS,
            "has_drafts": issubclass(self.model, Root),
        }
        return TemplateResponse(request, "admin/partners/import.html", context, status=status)


class RootSheetAdmin(SheetAdmin, RootAdmin):
    """Roots come in as drafts, handed in, or published."""

    stores = {
        "_draft": presses.SAVE_DRAFT,
        "_hand_in": presses.HAND_IN,
        "_publish": presses.PUBLISH_WHAT_IS_PUBLIC,
    }
    actions = [*RootAdmin.actions, *SheetAdmin.actions]

    def _stored(self, request, button, records):
        message = super()._stored(request, button, records)
        there = standings(self.model, [record.pk for record in records])
        kept = [each for each in records if there[each.pk].pending or not each.is_live(request.now)]
        if button.is_for_publishers and kept:
            message += f" Kept as drafts or pending changes: {len(kept)}."
        return message
