"""The account page of staff: one's second factor, and one's sessions."""

import segno
from django import forms
from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as verify_session
from django_otp import match_token

from partners.accounts import access

WRONG_CODE = (
    "This code is wrong, or was used before. Wait for the next one; after several wrong ones "
    "wait a minute longer."
)


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=16,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "size": 16}
        ),
    )

    def clean_code(self):
        return self.cleaned_data["code"].replace(" ", "").lower()


class Account:
    """What one person may ask of the account page, in the state that it is in.

    Enrolment: no second factor yet. Question: there is one, and this session owes its code.
    Settings: all is well; recovery codes, another phone, and the way out of all sessions.
    """

    def __init__(self, request):
        self.request, self.user = request, request.user
        self.codes = []
        self.form = CodeForm(request.POST if "code" in request.POST else None)

    @property
    def state(self):
        if self.user.is_verified():
            return "settings"
        return "question" if access.has_second_factor(self.user) else "enrolment"

    def respond(self):
        """What is to be done for the button that was pressed; None shows the page."""
        buttons = {
            "_code": getattr(self, f"_{self.state}", None),
            "_sign_out": self._sign_out,
            "_renew": self._renew,
            "_remove": self._remove,
        }
        pressed = [press for name, press in buttons.items() if name in self.request.POST]
        return pressed[0]() if pressed and pressed[0] else None

    def _enrolment(self):
        if self._is_right(lambda code: self.device if self.device.verify_token(code) else None):
            self.codes = access.confirm_second_factor(self.device)
            access.note(self.user, self.user, "Set up the second factor.")

    def _question(self):
        if not self._is_right(lambda code: match_token(self.user, code)):
            return None
        target = self.request.GET.get("next", "")
        safe = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
        return redirect(target if safe else "admin:index")

    def _is_right(self, match):
        """Whether the code that was typed opens this session."""
        if not self.form.is_valid():
            return False
        device = match(self.form.cleaned_data["code"])
        if device is None:
            self.form.add_error("code", WRONG_CODE)
            return False
        self.request.session.cycle_key()
        verify_session(self.request, device)
        return True

    def _sign_out(self):
        access.note(self.user, self.user, "Signed out everywhere.")
        access.sign_out(self.user)
        logout(self.request)
        return redirect("admin:index")

    def _renew(self):
        self._must_be_verified()
        self.codes = access.renew_recovery_codes(self.user)
        access.note(self.user, self.user, "Made new recovery codes.")

    def _remove(self):
        self._must_be_verified()
        access.note(self.user, self.user, "Removed the second factor.")
        access.forget_second_factor(self.user)
        logout(self.request)
        return redirect("admin:index")

    def _must_be_verified(self):
        if not self.user.is_verified():
            raise PermissionDenied

    @cached_property
    def device(self):
        return access.begin_second_factor(self.user)

    @property
    def qr_picture(self):
        """SVG in one colour, drawn on white by the style sheet; no style in it."""
        qr = segno.make(self.device.config_url, error="m")
        return mark_safe(qr.svg_inline(scale=5, border=4, light="#fff"))  # noqa: S308 — only paths

    @property
    def secret(self):
        """The same in letters (RFC 4648 base 32), for who cannot scan it."""
        plain = self.device.config_url.partition("secret=")[2].partition("&")[0]
        return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))

    @property
    def is_bound(self):
        return access.is_bound(self.user)

    @property
    def codes_left(self):
        return access.recovery_codes_left(self.user)


@never_cache
@sensitive_post_parameters("code")
def account(request):
    """For whoever has said the password, whether or not a code is still owed."""
    if not admin.AdminSite.has_permission(admin.site, request):
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    page = Account(request)
    response = page.respond() if request.method == "POST" else None
    if response:
        return response
    context = {**admin.site.each_context(request), "title": "Your account", "account": page}
    return TemplateResponse(request, "admin/partners/account.html", context)
