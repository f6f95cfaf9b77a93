"""The page that shows what undoing an import or a list action comes to, and its one button."""

from collections import defaultdict
from uuid import uuid4

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from partners.models import Root
from partners.models.known import batches
from partners.publishing.undoing import Undoing
from partners.rows.snapshots import Refused

LOOK_AGAIN = "Somebody saved something meanwhile. Look at it again, then decide."
NAMED = "Another record names what would be deleted: take that back first. Nothing was undone."


def undo(request, site, opts, act):
    """Show what would be put back; with the button, put it back by the door, all or nothing."""
    undoing = Undoing(act)
    if not undoing.records:
        raise Http404("Nothing is kept of this act.")
    for each in undoing.records:
        if not _may(request, site.get_model_admin(each.there.model), each):
            raise PermissionDenied
    if request.method == "POST":
        sentences = _carry_out(request, undoing)
        if not sentences:
            return redirect("admin:partners_revision_changelist")
        for sentence in sentences:
            messages.error(request, sentence)
        undoing = Undoing(act)
    context = {
        **site.each_context(request),
        "title": "Undo an import or a list action",
        "opts": opts,
        "done": undoing.records[0].done,
        "undoing": undoing,
        "unchanged": [each for each in undoing.records if not each.is_changed],
        "changed": [each for each in undoing.records if each.is_changed],
    }
    return TemplateResponse(request, "admin/partners/undo.html", context)


def link(act):
    """Where what was done as one can be undone (safe HTML); "" of what was not."""
    if act is None:
        return ""
    url = reverse("admin:partners_revision_undo", args=[act])
    return format_html('<a href="{}">Undo all of it …</a>', url)


def _may(request, model_admin, each):
    """What was published is put back by those who publish; one's own proposals by oneself."""
    is_for_publishers = issubclass(model_admin.model, Root) and not each.is_private_to(request.user)
    if is_for_publishers:
        return model_admin.has_publish_permission(request)
    return model_admin.has_change_permission(request)


def _carry_out(request, undoing):
    """Sentences that say why nothing was undone; none if it was."""
    if request.POST.get("_seen") != undoing.seen:
        return [LOOK_AGAIN]
    also, by = set(request.POST.getlist("also")), request.user
    try:
        number = undoing.carry_out(also, by, request.now, uuid4(), lambda: _log(by, undoing, also))
    except Refused as error:
        return error.sentences
    except ProtectedError:
        return [NAMED]
    messages.success(request, f"Undone: {number}. Left alone: {len(undoing.records) - number}.")
    return []


def _log(by, undoing, also):
    keys = defaultdict(list)
    for each in undoing.chosen(also):
        if each.rows:
            keys[each.there.model].append(each.there.key)
    for model, some in keys.items():
        for those in batches(some):
            records = model._base_manager.filter(pk__in=those).order_by("pk")
            LogEntry.objects.log_actions(by.pk, records, CHANGE, "Undone.")
