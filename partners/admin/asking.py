"""People at partners, what they were asked, and what they and readers answered."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, Subquery
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from partners.admin.base import EditorForms, SafeLookups, address, attachment
from partners.admin.carried import only
from partners.admin.desk import OwnPageAdmin, ReadOnlyAdmin
from partners.admin.typed import NamedMistakes, mistakes
from partners.care import inquiries
from partners.models import Answer, Contact, Inquiry, MistakeReport
from partners.models.answers import OVERDUE_AFTER
from partners.publishing import answers, links
from partners.rows.history import name_of
from partners.rows.offers import Outcome
from partners.rows.standing import standing
from partners.values.lines import LineFormField, LinesFormField


class AskForm(forms.Form):
    """The letter, in words of one's own; greeting, link and end are put around them."""

    subject = LineFormField(max_length=200, widget=forms.TextInput({"size": 60}))
    text = LinesFormField(max_length=5000, widget=forms.Textarea({"rows": 8, "cols": 80}))


@admin.register(Contact)
class ContactAdmin(SafeLookups, NamedMistakes, EditorForms, admin.ModelAdmin):
    list_display = ["name", "role", "root", "side", "email", "since", "until"]
    list_select_related = ["organisation", "collaboration"]
    search_fields = [
        "name", "email", "organisation__name", "organisation__acronym", "=organisation__key",
        "collaboration__title", "=collaboration__key",
    ]  # fmt: skip
    autocomplete_fields = ["organisation", "collaboration"]
    fields = [
        ("organisation", "collaboration"), ("name", "role"), ("email", "language"), "side",
        ("since", "until"), "note",
    ]  # fmt: skip
    actions = ["ask"]

    class Media:
        js = ["js/parts.js"]  # it names the boxes of choices

    def has_ask_permission(self, request):
        return request.user.has_perm("partners.add_inquiry")

    @admin.display(description="about")
    def root(self, obj):
        return obj.root

    @admin.action(description="Ask whether it is still right …", permissions=["ask"])
    def ask(self, request, queryset):
        """Show the letter first; then queue it for each, or only make the links."""
        contacts = list(queryset.select_related("organisation", "collaboration"))
        absent = [each for each in contacts if not each.root.is_live(request.now)]
        asked = [each for each in contacts if each not in absent]
        is_back = {"_show", "_send", "_copy"} & request.POST.keys()
        text = {"subject": inquiries.SUBJECT, "text": inquiries.TEXT}
        form = AskForm(request.POST if is_back else text)
        if form.is_valid() and asked and is_back and "_show" not in request.POST:
            return self._ask(request, asked, form.cleaned_data)
        context = {
            **self.admin_site.each_context(request),
            "title": "Ask whether it is still right",
            "opts": self.opts,
            "form": form,
            "mistakes": mistakes(form),
            "asked": asked,
            "absent": absent,
            "name": ACTION_CHECKBOX_NAME,
        }
        if form.is_valid() and asked:
            draft = inquiries.draft(asked[0], **form.cleaned_data, by=request.user, at=request.now)
            context["letter"] = inquiries.written("ask", draft)
        return TemplateResponse(request, "admin/partners/ask.html", context)

    def _ask(self, request, contacts, letter):
        sends = only(["_send", "_copy"], request.POST) == "_send"
        for contact in contacts:
            inquiries.ask(contact, **letter, by=request.user, at=request.now, sends=sends)
        done = "Letters on their way" if sends else "Links made, nothing sent"
        self.message_user(request, f"{done}: {len(contacts)}.", messages.SUCCESS)
        return redirect("admin:partners_inquiry_changelist")


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = "how far it is", "state"
    STATES = {
        "this-year": ("Asked this year", lambda at: Q(made_at__year=timezone.localdate(at).year)),
        "answered": ("Answered", lambda at: Q(answered_as__isnull=False)),
        "right": ("Nothing changed", lambda at: Q(answered_as=Answer.Kind.RIGHT)),
        "corrected": ("Corrected", lambda at: Q(answered_as=Answer.Kind.CORRECTED)),
        "overdue": (
            "Overdue",
            lambda at: Q(answered_as=None, revoked_at=None, sent_at__lte=at - OVERDUE_AFTER),
        ),
        "not-delivered": ("Not delivered", lambda at: ~Q(failure="")),
    }

    def lookups(self, request, model_admin):
        asked = {name: asks(request.now) for name, (_, asks) in self.STATES.items()}
        counts = {name: Count("pk", filter=those) for name, those in asked.items()}
        found = model_admin.get_queryset(request).aggregate(**counts)
        return [(name, f"{words} ({found[name]})") for name, (words, _) in self.STATES.items()]

    def queryset(self, request, queryset):
        state = self.STATES.get(self.value())
        return queryset.filter(state[1](request.now)) if state else queryset


@admin.register(Inquiry)
class InquiryAdmin(OwnPageAdmin):
    template = "admin/partners/inquiry.html"
    list_display = ["title", "kind_of_record", "contact", "made_at", "how_far"]
    list_filter = [StateFilter]
    list_select_related = ["contact"]
    search_fields = ["title", "contact__name"]

    def get_queryset(self, request):
        sent = Answer.objects.sent().filter(inquiry=OuterRef("pk"))
        return super().get_queryset(request).annotate(answered_as=Subquery(sent.values("kind")))

    @admin.display(description="how far it is")
    def how_far(self, obj):
        if obj.answered_as:
            return Answer.Kind(obj.answered_as).label
        return obj.state_unanswered(timezone.now())

    def may_decide(self, request, inquiry):
        return request.user.has_perm("partners.add_inquiry")

    def page(self, request, inquiry):
        """The letter and its link; to be revoked, or sent (again)."""
        return {
            "inquiry": inquiry,
            "state": inquiry.state(request.now),
            "answer": inquiry.answer_sent,
            "is_open": Inquiry.objects.valid(request.now).filter(pk=inquiry.pk).exists(),
            "letter": inquiries.written("ask", inquiry),
            "address": links.address(inquiry),
        }

    def decide(self, request, inquiry):
        if only(["_revoke", "_again"], request.POST) == "_revoke":
            Inquiry.objects.filter(pk=inquiry.pk, revoked_at=None).update(revoked_at=request.now)
            done = "The link is revoked."
        else:
            inquiries.ask_again(inquiry, request.now)
            done = "The letter is on its way."
        self.message_user(request, done, messages.SUCCESS)
        return redirect("admin:partners_inquiry_change", inquiry.pk)


@admin.register(Answer)
class AnswerAdmin(OwnPageAdmin):
    """What a partner answered: compared with the record, and taken by the one door."""

    template = "admin/partners/answer.html"

    list_display = ["title", "kind", "by_name", "by_role", "sent_at", "decided_at"]
    list_filter = ["kind"]
    list_select_related = ["inquiry"]
    search_fields = ["inquiry__title", "by_name"]
    actions = ["note_as_confirmed"]

    def get_queryset(self, request):
        return super().get_queryset(request).sent()

    def has_decide_permission(self, request):
        return request.user.has_perm("partners.change_answer")

    @admin.display(description="record", ordering="inquiry__title")
    def title(self, obj):
        return obj.inquiry.title

    @admin.action(description="Note as confirmed by the partner", permissions=["decide"])
    def note_as_confirmed(self, request, queryset):
        for answer in queryset.undecided().filter(kind=Answer.Kind.RIGHT):
            self._confirm(request, answer, None)

    def get_urls(self):
        view = self.admin_site.admin_view(self.logo)
        return [path("<path:key>/logo/", view, name="partners_answer_logo"), *super().get_urls()]

    def logo(self, request, key):
        """The picture that was sent, drawn anew when it came."""
        answer = self.get_object(request, key)
        if answer is None or not answer.logo:
            return self._get_obj_does_not_exist_redirect(request, self.opts, key)
        if not self.has_view_permission(request, answer):
            raise PermissionDenied
        return attachment(answer.logo, "application/octet-stream", "logo")

    def may_decide(self, request, answer):
        model_admin, record = self._about(request, answer)
        may_change = record is None or model_admin.has_change_permission(request, record)
        return may_change and self.has_decide_permission(request)

    def _about(self, request, answer):
        """(admin, record or None) of what the answer is about."""
        model_admin = self.admin_site.get_model_admin(answer.inquiry.model)
        records = model_admin.get_queryset(request)
        return model_admin, records.filter(pk=answer.inquiry.key).first()

    def page(self, request, answer):
        inquiry, (_, record) = answer.inquiry, self._about(request, answer)
        return {
            "answer": answer,
            "record": record,
            "url": address("change", inquiry.model, inquiry.key) if record else "",
            "versions": answers.compared(answer) if record else [],
            "seen": standing(inquiry.model, inquiry.key).version,
        }

    def decide(self, request, answer):
        """Take what is ticked, note that it was right, or leave it; and say so if asked to."""
        name = only(["_take", "_confirm", "_close"], request.POST)
        seen = request.POST.get("seen", "")
        if name == "_take":
            chosen = set(request.POST.getlist("take"))
            result = answers.take(answer, chosen, seen, request.user, request.now)
            done = "Taken into a proposal" if chosen else "Nothing was taken"
            self._done(request, answer, result, done)
        elif name == "_confirm":
            self._confirm(request, answer, seen)
        else:
            self._close(request, answer)
        return redirect("admin:partners_answer_change", answer.pk)

    def _confirm(self, request, answer, seen):
        result = answers.confirm(answer, seen, request.user, request.now)
        self._done(request, answer, result, "Noted as confirmed")

    def _done(self, request, answer, result, done):
        if not result.is_taken:
            self.message_user(request, f"{answer.inquiry.title}: {result}", messages.ERROR)
            return
        if result.outcome is Outcome.UNCHANGED:
            done = str(result)
        self._close(request, answer, done)

    def _close(self, request, answer, done="Dealt with"):
        outcome = request.POST.get("outcome", "").strip()[:2000]
        decided = {"decided_at": request.now, "decided_by_name": name_of(request.user)}
        Answer.objects.filter(pk=answer.pk).update(outcome=outcome, **decided)
        if outcome:
            inquiries.letter.enqueue("outcome", str(answer.inquiry_id))
        self.log_change(request, answer, f"{done}.")
        self.message_user(request, f"{done}: {answer.inquiry.title}.", messages.SUCCESS)


@admin.register(MistakeReport)
class MistakeReportAdmin(ReadOnlyAdmin):
    list_display = ["page", "statement", "text", "email", "at", "answered_at", "answered_by_name"]
    list_filter = [("answered_at", admin.EmptyFieldListFilter)]
    actions = ["mark_dealt_with"]
    change_form_template = "admin/partners/mistakereport_change_form.html"

    def has_decide_permission(self, request):
        return request.user.has_perm("partners.change_mistakereport")

    @admin.action(description="Mark as dealt with", permissions=["decide"])
    def mark_dealt_with(self, request, queryset):
        done = {"answered_at": request.now, "answered_by_name": name_of(request.user)}
        count = queryset.unanswered().update(email="", **done)  # as the page on privacy says
        self.message_user(request, f"Marked as dealt with: {count}.", messages.SUCCESS)
