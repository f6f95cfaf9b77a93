"""Duplicates: what the one has moves to the other, once and in one go, and can be undone."""

import copy
import datetime as dt

import pytest

from partners.models import (
    Citation,
    Collaboration,
    Event,
    EventSeries,
    Organisation,
    OrganisationName,
    Redirect,
    Revision,
    Section,
    Verification,
)
from partners.models.sources import statement
from partners.publishing import merging
from partners.publishing.merging import ELSEWHERE, Merge
from partners.rows import history, snapshots
from partners.rows.offers import LOOK_AGAIN
from partners.rows.snapshots import Refused
from partners.rows.standing import standing
from tests import acts
from tests import factories as make
from tests.acts import Proposal

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
RECORDS = (Organisation, Collaboration, EventSeries, Event, Section)


@pytest.fixture
def publisher(django_user_model):
    return django_user_model.objects.create_user("publisher")


@pytest.fixture
def kept():
    return make.OrganisationFactory(pk="kept", name="European Society", acronym="ES")


@pytest.fixture
def other():
    return make.OrganisationFactory(pk="other", name="Eur. Society", acronym="EurS")


def merge(kept, other, by, **options):
    plan = Merge(fresh(kept), fresh(other), **options)
    merging.merge(plan, plan.versions, by, NOW)


def fresh(record):
    return type(record).objects.get(pk=record.pk)


def whats(record):
    return [(each.what, each.why) for each in Revision.objects.of(type(record), record.pk)]


def test_every_way_to_name_an_organisation_is_known():
    """A new one has to be merged as well."""
    beside = {"contacts", "record", "verification"}
    ways = {relation.get_accessor_name() for relation in Organisation._meta.related_objects}
    assert ways == {*ELSEWHERE, *snapshots.part_names(Organisation), *beside}


def test_contacts_move_to_the_one_that_is_kept(kept, other, publisher):
    contact = make.ContactFactory(organisation=other)
    merge(kept, other, publisher)
    assert fresh(contact).organisation == kept


def test_parts_move_as_they_are(kept, other, publisher):
    owner = {"organisation": other}
    parts = [
        make.FigureFactory(**owner),
        make.IdentifierFactory(**owner),
        make.LinkFactory(**owner, label="other"),  # as the key is
        make.OrganisationNameFactory(**owner),
        make.OrganisationRelationFactory(**owner),
        make.CitationFactory(path="topics", **owner),
        make.PartyFactory(**owner),
        make.OrganiserFactory(**owner),
        make.OrganiserFactory(series=make.EventSeriesFactory(), **owner),
        make.SectionEntryFactory(**owner),
    ]
    before = {part: snapshots.rows_of(part)[0]["fields"] for part in parts}
    merge(kept, other, publisher)
    for part in parts:
        assert snapshots.rows_of(fresh(part))[0]["fields"] == before[part] | {
            "organisation": "kept"
        }
    assert not Organisation.objects.filter(pk="other").exists()


def test_relations_that_others_say_of_it_move(kept, other, publisher):
    relation = make.OrganisationRelationFactory(other=other)
    merge(kept, other, publisher)
    assert fresh(relation).other_id == "kept"


def test_verification_of_a_figure_moves_with_it(kept, other, publisher):
    figure = make.FigureFactory(organisation=other)
    verification = make.VerificationFactory(figure=figure)
    merge(kept, other, publisher)
    assert Verification.objects.get() == verification


@pytest.mark.parametrize("kind", ["alias", "former"])
def test_name_becomes_a_name_of_the_one_kept(kept, other, publisher, client, kind):
    make.CitationFactory(organisation=other, path="name", locator="line 1")
    merge(kept, other, publisher, name_kind=kind)
    name = OrganisationName.objects.get()
    assert (name.organisation, name.kind) == (kept, kind)
    assert (name.name, name.acronym) == ("Eur. Society", "EurS")
    cited = Citation.objects.get()
    assert (cited.organisation, cited.locator) == (kept, "line 1")
    assert statement(fresh(kept), cited.path) == "Eur. Society"
    assert "European Society" in client.get("/search/?q=EurS").content.decode()


def test_name_that_it_has_already_is_not_said_again(kept, publisher):
    other = make.OrganisationFactory(pk="other", name="EUROPEAN society", acronym="")
    make.CitationFactory(organisation=other, path="name")
    merge(kept, other, publisher)
    assert not OrganisationName.objects.exists()
    assert not Citation.objects.exists()  # of a name that is written in another way


def test_what_is_not_known_is_taken_over_with_its_sources(kept, other, publisher):
    Organisation.objects.filter(pk="other").update(
        founded="2016-05", founded_label="launched", seat_city="Vienna", website="https://e.org/",
        not_for_profit="yes",
    )  # fmt: skip
    Organisation.objects.filter(pk="kept").update(seat_country="AT")
    for path in ("founded", "website", "seat_city", "region"):
        make.CitationFactory(organisation=other, path=path)
    merge(kept, other, publisher)
    organisation = fresh(kept)
    assert (organisation.founded.text, organisation.founded_label) == ("2016-05", "launched")
    assert (organisation.website, organisation.not_for_profit) == ("https://e.org/", "yes")
    assert (organisation.seat_city, organisation.seat_country.code) == ("", "AT")
    paths = sorted(Citation.objects.values_list("path", flat=True))
    assert paths == ["founded", "region", "website"]


def test_what_is_lost_is_what_both_say_otherwise(kept, other):
    Organisation.objects.filter(pk="kept").update(founded="2015", summary="They work.")
    Organisation.objects.filter(pk="other").update(founded="2016")
    [row], [instead] = Merge(fresh(kept), fresh(other)).lost
    there = row["fields"]
    assert {name: said for name, said in instead["fields"].items() if said != there[name]} == {
        "acronym": "EurS",
        "founded": "2016",
    }


def test_topics_are_those_of_both(publisher):
    one, two, three = make.TopicFactory.create_batch(3)
    kept = make.OrganisationFactory(topics=[one, two])
    merge(kept, make.OrganisationFactory(topics=[two, three]), publisher)
    assert set(fresh(kept).topics.all()) == {one, two, three}


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        ({}, {"has_ended": True}, ("", True)),
        ({}, {"dissolved": "2010"}, ("2010", False)),
        ({"dissolved": "2010"}, {"has_ended": True}, ("2010", False)),
        ({"has_ended": True}, {"dissolved": "2010"}, ("", True)),
    ],
)
def test_end_is_taken_over_with_its_mark_or_not_at_all(publisher, mine, theirs, both):
    kept = make.OrganisationFactory(**mine)
    merge(kept, make.OrganisationFactory(**theirs), publisher)
    assert (str(fresh(kept).dissolved), fresh(kept).has_ended) == both


def twice(kept, other, factory, /, **given):
    """The same of both, with a source of the other one's."""
    mine = factory(organisation=kept, **given)
    theirs = factory(organisation=other, **given)
    return mine, theirs


def test_party_in_both_stays_once_with_the_sources_of_both(kept, other, publisher):
    together = make.CollaborationFactory()
    mine, theirs = twice(kept, other, make.PartyFactory, collaboration=together, role="member")
    host = make.PartyFactory(collaboration=together, organisation=other, role="host-body")
    cited = make.CitationFactory(collaboration=together, path=f"parties/{theirs.pk}/role")
    same = {"source": cited.source, "path": f"parties/{mine.pk}/role"}
    plan = Merge(kept, other)
    assert [(key, row["pk"]) for (_, key), row in plan.twice] == [(together.pk, str(theirs.pk))]
    merge(kept, other, publisher)
    assert set(together.parties.all()) == {mine, host}
    assert Citation.objects.get(**same) == cited


@pytest.mark.parametrize(
    ("factory", "given"),
    [
        (make.LinkFactory, {"label": "Training", "url": "https://e.org/"}),
        (make.FigureFactory, {"value": 5, "as_of": "2016"}),
        (make.OrganisationNameFactory, {"name": "Old name"}),
    ],
)
def test_part_in_both_stays_once(kept, other, publisher, factory, given):
    mine, theirs = twice(kept, other, factory, **given)
    manager = {"Link": "links", "Figure": "figures"}.get(type(mine).__name__, "names")
    make.CitationFactory(organisation=other, path=f"{manager}/{theirs.pk}")
    merge(kept, other, publisher)
    stays = type(mine).objects.exclude(name="Eur. Society") if manager == "names" else None
    assert list(type(mine).objects.all() if stays is None else stays) == [mine]
    assert Citation.objects.get().path == f"{manager}/{mine.pk}"


def test_organiser_entry_and_relation_in_both_stay_once(kept, other, publisher):
    above = make.OrganisationFactory(pk="above")
    pairs = [
        twice(kept, other, make.OrganiserFactory, event=make.EventFactory()),
        twice(kept, other, make.OrganiserFactory, series=make.EventSeriesFactory()),
        twice(kept, other, make.SectionEntryFactory, section=make.SectionFactory()),
        twice(kept, other, make.OrganisationRelationFactory, other=above),
    ]
    merge(kept, other, publisher)
    for mine, theirs in pairs:
        manager = type(mine).objects
        assert manager.filter(pk=mine.pk).exists()
        assert not manager.filter(pk=theirs.pk).exists()


def test_what_a_record_says_twice_by_itself_is_left_alone(kept, other, publisher):
    same = {"label": "Training", "url": "https://example.org/"}
    links = [make.LinkFactory(organisation=kept, **same) for _ in range(2)]
    party = make.PartyFactory(organisation=other)
    source = make.SourceFactory()
    owner = {"collaboration": party.collaboration, "source": source, "path": "title"}
    citations = [make.CitationFactory(**owner) for _ in range(2)]
    merge(kept, other, publisher)
    assert set(kept.links.all()) == set(links)
    assert set(party.collaboration.citations.all()) == set(citations)


@pytest.mark.parametrize("direction", ["to", "from"])
def test_relation_between_the_two_goes(kept, other, publisher, direction):
    ends = (kept, other) if direction == "to" else (other, kept)
    relation = make.OrganisationRelationFactory(organisation=ends[0], other=ends[1])
    make.CitationFactory(organisation=ends[0], path=f"relations/{relation.pk}/kind")
    merge(kept, other, publisher)
    assert not kept.relations.exists()
    assert not Citation.objects.exists()


def test_circle_of_relations_is_refused(kept, other, publisher):
    above = make.OrganisationFactory()
    make.OrganisationRelationFactory(organisation=kept, other=above)
    make.OrganisationRelationFactory(organisation=above, other=other)
    [sentence] = Merge(kept, other).obstacles(NOW)
    assert "close a circle" in sentence
    with pytest.raises(Refused, match="close a circle"):
        merge(kept, other, publisher)
    assert fresh(other).inverse_relations.exists()


def test_each_record_gets_one_revision(kept, other, publisher):
    party = make.PartyFactory(organisation=other)
    entry = make.SectionEntryFactory(organisation=other)
    apart = make.PartyFactory(organisation=make.OrganisationFactory())
    merge(kept, other, publisher)
    said = ("Merged", "“Eur. Society” is now “European Society”")
    for record in (kept, party.collaboration, entry.section):
        assert whats(record) == [said, (history.OUTSIDE, "")]
    assert whats(other) == [
        ("Merged and deleted", "Now “European Society”"), (history.OUTSIDE, ""),
    ]  # fmt: skip
    assert Revision.objects.deleted().get().key == "other"
    assert whats(apart.collaboration) == []


def test_long_names_are_cut_in_what_history_says(publisher):
    kept, other = (make.OrganisationFactory(name=letter * 300) for letter in "KO")
    merge(kept, other, publisher)
    assert whats(kept)[0] == ("Merged", f"“{'O' * 120}” is now “{'K' * 120}”")


def test_old_addresses_lead_on_in_one_step(kept, other, publisher, client):
    old, new = other.get_absolute_url(), kept.get_absolute_url()
    make.RedirectFactory(old_path="/older/", new_path=old)
    merge(kept, other, publisher)
    for path in (old, "/older/"):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (301, new)
    assert client.get(new).status_code == 200


def test_draft_leaves_no_redirect(kept, publisher):
    merge(kept, make.OrganisationFactory(draft=True), publisher)
    assert not Redirect.objects.exists()


@pytest.mark.parametrize("of", ["kept", "other", "party"])
def test_change_meanwhile_is_refused(kept, other, publisher, of):
    party = make.PartyFactory(organisation=other)
    record = {"kept": kept, "other": other, "party": party.collaboration}[of]
    plan = Merge(fresh(kept), fresh(other))
    mark = plan.versions
    type(record).objects.filter(pk=record.pk).update(summary="Somebody else's.")
    with pytest.raises(Refused, match=LOOK_AGAIN):
        merging.merge(plan, mark, publisher, NOW)
    assert fresh(party).organisation == other


def test_party_that_was_added_meanwhile_is_refused(kept, other, publisher):
    plan = Merge(kept, other)
    mark = plan.versions
    make.PartyFactory(organisation=other)
    with pytest.raises(Refused, match=LOOK_AGAIN):
        merging.merge(plan, mark, publisher, NOW)


@pytest.mark.parametrize("gone", ["kept", "other"])
def test_record_that_is_gone_meanwhile_is_refused(kept, other, publisher, gone):
    plan = Merge(kept, other)
    mark = plan.versions
    Organisation.objects.filter(pk=gone).delete()
    with pytest.raises(Refused, match=LOOK_AGAIN):
        merging.merge(plan, mark, publisher, NOW)


@pytest.mark.parametrize("of", ["kept", "other", "party", "elsewhere"])
def test_pending_change_is_refused(kept, other, publisher, of):
    party, elsewhere = make.PartyFactory(organisation=other), make.PartyFactory()
    record = {"kept": kept, "other": other}.get(of)
    record = record or (party if of == "party" else elsewhere).collaboration
    base = standing(type(record), record.pk).present
    rows = copy.deepcopy(base)
    rows[0]["fields"]["summary"] = "Not public yet."
    if of == "elsewhere":
        rows[1]["fields"]["organisation"] = "other"
    acts.save_draft(Proposal(type(record), record.pk, base, rows, publisher), NOW)
    sentence = f"“{record}” has a pending change by publisher: publish or discard it first."
    assert Merge(kept, other).obstacles(NOW) == [sentence]
    with pytest.raises(Refused):
        merge(kept, other, publisher)
    assert fresh(other)


def test_home_cannot_be_merged_away(kept, publisher):
    home = make.OrganisationFactory(home=True)
    with pytest.raises(Refused, match="cannot be merged away"):
        merge(kept, home, publisher)
    merge(home, kept, publisher)
    assert fresh(home).is_home


@pytest.mark.parametrize(
    ("mine", "theirs", "may"),
    [
        ({}, {"draft": True}, True),
        ({"draft": True}, {"draft": True}, True),
        ({"draft": True}, {}, False),
        ({"scheduled": True}, {}, False),
        ({"withdrawn": True}, {}, False),
        ({"draft": True}, {"withdrawn": True}, False),
        ({"withdrawn": True}, {"withdrawn": True}, True),
    ],
)
def test_public_loses_no_page(publisher, mine, theirs, may):
    kept, other = make.OrganisationFactory(**mine), make.OrganisationFactory(**theirs)
    first = f"Visitors know “{other}”, but not “{kept}”. Publish “{kept}” first, "
    said = [] if may else [f"{first}or keep “{other}” instead."]
    assert Merge(kept, other).obstacles(NOW) == said


def test_plan_writes_nothing(kept, other, publisher):
    make.PartyFactory(organisation=other)
    before = [snapshots.rows_of(record) for model in RECORDS for record in model.objects.all()]
    plan = Merge(kept, other)
    assert plan.obstacles(NOW) == []
    assert plan.moved == ["1 party"]
    assert before == [
        snapshots.rows_of(record) for model in RECORDS for record in model.objects.all()
    ]
    assert not Revision.objects.exists()
