"""Organisations: their names, relations, figures, and the one whose site this is."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from partners.models import Identifier, Organisation, OrganisationRelation
from tests import factories as make

CIRCLE = (
    "This would close a circle: following these relations from that organisation leads back "
    "to this one."
)

pytestmark = pytest.mark.django_db


def relate(organisation, kind, other):
    """Record the relation as a form does."""
    relation = OrganisationRelation(organisation=organisation, kind=kind, other=other)
    relation.full_clean()
    relation.save()
    return relation


@pytest.mark.parametrize(
    "kinds",
    [
        ["member-of", "member-of"],
        ["member-of", "member-of", "member-of"],
        ["succeeded-by", "succeeded-by"],
        ["division-of", "division-of", "division-of"],
        ["initiative-of", "division-of"],
        ["division-of", "initiative-of", "division-of"],
    ],
    ids="-".join,
)
def test_relation_refuses_a_circle(kinds):
    row = make.OrganisationFactory.create_batch(len(kinds))
    for below, kind, above in zip(row, kinds, row[1:], strict=False):
        relate(below, kind, above)
    with pytest.raises(ValidationError) as refused:
        relate(row[-1], kinds[-1], row[0])
    assert refused.value.message_dict == {"other": [CIRCLE]}
    assert OrganisationRelation.objects.count() == len(kinds) - 1


def test_relation_may_go_up_by_two_ways():
    bottom, left, right, top = make.OrganisationFactory.create_batch(4)
    for below, kind, above in [
        (bottom, "division-of", left),
        (bottom, "initiative-of", right),
        (left, "division-of", top),
        (right, "division-of", top),
        (bottom, "division-of", top),
    ]:
        relate(below, kind, above)
    assert top.inverse_relations.count() == 3


def test_relations_of_different_hierarchies_may_cross():
    one, other = make.OrganisationFactory.create_batch(2)
    relate(one, "member-of", other)
    relate(other, "division-of", one)
    relate(other, "succeeded-by", one)


def test_relation_can_be_saved_again_and_turned_round():
    relation = relate(
        *make.OrganisationFactory.create_batch(1), "member-of", make.OrganisationFactory()
    )
    relation.full_clean()
    relation.organisation, relation.other = relation.other, relation.organisation
    relation.full_clean()


def test_relation_is_checked_though_an_old_circle_is_on_record():
    """A circle that came in by a raw load must not hang the form."""
    one, other, third = make.OrganisationFactory.create_batch(3)
    for below, above in ((one, other), (other, one)):
        make.OrganisationRelationFactory(organisation=below, kind="member-of", other=above)
    relate(third, "member-of", one)


def test_relation_of_an_unknown_kind_is_refused_under_its_field():
    relation = make.OrganisationRelationFactory.build(
        organisation=make.OrganisationFactory(), other=make.OrganisationFactory(), kind="friend-of"
    )
    with pytest.raises(ValidationError) as refused:
        relation.full_clean()
    assert refused.value.message_dict == {"kind": ["Value 'friend-of' is not a valid choice."]}


def test_home_is_the_one_society_and_no_partner():
    partner = make.OrganisationFactory()
    assert Organisation.objects.home() is None
    home = make.OrganisationFactory(home=True)
    assert Organisation.objects.home() == home
    assert list(Organisation.objects.partners()) == [partner]


def test_home_society_cannot_stop_being_it():
    home = make.OrganisationFactory(home=True)
    home.full_clean()
    home.is_home = False
    with pytest.raises(ValidationError) as refused:
        home.full_clean()
    assert refused.value.message_dict == {
        "is_home": ["This is the society whose site this is; the site needs it."]
    }


def test_organisation_is_called_by_its_acronym_where_it_has_one():
    named = make.OrganisationFactory.build(name="European Society of Radiology", acronym="ESR")
    assert (str(named), named.short_name) == ("European Society of Radiology", "ESR")
    assert make.OrganisationFactory.build(name="EIBALL").short_name == "EIBALL"


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        ("as-stated", "31,000 members"),
        ("exactly", "31,000 members"),
        ("more-than", "more than 31,000 members"),
        ("about", "about 31,000 members"),
        ("up-to", "up to 31,000 members"),
    ],
)
def test_figure_says_its_bound(bound, words):
    assert str(make.FigureFactory.build(value=31_000, bound=bound)) == words


def test_figure_takes_nothing_and_very_much():
    for value in (0, 2**63 - 1):
        make.FigureFactory(value=value).full_clean()


@pytest.mark.parametrize(
    ("scheme", "value", "url"),
    [
        ("ror", "05dxps055", "https://ror.org/05dxps055"),
        ("wikidata", "Q42", "https://www.wikidata.org/wiki/Q42"),
        ("isni", "0000000121032683", "https://isni.org/isni/0000000121032683"),
        ("crossref-funder", "501100000780", "https://doi.org/10.13039/501100000780"),
        ("grid", "grid.4991.5", ""),
        ("other", "ZVR 123", ""),
    ],
)
def test_identifier_leads_to_its_register(scheme, value, url):
    identifier = make.IdentifierFactory(scheme=scheme, value=value)
    identifier.full_clean()
    assert identifier.url == url


@pytest.mark.parametrize(
    ("scheme", "value"), [("ror", "05dxps056"), ("wikidata", "42"), ("isni", "0000000121032684")]
)
def test_identifier_with_a_slip_is_refused_under_its_field(scheme, value):
    identifier = make.IdentifierFactory()
    identifier.scheme, identifier.value = scheme, value
    with pytest.raises(ValidationError) as refused:
        identifier.full_clean()
    assert list(refused.value.message_dict) == ["value"]
    assert refused.value.messages[0].startswith(f"“{value}” is not a valid identifier")


@pytest.mark.parametrize("save", [lambda identifier: identifier.full_clean(), Identifier.save])
def test_identifier_is_stored_in_its_registers_own_form(save):
    identifier = make.IdentifierFactory.build(
        organisation=make.OrganisationFactory(), scheme="isni", value="0000 0001 2103 2683"
    )
    save(identifier)
    assert identifier.value == "0000000121032683"


def test_identifier_is_named_by_its_register():
    assert str(make.IdentifierFactory(scheme="ror", value="05dxps055")) == "ROR 05dxps055"
    named = make.IdentifierFactory(scheme="other", register="UK charity register", value="7")
    assert str(named) == "UK charity register 7"


def test_identifiers_of_two_registers_may_look_alike():
    make.IdentifierFactory(scheme="other", register="UK charity register", value="Q42")
    make.IdentifierFactory(scheme="other", value="Q42")
    make.IdentifierFactory(scheme="wikidata", value="Q42").full_clean()


def with_logo():
    organisation = make.OrganisationFactory(logo_alt="Its logo")
    upload = SimpleUploadedFile("Our Logo (final).PNG", b"")
    Image.new("RGB", (40, 20)).save(upload, "PNG")
    organisation.logo = upload
    organisation.full_clean()
    organisation.save()
    return Organisation.objects.get(pk=organisation.pk)


def test_logo_is_kept_under_a_name_that_says_nothing():
    organisation = with_logo()
    assert (organisation.logo_width, organisation.logo_height) == (40, 20)
    folder, name = organisation.logo.name.split("/")
    assert folder == "logos"
    assert len(name) == 36
    assert name.endswith(".png")
    assert organisation.logo.name != with_logo().logo.name


def test_organisation_with_a_logo_can_be_checked_again():
    with_logo().full_clean()


def test_organisation_whose_logo_file_is_gone_says_so():
    organisation = with_logo()
    organisation.logo.storage.delete(organisation.logo.name)
    with pytest.raises(ValidationError) as refused:
        organisation.full_clean()
    assert refused.value.message_dict == {
        "logo": ["The file of this logo is gone. Upload the logo again, or clear it."]
    }
