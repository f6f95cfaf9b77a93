"""The directory of organisations, and its facets."""

import pytest
from django.urls import reverse

from tests import factories as make

LIST = reverse("partners:organisation-list")


def names(page):
    return [words for words in page.headings if words.startswith("Organisation 0")]


def facets(response):
    """{title: {label: count}} of what the list can be narrowed by."""
    return {
        group["title"]: {option["label"]: option["count"] for option in group["options"]}
        for group in response.context["facet_groups"]
    }


def found(response):
    return [organisation.slug for organisation in response.context["object_list"]]


def test_directory_lists_live_partners_by_name(client, read):
    make.OrganisationFactory(slug="z", name="Zurich Group")
    make.OrganisationFactory(slug="a", name="aorta club", acronym="AC", summary="They meet.")
    for state in ("draft", "scheduled", "withdrawn"):
        make.OrganisationFactory(name="Hidden", **{state: True})
    assert found(client.get(LIST)) == ["a", "z"]
    page = read(LIST)
    assert page.headings[:4] == [
        "Organisations",
        "2 organisations",
        "aorta club AC",
        "Zurich Group",
    ]
    assert page.under("aorta club AC") == "They meet."
    assert page.links("2 organisations") == [
        ("aorta club", "/organisations/a/"),
        ("Zurich Group", "/organisations/z/"),
    ]
    assert "Hidden" not in page.text


def test_directory_says_kind_and_region_only_where_stated(read):
    make.OrganisationFactory(name="Both", kind="society", region="europe")
    make.OrganisationFactory(name="Kind", kind="college")
    make.OrganisationFactory(name="None")
    make.OrganisationFactory(name="Region", region="worldwide")
    page = read(LIST)
    assert [page.under(name) for name in ("Both", "Kind", "None", "Region")] == [
        "Society · Europe",
        "College",
        "",
        "Worldwide",
    ]


def test_directory_without_records_says_so(read):
    make.OrganisationFactory(draft=True)
    assert read(LIST).under("0 organisations") == ("No organisation is published yet.")


def test_directory_without_a_match_says_what_was_searched_and_what_comes_near(read):
    make.OrganisationFactory(name="European Society of Radiology", acronym="ESR", kind="society")
    make.OrganisationFactory(name="Royal College", kind="college")
    make.OrganisationFactory(name="European Society of Radioligy", draft=True)
    page = read(LIST, q="Euopean Sciety Radielogie", kind="college")
    assert "No organisation matches “Euopean Sciety Radielogie” and College." in page.main
    assert "The names that come nearest: European Society of Radiology On your" in page.main


@pytest.fixture
def directory():
    """Five live partners, and of each other state one that has everything the facets look at."""
    topics = {key: make.TopicFactory(key=key, name=key.title()) for key in ("cancer", "research")}
    make.TopicFactory(name="Unused")
    rows = [
        ("a", "society", "europe", ["cancer"], ["liaison"]),
        ("b", "society", "europe", ["cancer", "research"], ["liaison", "ad-hoc", "liaison"]),
        ("c", "college", "europe", ["research"], ["ad-hoc"]),
        ("d", "society", "worldwide", [], []),
        ("e", "not-stated", "not-stated", [], []),
    ]
    for slug, kind, region, keys, collaborations in rows:
        partner = make.OrganisationFactory(
            slug=slug, name=f"Partner {slug}", kind=kind, region=region,
            topics=[topics[key] for key in keys],
        )  # fmt: skip
        for each in collaborations:
            make.PartyFactory(organisation=partner, collaboration__kind=each)
        for state in ("draft", "scheduled", "withdrawn"):
            make.PartyFactory(
                organisation=partner,
                collaboration=make.CollaborationFactory(kind="membership", **{state: True}),
            )
    for state in ("draft", "scheduled", "withdrawn"):
        hidden = make.OrganisationFactory(
            name="Partner hidden", kind="society", region="europe", topics=topics.values(),
            **{state: True},
        )  # fmt: skip
        make.PartyFactory(organisation=hidden, collaboration__kind="liaison")


ALL_FACETS = {
    "Kind of organisation": {"Society": 3, "College": 1, "Not stated": 1},
    "Region of activity": {"Europe": 3, "Worldwide": 1, "Not stated": 1},
    "Topic": {"Cancer": 2, "Research": 2},
    "Kind of collaboration": {"Liaison": 2, "Ad hoc collaboration": 2},
}


@pytest.mark.parametrize(
    ("query", "slugs", "expected"),
    [
        pytest.param({}, "abcde", ALL_FACETS, id="nothing-chosen"),
        pytest.param(
            {"kind": "society"},
            "abd",
            {
                "Kind of organisation": {"Society": 3, "College": 1, "Not stated": 1},
                "Region of activity": {"Europe": 2, "Worldwide": 1},
                "Topic": {"Cancer": 2, "Research": 1},
                "Kind of collaboration": {"Liaison": 2, "Ad hoc collaboration": 1},
            },
            id="kind",
        ),
        pytest.param(
            {"topic": "research", "region": "europe"},
            "bc",
            {
                "Kind of organisation": {"Society": 1, "College": 1},
                "Region of activity": {"Europe": 2},
                "Topic": {"Cancer": 2, "Research": 2},
                "Kind of collaboration": {"Liaison": 1, "Ad hoc collaboration": 2},
            },
            id="topic-and-region",
        ),
        pytest.param(
            {
                "collaboration": "liaison",
                "topic": "research",
                "kind": "society",
                "region": "europe",
            },
            "b",
            {
                "Kind of organisation": {"Society": 1},
                "Region of activity": {"Europe": 1},
                "Topic": {"Cancer": 2, "Research": 1},
                "Kind of collaboration": {"Liaison": 1, "Ad hoc collaboration": 1},
            },
            id="all-four",
        ),
        pytest.param(
            {"kind": "college", "region": "worldwide"},
            "",
            {
                "Kind of organisation": {"Society": 1, "College": 0},
                "Region of activity": {"Europe": 1, "Worldwide": 0},
            },
            id="chosen-but-without-matches",
        ),
        pytest.param(
            {"collaboration": "membership"},
            "",
            {
                "Kind of collaboration": {
                    "Membership": 0,
                    "Liaison": 2,
                    "Ad hoc collaboration": 2,
                },
            },
            id="only-collaborations-that-are-not-public",
        ),
        pytest.param({"q": "partner"}, "abcde", ALL_FACETS, id="search"),
        pytest.param({"q": "partmer"}, "abcde", ALL_FACETS, id="search-with-a-typing-error"),
        pytest.param(
            {"q": "cancer", "kind": "society"},
            "ab",
            {
                "Kind of organisation": {"Society": 2},
                "Region of activity": {"Europe": 2},
                "Topic": {"Cancer": 2, "Research": 1},
                "Kind of collaboration": {"Liaison": 2, "Ad hoc collaboration": 1},
            },
            id="search-and-kind",
        ),
    ],
)
def test_facets_count_what_they_would_find(client, directory, query, slugs, expected):
    response = client.get(LIST, query)
    assert found(response) == list(slugs)
    assert facets(response) == expected


def test_every_facet_finds_as_many_as_it_says(client, directory):
    for group in client.get(LIST, {"region": "europe"}).context["facet_groups"]:
        for option in group["options"]:
            if not option["is_chosen"]:
                listed = client.get(f"{LIST}?{option['query']}")
                assert len(listed.context["object_list"]) == option["count"], option


def test_sections_of_the_overview_narrow_the_directory(client):
    shown = make.SectionFactory(page=make.PartnersPageFactory(), title="European", key="european")
    elsewhere = make.SectionFactory(page=make.PageFactory(), title="Elsewhere", key="elsewhere")
    for section, slug in ((shown, "a"), (elsewhere, "b")):
        make.SectionEntryFactory(section=section, organisation__slug=slug)
    make.SectionEntryFactory(section=shown, organisation__draft=True)
    assert facets(client.get(LIST))["Section of the overview"] == {"European": 1}
    assert found(client.get(LIST, {"section": "european"})) == ["a"]
    assert client.get(LIST, {"section": "elsewhere"}).status_code == 400


@pytest.mark.parametrize("state", ["draft", "scheduled", "withdrawn"])
def test_sections_of_an_overview_that_is_not_public_are_nowhere(client, state):
    page = make.PartnersPageFactory(**{state: True})
    section = make.SectionFactory(page=page, title="Unseen", key="unseen-key")
    make.SectionEntryFactory(section=section)
    for address, status in (
        (LIST, 200), (f"{LIST}?section=unseen-key", 400), ("/api/v1/openapi.json", 200),
        ("/api/v1/organisations/?section=unseen-key", 400),
    ):  # fmt: skip
        response = client.get(address)
        assert response.status_code == status
        assert "Unseen" not in response.content.decode()
        assert status == 400 or "unseen-key" not in response.content.decode()


def test_facet_in_force_is_marked_and_lifted_by_a_second_click(client, directory):
    groups = client.get(LIST, {"kind": "society", "region": "europe"}).context["facet_groups"]
    chosen = [option for group in groups for option in group["options"] if option["is_chosen"]]
    assert [(option["label"], option["query"]) for option in chosen] == [
        ("Society", "region=europe"),
        ("Europe", "kind=society"),
    ]


def test_chips_name_what_is_in_force_and_take_it_away(read, directory):
    page = read(LIST, q="partner", kind="society", topic="cancer")
    assert page.links("2 organisations")[:4] == [
        ("Remove “partner”", "?kind=society&topic=cancer"),
        ("Remove Society", "?q=partner&topic=cancer"),
        ("Remove Cancer", "?q=partner&kind=society"),
        ("Clear all", LIST),
    ]


def test_search_keeps_the_facets_in_force(read, directory):
    page = read(LIST, kind="society", q="x & <y>")
    hidden = [value for tag, name, value in page.attributes if tag == "input" and name == "value"]
    assert hidden == ["x & <y>", "society"]


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [("APCSVIR", ["apscvir"]), ("old pacific club", ["apscvir"]), ("societe", ["sfr"])],
)
def test_directory_search_forgives(client, typed, slugs):
    apscvir = make.OrganisationFactory(slug="apscvir", acronym="APSCVIR")
    make.OrganisationNameFactory(organisation=apscvir, name="Old Pacific Club")
    make.OrganisationFactory(slug="sfr", name="Société Française")
    make.OrganisationFactory(slug="hidden", name="APSCVIR Société", draft=True)
    assert found(client.get(LIST, {"q": typed})) == slugs


def test_directory_says_what_it_took_the_search_for(read):
    make.OrganisationFactory(acronym="APSCVIR")
    assert "Nothing found for “APCSVIR”; results for APSCVIR." in read(LIST, q="APCSVIR").main


def test_pages_of_the_directory_keep_the_filters(client, read):
    partners = make.OrganisationFactory.create_batch(50, kind="society")
    make.OrganisationFactory(kind="college")
    pages = [client.get(LIST, {"kind": "society", "page": number}) for number in (1, 2, 3)]
    assert [found(page) for page in pages] == [
        [each.slug for each in partners[start : start + 24]] for start in (0, 24, 48)
    ]
    middle = read(LIST, kind="society", page=2)
    assert "Page 2 of 3" in middle.main
    assert [link for link in middle.links() if "page=" in link[1]] == [
        ("Previous", "?kind=society&page=1"),
        ("1", "?kind=society&page=1"),
        ("3", "?kind=society&page=3"),
        ("Next", "?kind=society&page=3"),
    ]
    assert middle.headings[1] == "50 organisations"


@pytest.mark.parametrize("number", ["0", "-1", "3", "99999999999999999999", "two", "1.5"])
def test_directory_has_no_such_page(read, number):
    make.OrganisationFactory.create_batch(25)
    assert read(LIST, status=404, page=number).title == "There is no such page"


@pytest.mark.parametrize(
    ("query", "sentences"),
    [
        pytest.param(
            {"kind": "club"},
            ["“club” is no kind of organisation that the list can be narrowed to."],
            id="kind",
        ),
        pytest.param(
            {"region": "the <moon>"},
            ["“the <moon>” is no region of activity that the list can be narrowed to."],
            id="region",
        ),
        pytest.param(
            {"topic": "x", "collaboration": "y"},
            [
                "“x” is no topic that the list can be narrowed to.",
                "“y” is no kind of collaboration that the list can be narrowed to.",
            ],
            id="two-at-once",
        ),
        pytest.param(
            {"q": "a" * 201},
            ["The search text is longer than 200 characters. Shorten it."],
            id="long-search",
        ),
    ],
)
def test_query_that_means_nothing_is_explained(read, query, sentences):
    page = read(LIST, status=400, **query)
    assert page.title == "This address asks for something we do not have"
    assert page.main.startswith(" ".join([page.title, *sentences, "Go on with"]))
    assert page.addresses("/") == ["/", LIST, "/events/", "/search/"]


def test_directory_is_narrowed_to_a_letter(client, read):
    for name in ("Österreich", "oxford", "Zurich", "1st Society", "الجمعية"):
        make.OrganisationFactory(name=name, slug=f"o{ord(name[0])}")
    make.OrganisationFactory(name="Quito", draft=True)
    make.OrganisationFactory.create_batch(24, name="Aorta", kind="society")
    letters = [(each["label"], each["count"]) for each in client.get(LIST).context["letters"]]
    assert letters == [("A", 24), ("O", 2), ("Z", 1), ("#", 2)]
    for letter, count in (("o", 2), ("other", 2), ("a", 24)):
        narrowed = client.get(LIST, {"letter": letter})
        assert narrowed.context["paginator"].count == count
        assert len(narrowed.context["object_list"]) == count
    page = read(LIST, letter="o")
    assert ("Remove First letter O", "?") in page.links("2 organisations")
    assert read(LIST, letter="a", kind="society").addresses("?letter=z") == []


def test_short_directory_has_no_alphabet(read):
    make.OrganisationFactory.create_batch(24)
    assert read(LIST).addresses("?letter=") == []


def test_directory_promises_no_results_of_another_word_where_there_are_none(read):
    make.OrganisationFactory(acronym="APSCVIR", kind="society")
    make.OrganisationFactory(kind="college")
    assert "results for" not in read(LIST, q="APCSVIR", kind="college").main
