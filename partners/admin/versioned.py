"""Forms that never overwrite: each knows what it was begun from, and shows what changed since.

A form is filled with what staff saved last, and says so, signed, in a hidden field. Sending it runs
Django's own saving over just that version, in a rehearsal; the rows that come out of it are what
the person proposes, and the door (see `rows.door`) answers what becomes of them.
"""

from contextlib import contextmanager
from functools import partial
from urllib.parse import quote as quote_path

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from js_asset import Media

from partners.admin.base import EditorForms, NamedObstacles, SafeLookups, whom_to_ask
from partners.admin.carried import PROPOSED, VERSION, Button, only
from partners.admin.kept import refuse, with_kept
from partners.admin.typed import NamedMistakes, VersionedForm, with_one_row_more
from partners.models import Revision
from partners.models.renames import in_present_names
from partners.publishing import presses
from partners.rows import bookkeeping, differences, snapshots, writing
from partners.rows.door import take_one
from partners.rows.kept import in_form_of_today
from partners.rows.offers import Answer, Offer, Outcome, Stale
from partners.rows.snapshots import Refused
from partners.rows.standing import Standing, standing
from partners.values.richtext import left_out

STATES_PER_PAGE = 20


class Rehearsed(Exception):
    """A form was saved, in a rehearsal: `rows` are what its record would become.

    `beside` is what the form says beside the record: {name: value} of "why" and "when"; `left_out`
    are sentences about what was written in it and has no place.
    """

    def __init__(self, rows, beside, left_out):
        super().__init__("The rehearsal of a form is over.")
        self.rows, self.beside, self.left_out = rows, beside, left_out


class VersionedAdmin(SafeLookups, NamedObstacles, NamedMistakes, EditorForms, admin.ModelAdmin):
    """What is saved takes effect at once, has a history, and overwrites nobody's work."""

    form = VersionedForm
    buttons = [
        Button("_save", "Save", presses.SAVE_AT_ONCE),
        Button("_continue", "Save and continue editing", presses.SAVE_AT_ONCE),
        Button("_addanother", "Save and add another", presses.SAVE_AT_ONCE),
    ]
    change_form_template = "admin/partners/versioned_change_form.html"

    class Media:
        js = ["js/keep-typing.js", "js/parts.js"]

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
            return self._offer_again(request)
        if request.method == "POST":
            begun = self._begun_from(request, key)
            request.POST = with_one_row_more(with_kept(request))
        else:
            there = key and self.get_object(request, key)
            there = standing(self.model, key) if there else Standing(self.model, key, [])
            begun = {"base": there.present, "seen": there.version, "begun_at": request.now}
        written = VERSION.written([self.opts.label_lower, key, begun])
        context = {"version": written} | (extra_context or {})
        try:
            with self._temporarily_at(request, key, begun["base"]):
                response = super().changeform_view(request, object_id, form_url, context)
                if hasattr(response, "render"):
                    response.render()
                return response
        except Refused as error:
            return self.show_obstacle(request, key, error)
        except Rehearsed as done:
            key = key or done.rows[0]["pk"]
            offer = Offer(self.model, key, rows=done.rows, **begun, **done.beside)
            button = self.pressed(request)
            for sentence in done.left_out if button.press else ():
                self.message_user(request, sentence, messages.WARNING)
        return self.take(request, offer, button)

    def _begun_from(self, request, key):
        """What the form was filled with, as fields of an Offer."""
        record = key and self.get_object(request, quote(key))
        may = self.has_change_permission if key else self.has_add_permission
        if not may(request, *([record] if record else [])):
            raise PermissionDenied
        if not {"_again", "_more"} & request.POST.keys():  # those show it again, and no more
            self.pressed(request)
        label, of, begun = VERSION.read(request.POST.get("_version", ""))
        if (label, of) != (self.opts.label_lower, key):
            raise BadRequest("This form belongs to another record. Load its page anew.")
        return _with_moments(begun) | {"base": _kept(begun["base"])}

    @contextmanager
    def _temporarily_at(self, request, key, base):
        """Within it, the record is what `base` says. Reading what is stored needs nothing."""
        if request.method != "POST" and not presses.pending(self.model, key):
            yield
            return
        with bookkeeping.rehearsal():
            if base:
                writing.write(self.model, key, base)
            yield

    def render_change_form(self, request, context, *args, **kwargs):
        """The map of the editor's modules stands in the page itself: it needs the nonce."""
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        form = context["adminform"].form
        context["again"] = form.is_again
        if form.is_bound:
            refuse(form)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request, form, formsets, change):
        """The last step of a form: what it would store is known now. Raises Rehearsed."""
        super().save_related(request, form, formsets, change)
        beside = {"why": form.cleaned_data.get("why"), "when": form.cleaned_data.get("publish_at")}
        rows = snapshots.stored(self.model, form.instance.pk)
        beside = {name: value for name, value in beside.items() if value}
        raise Rehearsed(rows, beside, list(_left_out([form, *_forms(formsets)])))

    def pressed(self, request):
        """The Button that sent the form. Raises BadRequest and PermissionDenied."""
        name = only([button.name for button in self.buttons], request.POST)
        button = next(button for button in self.buttons if button.name == name)
        if not self.may_press(request, button):
            raise PermissionDenied
        return button

    def may_press(self, request, button):
        return True

    def take(self, request, offer, button):
        """Do what the button says; where that cannot be, show why and keep what was typed."""
        answer = take_one(offer, button.press, request.user, request.now)
        return self.conclude(request, answer, button)

    def conclude(self, request, answer, button):
        """Say what became of it, and lead on."""
        offer = answer.offer
        if answer.outcome is Outcome.STALE:
            return self.show_stale(request, answer, button)
        if answer.outcome is Outcome.REFUSED:
            return self.show_unsaved(request, offer, answer.sentences)
        record = self.get_object(request, offer.key)
        if answer.outcome is Outcome.STORED:
            log = self.log_change if offer.base else self.log_addition
            log(request, record, f"{button.press.done}.")
        response = self.answer(request, record, answer, button)
        page = request.GET.get("part-page")
        response.set_cookie(  # the browser need not keep it any longer
            "typing_saved",
            quote_path(request.path + (f"?part-page={page}" if page else ""), safe=""),
            max_age=300,
            path=reverse("admin:index"),
            secure=request.is_secure(),
            samesite="Lax",
        )
        return response

    def answer(self, request, record, answer, button):
        """Say what became of the form, and lead on."""
        if answer.outcome is Outcome.UNCHANGED:
            self.message_user(request, str(answer), messages.INFO)
            return self.response_post_save_change(request, record)
        if answer.offer.base:
            return super().response_change(request, record)
        return super().response_add(request, record)

    # Two at once

    def show_stale(self, request, answer, button, sentences=()):
        stale, offer = answer.error, answer.offer
        _, conflicts = stale.merged(offer)
        versions = differences.side_by_side(stale.was, stale.now, offer.rows)
        agreed = [each for each in versions if each.path not in conflicts]
        return self.show_unsaved(
            request,
            offer,
            sentences or [str(stale), self.standing_of(request, offer.key)],
            disputed=[
                (each, request.POST.get(f"take:{each.path}"))
                for each in versions
                if each.path in conflicts
            ],
            mine=[each for each in agreed if each.mine != each.was],
            others=[each for each in agreed if each.now != each.was],
            proposed=PROPOSED.written([self.opts.label_lower, request.user.pk, _written(answer)]),
            button=button,
            is_popup=IS_POPUP_VAR in request.POST,
            last=self._last_to_save(request, offer),
        )

    def standing_of(self, request, key):
        """In a sentence, where the record stands now; "" where there is nothing to say of that."""
        return ""

    def _last_to_save(self, request, offer):
        """Who saved the record meanwhile, in words."""
        last = presses.pending(self.model, offer.key)
        last = last or Revision.objects.of(self.model, offer.key).states().first()
        if last and last.by == request.user:
            return "you, in another window"
        return (last and last.by_name) or "an operator"

    def show_unsaved(self, request, offer, sentences, **context):
        """What was typed stands here to be read, copied, and proposed again where that can be."""
        record = self.model._base_manager.filter(pk=offer.key).first()
        context |= {
            **self.admin_site.each_context(request),
            "title": "Not saved yet",
            "opts": self.opts,
            "record": record,
            "sentences": sentences,
            "typed": differences.between(offer.base, offer.rows),
            "url": self.address("change", quote(offer.key)) if record else self.address("add"),
            "history_url": self.address("history", quote(offer.key)),
        }
        return TemplateResponse(request, "admin/partners/unsaved.html", context, status=409)

    def show_obstacle(self, request, key, error):
        """Not even what a form was begun from can be stored any more."""
        self.message_user(request, " ".join(error.sentences), messages.ERROR)
        return redirect(self.address("changelist"))

    def _offer_again(self, request):
        """Both versions were looked at; each conflict is decided by the field “take:…”."""
        label, user, written = PROPOSED.read(request.POST["_proposed"])
        if (label, user) != (self.opts.label_lower, request.user.pk):
            raise BadRequest("This belongs to another form. Load its page anew.")
        answer, button = _read(self.model, written), self.pressed(request)
        record = get_object_or_404(self.get_queryset(request), pk=answer.offer.key)
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        _, conflicts = answer.error.merged(answer.offer)
        taken = {path: request.POST.get(f"take:{path}") for path in conflicts}
        if not set(taken.values()) <= {"mine", "theirs"}:
            sentence = "Choose for each value below which one is to stay. Nothing is saved yet."
            return self.show_stale(request, answer, button, [sentence])
        mine = [path for path, whose in taken.items() if whose == "mine"]
        offer, _ = answer.error.merged(answer.offer, mine)
        return self.take(request, offer, button)

    # What was

    def history_view(self, request, object_id, extra_context=None):
        """Who made the record what it was, when and why, and what changed each time."""
        key = unquote(object_id)
        record = self.get_object(request, object_id)
        kept = Revision.objects.of(self.model, key)
        if record is None and not kept.exists():
            return self._get_obj_does_not_exist_redirect(request, self.opts, key)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        may_restore = self._may_restore(request, record)
        page = Paginator(kept, STATES_PER_PAGE).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {record or kept[0].title}",
            "opts": self.opts,
            "record": record,
            "key": quote(key),
            "page": page,
            "states": _with_differences(kept, list(page)),
            "last": kept.states().first(),
            "seen": standing(self.model, key).version,
            "may_restore": may_restore,
            "ask": partial(whom_to_ask, request, f"Please restore “{record or kept[0].title}”"),
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
        only(["_restore"], request.POST)
        press = presses.restoring(revision, self.restores_at_once(request))
        offer = presses.restoration(revision, request.POST.get("seen", ""))
        answer = take_one(offer, press, request.user, request.now)
        if answer.outcome is not Outcome.STORED:
            level = messages.INFO if answer.is_taken else messages.ERROR
            self.message_user(request, str(answer), level)
            return redirect(self.address("history", quote(key)))
        record = self.model.objects.get(pk=key)
        self.log_change(request, record, "Restored.")
        done = format_html("{} {}", self.done(request, record, "Restored"), str(answer))
        self.message_user(request, done, messages.SUCCESS)
        return redirect(self.address("history", quote(key)))

    def done(self, request, record, what):
        """Sentences for who did it."""
        return f"{what}: {record}."

    def delete_model(self, request, obj):
        take_one(Offer(self.model, obj.pk), presses.DELETE, request.user, request.now)

    def delete_queryset(self, request, queryset):
        for record in queryset:
            self.delete_model(request, record)


def _forms(formsets):
    return [form for formset in formsets for form in formset.forms]


def _left_out(sent):
    """A sentence for each box of the forms `sent` that loses what the editor has no button for."""
    for form in sent:
        for name, field in form.fields.items():
            if lost := getattr(field, "lost", ()):
                yield f"{form[name].label}: {left_out(lost)}"


def _with_differences(kept, listed):
    """(Revision, what it changed of the state before, or None where there is none) of each."""
    older = kept.states().filter(pk__lt=listed[-1].pk)[:1] if listed else []
    below = [*listed, *older]
    for place, each in enumerate(listed):
        before = next((state for state in below[place + 1 :] if not state.is_aside), None)
        yield each, differences.between(before.rows, each.rows) if before else None


MOMENTS = ("when", "begun_at")


def _written(answer):
    """What makes a stale answer anew, as JSON: see `_read`."""
    offer, stale = answer.offer._asdict(), answer.error
    del offer["model"]
    return {"offer": offer, "was": stale.was, "now": stale.now, "seen": stale.seen}


def _read(model, written):
    was, now, rows = map(_kept, (written["was"], written["now"], written["offer"]["rows"]))
    offer = Offer(model=model, **_with_moments(written["offer"]))._replace(rows=rows)
    stale = Stale(was, now, **_with_moments(written["seen"]))
    return Answer(offer, Outcome.STALE, [str(stale)], stale)


def _kept(rows):
    """Rows that a page carried, perhaps since before an upgrade, in the form of today."""
    return in_form_of_today(in_present_names(rows))[0]


def _with_moments(fields):
    return fields | {name: parse_datetime(fields[name]) for name in MOMENTS if fields.get(name)}
