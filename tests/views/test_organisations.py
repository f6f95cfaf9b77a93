"""The page of an organisation."""

import pytest
from django.urls import reverse

from tests import factories as make

LIST = reverse("partners:organisation-list")


def test_organisation_page_says_what_is_known(read, society):
    parent = make.OrganisationFactory(name="Parent", slug="parent")
    source = make.SourceFactory(title="Their page", url="https://example.org/them", read_on="2026")
    partner = make.OrganisationFactory(
        name="Partner", acronym="PAR", slug="par", kind="federation", not_for_profit="yes",
        region="north-america", region_note="mainly U.S.", seat_city="Wien", seat_country="AT",
        founded="2006", dissolved="2020-05", website="https://www.example.org/par",
        summary="Who they are.", description="<p>What they do.</p>",
        topics=[make.TopicFactory(key="cancer", name="Cancer")],
    )  # fmt: skip
    make.OrganisationRelationFactory(organisation=partner, kind="division-of", other=parent)
    make.OrganisationRelationFactory(
        organisation=make.OrganisationFactory(name="Child", slug="child"),
        kind="initiative-of", other=partner, basis="inferred",
    )  # fmt: skip
    make.FigureFactory(
        organisation=partner, measure="members", bound="about", value=8_000, as_of="2019",
        source=source, note="Of all kinds",
    )  # fmt: skip
    make.OrganisationNameFactory(
        organisation=partner, name="Ancienne", acronym="ANC", language="fr", valid_until="1999"
    )
    make.IdentifierFactory(organisation=partner, value="Q42")
    make.LinkFactory(organisation=partner, label="Their statutes", url="https://example.org/st")
    make.LinkFactory(organisation=partner, label="Target lost", url="")
    for path, basis in (("founded", "stated"), ("kind", "inferred"), ("founded_label", "stated")):
        make.CitationFactory(organisation=partner, source=source, path=path, basis=basis)
    page = read(partner.get_absolute_url())
    assert page.headings == ["Partner PAR", "About PAR", "Links", "Sources"]
    assert page.main == (
        "Federation Partner PAR Who they are. "
        "Website example.org Division of Parent "
        "Has the initiative Child inferred from the source, not stated by it "
        "Founded 2006 Dissolved May 2020 "
        "Region of activity North America mainly U.S. "
        "Not for profit Yes "
        "Seat Wien, Austria "
        "Members about 8,000 as of 2019; source: Their page. Of all kinds "
        "Former name Ancienne (ANC) until 1999 "
        "Topics Cancer Wikidata Q42 "
        "About PAR What they do. "
        "Links Their statutes "
        "Not yet verified "
        "Sources Their page, read 2026 Founded; Kind inferred"
    )
    assert page.links() == [
        ("example.org", "https://www.example.org/par"),
        ("Parent", "/organisations/parent/"),
        ("Child", "/organisations/child/"),
        ("Cancer", "/organisations/?topic=cancer"),
        ("Q42", "https://www.wikidata.org/wiki/Q42"),
        ("Their statutes", "https://example.org/st"),
        ("Their page", "https://example.org/them"),
    ]


def test_organisation_page_leaves_out_what_is_not_known(read):
    bare = make.OrganisationFactory(name="Partner")
    assert read(bare.get_absolute_url()).main == "Organisation Partner Not yet verified"


def test_organisation_page_shows_collaborations_and_events(read, society):
    partner = make.OrganisationFactory(name="Partner", acronym="PAR", slug="par")
    together = make.CollaborationFactory(
        slug="examination", title="Examination", kind="joint-examination", since="2015",
        cadence="annual", summary="An examination.",
    )  # fmt: skip
    make.PartyFactory(collaboration=together, organisation=partner, role="organiser", position=1)
    make.PartyFactory(collaboration=together, organisation=society, role="partner", position=2)
    other = make.OrganisationFactory(acronym="OTH", slug="oth")
    make.PartyFactory(collaboration=together, organisation=other, position=3)
    series = make.EventSeriesFactory(slug="congresses", title="Congress", cadence="annual")
    make.OrganiserFactory(series=series, organisation=partner)
    for year in ("2017", "2018"):
        event = make.EventFactory(slug=year, title=f"Congress {year}", starts=year)
        make.OrganiserFactory(event=event, organisation=partner)
    page = read(partner.get_absolute_url())
    assert page.under("What we do together") == (
        "Examination An examination. Joint examination, since 2015, annual · with OTH"
    )
    assert page.under("Events it organises") == "2018 2018 Congress 2018 2017 2017 Congress 2017"
    assert page.under("Event series it organises") == "Congress annual Not yet verified"
    assert page.links() == [
        ("Examination", "/collaborations/examination/"),
        ("OTH", "/organisations/oth/"),
        ("Congress 2018", "/events/2018/"),
        ("Congress 2017", "/events/2017/"),
        ("Congress", "/events/series/congresses/"),
    ]


def test_organisation_page_names_the_withdrawn_and_hides_drafts(read):
    partner = make.OrganisationFactory(name="Partner", acronym="PAR", slug="par")
    together = make.CollaborationFactory(title="Together", slug="together", kind="liaison")
    make.PartyFactory(collaboration=together, organisation=partner, position=1)
    for position, state in enumerate(("withdrawn", "draft", "scheduled"), start=2):
        name = f"{state} organisation"
        other = make.OrganisationFactory(name=name, **{state: True})
        make.OrganisationRelationFactory(organisation=partner, other=other)
        make.OrganisationRelationFactory(organisation=other, other=partner)
        make.PartyFactory(collaboration=together, organisation=other, position=position)
        hidden = make.CollaborationFactory(title="Hidden", **{state: True})
        make.PartyFactory(collaboration=hidden, organisation=partner)
        for field, factory in (("event", make.EventFactory), ("series", make.EventSeriesFactory)):
            make.OrganiserFactory(
                organisation=partner, **{field: factory(title="Hidden", **{state: True})}
            )
    page = read(partner.get_absolute_url())
    assert page.main == (
        "Organisation Partner PAR "
        "What we do together Together Liaison · with withdrawn organisation "
        "Has the member withdrawn organisation Member of withdrawn organisation "
        "Not yet verified"
    )
    assert page.links() == [("Together", "/collaborations/together/")]


def test_own_page_of_the_society(read, society):
    make.PartyFactory(organisation=society)
    page = read(society.get_absolute_url())
    assert page.main.startswith("The society whose site this is The Society CIRSE")
    assert page.headings[1] == "Collaborations"


def test_what_has_ended_stays_and_is_said_to_be_past(read, society):
    partner = make.OrganisationFactory(name="Partner", dissolved="2020")
    for title, until in (("Still", ""), ("Over", "2019")):
        work = make.CollaborationFactory(title=title, until=until)
        make.PartyFactory(collaboration=work, organisation=partner)
    page = read(partner.get_absolute_url())
    assert "Still" in page.under("What we do together")
    assert "Over" in page.under("Past")
    assert "Over" not in page.under("What we do together")
    assert read(LIST).under("Partner") == "Past: dissolved 2020"
    make.SectionEntryFactory(section=make.SectionFactory(display="profiles"), organisation=partner)
    assert "Past: dissolved 2020" in read("/").under("Partner")


def test_what_has_ended_nobody_knows_when_is_said_to_be_past(read):
    partner = make.OrganisationFactory(name="Partner", has_ended=True)
    make.SectionEntryFactory(section=make.SectionFactory(display="profiles"), organisation=partner)
    make.OrganisationFactory(name="Another")
    page = read(partner.get_absolute_url())
    assert page.main == "Organisation Partner Dissolved date not stated Not yet verified"
    assert read(LIST).under("Partner") == "Past: dissolved, date not stated"
    assert read(LIST).under("Another") == ""
    assert "Past: dissolved, date not stated" in read("/").under("Partner")


def test_number_in_another_register_is_shown_under_its_name(read):
    partner = make.OrganisationFactory(name="Partner")
    for register in ("UK charity register", "ZVR"):
        make.IdentifierFactory(organisation=partner, scheme="other", register=register, value="7")
    page = read(partner.get_absolute_url())
    assert page.main == "Organisation Partner UK charity register 7 ZVR 7 Not yet verified"


def test_organisation_page_says_when_it_was_verified(read):
    verified = make.OrganisationFactory(name="Partner")
    make.VerificationFactory(organisation=verified)
    page = read(verified.get_absolute_url())
    assert page.main == "Organisation Partner Last verified: 1 January 2021"


@pytest.mark.parametrize("state", ["draft", "scheduled"])
def test_organisation_that_is_not_public_is_not_found(read, state):
    hidden = make.OrganisationFactory(name="Hidden", **{state: True})
    assert "Hidden" not in read(hidden.get_absolute_url(), status=404).text


def test_organisation_that_was_withdrawn_is_gone(read):
    gone = make.OrganisationFactory(name="Gone for good", withdrawn=True)
    page = read(gone.get_absolute_url(), status=410)
    assert page.title == "This page was withdrawn"
    assert "It was about Gone for good. The society no longer publishes it." in page.main


def test_organisation_that_was_withdrawn_leads_to_its_successor(read):
    gone = make.OrganisationFactory(name="Gone for good", withdrawn=True)
    for name, fields in (
        ("Heir", {}),
        ("Hidden", {"draft": True}),
        ("Also gone", {"withdrawn": 1}),
    ):
        heir = make.OrganisationFactory(name=name, slug=name.split()[0].lower(), **fields)
        make.OrganisationRelationFactory(organisation=gone, other=heir, kind="succeeded-by")
    make.OrganisationRelationFactory(organisation=gone, other__name="Their federation")
    page = read(gone.get_absolute_url(), status=410)
    assert page.links()[0] == ("Heir", "/organisations/heir/")
    assert not {"Hidden", "Also gone", "Their federation"} & {words for words, _ in page.links()}


@pytest.mark.parametrize(
    ("fields", "leads_back"),
    [({"dissolved": "2016"}, True), ({"withdrawn": True}, False)],
)
def test_succession_is_followed_in_both_directions(client, fields, leads_back):
    old = make.OrganisationFactory(name="Old Society", **fields)
    new = make.OrganisationFactory(name="New Society")
    make.OrganisationRelationFactory(organisation=old, other=new, kind="succeeded-by")
    after = client.get(new.get_absolute_url()).content.decode()
    assert "<dt>Successor of</dt>" in after
    assert "Old Society" in after
    assert (f'href="{old.get_absolute_url()}"' in after) == leads_back
    if leads_back:
        before = client.get(old.get_absolute_url()).content.decode()
        assert "<dt>Succeeded by</dt>" in before
        assert f'href="{new.get_absolute_url()}"' in before
        assert "<dt>Dissolved</dt><dd>2016</dd>" in before
        assert "Past: dissolved 2016" in client.get("/organisations/").content.decode()
