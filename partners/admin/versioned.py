"""Forms that never overwrite: each knows what it was begun from, and shows what changed since.

A form is filled with what staff saved last, and says so, signed, in a hidden field. Sending it runs
Django's own saving over just that version, in a rehearsal; the rows that come out of it are what
the person proposes, and `publishing` decides what becomes of them.
"""

from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import quote as quote_path

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import quote, unquote
from django.core import signing
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from js_asset import Media

from partners import bookkeeping, publishing
from partners.admin.base import EditorForms, NamedObstacles, PlainAddresses
from partners.models import Revision
from partners.publishing import Proposal, Stale
from partners.rows import differences, snapshots
from partners.rows.snapshots import Refused

STATES_PER_PAGE = 20


class VersionedForm(forms.ModelForm):
    """Can be shown again with what was typed, without being saved: see keep-typing.js."""

    def clean(self):
        super().clean()
        if "_again" in self.data:
            raise forms.ValidationError(
                "This is what you had typed. It is not saved yet. Files have to be chosen again."
            )


class Typed(HttpResponse):
    """Not an answer yet: a form was taken, and `rows` are what its record would become."""

    def __init__(self, rows):
        super().__init__()
        self.rows = rows


class Signed:
    """Whatever is JSON, in a hidden field that comes back as it went."""

    def __init__(self, purpose):
        self.salt = f"partners.admin.{purpose}"

    def written(self, given):
        return signing.dumps(given, salt=self.salt, serializer=_Json, compress=True)

    def read(self, text):
        try:
            return signing.loads(text, salt=self.salt, serializer=_Json)
        except signing.BadSignature as error:
            raise BadRequest("This form is not whole. Load its page anew.") from error


class _Json(signing.JSONSerializer):
    def dumps(self, obj):
        return DjangoJSONEncoder(separators=(",", ":")).encode(obj).encode()


VERSION, PROPOSED = Signed("version"), Signed("proposed")


class VersionedAdmin(PlainAddresses, NamedObstacles, EditorForms, admin.ModelAdmin):
    """What is saved takes effect at once, has a history, and overwrites nobody's work."""

    form = VersionedForm
    buttons = ["_save", "_continue", "_addanother"]
    change_form_template = "admin/partners/versioned_change_form.html"

    class Media:
        css = {"all": ["css/admin.css"]}
        js = ["js/keep-typing.js"]

    def get_urls(self):
        name = f"partners_{self.opts.model_name}_restore"
        restore = path(
            "<path:key>/restore/<int:number>/", self.admin_site.admin_view(self.restore), name=name
        )
        return [restore, *super().get_urls()]

    def address(self, page, *args):
        return reverse(f"admin:partners_{self.opts.model_name}_{page}", args=args)

    # The way of a form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        key = object_id and unquote(object_id)
        if "_proposed" in request.POST:
            return self._propose_again(request)
        if request.method == "POST":
            base, begun_at = self._begun_from(request, key)
        else:
            base, begun_at = self._present(request, key), request.now
        version = [self.opts.label_lower, key, base, begun_at.isoformat()]
        context = {"version": VERSION.written(version)}
        try:
            with self._over(request, key, base):
                response = super().changeform_view(
                    request, object_id, form_url, context | (extra_context or {})
                )
                if hasattr(response, "render"):
                    response.render()
        except Refused as error:
            return self.show_obstacle(request, key, error)
        if not isinstance(response, Typed):
            return response
        key = key or response.rows[0]["pk"]
        said = request.said_beside | {"begun_at": begun_at}
        proposal = Proposal(self.model, key, base, response.rows, request.user, **said)
        return self.take(request, proposal)

    def _present(self, request, key):
        there = key and self.get_object(request, key)
        return publishing.present(self.model, key) if there else []

    def _begun_from(self, request, key):
        record = key and self.get_object(request, quote(key))
        may = self.has_change_permission if key else self.has_add_permission
        if not may(request, *([record] if record else [])):
            raise PermissionDenied
        label, of, base, begun_at = VERSION.read(request.POST.get("_version", ""))
        if (label, of) != (self.opts.label_lower, key):
            raise BadRequest("This form belongs to another record. Load its page anew.")
        return base, parse_datetime(begun_at)

    @contextmanager
    def _over(self, request, key, base):
        """Within it, the record is what `base` says. Reading what is stored needs nothing."""
        if request.method != "POST" and not publishing.pending(self.model, key):
            yield
            return
        with bookkeeping.rehearsal():
            if base:
                snapshots.write(self.model, key, base)
            yield

    def render_change_form(self, request, context, *args, **kwargs):
        """The map of the editor's modules stands in the page itself: it needs the nonce."""
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        """Remember what the form says beside the record."""
        super().save_model(request, obj, form, change)
        beside = {name: form.cleaned_data.get(name) for name in ("why", "publish_at")}
        request.said_beside = {name: said for name, said in beside.items() if said}

    def response_add(self, request, obj, post_url_continue=None):
        return Typed(snapshots.stored(self.model, obj.pk))

    def response_change(self, request, obj):
        return Typed(snapshots.stored(self.model, obj.pk))

    def take(self, request, proposal):
        """Do what the button says; where that cannot be, show why and keep what was typed."""
        try:
            response = self.press(request, proposal)
        except Stale as error:
            return self._show_stale(request, error)
        except Refused as error:
            return self._show_unsaved(request, proposal, sentences=error.sentences)
        if response.status_code == HTTPStatus.FOUND:  # the browser need not keep it any longer
            response.set_cookie(
                "typing_saved",
                quote_path(request.path, safe=""),
                max_age=300,
                path=reverse("admin:index"),
                secure=request.is_secure(),
                samesite="Lax",
            )
        return response

    def press(self, request, proposal):
        """Store it. Raises Stale and Refused."""
        publishing.save_at_once(proposal, request.now)
        record = self.model.objects.get(pk=proposal.key)
        if proposal.base:
            self.log_change(request, record, "Saved.")
            return super().response_change(request, record)
        self.log_addition(request, record, "Added.")
        return super().response_add(request, record)

    # Two at once

    def _show_stale(self, request, stale):
        _, conflicts = stale.merged()
        versions = differences.side_by_side(stale.was, stale.now, stale.proposal.rows)
        agreed = [each for each in versions if each.path not in conflicts]
        return self._show_unsaved(
            request,
            stale.proposal,
            sentences=[str(stale)],
            disputed=[each for each in versions if each.path in conflicts],
            mine=[each for each in agreed if each.mine != each.was],
            others=[each for each in agreed if each.now != each.was],
            proposed=PROPOSED.written([self.opts.label_lower, request.user.pk, _said(stale)]),
            button=self.pressed(request),
            is_popup=IS_POPUP_VAR in request.POST,
            last=Revision.objects.of(self.model, stale.proposal.key).first(),
            change=stale.proposal.pending,
        )

    def _show_unsaved(self, request, proposal, **context):
        """What was typed stands here to be read, copied, and proposed again where that can be."""
        record = self.model._base_manager.filter(pk=proposal.key).first()
        context |= {
            **self.admin_site.each_context(request),
            "title": "Not saved yet",
            "opts": self.opts,
            "record": record,
            "typed": differences.between(proposal.base, proposal.rows),
            "url": self.address("change", quote(proposal.key)) if record else self.address("add"),
        }
        return TemplateResponse(request, "admin/partners/unsaved.html", context, status=409)

    def show_obstacle(self, request, key, error):
        """Not even what a form was begun from can be stored any more."""
        self.message_user(request, " ".join(error.sentences), messages.ERROR)
        return redirect(self.address("changelist"))

    def pressed(self, request):
        """The name of the button that sent the form."""
        return next((name for name in self.buttons if name in request.POST), self.buttons[0])

    def _propose_again(self, request):
        """Both versions were looked at; `_mine` names the conflicts that the person decides."""
        label, user, said = PROPOSED.read(request.POST["_proposed"])
        if (label, user) != (self.opts.label_lower, request.user.pk):
            raise BadRequest("This belongs to another form. Load its page anew.")
        stale = _stale(self.model, request.user, **said)
        record = get_object_or_404(self.get_queryset(request), pk=stale.proposal.key)
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        _, conflicts = stale.merged()
        mine = request.POST.getlist("_mine")
        proposal, _ = stale.merged([path for path in conflicts if str(path) in mine])
        return self.take(request, proposal)

    # What was

    def history_view(self, request, object_id, extra_context=None):
        """Who made the record what it was, when and why, and what changed each time."""
        key = unquote(object_id)
        record = self.get_object(request, object_id)
        states = Revision.objects.of(self.model, key)
        if record is None and not states.exists():
            return self._get_obj_does_not_exist_redirect(request, self.opts, key)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        page = Paginator(states, STATES_PER_PAGE).get_page(request.GET.get("p"))
        listed = list(page)
        older = states.filter(pk__lt=listed[-1].pk)[:1] if listed else []
        before = [*listed[1:], *older, None]
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {record or states[0].title}",
            "opts": self.opts,
            "record": record,
            "key": quote(key),
            "page": page,
            "states": [
                (state, differences.between(old.rows, state.rows) if old else None)
                for state, old in zip(listed, before, strict=False)
            ],
            "last": states.first(),
            "may_restore": self._may_restore(request, record),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/partners/history.html", context)

    def _may_restore(self, request, record):
        """Who may change it may change it back; only who may delete may bring back."""
        if record is None:
            return self.has_delete_permission(request)
        return self.has_change_permission(request, record)

    def restores_at_once(self, request):
        return True

    @method_decorator(require_POST)
    def restore(self, request, key, number):
        """Make the record again what it was in the state of that number."""
        key = unquote(key)
        if not self._may_restore(request, self.get_object(request, key)):
            raise PermissionDenied
        revision = get_object_or_404(Revision.objects.of(self.model, key), pk=number)
        history = redirect(self.address("history", quote(key)))
        try:
            at_once = self.restores_at_once(request)
            publishing.restore(revision, request.user, request.now, at_once, _number(request))
        except (Refused, Stale) as error:
            self.message_user(request, str(error), messages.ERROR)
            return history
        record = self.model.objects.get(pk=key)
        self.log_change(request, record, "Restored.")
        self.message_user(request, self.done(request, record, "Restored"), messages.SUCCESS)
        return history

    def done(self, request, record, what):
        """Sentences for who did it."""
        return f"{what}: {record}."

    def delete_model(self, request, obj):
        publishing.delete(obj, request.user)

    def delete_queryset(self, request, queryset):
        for record in queryset:
            publishing.delete(record, request.user)


def _number(request):
    """The newest state that the page showed."""
    last = request.POST.get("last", "")
    return int(last) if last.isdecimal() else None


MOMENTS = ("publish_at", "begun_at")


def _said(stale):
    """What makes `stale` anew, as JSON: see `_stale`."""
    proposal = stale.proposal._asdict()
    del proposal["model"], proposal["by"]
    return {"proposal": proposal, "was": stale.was, "now": stale.now, "seen": stale.seen}


def _stale(model, by, proposal, was, now, seen):
    proposal, seen = _with_moments(proposal), _with_moments(seen)
    return Stale(Proposal(model=model, by=by, **proposal), was, now, **seen)


def _with_moments(said):
    return said | {name: parse_datetime(said[name]) for name in MOMENTS if said.get(name)}
