"""Every rule of the database that a form can break is told to the editor in its sentence.

A rule that is added without a case fails `test_every_constraint_has_a_case`.
"""

import html

import pytest

from partners.models import (
    Collaboration,
    Event,
    Organisation,
    OrganisationRelation,
    PendingChange,
    Section,
    Source,
)
from tests import factories as make
from tests.admin.browser_form import BrowserForm, address, errors, read_all
from tests.admin.constraint_cases import (
    ABOVE,
    CASES,
    CONSTRAINTS,
    HELD_AT,
    OUT_OF_REACH,
    OWNER_OF_CONTACT,
    TWICE,
)

pytestmark = pytest.mark.django_db


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
