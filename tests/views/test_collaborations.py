"""The list of collaborations and the page of one."""

from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories as make

LIST = reverse("partners:collaboration-list")


def test_list_parts_what_goes_on_from_what_is_past(read):
    make.CollaborationFactory(title="Longstanding")
    make.CollaborationFactory(title="To begin", since="2990")
    make.CollaborationFactory(title="Until some day", until=str(timezone.localdate().year))
    make.CollaborationFactory(title="Ended", since="2001", until="2005-05")
    make.CollaborationFactory(title="Date unknown", has_ended=True, cadence="annual")
    for state in ("draft", "scheduled", "withdrawn"):
        make.CollaborationFactory(title="Hidden", **{state: True})
        make.CollaborationFactory(title="Hidden", until="2005", **{state: True})
    page = read(LIST)
    assert page.headings == [
        "Collaborations", "Going on", "Longstanding", "To begin", "Until some day",
        "Past", "Date unknown", "Ended",
    ]  # fmt: skip
    assert page.under("Past") == (
        "Date unknown Liaison, ended, annual Ended Liaison, 2001 to May 2005"
    )
    assert "Hidden" not in page.text


def test_list_without_records_says_so(read):
    make.CollaborationFactory(draft=True)
    assert read(LIST).main == (
        "Collaborations No collaboration is published yet. See the organisations."
    )


def test_row_says_with_whom(read, society):
    together = make.CollaborationFactory(
        title="Together", slug="together", kind="membership", since="2016", summary="It joined."
    )
    parties = [
        ("member", society),
        ("host-body", make.OrganisationFactory(name="Host", acronym="HO", slug="ho")),
        ("partner", make.OrganisationFactory(name="Gone", withdrawn=True)),
        ("partner", make.OrganisationFactory(name="Hidden", draft=True)),
        ("partner", make.OrganisationFactory(name="Hidden", scheduled=True)),
    ]
    for position, (role, organisation) in enumerate(parties):
        make.PartyFactory(
            collaboration=together, organisation=organisation, role=role, position=position
        )
    page = read(LIST)
    assert page.under("Together") == ("It joined. Membership, since 2016 · with HO, Gone")
    assert page.links("Together") == [("HO", "/organisations/ho/")]
    assert page.under("Who works with whom") == "Gone Together, with HO Host Together, with Gone"


def test_who_works_with_whom_means_more_than_the_society(read, society):
    together = make.CollaborationFactory(title="Together")
    make.PartyFactory(collaboration=together, organisation=society)
    make.PartyFactory(collaboration=together)
    assert "Who works with whom" not in read(LIST).headings


def test_organisations_of_one_name_stand_in_the_same_order_in_every_process(read):
    together = make.CollaborationFactory(title="Together")
    slugs = [f"institute-{number}" for number in range(6)]
    for slug in slugs:
        organisation = make.OrganisationFactory(key=slug, slug=slug, name="Institute", acronym=slug)
        make.PartyFactory(collaboration=together, organisation=organisation)
    rows = [
        f"Institute Together, with {', '.join(others[:-1])} and {others[-1]}"
        for slug in slugs
        for others in [[other for other in slugs if other != slug]]
    ]
    assert read(LIST).under("Who works with whom") == " ".join(rows)


@pytest.mark.parametrize(
    ("title", "since", "row"),
    [
        ("Liaison with them", "", ""),
        ("Liaison with them", "2016", "Since 2016"),
        ("Exchange", "2016", "Liaison, since 2016"),
        ("Exchange", "", "Liaison"),
    ],
)
def test_row_does_not_repeat_what_its_title_says(read, title, since, row):
    make.CollaborationFactory(title=title, kind="liaison", since=since)
    assert read(LIST).under(title) == row


def test_picture_holds_what_has_a_date_and_counts_the_rest(client, read):
    make.CollaborationFactory(title="Older <work>", slug="older", since="2014", until="2016-05")
    make.CollaborationFactory(title="Work", slug="work")
    make.CollaborationFactory(title="Over", slug="over", has_ended=True)
    make.CollaborationFactory(title="Hidden", slug="hidden", since="2016", draft=True)
    figure = client.get(LIST).content.decode().partition("<figure")[2].partition("</figure>")[0]
    picture = ElementTree.fromstring(f"<figure{figure}</figure>")  # noqa: S314 — our own page
    assert [
        (link.get("href"), link.text, row.findtext("span"), len(row.findall("svg/rect")))
        for row in picture.findall("ol/li")
        for link in row.findall("a")
    ] == [("/collaborations/older/", "Older <work>", "2014 to May 2016", 3)]
    assert "Of 2 more, no date is stated." in read(LIST).main


def test_picture_is_not_drawn_without_a_date(read):
    make.CollaborationFactory()
    assert "figure" not in read(LIST).tags


def test_list_has_pages(read):
    make.CollaborationFactory.create_batch(25)
    second = read(LIST, page=2)
    assert len(second.headings) == 3  # its own, "Going on", and one collaboration
    assert second.addresses("?") == ["?page=1"] * 2  # by its number, and as the previous
    assert read(LIST, status=404, page=3).title == "There is no such page"


# A collaboration's page


def test_page_says_what_is_known(read, society):
    together = make.CollaborationFactory(
        title="Examination", kind="joint-examination", since="2015", cadence="annual",
        through="Examination Council", summary="An examination.", description="<p>Each year.</p>",
    )  # fmt: skip
    partner = make.OrganisationFactory(name="Partner", slug="par")
    make.PartyFactory(
        collaboration=together, organisation=society, role="organiser", position=1, since="2016"
    )
    make.PartyFactory(
        collaboration=together, organisation=partner, role="supporter", position=2, until="2018"
    )
    make.JointWorkFactory(
        collaboration=together, title="A syllabus", date="2017", url="https://example.org/s",
        position=1,
    )  # fmt: skip
    make.JointWorkFactory(collaboration=together, title="An exhibition", position=2)
    make.EventSeriesFactory(collaboration=together, title="Exams", slug="exams", cadence="annual")
    make.LinkFactory(collaboration=together, label="The rules", url="https://example.org/rules")
    make.LinkFactory(collaboration=together, label="Target lost", url="")
    make.CitationFactory(
        collaboration=together, path="since", locator="line 42", basis="inferred",
        source=make.SourceFactory(title="Own page", url=""),
    )  # fmt: skip
    make.VerificationFactory(collaboration=together)
    page = read(together.get_absolute_url())
    assert page.main == (
        "Joint examination Examination An examination. "
        "Made and done together A syllabus 2017 An exhibition "
        "Who takes part The Society organiser, since 2016 Partner supporter, until 2018 "
        "Status Ongoing Since 2015 How often Annual Through Examination Council "
        "About this collaboration Each year. "
        "Events Exams annual "
        "Links The rules "
        "Last verified: 1 January 2021 Sources Own page Since inferred"
    )
    assert page.links() == [
        ("A syllabus", "https://example.org/s"),
        ("The Society", "/organisations/cirse/"),
        ("Partner", "/organisations/par/"),
        ("Exams", "/events/series/exams/"),
        ("The rules", "https://example.org/rules"),
    ]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        pytest.param({}, "Status Ongoing Since not stated", id="nothing-known"),
        pytest.param({"since": "2990"}, "Status To begin Since 2990", id="to-begin"),
        pytest.param(
            {"since": "2001", "until": "2005-05"},
            "Status Ended Since 2001 Until May 2005",
            id="ended",
        ),
        pytest.param(
            {"has_ended": True},
            "Status Ended Since not stated Until not stated",
            id="ended-date-unknown",
        ),
        pytest.param({"until": "2990"}, "Status Ongoing Since not stated Until 2990", id="to-end"),
    ],
)
def test_page_says_where_it_stands(read, dates, expected):
    together = make.CollaborationFactory(title="Together", **dates)
    main = read(together.get_absolute_url()).main
    assert main == f"Liaison Together {expected} Not yet verified"


def test_page_names_the_withdrawn_and_hides_drafts(read):
    together = make.CollaborationFactory(title="Together")
    for position, state in enumerate(("draft", "withdrawn", "scheduled")):
        organisation = make.OrganisationFactory(name=f"{state} organisation", **{state: True})
        make.PartyFactory(collaboration=together, organisation=organisation, position=position)
        make.EventSeriesFactory(title="Hidden", collaboration=together, **{state: True})
    page = read(together.get_absolute_url())
    assert page.under("Who takes part") == (
        "withdrawn organisation partner Status Ongoing Since not stated Not yet verified"
    )
    assert page.headings == ["Together", "Who takes part"]
    assert page.links() == []


@pytest.mark.parametrize("state", ["draft", "scheduled"])
def test_collaboration_that_is_not_public_is_not_found(read, state):
    hidden = make.CollaborationFactory(title="Hidden", **{state: True})
    assert "Hidden" not in read(hidden.get_absolute_url(), status=404).text


def test_collaboration_that_was_withdrawn_is_gone(read):
    gone = make.CollaborationFactory(title="Gone for good", withdrawn=True)
    page = read(gone.get_absolute_url(), status=410)
    assert page.title == "This page was withdrawn"
    assert "It was about Gone for good. The society no longer publishes it." in page.main
