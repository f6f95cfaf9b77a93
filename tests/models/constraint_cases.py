"""One way, or several, to break each named rule of the database, and what the editor reads then."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from PIL import Image

from partners.models import LoadedRow, PendingChange, Reminder, SourceCheck
from partners.models.base import ContentModel
from partners.values.languages import NO_TAG
from tests import factories as make

CONSTRAINTS = {
    constraint.name: (model, constraint)
    for model in apps.get_app_config("partners").get_models()
    for constraint in model._meta.constraints
}
ROOT_FACTORIES = {
    "organisation": make.OrganisationFactory,
    "collaboration": make.CollaborationFactory,
    "eventseries": make.EventSeriesFactory,
    "event": make.EventFactory,
    "page": make.PageFactory,
}
BLANK = "This field cannot be blank."
#: The texts that there must be: the rule, and what makes a valid record.
TEXTS = {
    "organisation_has_name": make.OrganisationFactory,
    "organisationname_has_name": make.OrganisationNameFactory,
    "figure_has_measure": make.FigureFactory,
    "identifier_has_value": lambda: make.IdentifierFactory(scheme="other"),
    "collaboration_has_title": make.CollaborationFactory,
    "jointwork_has_title": make.JointWorkFactory,
    "eventseries_has_title": make.EventSeriesFactory,
    "event_has_title": make.EventFactory,
    "page_has_title": make.PageFactory,
    "section_has_title": make.SectionFactory,
    "source_has_title": make.SourceFactory,
    "citation_has_path": make.CitationFactory,
    "link_has_label": make.LinkFactory,
    "topic_has_name": make.TopicFactory,
    "term_has_abbreviation": make.TermFactory,
    "term_has_expansion": make.TermFactory,
    "contact_has_name": make.ContactFactory,
}
NO_DATE = "“{}” is not a year, month or day such as 2016, 2016-05 or 2016-05-03."
BAD_SHAPES = (
    "2016-5",
    "16",
    "2016/05",
    "20165",
    "2016-05-3",
    "2016-05x",
    "201x",
    "2016-",
    "2016-20",
    "2016-05-40",
    "None",
)
BY_TURNS = itertools.cycle(BAD_SHAPES)
BAD_ORDERS = (
    ("2016", "2015"),
    ("2016-05", "2016-04"),
    ("2016-05-03", "2016-05-02"),
    ("2016-05-03", "2016-04"),
    ("2016", "2015-12-31"),
)


@dataclass(frozen=True)
class Case:
    """One way to break a rule: `valid()` makes a saved record, `broken(record)` the changes.

    The last field that changes is the one under which the editor reads the rule's sentence.
    `field_says` is the sentence of the field itself, where that speaks before the rule does.
    """

    constraint: str
    valid: Callable
    broken: Callable
    field_says: str = ""
    label: str = ""

    @property
    def model(self):
        return CONSTRAINTS[self.constraint][0]

    @property
    def rule(self):
        return CONSTRAINTS[self.constraint][1]

    @property
    def is_about_a_field(self):
        return issubclass(self.model, ContentModel) and not self.constraint.endswith("_one_owner")

    def __str__(self):
        return f"{self.constraint} {self.label}".strip()


def case(constraint, valid, broken, field_says="", label=""):
    return Case(constraint, valid, lambda record: broken, field_says, label)


def root_cases(model, factory):
    before_that = make.LONG_AGO - dt.timedelta(seconds=1)
    name = f"{model}_withdrawn_after_published"
    yield case(name, factory, {"withdrawn_at": before_that})
    name = f"{model}_withdrawn_needs_published"
    yield case(name, lambda: factory(draft=True), {"withdrawn_at": make.SINCE_THEN})
    yield case(f"{model}_has_key_and_slug", factory, {"slug": ""}, BLANK)


def shape_cases(model, column, factory):
    """Every bad shape in one column; in the others one each, by turns: all share one check."""
    name = f"{model}_{column}_is_partial_date"
    is_first = (model, column) == ("organisation", "founded")
    for bad in BAD_SHAPES if is_first else [next(BY_TURNS)]:
        yield case(name, factory, {column: bad}, NO_DATE.format(bad), bad)


def tag_cases(model, factory):
    for bad in ("d", "de-", "de-AUT", "xyzw", "de-Latin", "1"):
        rule, says = f"{model}_language_is_language_tag", NO_TAG % {"value": bad}
        yield case(rule, factory, {"language": bad}, says, bad)


def order_cases(model, start, end, factory):
    name = f"{model}_{end}_not_before_{start}"
    for first, last in BAD_ORDERS:
        yield case(name, factory, {start: first, end: last}, label=f"{last} before {first}")


def owner_cases(model, factory, owner, other, other_factory):
    """`factory` makes a part that belongs to `owner` alone."""
    name = f"{model}_has_exactly_one_owner"
    yield case(name, factory, {owner: None}, label="none")
    yield Case(name, factory, lambda part: {other: other_factory()}, label="two")


def twin_case(constraint, shared, factory, **owner):
    """Two records of one owner; the second then takes from the first what they must not share."""

    def valid():
        same = {name: owner_factory() for name, owner_factory in owner.items()}
        first, second = factory(**same), factory(**same)
        second.twin = first
        return second

    return Case(constraint, valid, lambda record: {shared: getattr(record.twin, shared)})


def logo(record):
    picture = ContentFile(b"", name="logo.png")
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    return {"logo": picture, "logo_alt": ""}


def not_home():
    make.OrganisationFactory(home=True)
    return make.OrganisationFactory()


def record_of_organisation():
    return make.OrganisationFactory().record


def page_without_record():
    page = make.PageFactory()
    page.record.delete()
    return page


def verified_figure():
    return make.VerificationFactory(figure=make.FigureFactory())


def loaded_row():
    """Of a row that no other row is of."""
    key = f"page-{LoadedRow.objects.count()}"
    return LoadedRow.objects.create(model="partners.page", object_key=key, fields={})


def source_check():
    return SourceCheck.objects.create(url="https://example.org/", outcome="gone")


def pending_change():
    """Of a record that has no other."""
    key = f"page-{PendingChange.objects.count()}"
    return PendingChange.objects.create(kind="partners.page", key=key, title="Page")


def reminder(user):
    """Of a finding that nobody was told of."""
    return Reminder.objects.create(user=user, finding=f"finding-{Reminder.objects.count()}")


def colleague():
    return User.objects.create_user("colleague")


NINE = dt.time(9)
CASES = [
    *(each for model, factory in ROOT_FACTORIES.items() for each in root_cases(model, factory)),
    # organisations
    *shape_cases("organisation", "founded", make.OrganisationFactory),
    *shape_cases("organisation", "dissolved", make.OrganisationFactory),
    *shape_cases("organisation", "logo_permission_until", make.OrganisationFactory),
    *order_cases("organisation", "founded", "dissolved", make.OrganisationFactory),
    case(
        "organisation_end_dated_or_marked",
        make.OrganisationFactory,
        {"dissolved": "2016", "has_ended": True},
    ),
    case("organisation_one_home", not_home, {"is_home": True}),
    Case("organisation_logo_has_alt", make.OrganisationFactory, logo),
    Case(
        "organisationrelation_not_to_itself",
        make.OrganisationRelationFactory,
        lambda relation: {"other": relation.organisation},
    ),
    twin_case(
        "organisationrelation_said_once",
        "other",
        make.OrganisationRelationFactory,
        organisation=make.OrganisationFactory,
    ),
    *shape_cases("organisationname", "valid_from", make.OrganisationNameFactory),
    *shape_cases("organisationname", "valid_until", make.OrganisationNameFactory),
    *order_cases("organisationname", "valid_from", "valid_until", make.OrganisationNameFactory),
    *shape_cases("figure", "as_of", make.FigureFactory),
    case("figure_not_negative", make.FigureFactory, {"value": -1}),
    twin_case("identifier_names_one_organisation", "value", make.IdentifierFactory),
    case("identifier_known_register_not_named", make.IdentifierFactory, {"register": "ROR"}),
    # collaborations
    *shape_cases("collaboration", "since", make.CollaborationFactory),
    *shape_cases("collaboration", "until", make.CollaborationFactory),
    *order_cases("collaboration", "since", "until", make.CollaborationFactory),
    case(
        "collaboration_end_dated_or_marked",
        make.CollaborationFactory,
        {"until": "2016", "has_ended": True},
    ),
    *shape_cases("party", "since", make.PartyFactory),
    *shape_cases("party", "until", make.PartyFactory),
    *order_cases("party", "since", "until", make.PartyFactory),
    twin_case(
        "party_named_once",
        "organisation",
        make.PartyFactory,
        collaboration=make.CollaborationFactory,
    ),
    *shape_cases("jointwork", "date", make.JointWorkFactory),
    # events
    *shape_cases("eventseries", "since", make.EventSeriesFactory),
    *shape_cases("eventseries", "until", make.EventSeriesFactory),
    *order_cases("eventseries", "since", "until", make.EventSeriesFactory),
    *shape_cases("event", "starts", make.EventFactory),
    *shape_cases("event", "ends", lambda: make.EventFactory(starts="0001")),
    *order_cases("event", "starts", "ends", make.EventFactory),
    *(
        case(
            "event_dated_unless_postponed",
            make.EventFactory,
            {"status": status, "starts": ""},
            "",
            status,
        )
        for status in ("scheduled", "cancelled", "moved-online")
    ),
    case("event_end_needs_start", lambda: make.EventFactory(postponed=True), {"ends": "2018"}),
    *(
        case("event_time_needs_day_and_zone", make.EventFactory, broken, "", label)
        for label, broken in {
            "year": {"starts": "2018", "time_zone": "Europe/Vienna", "start_time": NINE},
            "month": {"starts": "2018-05", "time_zone": "Europe/Vienna", "start_time": NINE},
            "no zone": {"starts": "2018-05-03", "start_time": NINE},
            "end alone": {
                "starts": "2018-05-03",
                "end_time": NINE,
                "time_zone": "Europe/Vienna",
                "start_time": None,
            },
        }.items()
    ),
    case(
        "event_moved_online_not_on_site",
        lambda: make.EventFactory(status="moved-online"),
        {"mode": "on-site"},
    ),
    Case("event_not_held_at_itself", make.EventFactory, lambda event: {"held_at": event}),
    *owner_cases("organiser", make.OrganiserFactory, "event", "series", make.EventSeriesFactory),
    twin_case(
        "organiser_named_once_a_series",
        "organisation",
        make.OrganiserFactory,
        series=make.EventSeriesFactory,
    ),
    twin_case(
        "organiser_named_once_an_event",
        "organisation",
        make.OrganiserFactory,
        event=make.EventFactory,
    ),
    # pages
    case(
        "page_licence_has_name",
        make.PageFactory,
        {"licence_url": "https://example.org/licence", "licence": ""},
    ),
    twin_case(
        "sectionentry_named_once",
        "organisation",
        make.SectionEntryFactory,
        section=make.SectionFactory,
    ),
    Case(
        "redirect_not_to_itself",
        make.RedirectFactory,
        lambda redirect: {"new_path": redirect.old_path},
    ),
    # sources
    *tag_cases("source", make.SourceFactory),
    *tag_cases("organisationname", make.OrganisationNameFactory),
    *shape_cases("source", "read_on", make.SourceFactory),
    *owner_cases("citation", make.CitationFactory, "organisation", "event", make.EventFactory),
    *owner_cases("link", make.LinkFactory, "organisation", "page", make.PageFactory),
    *(
        case(rule, factory, {rule.rpartition("_")[2]: blank}, BLANK, ascii(blank))
        for rule, factory in TEXTS.items()
        for blank in ("", " \u200b\n")
    ),
    # bookkeeping
    *shape_cases("contact", "since", make.ContactFactory),
    *shape_cases("contact", "until", make.ContactFactory),
    *order_cases("contact", "since", "until", make.ContactFactory),
    *owner_cases(
        "contact", make.ContactFactory, "organisation", "collaboration", make.CollaborationFactory
    ),
    twin_case(
        "agreementdocument_kept_once",
        "sha256",
        make.AgreementDocumentFactory,
        agreement=make.AgreementFactory,
    ),
    *owner_cases("record", record_of_organisation, "organisation", "page", page_without_record),
    *owner_cases("verification", verified_figure, "figure", "event", make.EventFactory),
    twin_case("loadedrow_one_a_row", "object_key", loaded_row),
    twin_case("pendingchange_one_a_record", "key", pending_change),
    twin_case("reminder_sent_once", "finding", reminder, user=colleague),
    *(
        case(f"sourcecheck_{rule}", source_check, broken)
        for rule, broken in [
            ("outcome_is_known", {"outcome": "perhaps"}),
            ("moved_has_target", {"outcome": "moved"}),
            ("moved_has_target", {"target": "https://example.org/new"}),
            ("last_not_before_first", {"last_at": make.LONG_AGO}),
            ("still_right_has_reason", {"is_still_right": True}),
        ]
    ),
    case("pendingchange_scheduled_has_time", pending_change, {"status": "scheduled"}),
    case("pendingchange_scheduled_has_time", pending_change, {"publish_at": make.LONG_AGO}),
]
