"""Every root is edited, proposed, published, withdrawn and verified in the same way."""

from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import quote, unquote
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html

from partners.admin import drafts
from partners.admin.actions import RootActions
from partners.admin.base import whom_to_ask
from partners.admin.carried import Button, as_uuid
from partners.admin.decisions import RootDecisions
from partners.admin.filters import StateFilter, VerifiedFilter
from partners.admin.forms import RootForm
from partners.admin.inlines import CitationInline, LinkInline
from partners.models import PendingChange, PreviewLink, Revision
from partners.publishing import links as signed_links
from partners.publishing import presses, previews
from partners.reading.search import MAX_TYPED, Search
from partners.rows.offers import Outcome
from partners.rows.snapshots import Refused
from partners.rows.standing import standing
from partners.rows.uploads import forget_uploads

BUTTONS = [
    Button("_draft", "Save draft", presses.SAVE_DRAFT),
    Button("_preview", "Preview"),
    Button("_hand_in", "Hand in for approval", presses.HAND_IN),
    Button("_publish", "Publish now", presses.PUBLISH, is_for_publishers=True),
    Button("_publish_all", "Publish with the drafts it names", presses.PUBLISH, True),
    Button("_schedule", "Publish on …", presses.SCHEDULE, is_for_publishers=True),
]


class RootAdmin(RootActions, RootDecisions):
    list_filter = [StateFilter, VerifiedFilter]
    search_fields = ["slug"]
    list_per_page = 50
    inlines = [LinkInline, CitationInline]
    form = RootForm
    buttons = BUTTONS
    change_form_template = "admin/partners/root_change_form.html"
    #: What says something of a record that is there, and nothing of one that is added.
    only_of_records = ()
    address_and_review = ("Address and review", {"fields": [("slug", "review_days")]})
    #: Shown beside the buttons that use them.
    beside_buttons = (None, {"fields": ["why", "publish_at"], "classes": ["beside-buttons"]})

    # What is listed and shown

    def get_queryset(self, request):
        pending = PendingChange.objects.filter(kind=self.opts.label_lower, key=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .select_related("record__keeper", "verification__verified_by")
            .annotate(
                pending_status=Subquery(pending.values("status")),
                pending_saved_at=Subquery(pending.values("saved_at")),
            )
        )

    def get_search_results(self, request, queryset, search_term):
        """The public search, over everything that staff may see."""
        if not search_term.strip():
            return queryset, False
        return Search(search_term[:MAX_TYPED]).ranked(queryset), False

    def get_fieldsets(self, request, obj=None):
        """What is said beside the record is for those who can say it."""
        hidden = set()
        if not self.has_publish_permission(request):
            hidden.add("publish_at")
        if obj is None:
            hidden |= {*self.only_of_records}
        if obj and not self.has_change_permission(request, obj):
            hidden |= {"why", "publish_at", "renaming", "renamed_on"}
        shown = [
            (heading, options | {"fields": list(filter(None, _without(options["fields"], hidden)))})
            for heading, options in [*super().get_fieldsets(request, obj), self.beside_buttons]
        ]
        return [(heading, options) for heading, options in shown if options["fields"]]

    @admin.display(description="state", ordering="published_at")
    def state(self, obj):
        state = obj.state(timezone.now()).split()[0].strip(":")
        if obj.pending_status is None:
            return state
        return f"{state}; pending change: {PendingChange.Status(obj.pending_status).label.lower()}"

    @admin.display(description="last verified")
    def verified(self, obj):
        at = obj.last_verified and obj.last_verified.verified_at
        return timezone.localdate(at) if at else "Not yet"

    @admin.display(description="last changed", ordering="record__changed_at")
    def changed(self, obj):
        return timezone.localdate(obj.record.changed_at)

    def view_on_site(self, obj):
        return obj.get_absolute_url() if obj.is_live(timezone.now()) else None

    # Who may do what

    def is_needed(self, root):
        """Whether the site cannot be without it."""
        return False

    def has_delete_permission(self, request, obj=None):
        if obj is None:
            return super().has_delete_permission(request)
        allowed = super().has_delete_permission(request, obj) or self._is_own_draft(request, obj)
        return allowed and not self.is_needed(obj)

    def _is_own_draft(self, request, obj):
        """Whether nobody else has read it or worked on it."""
        if obj.published_at or not self.has_change_permission(request, obj):
            return False
        by = Revision.objects.of(self.model, obj.pk).values_list("by", flat=True)
        return set(by) == {request.user.pk}

    def has_change_permission(self, request, obj=None):
        """What a publisher has scheduled is closed to editors until it is taken back."""
        allowed = super().has_change_permission(request, obj)
        if not allowed or obj is None or self.has_publish_permission(request):
            return allowed
        return getattr(obj, "pending_status", None) != PendingChange.Status.SCHEDULED

    def has_publish_permission(self, request):
        codename = get_permission_codename("publish", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def may_press(self, request, button):
        return not button.is_for_publishers or self.has_publish_permission(request)

    def get_deleted_objects(self, objs, request):
        """What is needed stays, also when many are deleted at once."""
        deleted, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        kept = [f"{root}: the site cannot be without it" for root in objs if self.is_needed(root)]
        if kept and self.has_delete_permission(request):
            forbidden.discard(self.opts.verbose_name)
        return deleted, counts, forbidden, protected + kept

    # The form and its buttons

    def get_urls(self):
        pages = [("decide", self.decide), ("previews", self.shared_previews)]
        return [
            path(
                f"<path:key>/{name}/",
                self.admin_site.admin_view(view),
                name=f"partners_{self.opts.model_name}_{name}",
            )
            for name, view in pages
        ] + super().get_urls()

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        root = object_id and self.get_object(request, unquote(object_id))
        context = {
            "state": "New: nobody sees it until it is saved.",
            "buttons": [button for button in BUTTONS if self.may_press(request, button)],
            "may_publish": self.has_publish_permission(request),
        }
        if root:
            context |= self._standing(request, root)
        return super().changeform_view(
            request, object_id, form_url, context | (extra_context or {})
        )

    def _standing(self, request, root):
        """Where the record stands, and what can be decided about that."""
        change, there = presses.pending(self.model, root.pk), standing(self.model, root.pk)
        return {
            "state": presses.state(root, change, request.now),
            "verified": root.last_verified,
            "pending_change": change,
            "is_live": root.is_live(request.now),
            "is_scheduled": root.is_scheduled(request.now) or bool(change and change.is_scheduled),
            "may_change": self.has_change_permission(request, root),
            "keeper": root.record.keeper,
            "ask": partial(whom_to_ask, request, f"Please look at “{root}”"),
            **self.decision_context(request, root),
            "drafts": drafts.named_in(there.present),
            "seen": there.version,
        }

    def show_obstacle(self, request, key, error):
        """The page of the pending change says what it wanted, and lets it be discarded."""
        change = presses.pending(self.model, key) if key else None
        if change is None:
            return super().show_obstacle(request, key, error)
        return redirect("admin:partners_pendingchange_change", change.pk)

    def take(self, request, offer, button):
        """A preview is shown, and leaves all as it is."""
        if button.name == "_publish_all":
            return self._take_with_drafts(request, offer, button)
        if button.press is not None:
            return super().take(request, offer, button)
        try:
            return self.preview(request, offer)
        except Refused as error:
            return self.show_unsaved(request, offer, error.sentences)

    def _take_with_drafts(self, request, offer, button):
        record, *others = drafts.publish(self, request, offer)
        for answer in others:
            if not answer.is_taken:
                draft = answer.offer.model.objects.get(pk=answer.offer.key)
                return self.show_unsaved(request, offer, [f"{draft}: {answer}"])
        if not record.is_taken:  # its page shows both versions, and no drafts
            button = next(each for each in self.buttons if each.name == "_publish")
        return self.conclude(request, record, button)

    def answer(self, request, record, answer, button):
        if IS_POPUP_VAR in request.POST:
            return admin.ModelAdmin.response_add(self, request, record)
        if answer.outcome is not Outcome.UNCHANGED:
            done = self.done(request, record, button.press.done)
            self.message_user(request, done, messages.SUCCESS)
        elif button.name != "_publish_all":  # else its drafts were what there was to publish
            self.message_user(request, f"{record}: {answer}", messages.INFO)
        if button.is_for_publishers:
            self._name_drafts(request, answer.offer.rows)
        if button.name == "_draft" or answer.outcome is Outcome.UNCHANGED:
            return redirect(self.address("change", quote(record.pk)))
        return self.response_post_save_change(request, record)

    def _name_drafts(self, request, rows):
        for draft in drafts.named_in(rows):
            sentence = "Its page does not name {}, which is a draft: publish that as well."
            link = format_html('<a href="{}">{}</a>', draft.address, draft)
            self.message_user(request, format_html(sentence, link), messages.WARNING)

    def standing_of(self, request, key):
        root = self.model._base_manager.filter(pk=key).first()
        change = presses.pending(self.model, key)
        return presses.state(root, change, request.now) if root else ""

    def done(self, request, record, what):
        change = presses.pending(self.model, record.pk)
        state = presses.state(record, change, request.now)
        url = self.address("change", quote(record.pk))
        return format_html('{}: <a href="{}">{}</a>. {}', what.rstrip("."), url, record, state)

    @previews.shows_pictures_inside
    def preview(self, request, offer):
        """The page as visitors would see it (TemplateResponse). Raises Refused."""
        page = previews.page(self.model, offer.key, offer.rows, request)
        forget_uploads(self.model, offer.key, offer.rows)
        context = {
            **self.admin_site.each_context(request),
            "title": "Preview",
            "page": page,
        }
        return TemplateResponse(request, "admin/partners/preview.html", context)

    def restores_at_once(self, request):
        return self.has_publish_permission(request)

    def save_formset(self, request, form, formset, change):
        """What backed a part goes with it."""
        parts = formset.fk.remote_field.get_accessor_name()
        gone = [f"{parts}/{row.instance.pk}/" for row in formset.deleted_forms]
        super().save_formset(request, form, formset, change)
        for path_of_part in gone:
            form.instance.citations.filter(path__startswith=path_of_part).delete()

    def _root(self, request, key):
        return get_object_or_404(self.get_queryset(request), pk=key)

    def shared_previews(self, request, key):
        """The links that show the record to people without an account: make and revoke them."""
        root = self._root(request, unquote(key))
        if not self.has_change_permission(request, root):
            raise PermissionDenied
        links = PreviewLink.objects.filter(kind=self.opts.label_lower, key=root.pk)
        if request.method == "POST":
            self._share_or_revoke(request, root, links)
            return redirect(self.address("previews", quote(root.pk)))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Shared previews: {root}",
            "opts": self.opts,
            "original": root,
            "links": [
                (link, signed_links.address(link))
                for link in links.valid(request.now).order_by("-made_at")
            ],
        }
        return TemplateResponse(request, "admin/partners/previews.html", context)

    def _share_or_revoke(self, request, root, links):
        if "_revoke" in request.POST:
            revoked = {"revoked_at": request.now}
            links.valid(request.now).filter(pk=as_uuid(request.POST["_revoke"])).update(**revoked)
            self.message_user(request, "The link is revoked.", messages.SUCCESS)
            return
        try:
            previews.share(self.model, root.pk, request)
        except Refused as error:
            self.message_user(request, str(error), messages.ERROR)


def _without(fields, hidden):
    """The fields of a fieldset, lines of several among them, without those in `hidden`."""
    for field in fields:
        if isinstance(field, tuple):
            yield tuple(each for each in field if each not in hidden)
        elif field not in hidden:
            yield field
