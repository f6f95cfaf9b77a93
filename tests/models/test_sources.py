"""Citations, links and terms: where statements come from and where links lead."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from partners.models.sources import StatementNotFound, statement, statements
from tests import factories as make

pytestmark = pytest.mark.django_db


def known():
    """An organisation with something to cite."""
    organisation = make.OrganisationFactory(founded="2016", topics=[make.TopicFactory(key="ai")])
    figure = make.FigureFactory(organisation=organisation, value=31_000)
    return organisation, figure


@pytest.mark.parametrize(
    "path",
    [
        "founded",
        "name",
        "summary",
        "figures/{id}",
        "figures/{id}/value",
        "topics/ai",
        "topics/ai/name",
    ],
)
def test_citation_takes_a_path_to_a_field_or_part(path):
    organisation, figure = known()
    citation = make.CitationFactory(organisation=organisation, path=path.format(id=figure.pk))
    citation.full_clean()


@pytest.mark.parametrize(
    "path",
    [
        "found",
        "founded/",
        "founded/year",
        "/founded",
        "__class__",
        "get_absolute_url",
        "figures/00000000-0000-4000-8000-000000000000",
        "figures/31000",
        "figures/{id}/amount",
        "figures/{id}/organisation/name",
        "figures/{other}/value",
        "topics/none",
        "organisation__name",
    ],
)
def test_citation_refuses_a_path_that_leads_nowhere(path):
    organisation, figure = known()
    path = path.format(id=figure.pk, other=make.FigureFactory().pk)
    citation = make.CitationFactory(organisation=organisation, path=path)
    with pytest.raises(ValidationError) as refused:
        citation.full_clean()
    sentence = (
        f"“{path}” names no field or part of this record. Write a field's name, or a part, "
        "its id and the part's field."
    )
    assert refused.value.message_dict == {"path": [sentence]}


def test_citation_path_is_read_in_its_own_root():
    """ "starts" is a field of events, not of organisations."""
    make.CitationFactory(event=make.EventFactory(), path="starts").full_clean()
    with pytest.raises(ValidationError, match="“starts” names no field"):
        make.CitationFactory(path="starts").full_clean()


def test_statement_is_the_value_itself():
    organisation, figure = known()
    assert str(statement(organisation, "founded")) == "2016"
    assert statement(organisation, f"figures/{figure.pk}") == figure
    assert statement(organisation, f"figures/{figure.pk}/value") == 31_000
    with pytest.raises(StatementNotFound):
        statement(organisation, "figures/x")


def test_every_statement_on_offer_can_be_cited():
    organisation, figure = known()
    make.OrganisationNameFactory(organisation=organisation)
    paths = [path for path, _ in statements(organisation)]
    assert {"founded", "topics", f"figures/{figure.pk}/value"} <= set(paths)
    for path in paths:
        make.CitationFactory(organisation=organisation, path=path).full_clean()


@pytest.mark.parametrize(
    ("owner", "factory"),
    [
        ("organisation", make.OrganisationFactory),
        ("collaboration", make.CollaborationFactory),
        ("series", make.EventSeriesFactory),
        ("event", make.EventFactory),
        ("page", make.PageFactory),
    ],
)
def test_owned_parts_know_their_root(owner, factory):
    root = factory()
    link, citation = make.LinkFactory(**{owner: root}), make.CitationFactory(**{owner: root})
    assert link.root == citation.root == root
    assert list(root.links.all()) == [link]
    assert list(root.citations.all()) == [citation]


@pytest.mark.parametrize("label", ["click here", "https://example.org/", "…"])
def test_link_label_says_where_it_leads(label):
    link = make.LinkFactory()
    link.full_clean()
    link.label = label
    with pytest.raises(ValidationError) as refused:
        link.full_clean()
    assert list(refused.value.message_dict) == ["label"]


def test_link_may_wait_for_its_target():
    make.LinkFactory(url="").full_clean()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/", "example", "/a/"])
def test_link_target_is_a_whole_web_address(url):
    link = make.LinkFactory()
    link.url = url
    with pytest.raises(ValidationError) as refused:
        link.full_clean()
    assert (
        "Write the whole web address, beginning with https://" in refused.value.message_dict["url"]
    )


def test_source_that_is_cited_cannot_go():
    citation = make.CitationFactory()
    with pytest.raises(ProtectedError):
        citation.source.delete()
    make.SourceFactory().delete()


def test_vocabularies_are_called_by_their_word():
    assert str(make.TermFactory.build(abbreviation="ECR")) == "ECR"
    assert str(make.TopicFactory.build(name="Imaging")) == "Imaging"
    assert str(make.SourceFactory.build(title="Annual report")) == "Annual report"
