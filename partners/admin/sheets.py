"""Records out to a spreadsheet and back in: looked at first, then stored all or nothing."""

import datetime as dt
from http import HTTPStatus
from io import BytesIO
from typing import NamedTuple

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from partners.admin import jobs
from partners.admin.base import attachment
from partners.admin.carried import as_uuid
from partners.admin.root import RootAdmin
from partners.admin.typed import mistakes
from partners.admin.versioned import VersionedAdmin
from partners.exchange.sheets import export, files, importing
from partners.models import Job, Root, SentSheet
from partners.models.known import batches
from partners.models.tasks import LONG, task
from partners.publishing import presses
from partners.rows.snapshots import Refused
from partners.rows.standing import standings
from partners.values.validators import SHEET_MAX_BYTES

KEPT = dt.timedelta(days=1)
RECORDS_AT_ONCE = 200  # that a request exports; more are for a worker
GONE = (
    "This file is no longer kept: it was imported, or another was sent after it. Choose it again."
)
IN_PIECES = (
    "It holds {} files, since an import takes only so much: unpack it, and import them one after "
    "the other, in the order of their names."
)
IMPORTED_ALREADY = "This file was imported meanwhile: somebody pressed the button twice."


class Asked(NamedTuple):
    """What a task goes on with of the request that queued it: whose it was, and what time it is."""

    user: User
    now: dt.datetime


@task(queue_name=LONG)
def look_at(job, sheet):
    """The dry run of a SentSheet; told in the Job."""
    _go_on_with(sheet, job, SheetAdmin.look_at)


@task(queue_name=LONG)
def store(job, sheet, button):
    """Store what the dry run of a SentSheet showed, as the button of that name says."""
    _go_on_with(sheet, job, SheetAdmin.store, button)


@task(queue_name=LONG)
def export_records(job, kind, form, keys):
    """Make the file of that form (of `files.FORMATS`) of records of a kind; it is in the Job."""
    _go_on(Job.objects.get(pk=job), kind, SheetAdmin.make_file, form, keys)


def _go_on_with(sheet, job, do, *arguments):
    job = Job.objects.get(pk=job)
    sent = SentSheet.objects.filter(pk=sheet, by=job.by_id).first()
    if sent is None:
        job.end(GONE, has_failed=True)
    else:
        _go_on(job, sent.kind, do, sent, *arguments)


def _go_on(job, kind, do, *arguments):
    """What was asked for is done by the person who asked, as far as they may do it now."""
    sheets = admin.site.get_model_admin(apps.get_model(kind))
    with jobs.told_of_failure(job):
        do(sheets, Asked(job.by, timezone.now()), job, *arguments)


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
        return self._export(request, self.model.objects.order_by(*self.model._meta.ordering), form)

    @admin.action(description="Export as XLSX", permissions=["view"])
    def export_xlsx(self, request, queryset):
        return self._export(request, queryset, "xlsx")

    @admin.action(description="Export as CSV", permissions=["view"])
    def export_csv(self, request, queryset):
        return self._export(request, queryset, "csv")

    def _export(self, request, queryset, form):
        """The file, or the page that tells how far the worker is who makes it."""
        keys = [str(key) for key in queryset.values_list("pk", flat=True)]
        if len(keys) > RECORDS_AT_ONCE:
            title, arguments = f"Export {self._sheet}", [self.opts.label_lower, form, keys]
            return self._later(request, export_records, title, len(keys), *arguments)
        try:
            file = export.file(self.model, keys, form, self._named(request.now))
        except Refused as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(self.address("changelist"))
        return attachment(file.content, **file.described)

    def make_file(self, asked, job, form, keys):
        """The file of these records, kept in `job`. Raises Refused and PermissionDenied."""
        if not self.has_view_permission(asked):
            raise PermissionDenied
        file = export.file(self.model, keys, form, self._named(asked.now), job.tell)
        further = IN_PIECES.format(file.pieces) if file.pieces > 1 else ""
        jobs.end_with_file(job, file.content, file.described, further)

    def _named(self, at):
        """What a file of today is called, without its ending."""
        return f"{self._sheet}-{timezone.localdate(at)}"

    def _later(self, request, task, title, lines, *arguments):
        return jobs.begin(request, task, title, lines, self.address("import"), *arguments)

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
        if "job" in request.GET and request.method == "GET":
            return self._show_job(request)
        filled = [request.POST, request.FILES] if request.method == "POST" else []
        form = SheetForm(self._sheet, *filled)
        if not form.is_valid():
            return self._page(request, form=form, mistakes=mistakes(form))
        file = form.cleaned_data["sheet"]
        lines = sum(len(each.lines) for each in form.book.values())
        if lines > settings.LINES_AT_ONCE:
            sent = self._keep(request, file, lines)
            title = f"Look at “{sent.name}”"
            return self._later(request, look_at, title, sent.lines, str(sent.pk))
        try:
            records = self._wanted(request, form.book)
        except Refused as error:
            form.add_error("sheet", error.sentences)
            return self._page(request, form=form, mistakes=mistakes(form))
        importing.rehearse(records, request.user, request.now)
        found = self._found(records)
        sent = self._keep(request, file, lines) if found["may_be_stored"] else None
        return self._show(request, file.name, found, sent)

    def _wanted(self, asked, book, progress=None):
        """What the file wants, and what this person may not do of it."""
        records = importing.wanted(self.model, book, progress)
        may_add = self.has_add_permission(asked)
        for each in records:
            if each.is_new and not may_add:
                each.errors.append("You may not add records.")
            if each.there and each.there.pending and each.there.pending.is_scheduled:
                each.errors.append("A change of it is scheduled. Take the schedule back first.")
        return records

    def _found(self, records):
        """What a dry run shows of them (dict), as it can be kept with a Job."""
        return {
            "may_be_stored": bool(records) and not any(each.errors for each in records),
            "records": [self._shown(each) for each in records],
        }

    def _shown(self, wanted):
        plain = {name: getattr(wanted, name) for name in ("number", "is_new", "errors", "notes")}
        differences = [
            {"where": str(each.where), "pieces": each.pieces} for each in wanted.differences
        ]
        return plain | {"title": str(wanted.title), "differences": differences}

    def _show(self, request, name, found, sent):
        """The dry run; the file is kept until the person has decided."""
        records = found["records"]
        return self._page(
            request,
            file=name,
            records=records,
            broken=[each for each in records if each["errors"]],
            sent=sent,
            buttons=[each for each in self.buttons if self._may_store(request, each)],
        )

    def _may_store(self, asked, button):
        return button.name in self.stores and self.may_press(asked, button)

    def _keep(self, request, file, lines):
        SentSheet.objects.filter(sent_at__lt=request.now - KEPT).delete()
        SentSheet.objects.filter(by=request.user, kind=self.opts.label_lower).delete()
        file.seek(0)
        return SentSheet.objects.create(
            kind=self.opts.label_lower,
            name=file.name[:200],
            content=file.read(),
            lines=lines,
            by=request.user,
            sent_at=request.now,
        )

    # What a worker does

    def look_at(self, asked, job, sent):
        """The dry run of a SentSheet, told in `job`. Raises Refused and PermissionDenied."""
        if not self.has_change_permission(asked):
            raise PermissionDenied
        book = files.read(BytesIO(sent.content), self._sheet)
        records = self._wanted(asked, book, job.tell)
        importing.rehearse(records, *asked, job.tell)
        found = self._found(records) | {"name": sent.name, "sent": str(sent.pk)}
        address = f"{self.address('import')}?job={job.pk}"
        job.end("It can be looked at now.", result=found, leads_to=address, lines_done=sent.lines)

    def _show_job(self, request):
        """The dry run that a worker made."""
        job = Job.objects.filter(by=request.user, pk=as_uuid(request.GET["job"])).first()
        if job is None or job.result is None:
            raise Http404("There is no such dry run.")
        own = SentSheet.objects.filter(by=request.user, kind=self.opts.label_lower)
        found = job.result
        sent = own.filter(pk=found["sent"]).first() if found["may_be_stored"] else None
        return self._show(request, found["name"], found, sent)

    def _store(self, request):
        """Do what the dry run showed: all of it, or nothing."""
        own = SentSheet.objects.filter(by=request.user, kind=self.opts.label_lower)
        sent = own.filter(pk=as_uuid(request.POST["_sent"])).first()
        button = self.pressed(request)
        if button.name not in self.stores:
            raise BadRequest("That is not a way to store a file.")
        if sent is None:
            self.message_user(request, GONE, messages.ERROR)
            return redirect(self.address("import"))
        if sent.lines > settings.LINES_AT_ONCE:
            title, arguments = f"Import “{sent.name}”", [str(sent.pk), button.name]
            return self._later(request, store, title, sent.lines, *arguments)
        try:
            message = self.store(request, None, sent, button.name)
        except Refused as error:
            return self._page(request, failed=error.sentences, status=HTTPStatus.CONFLICT)
        self.message_user(request, message, messages.SUCCESS)
        return redirect(self.address("changelist"))

    def store(self, asked, job, sent, name):
        """Store a SentSheet as the button of that name says; returns what came of it.

        `job` (None within a request) ends in the transaction that stores it. Raises Refused and
        PermissionDenied.
        """
        button = next(each for each in self.buttons if each.name == name)
        if not (self.has_change_permission(asked) and self._may_store(asked, button)):
            raise PermissionDenied
        tell = job and job.tell
        records = self._wanted(asked, files.read(BytesIO(sent.content), self._sheet), tell)
        why = f"Imported from “{sent.name}”"

        def note():
            self._log(asked.user, sent, records, f"{why}: {button.press.done}.")
            if job:
                message = self._stored(asked, button, list(self._records(records).values()))
                job.end(message, leads_to=self.address("changelist"), lines_done=sent.lines)

        importing.carry_out(
            records, self.stores[name], asked.user, asked.now, why, progress=tell, then=note
        )
        return self._stored(asked, button, list(self._records(records).values()))

    def _log(self, by, sent, records, text):
        """Write down who did it, once a file."""
        stored = self._records(records)
        for flag, is_new in ((CHANGE, False), (ADDITION, True)):
            logged = [stored[each.key] for each in records if each.is_new is is_new]
            LogEntry.objects.log_actions(by.pk, logged, flag, text)
        if not SentSheet.objects.filter(pk=sent.pk).delete()[0]:
            raise Refused(IMPORTED_ALREADY)

    def _records(self, wanted):
        keys = [each.key for each in wanted]
        found = (self.model._base_manager.in_bulk(some) for some in batches(keys))
        return {str(key): record for some in found for key, record in some.items()}

    def _stored(self, asked, button, records):
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

    def _stored(self, asked, button, records):
        message = super()._stored(asked, button, records)
        there = standings(self.model, [record.pk for record in records])
        kept = [each for each in records if there[each.pk].pending or not each.is_live(asked.now)]
        if button.is_for_publishers and kept:
            message += f" Kept as drafts or pending changes: {len(kept)}."
        return message
