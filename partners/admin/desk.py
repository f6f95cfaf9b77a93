"""The publishers' desk: what awaits a decision, what will change when, what has changed."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Q, When
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.text import capfirst

from partners.admin import drafts
from partners.admin.base import ReadOnly, SafeLookups, address
from partners.admin.carried import only
from partners.admin.undoing import link, undo
from partners.models import PendingChange, Revision, Root
from partners.publishing import presses
from partners.rows import differences, snapshots
from partners.rows.door import take_one
from partners.rows.kept import in_form_of_today
from partners.rows.offers import Outcome
from partners.rows.snapshots import Refused
from partners.rows.standing import standing

MOST_TO_COME = 100


class ReadOnlyAdmin(ReadOnly, SafeLookups, admin.ModelAdmin):
    """Rows that are made elsewhere."""

    actions = None
    list_per_page = 50

    @admin.display(description="kind", ordering="kind")
    def kind_of_record(self, obj):
        return capfirst(obj.model._meta.verbose_name)

    @admin.display(description="done to several at once")
    def act_as_one(self, obj):
        return link(obj.act)


class OwnPageAdmin(ReadOnlyAdmin):
    """Rows that have a page of their own (`page`), on which staff decide (`decide`)."""

    template = ""

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        is_sent = request.method == "POST"
        may_decide = not is_sent or self.may_decide(request, row)
        if not (self.has_view_permission(request, row) and may_decide):
            raise PermissionDenied
        return self.decide(request, row) if is_sent else self.show(request, row)

    def show(self, request, row, **more):
        may_decide = self.may_decide(request, row)
        own = {"title": str(row), "opts": self.opts, "may_decide": may_decide}
        context = self.admin_site.each_context(request) | own | self.page(request, row) | more
        return TemplateResponse(request, self.template, context)


@admin.register(PendingChange)
class PendingChangeAdmin(ReadOnlyAdmin):
    list_display = ["title", "kind_of_record", "status", "by_name", "saved_at", "why", "act_as_one"]
    list_filter = ["status"]
    search_fields = ["title", "by_name", "why"]
    ordering = [
        Case(When(status=PendingChange.Status.HANDED_IN, then=0), default=1),
        "saved_at",
        "pk",
    ]
    change_list_template = "admin/partners/desk.html"

    def changelist_view(self, request, extra_context=None):
        context = {"to_come": self._to_come(request)}
        return super().changelist_view(request, context | (extra_context or {}))

    def _to_come(self, request):
        """(when, record, what) of all that will happen by itself, the next first."""
        scheduled = PendingChange.objects.filter(status=PendingChange.Status.SCHEDULED)
        coming = [
            (each.publish_at, address("change", each.model, each.key), each.title, "changes")
            for each in scheduled.order_by("publish_at")[:MOST_TO_COME]
        ]
        for model, model_admin in self.admin_site._registry.items():
            if not issubclass(model, Root) or not model_admin.has_view_permission(request):
                continue
            later = Q(published_at__gt=request.now) | Q(withdrawn_at__gt=request.now)
            for root in model.objects.filter(later)[:MOST_TO_COME]:
                url = address("change", model, root.pk)
                if root.published_at > request.now:
                    coming.append((root.published_at, url, str(root), "appears"))
                if root.withdrawn_at and root.withdrawn_at > request.now:
                    coming.append((root.withdrawn_at, url, str(root), "is withdrawn"))
        return sorted(coming)[:MOST_TO_COME]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One pending change: what it changes; a publisher approves it or sends it back."""
        change = self.get_object(request, object_id)
        if change is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        model_admin = self.admin_site.get_model_admin(change.model)
        if not model_admin.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._decide(request, change, model_admin)
        stored = standing(change.model, change.key)
        root = change.model._base_manager.filter(pk=change.key).first()
        may_discard = self._may_discard(request, change, model_admin)
        changed = differences.between(stored.rows, change.rows)
        is_new = not changed and bool(root) and not root.is_named(request.now)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Pending change: {change.title}",
            "opts": self.opts,
            "change": change,
            "kind": self.kind_of_record(change),
            "url": address("change", change.model, change.key) if root else "",
            "state": root.state(request.now) if root else "The record is gone.",
            "differences": differences.additions(change.rows) if is_new else changed,
            "is_new": is_new,
            "unsourced": differences.moved_without_source(stored.rows, change.rows),
            "drafts": drafts.named_in(change.rows),
            "pictures": _pictures([] if is_new else stored.rows, change.rows),
            "left_out": in_form_of_today(change.rows)[1],
            "obstacle": presses.obstacle(change, request.now),
            "may_publish": model_admin.has_publish_permission(request),
            "may_discard": may_discard,
            "asks_to_discard": may_discard and "_discard" in request.GET,
            "seen": stored.version,
        }
        return TemplateResponse(request, "admin/partners/pending_change.html", context)

    def _may_discard(self, request, change, model_admin):
        allowed = model_admin.has_change_permission(request)
        return allowed and (model_admin.has_publish_permission(request) or not change.is_scheduled)

    def _decide(self, request, change, model_admin):
        """Show it, publish it, send it back, or discard it: as the person has seen it."""
        names = ["_preview", "_publish", "_publish_all", "_send_back", "_discard"]
        name = only(names, request.POST)
        offer = presses.offer_of(change, request.POST.get("seen", ""))
        if name == "_preview":
            return self._preview(request, change, offer, model_admin)
        if name == "_discard":
            if not self._may_discard(request, change, model_admin):
                raise PermissionDenied
            return self._take(request, change, offer, presses.DISCARD)
        if not model_admin.has_publish_permission(request):
            raise PermissionDenied
        if name == "_publish":
            return self._publish(request, change, offer, model_admin)
        if name == "_publish_all":
            return self._publish_all(request, change, offer)
        comment = request.POST.get("comment", "").strip()
        if not comment:
            sentence = "Write what should be different; the editor reads it."
            return self._look_again(request, change, sentence)
        return self._take(request, change, offer._replace(why=comment), presses.SEND_BACK)

    def _preview(self, request, change, offer, model_admin):
        try:
            return model_admin.preview(request, offer)
        except Refused as error:
            return self._look_again(request, change, str(error))

    def _publish_all(self, request, change, offer):
        answers = drafts.publish(self, request, offer)
        refused = next((each for each in answers if not each.is_taken), None)
        if refused:
            return self._look_again(request, change, str(refused))
        return self._answered(request, change, presses.PUBLISH, answers[0])

    def _publish(self, request, change, offer, model_admin):
        """Where the live version changed as well, the publisher decides for each value."""
        answer = take_one(offer, presses.PUBLISH, request.user, request.now)
        if answer.outcome is Outcome.STALE and answer.is_of_live_version:
            button = next(each for each in model_admin.buttons if each.name == "_publish")
            return model_admin.show_stale(request, answer, button)
        return self._answered(request, change, presses.PUBLISH, answer)

    def _take(self, request, change, offer, press):
        answer = take_one(offer, press, request.user, request.now)
        return self._answered(request, change, press, answer)

    def _answered(self, request, change, press, answer):
        if not answer.is_taken:
            return self._look_again(request, change, str(answer))
        if record := change.model._base_manager.filter(pk=change.key).first():
            self.log_change(request, record, f"{press.done}.")
        done = f"{press.done}: {change.title}." if answer.outcome is Outcome.STORED else str(answer)
        self.message_user(request, done, messages.SUCCESS)
        return redirect("admin:partners_pendingchange_changelist")

    def _look_again(self, request, change, sentence):
        self.message_user(request, sentence, messages.ERROR)
        return redirect("admin:partners_pendingchange_change", change.pk)


def _pictures(before, after):
    """The addresses of the pictures that the rows `after` name, and `before` do not."""
    new = snapshots.uploads(after) - snapshots.uploads(before)
    return sorted(storage.url(name) for storage, name in new)


class GoneFilter(admin.SimpleListFilter):
    title = "whether it can be brought back"
    parameter_name = "deleted"

    def lookups(self, request, model_admin):
        return [("yes", "Deleted records")]

    def queryset(self, request, queryset):
        return queryset.deleted() if self.value() == "yes" else queryset


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    """Everything that was done, the latest first; each leads to the history of its record."""

    list_display = ["at", "record", "kind_of_record", "what", "by_name", "why", "act_as_one"]
    list_display_links = None
    list_filter = [GoneFilter]
    search_fields = ["title", "by_name", "why"]
    ordering = ["-pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("rows")

    def get_urls(self):
        view = self.admin_site.admin_view(self.undo)
        return [path("undo/<uuid:act>/", view, name="partners_revision_undo"), *super().get_urls()]

    def undo(self, request, act):
        return undo(request, self.admin_site, self.opts, act)

    @admin.display(description="record", ordering="title")
    def record(self, obj):
        url = address("history", obj.model, obj.key)
        return format_html('<a href="{}">{}</a>', url, obj.title)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        state = self.get_object(request, object_id)
        if state is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return redirect(address("history", state.model, state.key))
