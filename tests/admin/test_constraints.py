"""Every rule of the database that a form can break is told to the editor in its sentence.

A rule that is added without a case here fails `test_every_constraint_has_a_case`.
"""

import html
from typing import NamedTuple

import pytest
from django.apps import apps

from partners.models import (
    Collaboration,
    Event,
    Organisation,
    OrganisationRelation,
    Party,
    PendingChange,
    Section,
    Source,
)
from tests import factories as make
from tests.admin.browser_form import BrowserForm, address, errors, read_all
from tests.admin.records import ROOT_FACTORIES, label
from tests.admin.test_logo import picture

pytestmark = pytest.mark.django_db

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


def test_every_constraint_has_a_case():
    known = {case.constraint for case in CASES} | {HELD_AT, OWNER_OF_CONTACT} | ABOVE.keys()
    assert known == CONSTRAINTS.keys() - OUT_OF_REACH


@pytest.mark.parametrize("constraint", ABOVE)
def test_form_of_a_contact_says_the_sentence_above_it(publisher, constraint):
    form = BrowserForm.open(publisher, make.ContactFactory())
    sentence = CONSTRAINTS[constraint].get_violation_error_message()
    assert errors(form.send("_save", **ABOVE[constraint])) == {"": [sentence]}


@pytest.mark.parametrize("collaboration", [None, make.CollaborationFactory])
def test_form_of_a_contact_names_the_two_fields_to_choose_from(publisher, collaboration):
    form = BrowserForm.open(publisher, make.ContactFactory())
    choose(form, "organisation", form.fields["organisation"] if collaboration else "")
    choose(form, "collaboration", collaboration().pk if collaboration else "")
    sentence = "Choose an organisation or a collaboration: one of the two."
    response = form.send("_save")
    assert errors(response) == {"organisation": [sentence]}
    assert response.context["mistakes"] == [("id_organisation", "Organisation", sentence)]
    named = [where for _, where, _ in form.send("_save", name="").context["mistakes"]]
    assert named == ["Organisation", "Name"]  # as they stand on the page


def choose(form, name, value):
    """Choose a suggestion: the select then holds it, and nothing else."""
    form.fields[name] = value


def fill(form, typed):
    for name, value in typed.items():
        if isinstance(value, list) and isinstance(value[0], dict):
            for row in value:
                form.row(name, **row)
        else:
            form.fill(**{name: value})


@pytest.mark.any_database
@pytest.mark.slow("sweep")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_form_says_the_sentence(publisher, open_form, case):
    record = case.record()
    before = type(record).objects.filter(pk=record.pk).values().get()
    form = open_form(publisher, record)
    fill(form, case.typed(record))
    said = errors(form.send())
    if "" in case.says:
        said[""].remove(TWICE)
    assert said == case.says
    assert type(record).objects.filter(pk=record.pk).values().get() == before
    assert not PendingChange.objects.exists()


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if "" in case.says],
    ids=str,
)
def test_form_of_a_new_record_says_the_sentence_about_rows_that_say_the_same(
    publisher, open_form, case
):
    """A new record has no key yet by which rows could be compared."""
    old = case.record()
    form = open_form(publisher, type(old))
    title = "name" if isinstance(old, Organisation) else "title"
    typed = {
        Collaboration: {"kind": "liaison"},
        Event: {"starts": "2030"},
        Section: {"key": "new"},
    }.get(type(old), {})
    fill(form, {title: "New"} | typed | ({} if isinstance(old, Section) else {"slug": "new"}))
    fill(form, case.typed(old))
    said = errors(form.send())
    said[""].remove(TWICE)
    assert said == case.says
    assert not type(old).objects.filter(**{title: "New"}).exists()


def test_event_cannot_be_held_at_itself(editor, open_form):
    event = make.EventFactory()
    form = open_form(editor, event)
    choose(form, "held_at", event.pk)
    sentences = errors(form.send())["held_at"]
    assert set(sentences) == {"An event cannot be held at itself."}


def test_event_cannot_be_held_at_one_that_is_held_at_it(editor, open_form):
    event = make.EventFactory()
    form = open_form(editor, event)
    choose(form, "held_at", make.EventFactory(held_at=event).pk)
    assert errors(form.send()) == {
        "held_at": ["This would close a circle: that event is itself held at this one."]
    }


# twice across saves


def test_party_that_is_there_already_is_refused(editor, open_form):
    party = make.PartyFactory()
    form = open_form(editor, party.collaboration)
    form.row("parties", organisation=party.organisation_id)
    sentence = CONSTRAINTS["party_named_once"].violation_error_message
    assert sentence in [each for said in errors(form.send()).values() for each in said]
    assert Party.objects.get() == party


class Twin(NamedTuple):
    """A row that says once what may not be said twice: its factory, its owner, what it names."""

    prefix: str
    factory: object
    owner_factory: object
    owner: str
    constraint: str
    shared: str = "organisation"

    def __str__(self):
        return self.constraint

    def record(self):
        return self.owner_factory()

    def stored(self, record, other):
        """Another save makes the row."""
        return self.factory(**{self.owner: record, self.shared: other})

    def typed(self, other):
        kind = {"kind": OrganisationRelation.Kind.MEMBER_OF} if self.prefix == "relations" else {}
        return {self.shared: other.pk} | kind

    @property
    def sentence(self):
        return CONSTRAINTS[self.constraint].violation_error_message


every_twin = pytest.mark.parametrize(
    "twin",
    [
        Twin(
            "parties",
            make.PartyFactory,
            make.CollaborationFactory,
            "collaboration",
            "party_named_once",
        ),
        Twin(
            "relations",
            make.OrganisationRelationFactory,
            make.OrganisationFactory,
            "organisation",
            "organisationrelation_said_once",
            "other",
        ),
        Twin(
            "entries",
            make.SectionEntryFactory,
            make.SectionFactory,
            "section",
            "sectionentry_named_once",
        ),
        Twin(
            "organisers",
            make.OrganiserFactory,
            make.EventFactory,
            "event",
            "organiser_named_once_an_event",
        ),
        Twin(
            "organisers",
            make.OrganiserFactory,
            make.EventSeriesFactory,
            "series",
            "organiser_named_once_a_series",
        ),
    ],
    ids=str,
)


@every_twin
def test_row_that_is_there_already_is_not_made_again(publisher, open_form, twin):
    record, other = twin.record(), make.OrganisationFactory()
    row = twin.stored(record, other)
    form = open_form(publisher, record)
    form.row(twin.prefix, **twin.typed(other))
    said = [each for sentences in errors(form.send()).values() for each in sentences]
    assert twin.sentence in said
    assert type(row).objects.get() == row


@every_twin
def test_row_that_another_save_made_is_not_made_again(publisher, open_form, twin):
    """Two forms open at once: the second does not know the row of the first."""
    record, other = twin.record(), make.OrganisationFactory()
    form = open_form(publisher, record)
    form.row(twin.prefix, **twin.typed(other))
    row = twin.stored(record, other)
    refused = form.send()
    assert refused.status_code == 409
    shown = html.unescape(refused.content.decode())
    mine, others = shown.split("Saved meanwhile: it stays")
    assert "Only you changed this" in mine
    assert str(other) in mine
    assert str(other) in others
    assert type(row).objects.get() == row
    applied = {name: read_all(refused, name) for name in ("_proposed", "_publish", "_save")}
    again = publisher.post(form.url, {name: said for name, said in applied.items() if said})
    assert again.status_code == 409
    assert twin.sentence in html.unescape(again.content.decode())
    assert type(row).objects.get() == row


def test_party_may_take_part_in_two_roles_and_come_back(editor, open_form):
    party = make.PartyFactory(role="partner", since="2010", collaboration__draft=True)
    form = open_form(editor, party.collaboration)
    form.row("parties", organisation=party.organisation_id, role="supporter", since="2010")
    form.row("parties", organisation=party.organisation_id, role="partner", since="May 2016")
    form.save()
    assert party.collaboration.parties.count() == 3


# rules that `clean` keeps


CIRCLE = (
    "This would close a circle: following these relations from that organisation leads back to "
    "this one."
)


@pytest.mark.parametrize("kind", OrganisationRelation.Kind.values)
def test_relation_that_closes_a_circle_is_refused(editor, open_form, kind):
    relation = make.OrganisationRelationFactory(kind=kind)
    form = open_form(editor, relation.other)
    form.row("relations", kind=kind, other=relation.organisation_id)
    assert errors(form.send()) == {"relations-0-other": [CIRCLE]}
    assert OrganisationRelation.objects.get() == relation
    assert not PendingChange.objects.exists()


def test_two_pending_changes_close_no_circle(editor, publisher, open_form):
    """Each is taken, for the other is not public; of the two only the first is published."""
    parent, child = make.OrganisationFactory.create_batch(2)
    for one, other in [(child, parent), (parent, child)]:
        form = open_form(editor, one)
        form.row("relations", kind="division-of", other=other.pk)
        form.save("_hand_in")
    open_form(publisher, child).save()
    response = publisher.get(address(parent), follow=True)
    assert CIRCLE in html.unescape(response.content.decode())
    change = PendingChange.objects.get()
    (seen,) = set(read_all(response, "seen"))  # each form of the page carries it
    response = publisher.post(address(change), {"seen": seen, "_publish": "1"}, follow=True)
    assert response.redirect_chain == [(address(change), 302)]
    assert CIRCLE in html.unescape(response.content.decode())
    assert OrganisationRelation.objects.get().organisation == child


def test_relations_of_two_kinds_may_cross(publisher, open_form):
    relation = make.OrganisationRelationFactory(kind="member-of")
    form = open_form(publisher, relation.other)
    form.row("relations", kind="division-of", other=relation.organisation_id)
    form.save()
    assert OrganisationRelation.objects.count() == 2


def test_home_society_cannot_cease_to_be_it(publisher, open_form):
    home = make.OrganisationFactory(home=True)
    sentence = "This is the society whose site this is; the site needs it."
    assert errors(open_form(publisher, home).send(is_home=None)) == {"is_home": [sentence]}


def test_address_that_is_taken_is_refused(editor, open_form):
    taken = make.OrganisationFactory().slug
    sentence = "Another record has this address. Choose a different one."
    form = open_form(editor, make.OrganisationFactory())
    assert errors(form.send(slug=taken)) == {"slug": [sentence]}
    form = open_form(editor, Organisation).fill(name="New", slug=taken)
    assert errors(form.send()) == {"slug": [sentence]}


@pytest.mark.parametrize("label", ["click here", "Click here!", "HERE", "read more", "…"])
def test_label_that_says_nothing_is_refused(editor, open_form, label):
    form = open_form(editor, make.PageFactory())
    form.row("links", label=label, url="https://example.org/")
    sentence = (
        f"“{label}” does not say where the link leads. Name the page behind it, for example "
        "“EuroSafe Imaging: training resources”."
    )
    assert errors(form.send()) == {"links-0-label": [sentence]}


@pytest.mark.parametrize("title", ["details", "Website", "https://example.org/"])
def test_joint_work_is_called_what_it_is(editor, open_form, title):
    form = open_form(editor, make.CollaborationFactory())
    form.row("joint_works", title=title)
    (refused,) = errors(form.send())["joint_works-0-title"]
    assert refused.startswith((f"“{title}” does not say", "A web address is not a label."))


def test_web_address_is_no_label(editor, open_form):
    form = open_form(editor, make.PageFactory())
    form.row("links", label="https://example.org/", url="https://example.org/")
    sentence = "A web address is not a label. Name the page behind it in words."
    assert errors(form.send()) == {"links-0-label": [sentence]}


@pytest.mark.any_database
@pytest.mark.slow("sweep")
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://x.org",
        "data:text/html,x",
        "ftp://x.org",
    ],
)
@pytest.mark.parametrize(
    ("target", "prefix", "row"),
    [
        (make.OrganisationFactory, "", {}),
        (make.EventFactory, "links", {"label": "Programme"}),
        (make.CollaborationFactory, "joint_works", {"title": "A paper"}),
        (make.SourceFactory, "", {}),
    ],
    ids=["website", "link", "joint-work", "source"],
)
def test_address_that_is_not_of_the_web_is_refused(publisher, open_form, target, prefix, row, url):
    record = target()
    form = open_form(publisher, record)
    name = "website" if target is make.OrganisationFactory else "url"
    if prefix:
        form.row(prefix, **row, **{name: url})
    else:
        form.fill(**{name: url})
    said = errors(form.send())
    (field,) = said
    assert field == (f"{prefix}-0-{name}" if prefix else name)
    assert said[field]


def test_address_without_a_scheme_becomes_a_secure_one(editor, open_form):
    organisation = make.OrganisationFactory(draft=True)
    open_form(editor, organisation).save(website="example.org")
    organisation.refresh_from_db()
    assert organisation.website == "https://example.org"


def test_key_of_a_vocabulary_is_given_once(publisher, open_form):
    source = make.SourceFactory(title="Old title")
    form = open_form(publisher, source)
    assert "key" not in form.fields
    form.fields["key"] = "forged"
    form.save(title="New title")
    assert Source.objects.values_list("key", "title").get() == (source.key, "New title")
    form = open_form(publisher, Source).fill(title="Other", key=source.key)
    assert errors(form.send()) == {"key": ["Source with this Key already exists."]}


def test_section_waits_for_the_partners_page(publisher, open_form):
    form = open_form(publisher, Section).fill(title="New", key="new")
    sentence = "The partners page is not there yet. Ask an operator to load the content first."
    assert errors(form.send()) == {"": [sentence]}
    make.PartnersPageFactory()
    form.save()
    assert publisher.get(address(Section.objects.get())).status_code == 200


@pytest.mark.parametrize("typed", ["a\0b", "a\x07b", "a\x1bb"])
def test_invisible_characters_are_refused(editor, open_form, typed):
    form = open_form(editor, make.OrganisationFactory())
    form.row("names", kind="alias", name=typed)
    said = errors(form.send(name=typed, summary=typed, renaming="correction"))
    assert said.keys() == {"name", "summary", "names-0-name"}
