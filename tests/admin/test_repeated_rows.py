"""Rows that are there already are refused once, in words, whoever made them."""

import html
from typing import NamedTuple

import pytest

from partners.models import (
    OrganisationRelation,
    Party,
)
from tests import factories as make
from tests.admin.browser_form import errors, read_all
from tests.admin.constraint_cases import CONSTRAINTS

pytestmark = pytest.mark.django_db


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
