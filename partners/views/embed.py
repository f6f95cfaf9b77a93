"""Lists that other sites show in a frame of theirs, and the page that says how."""

from csp.decorators import csp_replace
from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.generic import TemplateView

from partners.reading.forms import DirectoryForm, EventForm
from partners.views.base import PublicView, bad_query

MOST_ROWS = 100
FRAME = '<iframe src="{}" title="{}" width="100%" height="600" loading="lazy"></iframe>'
THEMES = [("auto", "as the reader’s device"), ("light", "light"), ("dark", "dark")]


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(
        required=False,
        choices=THEMES,
        error_messages={"invalid_choice": "“%(value)s” is no theme: say light, dark or auto."},
    )

    @property
    def theme_chosen(self):
        return self.cleaned_data["theme"] or THEMES[0][0]


@method_decorator(xframe_options_exempt, name="dispatch")
@method_decorator(csp_replace({"frame-ancestors": ["*"]}), name="dispatch")
class Embedded(PublicView, TemplateView):
    """The first rows of a list, for a frame on any site, with a link to the whole."""

    form = None
    full = ""

    def get(self, request, *args, **kwargs):
        asked = self.form(request.GET, request.now)
        theme = ThemeForm(request.GET)
        for each in (asked, theme):
            if not each.is_valid():
                return bad_query(request, each)
        context = self.get_context_data(asked=asked, theme=theme.theme_chosen)
        response = self.render_to_response(context)
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    def get_context_data(self, asked, theme):
        found = asked.results()
        return super().get_context_data(
            rows=found[:MOST_ROWS],
            count=found.count(),
            most=MOST_ROWS,
            theme=theme,
            full=f"{reverse(self.full)}{self.query(asked)}",
        )

    def query(self, asked):
        """The part of the full list's address that narrows it as this one is narrowed."""
        return f"?{asked.query_string.rstrip('&')}" if asked.query_string else ""


class EmbeddedOrganisations(Embedded):
    form = DirectoryForm
    full = "partners:organisation-list"
    parameters = (*DirectoryForm.parameters, "theme")
    template_name = "partners/embedded_organisations.html"


class EmbeddedEvents(Embedded):
    form = EventForm
    full = "partners:event-list"
    parameters = ("when", "theme")
    template_name = "partners/embedded_events.html"


class EmbedPage(PublicView, TemplateView):
    """What to copy into a page of one's own, narrowed as the directory was when one came here."""

    listed_in = ("Show our lists on your site", "embed")
    parameters = DirectoryForm.parameters
    template_name = "partners/embed.html"

    def get(self, request, *args, **kwargs):
        form = DirectoryForm(request.GET, request.now)
        if not form.is_valid():
            return bad_query(request, form)
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, form):
        return super().get_context_data(
            form=form,
            snippets=[
                snippet("Organisations", "embedded-organisations", form.query_string),
                snippet("Upcoming events", "embedded-events", "when=upcoming&"),
                snippet("Past events", "embedded-events", "when=past&"),
            ],
            themes=THEMES,
        )


def snippet(title, name, query):
    """A line of HTML for other people's pages, with the title that it stands under on ours."""
    url = f"{settings.SITE_URL}{reverse(f'partners:{name}')}?{query}theme=auto"
    line = format_html(FRAME, url, title)
    return {"title": title, "line": line}
