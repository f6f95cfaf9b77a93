"""What is typed into the boxes of a form: dates, rich text, words."""

import datetime as dt
import html

import pytest

from partners.models import Organisation, PendingChange
from tests import factories as make
from tests.admin.browser_form import address, errors, read
from tests.admin.test_organisation import get
from tests.values.test_lines import EMPTY, EVERYTHING

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

# dates


@pytest.mark.slow("sweep")
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


@pytest.mark.slow("sweep")
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


# words


@pytest.mark.slow("sweep")
@EVERYTHING
def test_text_is_stored_as_it_is_seen(editor, open_form, typed, stored):
    organisation = make.OrganisationFactory(draft=True)
    open_form(editor, organisation).save(acronym=typed)
    organisation.refresh_from_db()
    assert organisation.acronym == stored


@pytest.mark.slow("sweep")
@EMPTY
def test_name_that_nobody_sees_is_none(editor, open_form, nothing):
    organisation = make.OrganisationFactory(draft=True)
    response = open_form(editor, organisation).send(name=nothing)
    assert errors(response) == {"name": ["This field is required."]}


def test_limit_counts_what_is_stored(editor, open_form):
    organisation = make.OrganisationFactory(draft=True)
    open_form(editor, organisation).save(acronym="\u00ad" * 40 + "C  I" * 10)
    organisation.refresh_from_db()
    assert organisation.acronym == "C IC IC IC IC IC IC IC IC IC I"


def test_web_address_is_taken_as_it_is_seen(editor, open_form):
    organisation = make.OrganisationFactory(draft=True)
    open_form(editor, organisation).save(website="\ufeffexample.org\u200b ")
    organisation.refresh_from_db()
    assert organisation.website == "https://example.org"


# identifiers, countries, times


@pytest.mark.slow("sweep")
@pytest.mark.parametrize(
    ("scheme", "typed", "kept"),
    [
        ("ror", "https://ror.org/05dxps055", "05dxps055"),
        ("isni", "0000 0001 2103 2683", "0000000121032683"),
        ("wikidata", f"https://www.wikidata.org/wiki/Q42?{'x' * 100}", "Q42"),
        ("crossref-funder", "https://doi.org/10.13039/501100000780", "501100000780"),
        ("grid", "GRID.4991.5", "grid.4991.5"),
    ],
)
def test_identifier_is_kept_as_its_register_writes_it(editor, open_form, scheme, typed, kept):
    organisation = make.OrganisationFactory(draft=True)
    form = open_form(editor, organisation)
    form.row("identifiers", scheme=scheme, value=typed)
    form.save()
    assert organisation.identifiers.get().value == kept


def test_other_register_is_asked_for_and_kept(editor, open_form):
    organisation = make.OrganisationFactory(draft=True)
    form = open_form(editor, organisation)
    form.row("identifiers", scheme="other", value=" 7 ")
    (sentence,) = errors(form.send())["identifiers-0-register"]
    assert sentence.startswith("Say which other register this is")
    form.fields["identifiers-0-register"] = "ZVR"
    form.save()
    assert str(organisation.identifiers.get()) == "ZVR 7"


def test_kosovo_can_be_a_seat(editor, open_form):
    organisation = make.OrganisationFactory(draft=True)
    open_form(editor, organisation).save(seat_country="XK", has_ended=["on"])
    organisation.refresh_from_db()
    assert (organisation.seat, organisation.has_ended) == ("Kosovo", True)


@pytest.mark.parametrize("typed", ["9.30", "9:30 AM", "09:30"])
def test_time_is_kept_as_it_was_meant(editor, open_form, typed):
    event = make.EventFactory(starts="2018-05-03", draft=True)
    open_form(editor, event).save(start_time=typed, time_zone="Europe/Vienna")
    event.refresh_from_db()
    assert event.start_time == dt.time(9, 30)


# rich text


@pytest.mark.slow("sweep")
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


def page_after(client, response):
    """What a person reads once a form was sent."""
    if response.status_code == 302:
        response = client.get(response.url)
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("button", ["_draft", "_hand_in"])
def test_what_rich_text_has_no_place_for_is_named(editor, open_form, button):
    organisation = make.OrganisationFactory(description="<p>Their site</p>")
    typed = '<p><a href="//esr.org/?a=1&amp;b">Their</a> <s>site</s><img src="a.png"></p>'
    form = open_form(editor, organisation)
    response = form.send(button, description=typed)
    assert (
        "Description: left out: a link to “//esr.org/?a=1&b”, which leads nowhere from here, a "
        "stroke through words, a picture. Its words are kept."
    ) in page_after(editor, response)


def test_what_is_left_of_rich_text_is_not_named_again(editor, open_form):
    organisation = make.OrganisationFactory(draft=True)
    form = open_form(editor, organisation)
    response = form.send("_draft", description='<p><a href="//esr.org">Theirs</a></p>')
    assert "left out" in page_after(editor, response)
    response = open_form(editor, organisation).send("_draft")
    assert "left out" not in page_after(editor, response)


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
