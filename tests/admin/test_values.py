"""What is typed into the boxes of a form: dates, rich text, words."""

import html

import pytest

from partners.models import Organisation, PendingChange
from tests import factories as make
from tests.admin.browser_form import address, errors, read
from tests.admin.test_organisation import get

pytestmark = pytest.mark.django_db

# dates


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("2016", "2016", "2016"),
        ("May 2016", "2016-05", "May 2016"),
        ("may 2016", "2016-05", "May 2016"),
        ("3 May 2016", "2016-05-03", "3 May 2016"),
        (" 3rd  May 2016 ", "2016-05-03", "3 May 2016"),
        ("2016-05-03", "2016-05-03", "3 May 2016"),
        ("", "", ""),
    ],
)
def test_partial_date_comes_back_as_it_was_typed(editor, open_form, typed, kept, shown):
    organisation = make.OrganisationFactory(founded="2001", draft=True)
    open_form(editor, organisation).save(founded=typed)
    organisation.refresh_from_db()
    assert str(organisation.founded) == kept
    form = open_form(editor, organisation)
    assert form.fields["founded"] == shown
    form.save()
    organisation.refresh_from_db()
    assert str(organisation.founded) == kept


def test_partial_date_of_a_pending_change_comes_back_as_well(editor, open_form):
    organisation = make.OrganisationFactory(founded="2001")
    open_form(editor, organisation).save(founded="3rd May 2016")
    form = open_form(editor, organisation)
    assert form.fields["founded"] == "3 May 2016"
    form.save()
    rows = PendingChange.objects.get().rows
    assert rows[0]["fields"]["founded"] == "2016-05-03"
    organisation.refresh_from_db()
    assert str(organisation.founded) == "2001"


@pytest.mark.parametrize(
    "typed", ["soon", "31 February 2016", "May", "5/2016", "16", "<b>2016</b>"]
)
def test_date_that_cannot_be_read_is_explained_and_kept_in_the_box(editor, open_form, typed):
    organisation = make.OrganisationFactory(founded="2001")
    form = open_form(editor, organisation)
    form.row("names", kind="alias", name="Other", valid_from=typed)
    response = form.send(founded=typed, summary="Also typed")
    sentence = (
        f"“{typed}” is not a date we can read. Write a year, a month or a day, as precisely as "
        "it is known: “2016”, “May 2016” or “3 May 2016”."
    )
    assert errors(response) == {"founded": [sentence], "names-0-valid_from": [sentence]}
    fields, _ = read(response.content.decode(), "organisation_form")
    assert (fields["founded"], fields["names-0-valid_from"]) == (typed, typed)
    assert (fields["summary"], fields["names-0-name"]) == ("Also typed", "Other")
    organisation.refresh_from_db()
    assert (str(organisation.founded), organisation.summary) == ("2001", "")


# rich text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<p>Good</p><script>alert(1)</script>", "<p>Good</p>"),
        ('<p onclick="x()">Good</p>', "<p>Good</p>"),
        ('<p><img src="x" onerror="x()">Good</p>', "<p>Good</p>"),
        ('<p><a href="javascript:alert(1)">Good</a></p>', None),
        ('<h1>Good</h1><iframe src="https://evil.example/"></iframe>', None),
        ("<p>Good", "<p>Good</p>"),
        ("<p>Good <strong>and bold</strong></p>", "<p>Good <strong>and bold</strong></p>"),
    ],
)
def test_rich_text_is_saved_clean(publisher, client, open_form, typed, kept):
    organisation = make.OrganisationFactory()
    open_form(publisher, organisation).save(description=typed)
    organisation.refresh_from_db()
    assert "Good" in organisation.description
    assert kept in (None, organisation.description)
    for text in (organisation.description, get(client, organisation.get_absolute_url())):
        for evil in ("alert(1)", "onclick", "onerror", "javascript:", "evil.example", "<iframe"):
            assert evil not in text


def test_rich_text_of_a_pending_change_is_kept_clean(editor, open_form):
    organisation = make.OrganisationFactory()
    open_form(editor, organisation).save(description="<p>Good</p><script>alert(1)</script>")
    assert PendingChange.objects.get().rows[0]["fields"]["description"] == "<p>Good</p>"


def test_words_are_shown_as_they_were_typed(publisher, open_form):
    name = "<script>alert('R&D')</script>"
    organisation = make.OrganisationFactory()
    open_form(publisher, organisation).save(name=name, renaming="correction")
    for url in (
        organisation.get_absolute_url(),
        address(organisation),
        address(Organisation, "changelist"),
        address(organisation, "history"),
    ):
        page = publisher.get(url).content.decode()
        assert name not in page
        assert html.escape(name) in page
    organisation.refresh_from_db()
    assert organisation.name == name


# web addresses


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("my_site.example.org", "https://my_site.example.org"),
        ("https://faß.example/", "https://faß.example/"),
    ],
)
def test_web_address_is_taken_as_it_was_typed(editor, open_form, typed, kept):
    organisation = make.OrganisationFactory(draft=True)
    open_form(editor, organisation).save(website=typed)
    organisation.refresh_from_db()
    assert organisation.website == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("https://me:secret@example.org/", "A user name or a password stands in this address"),
        ("https://a..b/", "“a..b” cannot be the name of a site."),
        ("mailto:me@example.org", "Write the whole web address, beginning with https://"),
    ],
)
def test_web_address_is_refused_with_one_sentence(editor, open_form, typed, sentence):
    organisation = make.OrganisationFactory(draft=True)
    ((field, (error,)),) = errors(open_form(editor, organisation).send(website=typed)).items()
    assert (field, error[: len(sentence)]) == ("website", sentence)
