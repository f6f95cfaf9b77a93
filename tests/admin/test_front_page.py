"""The front page as a desk, one search over all records, and what publishing warns of."""

import datetime as dt
import html
import re

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from partners.models import Figure, Organisation, PendingChange
from tests import factories as make
from tests.admin.browser_form import address
from tests.admin.test_logo import picture
from tests.admin.test_publication import text

pytestmark = pytest.mark.django_db

FRONT, FIND = reverse("admin:index"), reverse("admin:find")


def test_search_opens_the_one_record_that_it_finds(editor):
    draft = make.OrganisationFactory(name="Rhubarb Society", draft=True)
    make.EventFactory(title="Custard Congress")
    assert editor.get(FIND, {"q": "rhubarb"})["Location"] == address(draft)


def test_search_lists_records_of_all_kinds_with_what_they_are(editor):
    make.OrganisationFactory(name="Rhubarb Society")
    make.EventFactory(title="Rhubarb Congress")
    make.OrganisationFactory(name="Custard Society")
    page = text(editor.get(FIND, {"q": "rhubarb"}))
    assert ">Rhubarb Society</a>, organisation" in page
    assert ">Rhubarb Congress</a>, event" in page
    assert page.index("Rhubarb Society") < page.index("Rhubarb Congress")  # partners come first
    assert "Custard" not in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Write a word or two"), ("zzzz", "No record has “zzzz” in its text."), ("<b>", "“&lt;b")],
)
def test_search_that_finds_nothing_says_what_to_do(editor, typed, said):
    make.OrganisationFactory()
    assert said in editor.get(FIND, {"q": typed}).content.decode()


def test_search_shows_nothing_to_who_may_see_nothing(client_of):
    make.OrganisationFactory(name="Rhubarb Society")
    assert "Rhubarb" not in text(client_of("reader").get(FIND, {"q": "rhubarb"}))


def test_front_page_lists_own_work_with_its_state(editor, publisher, open_form):
    one, two, other = make.OrganisationFactory.create_batch(3)
    open_form(editor, one).save("_hand_in", summary="New.")
    open_form(editor, two).save("_draft", summary="New.")
    open_form(publisher, other).save("_publish", summary="New.")
    recent = editor.get(FRONT).context["recent"]
    assert [(title, state) for title, _, state, _ in recent] == [
        (str(two), "not handed in"),
        (str(one), "awaits approval"),
    ]
    assert [each[2] for each in publisher.get(FRONT).context["recent"]] == ["Published"]


def test_new_record_is_approved_with_all_that_it_says_in_sight(editor, publisher, open_form):
    record = make.OrganisationFactory(draft=True, summary="They grow rhubarb.")
    make.FigureFactory(organisation=record, measure="gardens", value=7)
    open_form(editor, record).save("_hand_in")
    page = text(publisher.get(address(PendingChange.objects.get())))
    assert "This record is new to the public." in page
    assert "<ins>They grow rhubarb.</ins>" in page
    assert "gardens" in page


def test_draft_that_a_published_record_names_is_pointed_out(publisher, open_form):
    collaboration = make.CollaborationFactory(draft=True)
    draft = make.OrganisationFactory(name="Rhubarb Society", draft=True)
    make.PartyFactory(collaboration=collaboration, organisation=draft)
    make.PartyFactory(collaboration=collaboration, organisation=make.OrganisationFactory())
    form = open_form(publisher, collaboration)
    page = text(publisher.get(form.save("_publish")["Location"]))
    assert f'does not name <a href="{address(draft)}">Rhubarb Society</a>, which is a draft' in page
    assert page.count("which is a draft") == 1


def test_new_part_comes_last_unless_its_place_is_said(publisher, open_form):
    organisation = make.OrganisationFactory()
    make.FigureFactory(organisation=organisation, measure="first", position=5)
    form = open_form(publisher, organisation)
    form.row("figures", measure="third", value="3")
    form.row("figures", measure="zeroth", value="1", position="2")
    form.row("figures", measure="fourth", value="4")
    form.save("_publish")
    placed = Figure.objects.order_by("position").values_list("measure", "position")
    assert list(placed) == [("zeroth", 2), ("first", 5), ("third", 6), ("fourth", 7)]


@pytest.mark.parametrize(("dated", "warned"), [({}, True), ({"as_of": "2026"}, False)])
def test_number_that_moves_without_its_source_is_pointed_out(
    editor, publisher, open_form, dated, warned
):
    organisation = make.OrganisationFactory()
    make.FigureFactory(organisation=organisation, measure="gardens", value=7, as_of="2020")
    make.FigureFactory(organisation=organisation, measure="roses", value=7, as_of="2020")
    form = open_form(editor, organisation)
    row = next(name for name, value in form.fields.items() if value == "gardens").rpartition("-")[0]
    changed = {"value": "8"} | dated
    form.save("_hand_in", **{f"{row}-{name}": value for name, value in changed.items()})
    page = text(publisher.get(address(PendingChange.objects.get())))
    assert ("The number of gardens changes" in page) is warned
    assert "The number of roses" not in page


def test_lists_show_the_clock_of_the_forms(publisher, open_form):
    open_form(publisher, make.OrganisationFactory()).save("_publish", summary="New.")
    page = text(publisher.get(reverse("admin:partners_revision_changelist")))
    assert not re.search(r"\d (a|p)\.m\.", page)
    assert re.search(r"\d{4}, \d\d:\d\d", page)


def collaboration_with_a_draft(**state):
    """(collaboration, the draft partner that it names)."""
    draft = make.OrganisationFactory(name="Rhubarb Society", draft=True)
    collaboration = make.CollaborationFactory(**state or {"draft": True})
    make.PartyFactory(collaboration=collaboration, organisation=make.OrganisationFactory())
    make.PartyFactory(collaboration=collaboration, organisation=draft)
    return collaboration, draft


def test_form_publishes_with_the_draft_that_it_names(publisher, editor, open_form, client):
    collaboration, draft = collaboration_with_a_draft()
    assert "_publish_all" not in open_form(editor, collaboration).buttons
    form = open_form(publisher, collaboration)
    assert "Publish with “Rhubarb Society”" in form.page
    page = text(publisher.get(form.save("_publish_all")["Location"]))
    assert "Published: Rhubarb Society." in page
    assert "which is a draft" not in page
    for record in (collaboration, draft):
        assert b"Rhubarb Society" in client.get(record.get_absolute_url()).content
    assert "_publish_all" not in open_form(publisher, collaboration).buttons


def test_form_of_what_is_public_publishes_the_draft_that_it_names(publisher, open_form):
    collaboration, _ = collaboration_with_a_draft(title="Public")
    page = text(publisher.get(open_form(publisher, collaboration).save("_publish_all")["Location"]))
    assert "Published: Rhubarb Society." in page
    assert "Nothing to publish" not in page


def test_what_is_scheduled_is_not_published_along(publisher, open_form):
    collaboration, named = collaboration_with_a_draft(title="Public")
    Organisation.objects.filter(pk=named.pk).update(published_at=timezone.now() + dt.timedelta(9))
    form = open_form(publisher, collaboration)
    assert "_publish_all" not in form.buttons
    assert "which is a draft" not in form.page


def test_form_publishes_neither_where_the_draft_was_saved_meanwhile(publisher, open_form, client):
    collaboration, draft = collaboration_with_a_draft()
    form = open_form(publisher, collaboration)
    open_form(publisher, draft).save("_draft", summary="Changed meanwhile.")
    response = form.send("_publish_all", summary="Typed.")
    assert response.status_code == 409
    page = html.unescape(response.content.decode())
    assert "Rhubarb Society: It is not as it was shown" in page
    assert "Typed." in page
    for record in (collaboration, draft):
        assert client.get(record.get_absolute_url()).status_code == 404


def test_draft_that_a_proposal_names_is_shown_where_it_is_decided(publisher, editor, open_form):
    collaboration, draft = make.CollaborationFactory(), make.OrganisationFactory(draft=True)
    form = open_form(editor, collaboration)
    form.row("parties", organisation=draft.pk)
    form.save("_hand_in")
    page = text(publisher.get(address(PendingChange.objects.get())))
    assert f"Approve and publish, with “{draft}”" in page


def test_picture_that_is_proposed_is_shown_where_it_is_decided(publisher, editor, open_form):
    form = open_form(editor, make.OrganisationFactory())
    form.save("_hand_in", logo=picture(), logo_alt="Logo of it")
    change = PendingChange.objects.get()
    name = change.rows[0]["fields"]["logo"]
    page = text(publisher.get(address(change)))
    assert page.count(f'src="{default_storage.url(name)}"') == 1
    open_form(publisher, make.OrganisationFactory(pk="other")).save("_hand_in", summary="Words.")
    other = PendingChange.objects.exclude(pk=change.pk).get()
    assert "The picture that is proposed" not in text(publisher.get(address(other)))
