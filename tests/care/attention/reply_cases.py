"""What makes the rules about answers and agreements speak, and what leaves them silent."""

import datetime as dt

from partners.models import Organisation
from tests import factories as make

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


def asked(days_ago, **fields):
    inquiry = make.InquiryFactory(sent_at=NOW - dt.timedelta(days=days_ago))
    type(inquiry).objects.filter(pk=inquiry.pk).update(**fields)
    return inquiry


def answered(days_ago, **fields):
    return make.AnswerFactory(inquiry=asked(days_ago), sent_at=NOW, **fields)


def ends(until, **agreement):
    collaboration = make.CollaborationFactory(title="Work", since="2001", until=until)
    if agreement:
        make.AgreementFactory(collaboration=collaboration, **agreement)


def logo_until(until):
    made = make.OrganisationFactory(
        logo_alt="logo", logo_permission="by mail", logo_permission_until=until
    )
    fields = {"logo": "logos/a.png", "logo_width": 400, "logo_height": 200}
    Organisation.objects.filter(pk=made.pk).update(**fields)


CASES = {
    "partner-answered": [
        (lambda: answered(5), "answered on 1 July 2026, 14:00"),
        (lambda: answered(5, decided_at=NOW), None),
        (lambda: make.AnswerFactory(inquiry=asked(5), sent_at=None), None),
    ],
    "mail-not-delivered": [
        (lambda: asked(1, failure="550 no such box"), "550 no such box"),
        (lambda: asked(1), None),
        (lambda: asked(1, failure="550 no such box", revoked_at=NOW), None),
    ],
    "partner-silent": [
        (lambda: asked(35), "asked on 27 May 2026, 14:00"),
        (lambda: asked(34), None),
        (lambda: answered(35), None),
        (lambda: asked(35, expires_at=NOW), None),
    ],
    "mistake-reported": [
        (make.MistakeReportFactory, "“Founded 2016”"),
        (lambda: make.MistakeReportFactory(answered_at=NOW), None),
    ],
    "agreement-ends": [
        (lambda: ends("2026-09-29"), "ends 29 September 2026"),
        (lambda: ends("2026-07-01"), "ends 1 July 2026"),
        (lambda: ends("2026"), "ends 2026"),
        (lambda: ends("2026-09-30"), None),
        (lambda: ends("2026-06-30"), None),
        (lambda: ends("2026-09-30", notice_days=91), "ends 30 September 2026"),
        (lambda: ends("2026-08-01", notice_days=30), None),
        (lambda: ends("2026-08-01", is_suspended=True), "ends 1 August 2026, suspended"),
        (lambda: ends("2026-08-01", renewal="to-be-renewed"), None),
        (lambda: ends("2026-08-01", renewal="ends"), None),
    ],
    "renewal-not-entered": [
        (lambda: ends("2026-06-30", renewal="to-be-renewed"), "ended 30 June 2026"),
        (lambda: ends("2026-07-01", renewal="to-be-renewed"), None),
        (lambda: ends("2026-06-30", renewal="ends"), None),
    ],
    "logo-permission-ends": [
        (lambda: logo_until("2026-09-29"), "ends 29 September 2026"),
        (lambda: logo_until("2026-09-30"), None),
        (lambda: logo_until("2026-06-30"), None),
    ],
}
