"""An organisation from the empty form to its public page, and what happens to it after."""

import html
import io
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from partners.models import Citation, Organisation, Redirect
from tests import factories as make
from tests.admin.browser_form import address, errors, read

pytestmark = pytest.mark.django_db


def get(client, url):
    """The text of a page that must answer."""
    response = client.get(url)
    assert response.status_code == 200, url
    return html.unescape(response.content.decode())


@pytest.fixture
def filled_in(open_form):
    """filled_in(client) → the form of a new organisation, with a row in every inline."""

    def filled_in(client):
        other, source = make.OrganisationFactory(name="Parent society"), make.SourceFactory()
        form = open_form(client, Organisation).fill(
            name="European Institute of Tests",
            acronym="EIT",
            kind="institute",
            summary="They test.",
            description="<p>Testing <strong>since 2016</strong>.</p>",
            topics=[make.TopicFactory(name="Safety").pk],
            founded="May 2016",
            founded_label="launched",
            region="europe",
            region_note="mainly the Alps",
            seat_city="Graz",
            seat_country="AT",
            not_for_profit="yes",
            website="https://eit.example/",
            slug="eit",
        )
        form.row("figures", measure="members", bound="more-than", value="1200", source=source.pk)
        form.row("names", kind="former", name="Bureau of Tests", valid_until="3 May 2016")
        form.row("relations", kind="division-of", other=other.pk)
        form.row("section_entries", section=make.SectionFactory().pk, position="3")
        form.row("identifiers", scheme="wikidata", value="Q42")
        form.row("links", label="EIT: all tests", url="https://eit.example/tests")
        form.row("citations", path="founded", source=source.pk, locator="line 7")
        return form

    return filled_in


def test_publisher_adds_an_organisation_and_publishes_it_at_once(publisher, client, filled_in):
    filled_in(publisher).save("_publish")
    organisation = Organisation.objects.get(slug="eit")
    assert (str(organisation.founded), organisation.record.version) == ("2016-05", 1)
    page = get(client, organisation.get_absolute_url())
    for said in [
        "European Institute of Tests",
        "EIT",
        "They test.",
        "<strong>since 2016</strong>",
        "Safety",
        "Launched</dt><dd>May 2016",
        "mainly the Alps",
        "Graz, Austria",
        'more than <span class="number">1,200',
        "Bureau of Tests",
        "until 3 May 2016",
        "Parent society",
        "Q42",
        'href="https://eit.example/tests"',
        "line 7",
    ]:
        assert said in page
    make.PartnersPageFactory()
    assert "European Institute of Tests" in get(client, "/")


def test_editor_adds_a_draft_that_only_staff_see(editor, client, filled_in):
    form = filled_in(editor)
    assert form.buttons == [*(["_save", "_addanother", "_continue"] * 2)]
    form.save()
    organisation = Organisation.objects.get(slug="eit")
    assert client.get(organisation.get_absolute_url()).status_code == 404
    page = get(editor, address(organisation))
    assert "Draft: seen by staff only. Not yet verified." in page
    assert "View on site" not in page


def test_publisher_publishes_what_an_editor_wrote(publisher, editor, client, filled_in, open_form):
    filled_in(editor).save()
    organisation = Organisation.objects.get(slug="eit")
    form = open_form(publisher, organisation)
    assert form.buttons.count("_publish") == 1
    form.save("_publish")
    assert client.get(organisation.get_absolute_url()).status_code == 200
    assert organisation.get_absolute_url() in get(publisher, address(organisation))
    assert "_publish" not in open_form(publisher, organisation).buttons
    history = get(publisher, address(organisation, "history"))
    assert "Added" in history
    assert "Changed published from." in history


@pytest.mark.parametrize(
    ("state", "offered"), [("draft", False), ("scheduled", False), ("withdrawn", False), ("", True)]
)
def test_view_on_site_is_offered_for_what_is_live(editor, state, offered):
    organisation = make.OrganisationFactory(**({state: True} if state else {}))
    page = get(editor, address(organisation))
    assert (f'href="{organisation.get_absolute_url()}"' in page) is offered


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("draft", "Draft: seen by staff only."),
        ("scheduled", "Scheduled: appears on 1 January 2999, 01:00."),
        ("withdrawn", "Withdrawn since 1 January 2021, 01:00."),
        ("", "Live since 1 January 2020, 01:00."),
    ],
)
def test_form_says_where_the_record_stands(editor, state, said):
    organisation = make.OrganisationFactory(key="key_of-it", **({state: True} if state else {}))
    assert said in get(editor, address(organisation))


def test_new_form_says_that_nobody_sees_it_yet(editor, open_form):
    assert "New: nobody sees it until it is saved." in open_form(editor, Organisation).page


def test_publisher_schedules_and_withdraws_by_the_form(publisher, client, open_form):
    organisation = make.OrganisationFactory(draft=True)
    open_form(publisher, organisation).save(published_at_0="2999-01-01", published_at_1="00:00")
    assert client.get(organisation.get_absolute_url()).status_code == 404
    open_form(publisher, organisation).save(published_at_0="2021-01-01", published_at_1="00:00")
    assert client.get(organisation.get_absolute_url()).status_code == 200
    open_form(publisher, organisation).save(withdrawn_at_0="2022-01-01", withdrawn_at_1="00:00")
    assert client.get(organisation.get_absolute_url()).status_code == 410


# the address


def test_live_record_that_moves_leaves_a_redirect(editor, client, open_form):
    organisation = make.OrganisationFactory(slug="old")
    old = organisation.get_absolute_url()
    open_form(editor, organisation).save(slug="new")
    response = client.get(old)
    new = reverse("partners:organisation-detail", args=["new"])
    assert (response.status_code, response["Location"]) == (301, new)
    assert client.get(new).status_code == 200


def test_draft_that_moves_leaves_no_redirect(editor, client, open_form):
    organisation = make.OrganisationFactory(slug="old", draft=True)
    open_form(editor, organisation).save(slug="new")
    assert not Redirect.objects.exists()
    assert client.get(organisation.get_absolute_url()).status_code == 404


def test_draft_that_moves_as_it_is_published_leaves_no_redirect(publisher, open_form):
    organisation = make.OrganisationFactory(slug="old", draft=True)
    open_form(publisher, organisation).save("_publish", slug="new")
    assert not Redirect.objects.exists()


def test_record_that_moves_twice_and_back_is_found_at_every_address(editor, client, open_form):
    organisation = make.OrganisationFactory(slug="a")
    for slug in ("b", "c", "a"):
        open_form(editor, organisation).save(slug=slug)
    here = reverse("partners:organisation-detail", args=["a"])
    assert client.get(here).status_code == 200
    for slug in ("b", "c"):
        response = client.get(reverse("partners:organisation-detail", args=[slug]))
        assert response["Location"] == here


def test_save_that_changes_no_address_leaves_no_redirect(editor, open_form):
    open_form(editor, make.OrganisationFactory()).save(summary="New")
    assert not Redirect.objects.exists()


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
    organisation = make.OrganisationFactory(founded="2001")
    open_form(editor, organisation).save(founded=typed)
    organisation.refresh_from_db()
    assert str(organisation.founded) == kept
    form = open_form(editor, organisation)
    assert form.fields["founded"] == shown
    form.save()
    organisation.refresh_from_db()
    assert str(organisation.founded) == kept


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
def test_rich_text_is_saved_clean(editor, client, open_form, typed, kept):
    organisation = make.OrganisationFactory()
    open_form(editor, organisation).save(description=typed)
    organisation.refresh_from_db()
    assert "Good" in organisation.description
    assert kept in (None, organisation.description)
    for text in (organisation.description, get(client, organisation.get_absolute_url())):
        for evil in ("alert(1)", "onclick", "onerror", "javascript:", "evil.example", "<iframe"):
            assert evil not in text


def test_words_are_shown_as_they_were_typed(editor, client, open_form):
    name = "<script>alert('R&D')</script>"
    organisation = make.OrganisationFactory()
    open_form(editor, organisation).save(name=name)
    for url in (
        organisation.get_absolute_url(),
        address(organisation),
        address(Organisation, "changelist"),
        address(organisation, "history"),
    ):
        assert name not in editor.get(url).content.decode()
    organisation.refresh_from_db()
    assert organisation.name == name


# the logo


def picture(kind="PNG", name="logo.png", size=(400, 200)):
    content = io.BytesIO()
    Image.new("RGB", size, "navy").save(content, kind)
    return SimpleUploadedFile(name, content.getvalue())


def fetch(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response["Content-Type"], b"".join(response.streaming_content)


@pytest.mark.parametrize(
    ("kind", "name", "served_as"),
    [
        ("PNG", "Logo of EIT.png", "image/png"),
        ("JPEG", "logo.JPG", "image/jpeg"),
        ("WEBP", "logo.webp", "image/webp"),
    ],
)
def test_logo_is_kept_under_a_name_that_says_nothing(
    editor, client, open_form, kind, name, served_as
):
    organisation = make.OrganisationFactory()
    upload = picture(kind, name)
    content = upload.read()
    upload.seek(0)
    open_form(editor, organisation).save(logo=upload, logo_alt="EIT logo")
    organisation.refresh_from_db()
    folder, _, stored = organisation.logo.name.rpartition("/")
    stem, _, suffix = stored.partition(".")
    assert (folder, len(stem), suffix) == ("logos", 32, name.rpartition(".")[2].lower())
    assert (organisation.logo_width, organisation.logo_height) == (400, 200)
    assert fetch(client, organisation.logo.url) == (served_as, content)
    image = f'<img class="logo-preview" src="{organisation.logo.url}" alt="EIT logo">'
    assert image in get(editor, address(organisation))
    page = get(client, organisation.get_absolute_url())
    assert organisation.logo.url in page
    assert 'alt="EIT logo"' in page


def test_logo_of_a_new_organisation(publisher, client, open_form):
    form = open_form(publisher, Organisation)
    assert "No logo yet: the page shows the name alone." in form.page
    form.save("_publish", name="New", slug="new", logo=picture(), logo_alt="New logo")
    organisation = Organisation.objects.get(slug="new")
    assert organisation.logo.url in get(client, organisation.get_absolute_url())


def test_logo_is_replaced_and_cleared(editor, client, open_form):
    organisation = make.OrganisationFactory()
    open_form(editor, organisation).save(logo=picture(), logo_alt="First")
    first = Organisation.objects.get(pk=organisation.pk).logo
    open_form(editor, organisation).save(logo=picture(size=(500, 100)))
    second = Organisation.objects.get(pk=organisation.pk)
    assert second.logo.url != first.url
    assert second.logo_width == 500
    assert second.logo.url in get(client, organisation.get_absolute_url())
    form = open_form(editor, organisation)
    form.fields["logo-clear"] = "on"
    form.save(logo_alt="")
    cleared = Organisation.objects.get(pk=organisation.pk)
    assert (cleared.logo.name, cleared.logo_width) == ("", None)
    assert "<img" not in get(client, organisation.get_absolute_url())


NOT_A_PICTURE = (
    "This is not a PNG, JPEG or WebP picture that can be read. SVG is not accepted: export the "
    "logo as PNG, at least 400 pixels wide, and send that."
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def bomb():
    """A PNG that says it is 60,000 pixels wide and high (PNG, third edition, §11.2.1)."""
    content = picture().read()
    header = b"IHDR" + (60_000).to_bytes(4) * 2 + content[24:29]
    return content[:12] + header + zlib.crc32(header).to_bytes(4) + content[33:]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (SVG, "logo.svg", NOT_A_PICTURE),
        (SVG, "logo.png", NOT_A_PICTURE),
        (b"<!DOCTYPE html><script>alert(1)</script>", "logo.png", NOT_A_PICTURE),
        (b"", "logo.png", "The submitted file is empty."),
        (b"\x89PNG\r\n\x1a\n", "logo.png", NOT_A_PICTURE),
        (picture("GIF").read(), "logo.png", NOT_A_PICTURE),
        (picture("JPEG").read()[:-300], "logo.jpg", NOT_A_PICTURE),
        (bomb(), "logo.png", "The picture has more than 16 million pixels. Save it smaller."),
        (
            picture().read() + b"\0" * 2_000_000,
            "logo.png",
            "The file is larger than 2 MB. Save the logo smaller.",
        ),
        (
            picture().read(),
            "logo.html",
            "File extension “html” is not allowed. Allowed extensions are: png, jpg, jpeg, webp.",
        ),
    ],
    ids=[
        "svg",
        "svg-named-png",
        "html-named-png",
        "empty",
        "cut-png",
        "gif",
        "cut-jpeg",
        "bomb",
        "large",
        "png-named-html",
    ],
)
def test_logo_that_cannot_be_taken_is_explained(editor, open_form, content, name, sentence):
    organisation = make.OrganisationFactory()
    upload = SimpleUploadedFile(name, content)
    response = open_form(editor, organisation).send(logo=upload, logo_alt="EIT logo")
    assert errors(response) == {"logo": [sentence]}
    organisation.refresh_from_db()
    assert not organisation.logo


def test_form_says_so_when_the_file_of_the_logo_is_gone(editor, open_form):
    organisation = make.OrganisationFactory()
    open_form(editor, organisation).save(logo=picture(), logo_alt="EIT logo")
    logo = Organisation.objects.get(pk=organisation.pk).logo
    logo.storage.delete(logo.name)
    response = open_form(editor, organisation).send(summary="New")
    sentence = "The file of this logo is gone. Upload the logo again, or clear it."
    assert errors(response) == {"logo": [sentence]}


# what is counted, and what is cited


def test_one_save_is_one_version_however_many_parts_change(editor, filled_in, open_form):
    filled_in(editor).save()
    organisation = Organisation.objects.get(slug="eit")
    assert organisation.record.version == 1
    form = open_form(editor, organisation)
    form.row("names", kind="alias", name="Testers")
    form.row("links", label="EIT: people")
    form.fields[f"{form.row_of(organisation.identifiers.get(), 'identifiers')}-DELETE"] = "on"
    form.save(summary="They test more.", topics=[make.TopicFactory().pk, make.TopicFactory().pk])
    organisation.record.refresh_from_db()
    assert organisation.record.version == 2
    assert "testers" in organisation.record.names
    assert not organisation.identifiers.exists()


def test_form_that_is_refused_counts_as_nothing(editor, open_form):
    organisation = make.OrganisationFactory()
    version = organisation.record.version
    form = open_form(editor, organisation)
    form.row("names", kind="alias", name="Testers")
    form.row("links", label="click here")
    form.send(name="Other")
    organisation.refresh_from_db()
    assert (organisation.name, organisation.names.count()) != ("Other", 1)
    assert organisation.record.version == version


def test_reading_a_form_counts_as_nothing(editor, open_form):
    organisation = make.OrganisationFactory()
    version, changed_at = organisation.record.version, organisation.record.changed_at
    open_form(editor, organisation)
    organisation.record.refresh_from_db()
    assert (organisation.record.version, organisation.record.changed_at) == (version, changed_at)


def offered(form, name):
    """value → words of the choices of a select."""
    select = form.page.partition(f'name="{name}"')[2].partition("</select>")[0]
    options = [option.partition("</option>")[0] for option in select.split("<option")[1:]]
    return {
        option.partition('value="')[2].partition('"')[0]: html.unescape(option.partition(">")[2])
        for option in options
    }


def test_statements_are_offered_in_words_and_kept_as_paths(editor, open_form):
    figure = make.FigureFactory(measure="members", value=5000)
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
    organisation = make.OrganisationFactory()
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


def test_statement_that_was_not_offered_is_refused(editor, open_form):
    form = open_form(editor, make.OrganisationFactory())
    row = form.row("citations", path="figures/1/value", source=make.SourceFactory().pk)
    assert f"{row}-path" in errors(form.send())


def test_citations_of_a_part_go_with_it(editor, open_form):
    """They would stand in the way of every later save."""
    figure, other = make.FigureFactory.create_batch(2, organisation=make.OrganisationFactory())
    for part in (figure, other):
        make.CitationFactory(organisation=part.organisation, path=f"figures/{part.pk}/value")
    make.CitationFactory(organisation=figure.organisation, path="founded")
    form = open_form(editor, figure.organisation)
    form.fields[f"{form.row_of(figure, 'figures')}-DELETE"] = "on"
    form.save()
    paths = figure.organisation.citations.values_list("path", flat=True)
    assert set(paths) == {"founded", f"figures/{other.pk}/value"}
    open_form(editor, figure.organisation).save()


def test_part_and_its_citation_can_be_deleted_together(editor, open_form):
    figure = make.FigureFactory()
    citation = make.CitationFactory(
        organisation=figure.organisation, path=f"figures/{figure.pk}/value"
    )
    form = open_form(editor, figure.organisation)
    form.fields[f"{form.row_of(figure, 'figures')}-DELETE"] = "on"
    form.fields[f"{form.row_of(citation, 'citations')}-DELETE"] = "on"
    form.save()
    assert not Citation.objects.exists()
    assert not figure.organisation.figures.exists()
