"""Each rule of the database that a form can break: where, by what, and the sentence."""

from typing import NamedTuple

from django.apps import apps

from partners.values.languages import NO_TAG
from tests import factories as make
from tests.admin.records import ROOT_FACTORIES, label
from tests.admin.test_logo import picture

CONSTRAINTS = {
    constraint.name: constraint
    for model in apps.get_app_config("partners").get_models()
    for constraint in model._meta.constraints
}
#: Rules about what no form shows: the owner of a part, when a record appears and goes, and the
#: rows beside the content.
OUT_OF_REACH = {
    "citation_has_exactly_one_owner",
    "link_has_exactly_one_owner",
    "organiser_has_exactly_one_owner",
    "record_has_exactly_one_owner",
    "verification_has_exactly_one_owner",
    "loadedrow_one_a_row",
    "pendingchange_one_a_record",
    "pendingchange_scheduled_has_time",
    "reminder_sent_once",
    "agreementdocument_kept_once",
    "sourcecheck_last_not_before_first",
    "sourcecheck_moved_has_target",
    "sourcecheck_outcome_is_known",
    "sourcecheck_still_right_has_reason",
    *(f"{label(model)}_withdrawn_after_published" for model in ROOT_FACTORIES),
    *(f"{label(model)}_withdrawn_needs_published" for model in ROOT_FACTORIES),
}
REQUIRED = "This field is required."
TWICE = "Please correct the duplicate values below."


class Case(NamedTuple):
    """`record()` is opened; `typed(record)` gives the fields to fill in, and rows by inline."""

    constraint: str
    record: object
    typed: object
    says: dict
    label: str = ""

    def __str__(self):
        return f"{self.constraint} {self.label}".strip()


def case(constraint, record, field, typed, sentence="", label=""):
    """The rule's sentence is said beside `field`, unless another sentence is given."""
    said = {field: [sentence or CONSTRAINTS[constraint].get_violation_error_message()]}
    return Case(constraint, record, typed if callable(typed) else lambda _: typed, said, label)


def not_a_date(typed):
    return (
        f"“{typed}” is not a date we can read. Write a year, a month or a day, as precisely as "
        "it is known: “2016”, “May 2016” or “3 May 2016”."
    )


def shape_case(constraint, record, field, typed=None):
    """`typed` makes the row that `field` ("names-0-valid_from") belongs to."""
    name = field.rpartition("-")[2]
    if "-" in field:
        typed = {field.partition("-")[0]: [typed | {name: "soon"}]}
    return case(constraint, record, field, typed or {name: "soon"}, not_a_date("soon"))


def order_cases(constraint, record, start, end, row=None, prefix=""):
    for first, last in [("2016", "2015"), ("May 2016", "April 2016"), ("3 May 2016", "2 May 2016")]:
        typed = {start: first, end: last}
        field = f"{prefix}-0-{end}" if prefix else end
        typed = {prefix: [row | typed]} if prefix else typed
        yield case(constraint, record, field, typed, label=f"{last} before {first}")


def organisation_pk(**kwargs):
    return make.OrganisationFactory(**kwargs).pk


def party_row():
    return {"organisation": organisation_pk()}


def late(prefix, row, **typed):
    """What is typed into a row that can be written only when the database is there."""
    return lambda record: {prefix: [row() | typed]}


def twin(prefix, **row):
    """Two rows that say the same."""
    return lambda record: {prefix: [row | {"organisation": organisation_pk()}] * 2}


def home_exists():
    make.OrganisationFactory(home=True)
    return make.OrganisationFactory()


def postponed():
    return make.EventFactory(postponed=True)


NAME = {"kind": "alias", "name": "Other"}
FIGURE = {"measure": "members", "value": "1"}
CASES = [
    *(
        case(f"{label(model)}_has_key_and_slug", factory, "slug", {"slug": ""}, REQUIRED)
        for model, factory in ROOT_FACTORIES.items()
    ),
    # organisations
    shape_case("organisation_founded_is_partial_date", make.OrganisationFactory, "founded"),
    shape_case("organisation_dissolved_is_partial_date", make.OrganisationFactory, "dissolved"),
    shape_case(
        "organisation_logo_permission_until_is_partial_date",
        make.OrganisationFactory,
        "logo_permission_until",
    ),
    *order_cases(
        "organisation_dissolved_not_before_founded",
        make.OrganisationFactory,
        "founded",
        "dissolved",
    ),
    case("organisation_one_home", home_exists, "is_home", {"is_home": ["on"]}),
    case("organisation_has_name", make.OrganisationFactory, "name", {"name": ""}, REQUIRED),
    case(
        "organisation_logo_has_alt",
        make.OrganisationFactory,
        "logo_alt",
        lambda record: {"logo": picture(), "logo_alt": ""},
    ),
    case(
        "organisationrelation_not_to_itself",
        make.OrganisationFactory,
        "relations-0-other",
        lambda record: {"relations": [{"kind": "member-of", "other": record.pk}]},
    ),
    case(
        "organisationrelation_said_once",
        make.OrganisationFactory,
        "",
        lambda record: {"relations": [{"kind": "member-of", "other": organisation_pk()}] * 2},
    ),
    shape_case(
        "organisationname_valid_from_is_partial_date",
        make.OrganisationFactory,
        "names-0-valid_from",
        NAME,
    ),
    shape_case(
        "organisationname_valid_until_is_partial_date",
        make.OrganisationFactory,
        "names-0-valid_until",
        NAME,
    ),
    *order_cases(
        "organisationname_valid_until_not_before_valid_from",
        make.OrganisationFactory,
        "valid_from",
        "valid_until",
        NAME,
        "names",
    ),
    case(
        "organisationname_language_is_language_tag",
        make.OrganisationFactory,
        "names-0-language",
        {"names": [NAME | {"language": "Klingon"}]},
        NO_TAG % {"value": "Klingon"},
    ),
    case(
        "source_language_is_language_tag",
        make.SourceFactory,
        "language",
        {"language": "Klingon"},
        NO_TAG % {"value": "Klingon"},
    ),
    case(
        "organisationname_has_name",
        make.OrganisationFactory,
        "names-0-name",
        {"names": [{"kind": "alias"}]},
        REQUIRED,
    ),
    shape_case("figure_as_of_is_partial_date", make.OrganisationFactory, "figures-0-as_of", FIGURE),
    case(
        "figure_not_negative",
        make.OrganisationFactory,
        "figures-0-value",
        {"figures": [FIGURE | {"value": "-1"}]},
    ),
    case(
        "figure_has_measure",
        make.OrganisationFactory,
        "figures-0-measure",
        {"figures": [FIGURE | {"measure": ""}]},
        REQUIRED,
    ),
    case(
        "identifier_names_one_organisation",
        make.OrganisationFactory,
        "identifiers-0-value",
        lambda record: {
            "identifiers": [
                {"scheme": "wikidata", "value": make.IdentifierFactory(value="Q42").value}
            ]
        },
        label="of another organisation",
    ),
    case(
        "identifier_names_one_organisation",
        make.OrganisationFactory,
        "",
        {"identifiers": [{"scheme": "wikidata", "value": "Q42"}] * 2},
        label="twice",
    ),
    case(
        "identifier_known_register_not_named",
        make.OrganisationFactory,
        "identifiers-0-register",
        {"identifiers": [{"scheme": "ror", "value": "05dxps055", "register": "ROR"}]},
    ),
    case(
        "identifier_names_one_organisation",
        make.OrganisationFactory,
        "",
        {
            "identifiers": [
                {"scheme": "wikidata", "value": typed}
                for typed in ("Q42", "https://www.wikidata.org/wiki/Q42")
            ]
        },
        label="twice, as an address",
    ),
    case(
        "organisation_end_dated_or_marked",
        make.OrganisationFactory,
        "has_ended",
        {"has_ended": ["on"], "dissolved": "2016"},
    ),
    case("sectionentry_named_once", make.SectionFactory, "", twin("entries")),
    # collaborations
    shape_case("collaboration_since_is_partial_date", make.CollaborationFactory, "since"),
    shape_case("collaboration_until_is_partial_date", make.CollaborationFactory, "until"),
    *order_cases(
        "collaboration_until_not_before_since", make.CollaborationFactory, "since", "until"
    ),
    case(
        "collaboration_end_dated_or_marked",
        make.CollaborationFactory,
        "has_ended",
        {"has_ended": ["on"], "until": "2016"},
    ),
    case("collaboration_has_title", make.CollaborationFactory, "title", {"title": ""}, REQUIRED),
    *(
        case(
            f"party_{name}_is_partial_date",
            make.CollaborationFactory,
            f"parties-0-{name}",
            late("parties", party_row, **{name: "soon"}),
            not_a_date("soon"),
        )
        for name in ("since", "until")
    ),
    case(
        "party_until_not_before_since",
        make.CollaborationFactory,
        "parties-0-until",
        late("parties", party_row, since="2016", until="2015"),
    ),
    case("party_named_once", make.CollaborationFactory, "", twin("parties"), label="undated"),
    case(
        "party_named_once",
        make.CollaborationFactory,
        "",
        twin("parties", role="member", since="May 2016"),
        label="dated",
    ),
    shape_case(
        "jointwork_date_is_partial_date",
        make.CollaborationFactory,
        "joint_works-0-date",
        {"title": "A paper"},
    ),
    case(
        "jointwork_has_title",
        make.CollaborationFactory,
        "joint_works-0-title",
        {"joint_works": [{"date": "2016"}]},
        REQUIRED,
    ),
    # events
    shape_case("eventseries_since_is_partial_date", make.EventSeriesFactory, "since"),
    shape_case("eventseries_until_is_partial_date", make.EventSeriesFactory, "until"),
    *order_cases("eventseries_until_not_before_since", make.EventSeriesFactory, "since", "until"),
    case("eventseries_has_title", make.EventSeriesFactory, "title", {"title": ""}, REQUIRED),
    shape_case("event_starts_is_partial_date", make.EventFactory, "starts"),
    shape_case("event_ends_is_partial_date", make.EventFactory, "ends"),
    *order_cases("event_ends_not_before_starts", make.EventFactory, "starts", "ends"),
    *(
        case(
            "event_dated_unless_postponed",
            make.EventFactory,
            "starts",
            {"starts": "", "status": status},
            label=status,
        )
        for status in ("scheduled", "cancelled", "moved-online")
    ),
    case("event_end_needs_start", postponed, "ends", {"ends": "2018"}),
    *(
        case("event_time_needs_day_and_zone", make.EventFactory, "start_time", typed, label=label)
        for label, typed in {
            "year": {"starts": "2018", "start_time": "9:00", "time_zone": "Europe/Vienna"},
            "no zone": {"starts": "3 May 2018", "start_time": "9:00"},
            "end alone": {
                "starts": "3 May 2018",
                "end_time": "9:00",
                "time_zone": "Europe/Vienna",
            },
        }.items()
    ),
    case(
        "event_moved_online_not_on_site",
        make.EventFactory,
        "mode",
        {"mode": "on-site", "status": "moved-online"},
    ),
    case("event_has_title", make.EventFactory, "title", {"title": ""}, REQUIRED),
    case(
        "organiser_named_once_a_series",
        make.EventSeriesFactory,
        "",
        twin("organisers", role="host"),
    ),
    case("organiser_named_once_an_event", make.EventFactory, "", twin("organisers")),
    # pages
    case("page_has_title", make.PageFactory, "title", {"title": ""}, REQUIRED),
    case(
        "page_licence_has_name",
        lambda: make.PageFactory(key="open-data"),
        "licence",
        {"licence_url": "https://example.org/licence", "licence": ""},
    ),
    case(
        "redirect_not_to_itself",
        make.RedirectFactory,
        "new_path",
        lambda record: {"new_path": record.old_path},
    ),
    # sources, vocabularies
    *(
        case(f"{name}_has_{field}", factory, field, {field: ""}, REQUIRED)
        for name, factory, field in [
            ("section", make.SectionFactory, "title"),
            ("source", make.SourceFactory, "title"),
            ("topic", make.TopicFactory, "name"),
            ("term", make.TermFactory, "abbreviation"),
            ("term", make.TermFactory, "expansion"),
        ]
    ),
    case(
        "identifier_has_value",
        make.OrganisationFactory,
        "identifiers-0-value",
        {"identifiers": [{"scheme": "ror"}]},
        REQUIRED,
    ),
    case(
        "citation_has_path",
        make.OrganisationFactory,
        "citations-0-path",
        late("citations", lambda: {"source": make.SourceFactory().pk}),
        REQUIRED,
    ),
    shape_case("source_read_on_is_partial_date", make.SourceFactory, "read_on"),
    shape_case("contact_since_is_partial_date", make.ContactFactory, "since"),
    shape_case("contact_until_is_partial_date", make.ContactFactory, "until"),
    case("contact_has_name", make.ContactFactory, "name", {"name": ""}, REQUIRED),
    case(
        "link_has_label",
        make.OrganisationFactory,
        "links-0-label",
        {"links": [{"url": "https://example.org/"}]},
        REQUIRED,
    ),
]
HELD_AT = "event_not_held_at_itself"  # said by `clean` as well, so in a test of its own


#: What is said above the form of a contact, as it is about two of its fields.
ABOVE = {
    "contact_until_not_before_since": {"since": "2016", "until": "2015"},
}
#: Said by `clean` at the fields to choose from.
OWNER_OF_CONTACT = "contact_has_exactly_one_owner"
