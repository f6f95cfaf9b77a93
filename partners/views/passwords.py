"""The page on which staff ask for a link to choose a password."""

from django import forms
from django.contrib.auth.views import PasswordResetView
from django.shortcuts import redirect

from partners.accounts import access, links


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="Email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class AskForLink(PasswordResetView):
    """Django's page; what it leads to is ours, and the same for everybody."""

    form_class = AddressForm

    def form_valid(self, form):
        email, address = form.cleaned_data["email"], access.client_address(self.request)
        try:
            links.ask(email, address, self.request.now)
        except links.TooMany as refused:
            form.add_error("email", str(refused))
            return self.wait(form)
        return redirect(self.success_url)

    def wait(self, form):
        """429 (RFC 6585, section 4): the page again, and what to do."""
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = 429
        response["Retry-After"] = str(int(links.PERIOD.total_seconds()))
        return response
