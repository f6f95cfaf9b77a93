"""One record of each model that the admin keeps, with all that can hang on it."""

import pytest
from django.contrib.auth.models import Group, User

from partners import models
from tests import factories as make


def organisation():
    record = make.OrganisationFactory(acronym="ORG", topics=[make.TopicFactory()], founded="2016")
    figure = make.FigureFactory(organisation=record, source=make.SourceFactory(), as_of="2020")
    make.VerificationFactory(figure=figure)
    make.OrganisationNameFactory(organisation=record, valid_until="2012")
    make.OrganisationRelationFactory(organisation=record)
    make.OrganisationRelationFactory(other=record)
    make.IdentifierFactory(organisation=record)
    make.SectionEntryFactory(organisation=record)
    make.CitationFactory(organisation=record, path=f"figures/{figure.pk}/value")
    return with_links(record, "organisation")


def collaboration():
    record = make.CollaborationFactory(since="2015-05", until="2018")
    make.PartyFactory(collaboration=record, since="2015-06")
    make.JointWorkFactory(collaboration=record, date="2016")
    make.EventSeriesFactory(collaboration=record)
    return with_links(record, "collaboration")


def series():
    record = make.EventSeriesFactory(usual_city="Vienna", usual_country="AT")
    make.OrganiserFactory(series=record)
    make.EventFactory(series=record)
    return with_links(record, "series")


def event():
    record = make.EventFactory(series=make.EventSeriesFactory(), held_at=make.EventFactory())
    make.OrganiserFactory(event=record)
    make.EventFactory(held_at=record)
    return with_links(record, "event")


def page():
    return with_links(make.PageFactory(), "page")


def with_links(record, owner):
    make.LinkFactory(**{owner: record})
    make.CitationFactory(**{owner: record})
    make.VerificationFactory(**{owner: record})
    return record


def section():
    return make.SectionEntryFactory().section


def source():
    return make.CitationFactory().source


def group():
    return Group.objects.create(name="Translators")


def user():
    return User.objects.create_user("somebody", "somebody@example.org", is_staff=True)


#: model → a function that makes and returns a record of it
RECORDS = {
    models.Organisation: organisation,
    models.Collaboration: collaboration,
    models.EventSeries: series,
    models.Event: event,
    models.Page: page,
    models.Section: section,
    models.Topic: make.TopicFactory,
    models.Term: make.TermFactory,
    models.Source: source,
    models.Redirect: make.RedirectFactory,
    models.Contact: make.ContactFactory,
    models.Agreement: make.AgreementFactory,
    User: user,
    Group: group,
}

#: root → a function that makes and returns a live record of it, and nothing else
ROOT_FACTORIES = {model: make.FACTORIES[model] for model in models.ROOT_MODELS.values()}


def label(model):
    return model._meta.model_name


def parameters(kinds, made_of=None):
    """A parameter for each of these models: itself, or what `made_of` has for it.

    One mechanism serves all roots: `make test` tries it on events, and only SQLite on the others.
    """
    others = ROOT_FACTORIES.keys() - {models.Event}
    marks = [pytest.mark.slow("other root"), pytest.mark.any_database]
    return [
        pytest.param(
            made_of[model] if made_of else model,
            id=label(model),
            marks=marks if model in others else [],
        )
        for model in kinds
    ]
