"""Which source says which statement: offered in words, kept as paths, gone with its part."""

import html

import pytest

from partners.models import Citation, Organisation
from tests import factories as make
from tests.admin.browser_form import errors

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def offered(form, name):
    """value → words of the choices of a select."""
    select = form.page.partition(f'name="{name}"')[2].partition("</select>")[0]
    options = [option.partition("</option>")[0] for option in select.split("<option")[1:]]
    return {
        option.partition('value="')[2].partition('"')[0]: html.unescape(option.partition(">")[2])
        for option in options
    }


def test_statements_are_offered_in_words_and_kept_as_paths(editor, open_form):
    figure = make.FigureFactory(measure="members", value=5000, organisation__draft=True)
    make.OrganisationNameFactory(organisation=figure.organisation, name="Old name")
    form = open_form(editor, figure.organisation)
    statements = offered(form, "citations-__prefix__-path")
    path = f"figures/{figure.pk}/value"
    assert statements["founded"] == "Founded"
    assert statements[path] == "5,000 members: Value"
    assert "Old name: Name" in statements.values()
    assert "slug" not in statements
    source = make.SourceFactory()
    form.row("citations", path=path, source=source.pk, basis="inferred")
    form.save()
    citation = Citation.objects.get()
    assert (citation.organisation, citation.path) == (figure.organisation, path)
    assert (citation.source, citation.basis) == (source, "inferred")
    assert open_form(editor, figure.organisation).fields["citations-0-path"] == path


def test_every_statement_that_is_offered_is_taken(editor, open_form):
    organisation = make.OrganisationFactory(draft=True)
    source = make.SourceFactory()
    for owner, target in [
        (make.FigureFactory, organisation),
        (make.OrganisationNameFactory, organisation),
        (make.OrganisationRelationFactory, organisation),
        (make.IdentifierFactory, organisation),
        (make.LinkFactory, organisation),
    ]:
        owner(organisation=target)
    for target in (Organisation, organisation):
        form = open_form(editor, target)
        paths = list(filter(None, offered(form, "citations-__prefix__-path")))
        for path in paths:
            form.row("citations", path=path, source=source.pk)
        form.save(name="Cited", slug="cited" if target is Organisation else organisation.slug)
        cited = Organisation.objects.get(slug="cited") if target is Organisation else organisation
        assert sorted(cited.citations.values_list("path", flat=True)) == sorted(paths)


def test_statement_of_a_pending_change_is_cited_before_it_is_public(
    editor, publisher, client, open_form
):
    organisation, source = make.OrganisationFactory(), make.SourceFactory(title="Annual report")
    form = open_form(editor, organisation)
    form.row("figures", measure="members", value="5000")
    form.save()
    form = open_form(editor, organisation)
    statements = offered(form, "citations-__prefix__-path")
    (path,) = [path for path, words in statements.items() if words == "5,000 members: Value"]
    form.row("citations", path=path, source=source.pk)
    form.save()
    assert not organisation.figures.exists()
    assert not Citation.objects.exists()
    assert open_form(editor, organisation).fields["citations-0-path"] == path
    open_form(publisher, organisation).save()
    assert path == f"figures/{organisation.figures.get().pk}/value"
    assert organisation.citations.get().path == path
    assert "Annual report" in client.get(organisation.get_absolute_url()).content.decode()


def test_statement_that_was_not_offered_is_refused(editor, open_form):
    form = open_form(editor, make.OrganisationFactory())
    row = form.row("citations", path="figures/1/value", source=make.SourceFactory().pk)
    assert f"{row}-path" in errors(form.send())


@pytest.mark.parametrize("who", ["editor", "publisher"])
def test_citations_of_a_part_go_with_it(client_of, publisher, open_form, who):
    """They would stand in the way of every later save, and of publishing it."""
    client = client_of(who)
    figure, other = make.FigureFactory.create_batch(2, organisation=make.OrganisationFactory())
    for part in (figure, other):
        make.CitationFactory(organisation=part.organisation, path=f"figures/{part.pk}/value")
    make.CitationFactory(organisation=figure.organisation, path="founded")
    form = open_form(client, figure.organisation)
    form.fields[f"{form.row_of(figure, 'figures')}-DELETE"] = "on"
    form.save()
    open_form(client, figure.organisation).save()
    open_form(publisher, figure.organisation).save()
    paths = figure.organisation.citations.values_list("path", flat=True)
    assert set(paths) == {"founded", f"figures/{other.pk}/value"}


def test_part_and_its_citation_can_be_deleted_together(publisher, open_form):
    figure = make.FigureFactory()
    citation = make.CitationFactory(
        organisation=figure.organisation, path=f"figures/{figure.pk}/value"
    )
    form = open_form(publisher, figure.organisation)
    form.fields[f"{form.row_of(figure, 'figures')}-DELETE"] = "on"
    form.fields[f"{form.row_of(citation, 'citations')}-DELETE"] = "on"
    form.save()
    assert not Citation.objects.exists()
    assert not figure.organisation.figures.exists()
