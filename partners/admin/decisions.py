"""What can be decided about a root as it is saved, each in a form of its own."""

from collections.abc import Callable
from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.contrib.auth import get_user_model
from django.core.exceptions import BadRequest, PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from partners.admin.carried import only
from partners.admin.forms import FutureDateTimeField
from partners.admin.versioned import VersionedAdmin
from partners.publishing import presses
from partners.rows import bookkeeping
from partners.rows.door import take_one
from partners.rows.offers import Offer, Outcome, Press
from partners.rows.standing import standing


class WithdrawForm(forms.Form):
    at = FutureDateTimeField(label="Withdraw on")


class VerifyForm(forms.Form):
    how = forms.CharField(
        label="How",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "their website, a call to …", "size": 40}),
    )


class EntrustForm(forms.Form):
    keeper = forms.ModelChoiceField(
        get_user_model().objects.filter(is_active=True, is_staff=True).order_by("username"),
        label="Looked after by",
        required=False,
        empty_label="nobody in particular",
    )


class Decision(NamedTuple):
    """The name of its button; its form; and its Press, made of (request, root, cleaned data).

    What `asks_first` shows on a page of its own what it would do, before it is done.
    """

    name: str
    form: type[forms.Form]
    press: Callable
    is_for_publishers: bool = False
    asks_first: bool = False


def figures_of(root):
    """The figures of the record as it is public, each with its verification."""
    figures = getattr(root, "figures", None)
    return list(figures.select_related("verification")) if figures else []


def verifying(root, chosen, how=""):
    """The Press that notes that `root`, or those of its figures in `chosen` (keys), is true."""

    def verify(offer, by, at):
        for compared in [root, *figures_of(root)]:
            if chosen is None or str(compared.pk) in chosen:
                bookkeeping.verify(compared, by, at, how)

    return Press("Verified", _as_it_is, beside=verify, begins_history=False)


def entrusting(root, keeper):
    """The Press that notes who looks after `root`."""
    done = f"Looked after by {keeper}" if keeper else "Looked after by nobody in particular"

    def entrust(offer, by, at):
        bookkeeping.entrust(root, keeper)

    return Press(done, _as_it_is, beside=entrust, begins_history=False)


def _as_it_is(before, offer, by, at):
    return before, ""


DECISIONS = [
    Decision(
        "_verify",
        VerifyForm,
        lambda request, root, how: verifying(root, request.POST.getlist("verified"), how),
    ),
    Decision("_entrust", EntrustForm, lambda request, root, keeper: entrusting(root, keeper)),
    Decision(
        "_unschedule",
        forms.Form,
        lambda request, root: presses.UNSCHEDULE,
        is_for_publishers=True,
    ),
    Decision(
        "_withdraw",
        WithdrawForm,
        lambda request, root, at: presses.WITHDRAW,
        is_for_publishers=True,
        asks_first=True,
    ),
]


class RootDecisions(VersionedAdmin):
    """A part of RootAdmin."""

    def decision_context(self, request, root):
        """What the forms of the decisions show."""
        return {
            "withdraw_form": WithdrawForm(),
            "verify_form": VerifyForm(),
            "entrust_form": EntrustForm(initial={"keeper": root.record.keeper_id}),
            "figures": figures_of(root),
            "zone": timezone.get_current_timezone_name(),
        }

    def decide(self, request, key):
        """Do what was decided; what asks first is shown first (by GET)."""
        root = self._root(request, unquote(key))
        given = request.POST if request.method == "POST" else request.GET
        name = only([decision.name for decision in DECISIONS], given)
        decision = next(decision for decision in DECISIONS if decision.name == name)
        self._refuse(request, root, decision)
        form = decision.form(given)
        if not form.is_valid():
            sentences = " ".join(sentence for errors in form.errors.values() for sentence in errors)
            return self._answered(request, root, sentences, messages.ERROR)
        if request.method != "POST":
            return self._confirm(request, root, decision, form)
        press = decision.press(request, root, **form.cleaned_data)
        offer = Offer(
            self.model,
            root.pk,
            seen=request.POST.get("seen", ""),
            when=form.cleaned_data.get("at"),
        )
        answer = take_one(offer, press, request.user, request.now)
        if answer.outcome is not Outcome.STORED:
            level = messages.INFO if answer.is_taken else messages.ERROR
            return self._answered(request, root, str(answer), level)
        root = self._root(request, root.pk)
        self.log_change(request, root, f"{press.done}.")
        done = self.done(request, root, press.done)
        return self._answered(request, root, done, messages.SUCCESS)

    def _refuse(self, request, root, decision):
        if not self.has_change_permission(request, root):
            raise PermissionDenied
        if decision.is_for_publishers and not self.has_publish_permission(request):
            raise PermissionDenied
        if request.method != "POST" and not decision.asks_first:
            raise BadRequest("This is decided in the form of the record.")

    def _confirm(self, request, root, decision, form):
        context = {
            **self.admin_site.each_context(request),
            "title": f"Withdraw {root} from the public site?",
            "opts": self.opts,
            "original": root,
            "decision": decision,
            "form": form,
            "when": form.cleaned_data["at"],
            "zone": timezone.get_current_timezone_name(),
            "seen": standing(self.model, root.pk).version,
        }
        return TemplateResponse(request, "admin/partners/withdraw.html", context)

    def _answered(self, request, root, sentence, level):
        self.message_user(request, sentence, level)
        return redirect(self.address("change", quote(root.pk)))
