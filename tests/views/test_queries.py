"""A page costs as many queries with fifty records on it as with one.

The limits: 12 for the partners page, 10 for the directory, 14 for the page of a record.
"""

import pytest

from partners.models import Page
from partners.rows import bookkeeping
from tests import factories as make


def furnish(count, **owner):
    """What any record can have: links, sources, a verification."""
    for number in range(count):
        make.LinkFactory(**owner)
        make.CitationFactory(**owner, locator=f"line {number}")
    make.VerificationFactory(**owner)


def partners_page(count):
    home = make.OrganisationFactory._meta.model.objects.home()
    for display in ("profiles", "mentions"):
        section = make.SectionFactory(display=display)
        for _ in range(count):
            entry = make.SectionEntryFactory(section=section)
            partner = entry.organisation
            make.FigureFactory(organisation=partner, source=make.SourceFactory())
            make.OrganisationRelationFactory(organisation=partner)
            party = make.PartyFactory(organisation=partner)
            make.PartyFactory(organisation=home, collaboration=party.collaboration)
            make.JointWorkFactory(collaboration=party.collaboration)
    for starts in ("2018", "2990"):
        make.EventFactory.create_batch(count, starts=starts)


def directory(count):
    for _ in range(count):
        partner = make.OrganisationFactory(
            name="Angiography", kind="society", region="europe",
            topics=[make.TopicFactory(name=f"Topic of {count} {_}")],
        )  # fmt: skip
        make.PartyFactory(organisation=partner)


def organisation(count):
    subject = make.OrganisationFactory(
        slug="subject", topics=make.TopicFactory.create_batch(count), seat_country="AT"
    )
    for _ in range(count):
        make.OrganisationNameFactory(organisation=subject)
        make.FigureFactory(organisation=subject, source=make.SourceFactory())
        make.IdentifierFactory(organisation=subject)
        make.OrganisationRelationFactory(organisation=subject)
        make.OrganisationRelationFactory(other=subject)
        party = make.PartyFactory(organisation=subject)
        make.PartyFactory(collaboration=party.collaboration)
        make.JointWorkFactory(collaboration=party.collaboration)
        make.OrganiserFactory(organisation=subject, event=make.EventFactory())
        make.OrganiserFactory(organisation=subject, series=make.EventSeriesFactory())
    furnish(count, organisation=subject)


def collaborations(count):
    for _ in range(count):
        party = make.PartyFactory()
        make.PartyFactory(collaboration=party.collaboration)


def collaboration(count):
    subject = make.CollaborationFactory(slug="subject")
    for _ in range(count):
        make.PartyFactory(collaboration=subject)
        make.JointWorkFactory(collaboration=subject)
        make.EventSeriesFactory(collaboration=subject)
    furnish(count, collaboration=subject)


def events(count):
    make.EventSeriesFactory.create_batch(count, usual_country="AT")
    for starts in ("2018", "2990"):
        make.EventFactory.create_batch(count, starts=starts, country="AT")


def event(count):
    subject = make.EventFactory(
        slug="subject", held_at=make.EventFactory(), series=make.EventSeriesFactory()
    )
    for _ in range(count):
        make.OrganiserFactory(event=subject)
        make.EventFactory(held_at=subject)
    furnish(count, event=subject)


def series(count):
    subject = make.EventSeriesFactory(slug="subject", collaboration=make.CollaborationFactory())
    for _ in range(count):
        make.OrganiserFactory(series=subject)
        make.EventFactory(series=subject, starts="2018")
        make.EventFactory(series=subject, starts="2990")
    furnish(count, series=subject)


def page(count):
    furnish(count, page=make.PageFactory(slug="subject"))


def glossary(count):
    for _ in range(count):
        make.TermFactory(source=make.SourceFactory())
        make.OrganisationFactory(acronym=f"A{_:03}")


def tied(count):
    """Records of all kinds, each with as many parts of every sort."""
    for number in range(count):
        organisation = make.OrganisationFactory(
            topics=[make.TopicFactory(name=f"{count} {number} {each}") for each in range(count)]
        )
        together = make.CollaborationFactory()
        series = make.EventSeriesFactory(collaboration=together)
        event = make.EventFactory(series=series, held_at=make.EventFactory())
        for _ in range(count):
            make.OrganisationNameFactory(organisation=organisation)
            make.FigureFactory(organisation=organisation, source=make.SourceFactory())
            make.IdentifierFactory(organisation=organisation)
            make.OrganisationRelationFactory(organisation=organisation)
            make.OrganisationRelationFactory(other=organisation)
            make.PartyFactory(collaboration=together)
            make.JointWorkFactory(collaboration=together)
            make.OrganiserFactory(event=event)
            make.OrganiserFactory(series=series)
        for owner, record in {
            "organisation": organisation, "collaboration": together, "series": series,
            "event": event,
        }.items():  # fmt: skip
            furnish(count, **{owner: record})


def found(count):
    for _ in range(count):
        make.OrganisationFactory(name="Angiography")
        for factory in (make.CollaborationFactory, make.EventFactory, make.EventSeriesFactory):
            factory(title="Angiography")


def everything(count):
    make.PageFactory.create_batch(count)
    found(count)


def nothing_else(factory):
    """A record that has none of what many records lack."""
    return lambda count: factory(slug="subject")


ALL_FACETS = "kind=society&region=europe&collaboration=liaison"


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/api/v1/", 3),
        ("/api/v1/openapi.json", 5),
        ("/api/v1/organisations/", 13),
        ("/api/v1/organisations/?kind=not-stated&fields=name", 13),
        ("/api/v1/collaborations/", 7),
        ("/api/v1/events/", 7),
        ("/api/v1/events/?when=past", 7),
        ("/api/v1/series/", 7),
        ("/api/v1/topics/", 3),
        ("/data/", 45),
        ("/data/partners.json", 42),
        ("/data/partners.csv.zip", 42),
        ("/data/partners.jsonld", 42),
        ("/api/", 5),
        ("/embed/", 3),
        ("/embed/organisations/", 5),
        ("/embed/events/?when=past", 4),
    ],
)
def test_queries_of_data(client, django_assert_num_queries, address, queries, count):
    with bookkeeping.batch():
        tied(count)
    with django_assert_num_queries(queries):
        response = client.get(address)
    assert (response.status_code, response.getvalue() != b"") == (200, True)


@pytest.mark.parametrize("count", [1, 3, pytest.param(50, marks=pytest.mark.slow("sweep"))])
@pytest.mark.parametrize(
    ("build", "address", "queries"),
    [
        pytest.param(partners_page, "/", 10, id="partners-page"),
        pytest.param(directory, "/organisations/", 5, id="directory"),
        pytest.param(directory, f"/organisations/?{ALL_FACETS}", 5, id="directory-facets"),
        pytest.param(directory, "/organisations/?q=angio", 7, id="directory-search"),
        pytest.param(directory, f"/organisations/?q=angio&{ALL_FACETS}", 7, id="directory-both"),
        pytest.param(directory, "/organisations/?q=angiogrophy", 10, id="directory-typo"),
        pytest.param(directory, "/organisations/?q=angiogrophy+eurobe", 10, id="directory-typos"),
        pytest.param(directory, "/organisations/?q=zzzz", 8, id="directory-no-match"),
        pytest.param(directory, "/organisations/?q=angxogrxphy", 9, id="directory-nearest"),
        pytest.param(organisation, "/organisations/subject/", 13, id="organisation"),
        pytest.param(collaborations, "/collaborations/", 5, id="collaborations"),
        pytest.param(collaboration, "/collaborations/subject/", 8, id="collaboration"),
        pytest.param(events, "/events/", 7, id="events"),
        pytest.param(event, "/events/subject/", 8, id="event"),
        *(
            pytest.param(nothing_else(factory), f"/{name}s/subject/", 5, id=f"{name}-bare")
            for name, factory in (
                ("organisation", make.OrganisationFactory),
                ("collaboration", make.CollaborationFactory),
                ("event", make.EventFactory),
            )
        ),
        pytest.param(series, "/events/series/subject/", 8, id="series"),
        pytest.param(page, "/pages/subject/", 5, id="page"),
        pytest.param(glossary, "/glossary/", 5, id="glossary"),
        pytest.param(found, "/search/?q=angiography", {1: 8, 3: 8, 50: 10}, id="search"),
        pytest.param(everything, "/sitemap.xml", 16, id="sitemap"),
    ],
)  # fmt: skip
def test_queries(client, django_assert_num_queries, build, address, queries, count):
    with bookkeeping.batch():
        for key in (Page.PARTNERS, *Page.FOOTER):
            make.PageFactory(key=key, slug=key)
        build(count)
    if isinstance(queries, dict):  # what many hold is asked of each kind (decision 35)
        queries = queries[count]
    with django_assert_num_queries(queries):
        response = client.get(address)
    assert response.status_code == 200
