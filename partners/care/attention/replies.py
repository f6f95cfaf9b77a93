"""What waits for an answer: partners', readers', and the society's own on what is agreed."""

import datetime as dt
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from partners.care.attention.rule import Rule
from partners.models import ROOT_MODELS, Agreement, Collaboration, Organisation
from partners.models.agreements import USUAL_NOTICE
from partners.models.answers import OVERDUE_AFTER
from partners.models.base import moment


class PartnerAnswered(Rule):
    title = "Answers from partners"
    why = "They looked at their entry for us: take what they corrected, or note that it is right."

    def find(self, scene):
        for answer in scene.answers:
            yield answer, f"answered on {moment(answer.sent_at)}"


class MailNotDelivered(Rule):
    title = "Letters that did not arrive"
    why = "The mail server refused it, or was away: correct the address and send it again."

    def find(self, scene):
        for inquiry in scene.inquiries:
            if inquiry.failure:
                yield inquiry, inquiry.failure, inquiry.sent_at.isoformat()


class PartnerSilent(Rule):
    title = "Partners who have not answered"
    why = "They were asked and reminded; a telephone call helps, or another contact."

    def find(self, scene):
        for inquiry in scene.inquiries:
            if inquiry.sent_at <= scene.now - OVERDUE_AFTER and not inquiry.failure:
                yield inquiry, f"asked on {moment(inquiry.sent_at)}"


class MistakeReported(Rule):
    title = "Mistakes that readers report"
    why = "Somebody found it wrong and took the trouble to say so."

    def find(self, scene):
        for report in scene.mistakes:
            yield report, f"“{report.statement or report.text[:80]}”", _record_at(report, scene)

    def _finding(self, report, text, record):
        """It stands at its record, and leads to what was written."""
        finding = super()._finding(report, text)
        return finding._replace(record=record or report, address=finding.url)


def _record_at(report, scene):
    """The live record whose page the report is about; None where it is about none."""
    try:
        match = resolve(urlsplit(report.page).path)
    except (Resolver404, ValueError):
        return None
    model, slug = ROOT_MODELS.get(match.url_name.partition("-")[0]), match.kwargs.get("slug")
    return next((each for each in scene.of(model) if each.slug == slug), None) if model else None


class AgreementEnds(Rule):
    title = "Collaborations whose end comes near"
    why = "Decide whether it is renewed while there is time to give notice."

    def find(self, scene):
        for collaboration in scene.of(Collaboration):
            if not (end := collaboration.until):
                continue
            agreement = scene.agreements.get(collaboration.pk) or Agreement()
            notice = agreement.notice_days or USUAL_NOTICE
            is_open = agreement.renewal == Agreement.Renewal.OPEN
            if is_open and _is_near(end, notice, scene.today):
                rests = ", suspended" if agreement.is_suspended else ""
                yield collaboration, f"ends {end.display()}{rests}", end, "id_until"


def _is_near(end, days, today):
    """Whether a partial date is reached within so many days, by its first possible day."""
    return end.earliest - dt.timedelta(days) <= today <= end.latest


class RenewalNotEntered(Rule):
    title = "Renewals that were not entered"
    why = "It was to be renewed, and its end has passed: write the new one, or that it ended."

    def find(self, scene):
        for collaboration in scene.of(Collaboration):
            agreement, end = scene.agreements.get(collaboration.pk), collaboration.until
            is_renewed = agreement and agreement.renewal == Agreement.Renewal.RENEWED
            if is_renewed and end and end.latest < scene.today:
                yield collaboration, f"ended {end.display()}", end, "id_until"


class LogoPermissionEnds(Rule):
    title = "Permissions for logos that end soon"
    why = "Ask for a new one, or take the logo from the page in time."

    def find(self, scene):
        for organisation in scene.of(Organisation):
            end = organisation.logo_permission_until
            if organisation.logo and end and _is_near(end, USUAL_NOTICE, scene.today):
                yield organisation, f"ends {end.display()}", end, "id_logo_permission_until"
