"""The rule that tells of sources which no longer say what they are cited for."""

from django.urls import reverse

from partners.care.attention.rule import Rule
from partners.models import SourceCheck

#: After so many false alarms a source is asked for in other words.
OFTEN = 2


class SourceChanged(Rule):
    title = "Sources that no longer say so"
    why = "They were read again: propose what they say now, or say why we are still right."

    def findings(self, scene):
        return [
            self._finding(
                citation.root, _says(citation, check, scene), f"{citation.pk}/{check.pk}"
            )._replace(address=reverse("admin:partners_sourcecheck_change", args=[check.pk]))
            for citation, check in scene.changed_sources
        ]


def _says(citation, check, scene):
    title, wolves = citation.source.title, scene.false_alarms[check.url]
    said = f"“{check.quotation}”" if check.quotation else "our name, and leads to us"
    says = f"{title} no longer says {said}"
    if check.outcome == SourceCheck.Outcome.SAYS_ELSE:
        figure = next((each for each in scene.figures if f"/{each.pk}/" in citation.path), said)
        says = f"{title} now says “{check.passage}”; we say {figure}"
    if wolves >= OFTEN:
        says += f". It cried wolf {wolves} times: quote other words of it"
    return says
