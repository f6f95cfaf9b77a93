"""What makes each rule speak, and what leaves it silent."""

import datetime as dt

from partners.models import (
    Citation,
    Link,
    LinkCheck,
    Organisation,
    OrganisationRelation,
    PendingChange,
    Record,
    RegisterRecord,
    SourceCheck,
)
from partners.rows import bookkeeping
from partners.values import ror
from tests import factories as make
from tests.care.attention import reply_cases
from tests.ror_records import record, ror_id

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


def organisation(**fields):
    return make.OrganisationFactory(name="Partner", **fields)


def figure(**fields):
    fields = {"measure": "members", "value": 100, "organisation": organisation()} | fields
    return make.FigureFactory(**fields)


def link(label="Their statutes", **fields):
    made = make.LinkFactory(organisation=organisation(), **fields)
    Link.objects.filter(pk=made.pk).update(label=label)


def checked(result, is_false_alarm=False, then=None, **fields):
    url = "https://example.org/a"
    make.LinkFactory(organisation=organisation(), label="Their statutes", url=url)
    LinkCheck.objects.create(url=url, result=result, is_false_alarm=is_false_alarm, **fields)
    if then:
        LinkCheck.objects.create(url=url, result=then)


def verified(days_ago, **fields):
    record = organisation(**fields)
    bookkeeping.verify(record, None, NOW - dt.timedelta(days=days_ago))


def ended(until, changed_on):
    made = make.CollaborationFactory(title="Work", since="2001", until=until)
    changed_at = dt.datetime.combine(changed_on, dt.time(12), dt.UTC)
    Record.objects.filter(collaboration=made).update(changed_at=changed_at)
    return made


def ended_and_verified():
    bookkeeping.verify(ended("2020", dt.date(2019, 5, 5)), None, NOW)


def logo(**fields):
    made = organisation(**{"logo_alt": "logo", "logo_permission": "by mail"} | fields)
    Organisation.objects.filter(pk=made.pk).update(
        logo="logos/a.png", logo_width=400, logo_height=200
    )


def pending(status, publish_at=None):
    partner = organisation()
    PendingChange.objects.create(
        kind="partners.organisation", key=partner.pk, title="Partner", status=status,
        by_name="colleague", publish_at=publish_at, saved_at=NOW,
    )  # fmt: skip


def relation(kind="member-of", basis="stated", **other):
    other = make.OrganisationFactory(name="Other", **other)
    make.OrganisationRelationFactory(
        organisation=organisation(), other=other, kind=kind, basis=basis
    )


def circle():
    one, other = organisation(), make.OrganisationFactory(draft=True, name="Other")
    for start, end in ((one, other), (other, one)):
        OrganisationRelation.objects.create(organisation=start, other=end, kind="division-of")
    other.published_at = make.LONG_AGO
    other.save()


def twins(**fields):
    make.OrganisationFactory(name="Society of Rhubarb", **fields)
    make.OrganisationFactory(name="Society of Radishes", **fields)


def cited(basis="stated", path="founded", **fields):
    make.CitationFactory(organisation=organisation(**fields), path=path, basis=basis)


STILL_RIGHT = {"is_still_right": True, "reason": "Read it"}


def quoted(outcome="says-else", passage="more than 140,000 members", wolves=0, target="", **fields):
    source = make.SourceFactory(title="Their site", url="https://example.org/a")
    partner = organisation()
    figure = make.FigureFactory(
        organisation=partner, measure="members", value=75000, source=source, bound="more-than"
    )
    told = {"quotation": "more than 75,000 members", "path": f"figures/{figure.pk}/value"} | fields
    make.CitationFactory(organisation=partner, source=source, **told)
    check = {"url": source.url, "quotation": told["quotation"]}
    for _ in range(wolves):
        SourceCheck.objects.create(**check, outcome="gone", **STILL_RIGHT)
    SourceCheck.objects.create(**check, outcome=outcome, passage=passage, target=target)
    SourceCheck.objects.create(**check, outcome="unreadable")
    return partner


def registered(record_of=1, **fields):
    number = ror_id(1)
    partner = organisation(acronym="SR1", founded="1951", seat_country="AT", **fields)
    make.IdentifierFactory(organisation=partner, scheme="ror", register="", value=number)
    told = ror.described(
        record(
            1,
            external_ids=[],
            links=[],
            names=[{"value": "Partner", "types": ["ror_display"], "lang": None}],
        )
    )
    if record_of == 1:
        RegisterRecord.objects.create(pk=number, description=told._asdict(), read_at=NOW)


#: rule → [(what is made, what is said of the one record: None if nothing)]
CASES = {
    "register-differs": [
        (
            lambda: registered() or Organisation.objects.update(founded="1952", seat_country=""),
            "founded, seat_country: not as ROR has it (2026-10-28)",
        ),
        (registered, None),
        (lambda: registered(2) or Organisation.objects.update(founded="1952"), None),
        (lambda: registered(draft=True) or Organisation.objects.update(founded="1952"), None),
    ],
    "source-changed": [
        (
            quoted,
            "Their site now says “more than 140,000 members”; we say more than 75,000 members",
        ),
        (
            lambda: quoted(path="name"),
            "Their site now says “more than 140,000 members”; we say “more than 75,000 members”",
        ),
        (
            lambda: quoted("gone", wolves=2),
            (
                "Their site no longer says “more than 75,000 members”. "
                "It cried wolf 2 times: quote other words of it"
            ),
        ),
        (
            lambda: quoted("gone", quotation="", names_us=True),
            "Their site no longer says our name, and leads to us",
        ),
        (lambda: quoted("says-so"), None),
        (lambda: quoted("moved", target="https://example.org/b"), None),
        (lambda: quoted(wolves=0) and SourceCheck.objects.update(**STILL_RIGHT), None),
        (lambda: quoted().withdraw(NOW) and Organisation.objects.update(withdrawn_at=NOW), None),
        (lambda: quoted() and Citation.objects.update(quotation="other words"), None),
    ],
    "figure-without-date": [
        (figure, "100 members: as of when?"),
        (lambda: figure(as_of="2019"), None),
        (lambda: figure(organisation=make.OrganisationFactory(draft=True)), None),
        (lambda: figure(organisation=make.OrganisationFactory(withdrawn=True)), None),
    ],
    "figure-too-old": [
        (lambda: figure(as_of="2023"), "100 members, as of 2023"),
        (lambda: figure(as_of="2025"), None),
        (lambda: figure(as_of="2025", review_days=30), "100 members, as of 2025"),
        (lambda: figure(as_of="2026-05-31", review_days=31), None),
        (lambda: figure(as_of="2026-05-31", review_days=30), "100 members, as of 31 May 2026"),
        (lambda: figure(as_of="2019", review_days=3650), None),
        (figure, None),
    ],
    "review-overdue": [
        (lambda: verified(366), "30 June 2026"),
        (lambda: verified(365), None),
        (lambda: verified(100, review_days=90), "21 June 2026"),
        (lambda: verified(800, review_days=900), None),
        (lambda: verified(800, draft=True), None),
    ],
    "review-due-soon": [
        (lambda: verified(365), "1 July 2026"),
        (lambda: verified(335), "31 July 2026"),
        (lambda: verified(334), None),
        (lambda: verified(366), None),
    ],
    "link-without-target": [
        (lambda: link(url=""), "“Their statutes”"),
        (lambda: link(url="https://example.org/"), None),
    ],
    "link-in-trouble": [
        (
            lambda: checked("broken", detail="404"),
            "Their statutes: https://example.org/a is broken (404)",
        ),
        (
            lambda: checked("moved", target="https://example.org/b"),
            "Their statutes: https://example.org/a has moved for good; it is now https://example.org/b",
        ),
        (lambda: checked("good"), None),
        (lambda: checked("broken", is_false_alarm=True), None),
        (lambda: checked("broken", then="good"), None),
        (lambda: checked("busy", detail="answers 503"), None),
        (
            lambda: checked("broken", then="busy"),
            "Their statutes: https://example.org/a is broken",
        ),
    ],
    "label-says-nothing": [
        (lambda: link("click here"), "“click here”"),
        (lambda: link("https://example.org/"), "“https://example.org/”"),
        (lambda: make.JointWorkFactory(title="website"), "“website”"),
        (lambda: make.JointWorkFactory(title="Joint statutes"), None),
        (
            lambda: organisation(description='<p><a href="https://example.org/">here</a></p>'),
            "“here”",
        ),
        (
            lambda: organisation(description='<p><a href="https://example.org/">a page</a></p>'),
            None,
        ),
        (link, None),
    ],
    "ended-but-unchanged": [
        (lambda: ended("2020", dt.date(2019, 5, 5)), "ended 2020"),
        (lambda: ended("2020", dt.date(2021, 5, 5)), None),
        (lambda: ended("2026", dt.date(2019, 5, 5)), None),
        (ended_and_verified, None),
    ],
    "event-without-write-up": [
        (lambda: make.EventFactory(starts="2026-05"), "May 2026"),
        (lambda: make.EventFactory(starts="2024-06"), None),
        (lambda: make.EventFactory(starts="2026-07-02"), None),
        (lambda: make.EventFactory(starts="2026-05", write_up="<p>It was.</p>"), None),
        (lambda: make.EventFactory(starts="2026-05", status="cancelled"), None),
    ],
    "logo-missing": [(organisation, "no logo"), (logo, None)],
    "logo-without-right": [
        (lambda: logo(logo_permission=""), "no permission noted"),
        (lambda: logo(logo_permission_until="2026-06"), "permission ended June 2026"),
        (lambda: logo(logo_permission_until="2026"), None),
        (logo, None),
        (organisation, None),
    ],
    "change-waiting": [
        (lambda: pending("handed-in"), "since 1 July 2026, 14:00"),
        (lambda: pending("draft"), None),
        (lambda: pending("sent-back"), None),
    ],
    "change-due-soon": [
        (
            lambda: pending("scheduled", NOW + dt.timedelta(days=6)),
            "is published on 7 July 2026, 14:00",
        ),
        (lambda: pending("scheduled", NOW + dt.timedelta(days=8)), None),
        (
            lambda: organisation(published_at=NOW + dt.timedelta(days=6)),
            "appears on 7 July 2026, 14:00",
        ),
        (
            lambda: make.EventFactory(starts="2016", withdrawn_at=NOW + dt.timedelta(days=1)),
            "is withdrawn on 2 July 2026, 14:00",
        ),
        (lambda: organisation(published_at=NOW + dt.timedelta(days=8)), None),
    ],
    "event-date-vague": [
        (lambda: make.EventFactory(starts="2027"), "2027"),
        (lambda: make.EventFactory(starts="2027-05"), None),
        (lambda: make.EventFactory(starts="2025"), None),
    ],
    "possible-duplicate": [
        (lambda: twins(acronym="SR"), "shares its name or acronym “sr” with Society of Radishes"),
        (
            lambda: twins(website="https://www.example.org/"),
            "shares its website “example.org” with Society of Radishes",
        ),
        (
            lambda: [make.OrganisationFactory(name=name) for name in ("Société", "SOCIETE")],
            "shares its name or acronym “societe” with SOCIETE",
        ),
        (twins, None),
        (lambda: [make.OrganisationFactory(name="One", draft=state) for state in (0, 1)], None),
    ],
    "relation-astray": [
        (lambda: relation(withdrawn=True), "member of Other, which has no page"),
        (lambda: relation(draft=True), "member of Other, which has no page"),
        (relation, None),
        (lambda: relation("succeeded-by", withdrawn=True), None),
    ],
    "inferred": [
        (lambda: cited("inferred"), "founded"),
        (lambda: relation(basis="inferred"), "member of Other"),
        (cited, None),
        (relation, None),
    ],
    "term-to-verify": [
        (
            lambda: make.TermFactory(abbreviation="IR", expansion="in", is_to_be_verified=True),
            "in",
        ),
        (make.TermFactory, None),
    ],
    "fact-without-source": [
        (lambda: organisation(founded="2016"), "Founded"),
        (lambda: cited(founded="2016"), None),
        (lambda: cited(founded="2016", path="kind"), "Founded"),
        (lambda: make.CollaborationFactory(since="2016"), "Since"),
        (lambda: figure(source=make.SourceFactory()), None),
        (lambda: figure(source=None), "100 members"),
        (organisation, None),
    ],
    **reply_cases.CASES,
}  # fmt: skip
