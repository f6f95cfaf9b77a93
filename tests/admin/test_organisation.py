"""An organisation from the empty form to its public page, and what happens to it after."""

import html

import pytest
from django.urls import reverse

from partners.models import Organisation, PendingChange, Redirect, SectionEntry
from partners.rows import snapshots
from tests import factories as make
from tests.admin.browser_form import address, errors, read_all

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


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
        safety = make.TopicFactory(name="Safety")
        form = open_form(client, Organisation).fill(
            name="European Institute of Tests",
            acronym="EIT",
            kind="institute",
            summary="They test.",
            description="<p>Testing <strong>since 2016</strong>.</p>",
            topics=[safety.pk],
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
        form.row("identifiers", scheme="wikidata", value="Q42")
        form.row("links", label="EIT: all tests", url="https://eit.example/tests")
        form.row("citations", path="founded", source=source.pk, locator="line 7")
        return form

    return filled_in


def test_publisher_adds_an_organisation_and_publishes_it_at_once(
    publisher, client, filled_in, open_form
):
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
    ]:
        assert said in page
    assert "Founded (line 7)" in get(client, f"{organisation.get_absolute_url()}history/")
    form = open_form(publisher, make.SectionFactory(title="Friends of ours"))
    form.row("entries", organisation=organisation.pk, position="3")
    form.save()
    assert "European Institute of Tests" in get(client, "/")
    assert "Friends of ours" in get(publisher, address(organisation))


def test_editor_adds_a_draft_that_only_staff_see(editor, client, filled_in):
    form = filled_in(editor)
    assert form.buttons == ["_draft", "_preview", "_hand_in"]
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
    assert form.buttons == ["_draft", "_preview", "_hand_in", "_publish", "_schedule"]
    form.save("_publish")
    assert client.get(organisation.get_absolute_url()).status_code == 200
    assert organisation.get_absolute_url() in get(publisher, address(organisation))
    history = get(publisher, address(organisation, "history"))
    assert history.index("Published · publisher") < history.index("Draft saved · editor")


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


def test_publisher_schedules_publishes_and_withdraws_by_the_form(publisher, client, open_form):
    organisation = make.OrganisationFactory(draft=True)
    to_come = {"publish_at_0": "2999-01-01", "publish_at_1": "00:00"}
    open_form(publisher, organisation).save("_schedule", **to_come)
    assert client.get(organisation.get_absolute_url()).status_code == 404
    form = open_form(publisher, organisation)
    assert "Scheduled: appears on 1 January 2999, 00:00." in form.page
    form.save("_publish")
    assert client.get(organisation.get_absolute_url()).status_code == 200
    decide = address(organisation, "decide")
    (seen,) = read_all(publisher.get(decide, {"_withdraw": "1"}), "seen")
    publisher.post(decide, {"seen": seen, "_withdraw": "1"})
    assert client.get(organisation.get_absolute_url()).status_code == 410


def test_editor_changes_nothing_that_the_public_reads(editor, client, open_form):
    organisation = make.OrganisationFactory(name="Rhubarb Society")
    topics = [make.TopicFactory(name="Safety").pk]
    form = open_form(editor, organisation)
    form.row("names", kind="alias", name="Friends of Rhubarb")
    form.save(name="Rhubarb Association", renaming="correction", topics=topics)
    page = get(client, organisation.get_absolute_url())
    assert "Rhubarb Society" in page
    for said in ("Rhubarb Association", "Friends of Rhubarb", "Safety"):
        assert said not in page
    assert organisation.record.version == 1
    form = open_form(editor, organisation)
    assert "A pending change by editor: not handed in." in form.page
    typed = (form.fields["name"], form.fields["names-0-name"])
    assert typed == ("Rhubarb Association", "Friends of Rhubarb")


def test_publisher_publishes_what_an_editor_handed_in(publisher, editor, client, open_form):
    organisation = make.OrganisationFactory()
    form = open_form(editor, organisation)
    form.row("names", kind="alias", name="Friends of Rhubarb")
    form.save("_hand_in", why="Asked by the society")
    form = open_form(publisher, organisation)
    assert "A pending change by editor: awaits approval." in form.page
    form.save("_publish", summary="They grow it.")
    page = get(client, organisation.get_absolute_url())
    for said in ("Friends of Rhubarb", "They grow it."):
        assert said in page
    assert not PendingChange.objects.exists()


@pytest.mark.parametrize("who", ["editor", "publisher"])
def test_places_are_named_and_stay_whatever_the_form_sends(client_of, open_form, who):
    """Publishers edit them on the form of the section."""
    entry, other = make.SectionEntryFactory(position=3), make.SectionFactory()
    form = open_form(client_of(who), entry.organisation)
    assert entry.section.title in form.page
    assert not [name for name in form.fields if name.startswith(("section_entries", "places"))]
    form.fields |= {
        "places": "",
        "section_entries-TOTAL_FORMS": "2",
        "section_entries-INITIAL_FORMS": "1",
        "section_entries-0-id": str(entry.pk),
        "section_entries-0-DELETE": "on",
        "section_entries-1-section": other.pk,
    }
    form.save(summary="New")
    places = SectionEntry.objects.values_list("section", "position")
    assert places.get() == (entry.section_id, 3)


# the address


def test_live_record_that_moves_leaves_a_redirect(publisher, client, open_form):
    organisation = make.OrganisationFactory(slug="old")
    old = organisation.get_absolute_url()
    open_form(publisher, organisation).save(slug="new")
    response = client.get(old)
    new = reverse("partners:organisation-detail", args=["new"])
    assert (response.status_code, response["Location"]) == (301, new)
    assert client.get(new).status_code == 200


def test_live_record_moves_when_the_move_is_published(editor, publisher, client, open_form):
    organisation = make.OrganisationFactory(slug="old")
    old, new = (reverse("partners:organisation-detail", args=[slug]) for slug in ("old", "new"))
    open_form(editor, organisation).save(slug="new")
    assert not Redirect.objects.exists()
    assert (client.get(old).status_code, client.get(new).status_code) == (200, 404)
    open_form(publisher, organisation).save()
    assert client.get(old)["Location"] == new
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


def test_record_that_moves_twice_and_back_is_found_at_every_address(publisher, client, open_form):
    organisation = make.OrganisationFactory(slug="a")
    for slug in ("b", "c", "a"):
        open_form(publisher, organisation).save(slug=slug)
    here = reverse("partners:organisation-detail", args=["a"])
    assert client.get(here).status_code == 200
    for slug in ("b", "c"):
        response = client.get(reverse("partners:organisation-detail", args=[slug]))
        assert response["Location"] == here


def test_save_that_changes_no_address_leaves_no_redirect(publisher, open_form):
    open_form(publisher, make.OrganisationFactory()).save(summary="New")
    assert not Redirect.objects.exists()


# what is counted


def test_one_save_is_one_version_however_many_parts_change(editor, filled_in, open_form):
    filled_in(editor).save()
    organisation = Organisation.objects.get(slug="eit")
    assert organisation.record.version == 1
    topics = [make.TopicFactory().pk, make.TopicFactory().pk]
    form = open_form(editor, organisation)
    form.row("names", kind="alias", name="Testers")
    form.row("links", label="EIT: people")
    form.fields[f"{form.row_of(organisation.identifiers.get(), 'identifiers')}-DELETE"] = "on"
    form.save(summary="They test more.", topics=topics)
    organisation.record.refresh_from_db()
    assert organisation.record.version == 2
    assert "testers" in organisation.record.names
    assert not organisation.identifiers.exists()


@pytest.mark.parametrize("who", ["editor", "publisher"])
def test_form_that_is_refused_counts_as_nothing(client_of, open_form, who):
    organisation = make.OrganisationFactory(name="Testers")
    version = organisation.record.version
    form = open_form(client_of(who), organisation)
    form.row("names", kind="alias", name="Checkers")
    form.row("links", label="click here")
    assert errors(form.send(name="Other", renaming="correction")).keys() == {"links-0-label"}
    organisation.refresh_from_db()
    assert (organisation.name, organisation.names.count()) == ("Testers", 0)
    assert organisation.record.version == version
    assert not PendingChange.objects.exists()


@pytest.mark.parametrize("is_pending", [False, True])
def test_reading_a_form_counts_as_nothing(editor, open_form, is_pending):
    organisation = make.OrganisationFactory()
    if is_pending:
        open_form(editor, organisation).save(summary="Other", slug="other")
    version, changed_at = organisation.record.version, organisation.record.changed_at
    stored = snapshots.stored(Organisation, organisation.pk)
    open_form(editor, organisation)
    organisation.record.refresh_from_db()
    assert (organisation.record.version, organisation.record.changed_at) == (version, changed_at)
    assert snapshots.stored(Organisation, organisation.pk) == stored
    assert not Redirect.objects.exists()
