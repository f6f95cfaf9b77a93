"""What partners and readers write to us, without an account: answers, and reported mistakes."""

from django import forms
from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView

from partners.accounts import links as limits
from partners.accounts.access import client_address
from partners.care import inquiries
from partners.models import Answer, Inquiry, MistakeReport, Organisation
from partners.publishing import answers, links
from partners.rows import differences
from partners.rows.snapshots import Refused
from partners.values.uploads import LogoField
from partners.views.base import PublicView

TOO_MANY = "Too much was sent from where you are within the last hour. Try again in an hour."


class AnswerForm(forms.ModelForm):
    """What is said beside the statements, and who says it."""

    field_order = ["comment", "source", "logo", "logo_permission", "not_ours"]
    not_ours = forms.BooleanField(
        label="This is not our body any more, or we are not the ones to ask", required=False
    )
    logo = LogoField(label="Your logo", required=False, help_text="PNG, JPEG or WebP, up to 2 MB.")

    class Meta:
        model = Answer
        fields = ["comment", "source", "logo_permission", "by_name", "by_role", "by_email"]
        widgets = {"comment": forms.Textarea({"rows": 4})}
        labels = {
            "by_name": "Your name",
            "by_role": "Your role",
            "by_email": "Your mail address, for a receipt",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.inquiry.model is not Organisation:
            del self.fields["logo"], self.fields["logo_permission"]

    def clean(self):
        super().clean()
        has_logo = self.cleaned_data.get("logo") or self.instance.logo  # that of the draft stays
        if has_logo and not self.cleaned_data.get("logo_permission"):
            self.add_error("logo_permission", "Say who allows us to show this logo.")

    def said(self, is_changed):
        """The fields of an Answer (dict); `is_changed`: whether a statement was corrected."""
        given = self.cleaned_data
        said = {name: given[name] for name in self._meta.fields if name in given}
        logo = given.get("logo")
        says_more = is_changed or said["comment"] or logo or self.instance.logo
        said["kind"] = Answer.Kind.CORRECTED if says_more else Answer.Kind.RIGHT
        if given["not_ours"]:
            said["kind"] = Answer.Kind.NOT_OURS
        return said | {"logo": logo.read()} if logo else said


@method_decorator(csrf_exempt, "dispatch")  # whoever has the link may answer; no cookie
class AnswerPage(View):
    """Opening it changes nothing, so no scanner of mails does; a draft is looked at, then sent."""

    def dispatch(self, request, token):
        self.inquiry = links.named(Inquiry.objects.select_related("contact"), token)
        if self.inquiry is None:
            raise Http404("No such link")
        try:
            response = self.answer(request)
        except answers.Closed as closed:
            response = self.closed(str(closed))
        patch_cache_control(response, no_store=True)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def answer(self, request):
        self.root, self.before = answers.subject(self.inquiry, request.now)
        if request.method not in ("GET", "HEAD", "POST"):
            return self.http_method_not_allowed(request)
        if request.method != "POST":
            return self.show()
        asked = {"answers": (client_address(request), settings.ANSWERS_AN_HOUR)}
        if limits.count(asked, request.now):
            return self.show(sentences=[TOO_MANY], status=429)
        return self.send(request) if "_send" in request.POST else self.look(request)

    def closed(self, sentence):
        answer = self.inquiry.answer_sent
        context = {"sentence": sentence, "answer": answer, "inquiry": self.inquiry}
        if answer:
            context["differences"] = differences.between(answer.base, answer.rows)
        return render(
            self.request, "partners/answer_closed.html", context, status=200 if answer else 410
        )

    def show(self, statements=None, form=None, sentences=(), status=200):
        draft = self.draft()
        if statements is None:
            statements = answers.statements(self.root, draft=draft)
            not_ours = {"not_ours": draft.kind == Answer.Kind.NOT_OURS}
            known = self.who() if draft._state.adding else not_ours
            form = AnswerForm(instance=draft, initial=known)
        errors = [error for each in [*statements, form] for error in each.errors.values()]
        context = {
            "inquiry": self.inquiry,
            "record": self.root,
            "statements": statements,
            "together": answers.together(self.root, self.request.now),
            "form": form,
            "seen": answers.version(self.before),
            "sentences": [*sentences, *(str(each) for error in errors for each in error)],
        }
        return render(self.request, "partners/answer.html", context, status=status)

    def draft(self):
        """The Answer as it was looked at last, or one that says nothing yet."""
        draft = Answer.objects.select_related("inquiry").filter(inquiry=self.inquiry).first()
        return draft or Answer(inquiry=self.inquiry)

    def who(self):
        contact = self.inquiry.contact
        return {"by_name": contact.name, "by_role": contact.role, "by_email": contact.email}

    def look(self, request):
        """What would be sent, kept as a draft; nothing corrected means that all is right."""
        statements = answers.statements(self.root, request.POST)
        form = AnswerForm(request.POST, request.FILES, instance=self.draft())
        if any(each.errors for each in [*statements, form]):
            return self.show(statements, form)
        today = timezone.localdate(request.now)
        rows = answers.proposed(self.before.rows, statements, today)
        said = form.said(is_changed=any(each.changed_data for each in statements))
        try:
            seen = request.POST.get("seen", "")
            draft = answers.keep(self.inquiry, request.now, seen, rows=rows, **said)
        except Refused as refused:
            return self.show(statements, form, refused.sentences, 409)
        return self.summary(draft)

    def summary(self, draft):
        context = {
            "inquiry": self.inquiry,
            "record": self.root,
            "answer": draft,
            "differences": differences.between(draft.base, draft.rows),
        }
        return render(self.request, "partners/answer_summary.html", context)

    def send(self, request):
        try:
            inquiries.receive(self.inquiry, request.now)
        except Refused as refused:
            return self.show(sentences=refused.sentences, status=409)
        return redirect(request.path)


class MistakeForm(forms.ModelForm):
    """What is wrong, in words; a robot fills in the box that nobody sees."""

    website = forms.CharField(label="Leave this empty", required=False)

    class Meta:
        model = MistakeReport
        fields = ["page", "statement", "text", "email"]
        widgets = {"text": forms.Textarea({"rows": 6})}
        labels = {
            "page": "Which page",
            "text": "What is right, and how you know",
            "email": "Your mail address",
        }


@method_decorator(csrf_exempt, "dispatch")  # anybody may report one; no cookie
class ReportMistake(PublicView, FormView):
    form_class = MistakeForm
    template_name = "partners/mistake.html"

    def dispatch(self, request):
        response = super().dispatch(request)
        patch_cache_control(response, no_store=True)  # it names the page that somebody came from
        return response

    def last_step(self):
        return [("Report a mistake", self.request.path)]

    def get_initial(self):
        """The page of ours that led here, as the browser says."""
        came_from = self.request.headers.get("Referer", "")
        is_ours = came_from.startswith(f"{settings.SITE_URL}/")
        return {"page": came_from.removeprefix(settings.SITE_URL)[:300]} if is_ours else {}

    def form_valid(self, form):
        asked = {"mistakes": (client_address(self.request), settings.ANSWERS_AN_HOUR)}
        if limits.count(asked, self.request.now):
            form.add_error(None, TOO_MANY)
            return self.form_invalid(form)
        if not form.cleaned_data["website"]:
            form.instance.at = self.request.now
            form.save()
        return self.render_to_response(self.get_context_data(is_sent=True))
