"""What waits for an answer: partners', readers', and the society's own on what is agreed."""

import datetime as dt

from django.db.models import Q

from partners.care.attention.rule import Rule
from partners.care.attention.scene import record_at
from partners.models import Agreement, Collaboration, Organisation
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
            said = f"“{report.statement or report.text[:80]}”"
            yield report, said, scene.mistaken.get(record_at(report.page))

    def finding(self, report, text, record):
        """It stands at its record, and leads to what was written."""
        finding = super().finding(report, text)
        return finding._replace(record=record or report, address=finding.url)


class AgreementEnds(Rule):
    title = "Collaborations whose end comes near"
    why = "Decide whether it is renewed while there is time to give notice."

    def find(self, scene):
        for collaboration in scene.live(Collaboration, Q(until__gte=str(scene.today.year))):
            end = collaboration.until
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
        renewed = Q(agreement__renewal=Agreement.Renewal.RENEWED)
        for collaboration in scene.live(Collaboration, renewed):
            end = collaboration.until
            if end and end.latest < scene.today:
                yield collaboration, f"ended {end.display()}", end, "id_until"


class LogoPermissionEnds(Rule):
    title = "Permissions for logos that end soon"
    why = "Ask for a new one, or take the logo from the page in time."

    def find(self, scene):
        for organisation in scene.live(Organisation, ~Q(logo="")):
            end = organisation.logo_permission_until
            if end and _is_near(end, USUAL_NOTICE, scene.today):
                yield organisation, f"ends {end.display()}", end, "id_logo_permission_until"
