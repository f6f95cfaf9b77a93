"""The rule that tells of sources which no longer say what they are cited for."""

from django.urls import reverse

from partners.care import registers
from partners.care.attention.rule import Rule
from partners.models import SourceCheck

#: After so many false alarms a source is asked for in other words.
OFTEN = 2


class SourceChanged(Rule):
    title = "Sources that no longer say so"
    why = "They were read again: propose what they say now, or say why we are still right."

    def find(self, scene):
        for citation, check in scene.changed_sources:
            yield citation, check, _says(citation, check, scene)

    def finding(self, citation, check, text):
        finding = super().finding(citation.root, text, f"{citation.pk}/{check.pk}")
        address = reverse("admin:partners_sourcecheck_change", args=[check.pk])
        return finding._replace(address=address)


class RegisterDiffers(Rule):
    title = "Registers that say something else"
    why = "Take over what is right there, and tell the register what is wrong."

    def find(self, scene):
        for organisation, described in registers.pairs():
            names = [each.name for each in registers.compared(organisation, described)]
            if names and organisation.is_live(scene.now):
                text = f"{', '.join(dict.fromkeys(names))}: not as ROR has it ({described.dated})"
                yield organisation, text, f"{described.id}/{described.dated}", "register"

    def finding(self, record, text, part="", place=""):
        address = reverse("admin:partners_organisation_register", args=[record.pk])
        return super().finding(record, text, part)._replace(address=address)


def _says(citation, check, scene):
    title, wolves = citation.source.title, scene.false_alarms[check.url]
    said = f"“{check.quotation}”" if check.quotation else "our name, and leads to us"
    text = f"{title} no longer says {said}"
    if check.outcome == SourceCheck.Outcome.SAYS_ELSE:
        figure = scene.cited_figures.get(citation.path.partition("/")[2].partition("/")[0], said)
        text = f"{title} now says “{check.passage}”; we say {figure}"
    if wolves >= OFTEN:
        text += f". It cried wolf {wolves} times: quote other words of it"
    return text
