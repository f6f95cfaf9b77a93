"""The foot of a record's page: when it was verified, and where its statements come from."""

from tests import factories as make


def test_sources_are_named_once_with_their_places(read):
    partner = make.OrganisationFactory(name="Partner")
    page, book = (make.SourceFactory(title=title, url="") for title in ("A page", "The book"))
    other_page = make.SourceFactory(title="A page", url="https://example.org/")
    for source, locator, basis in [
        (book, "", "stated"),
        (page, "line 2", "stated"),
        (page, "line 2", "stated"),
        (page, "line 3", "inferred"),
        (page, "line 4", "inferred"),
        (page, "line 4", "stated"),
        (book, "p. 9", "stated"),
        (other_page, "", "inferred"),
    ]:
        make.CitationFactory(organisation=partner, source=source, locator=locator, basis=basis)
    assert read(partner.get_absolute_url()).under("Sources") == (
        "A page: line 2, line 3 (inferred), line 4 (partly inferred) "
        "A page (inferred) "
        "The book, p. 9"
    )
