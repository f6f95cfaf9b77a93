"""A file that was chosen stays chosen: through refused forms, a log-out and typing brought back.

The form carries the key of what is kept instead of the file. Only whoever sent it can name it.
"""

import datetime as dt

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import JsonResponse
from django.utils import timezone

from partners.admin.carried import as_uuid
from partners.models import SentSheet
from partners.values.validators import LOGO_MAX_BYTES

KIND, DAYS = "upload", dt.timedelta(days=7)
MOST_KEPT = 20  # for a person: as many files as forms that one may have open


def keep(upload, user, now):
    """The upload, kept for `user` (SentSheet).

    What was kept longer than a week goes, and of what this person sent the oldest.
    """
    forget(now)
    mine = SentSheet.objects.filter(kind=KIND, by=user).order_by("-sent_at", "-pk")
    oldest = list(mine.values_list("pk", flat=True)[MOST_KEPT - 1 :])
    SentSheet.objects.filter(pk__in=oldest).delete()
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    return SentSheet.objects.create(
        kind=KIND, name=upload.name[:200], content=content, by=user, sent_at=now
    )


def forget(now):
    """Delete what was kept longer than a week before `now` (aware datetime)."""
    SentSheet.objects.filter(kind=KIND, sent_at__lt=now - DAYS).delete()


class KeptFileWidget(AdminFileWidget):
    """As Django's; a file that was chosen before need not be chosen again."""

    template_name = "admin/partners/includes/file.html"
    user = kept = None
    is_refused = False

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        if key := as_uuid(data.get(f"{name}-kept", "")):
            mine = SentSheet.objects.filter(kind=KIND, by=self.user, sent_at__gt=_oldest())
            self.kept = mine.filter(pk=key).first()
        if value is None and self.kept:
            return SimpleUploadedFile(self.kept.name, bytes(self.kept.content))
        return value

    def value_omitted_from_data(self, data, files, name):
        return super().value_omitted_from_data(data, files, name) and f"{name}-kept" not in data

    def get_context(self, name, value, attrs):
        return super().get_context(name, value, attrs) | {
            "kept": None if self.is_refused else self.kept
        }


def _oldest():
    return timezone.now() - DAYS


def with_kept(request):
    """What was posted (QueryDict), with the keys of the files that came with it.

    They are kept before the form is rehearsed, which would undo it.
    """
    posted = request.POST.copy()
    for name, upload in request.FILES.items():
        if f"{name}-kept" in posted and upload.size <= LOGO_MAX_BYTES:
            posted[f"{name}-kept"] = str(keep(upload, request.user, request.now).pk)
    return posted


def refuse(form):
    """What is wrong with a file is not shown as kept."""
    for name in form.errors:
        if isinstance(widget := getattr(form.fields.get(name), "widget", None), KeptFileWidget):
            widget.is_refused = True


class UploadForm(forms.Form):
    file = forms.FileField()


def keep_at_once(request):
    """Keep a file as soon as it is chosen: whoever is logged out meanwhile loses nothing."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid() or form.cleaned_data["file"].size > LOGO_MAX_BYTES:
        return JsonResponse({}, status=400)
    kept = keep(form.cleaned_data["file"], request.user, request.now)
    return JsonResponse({"key": str(kept.pk)})
