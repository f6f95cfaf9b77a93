"""The partners page, the pages of text, the glossary, and the footer that all pages have."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.utils import timezone

from partners.models import Page
from partners.views import pages
from tests import factories as make


@pytest.fixture
def partners_page():
    return make.PartnersPageFactory(title="Our partners", body="<p>Whom we work with.</p>")


def test_partners_page_opens_with_its_text(read, partners_page):
    page = read("/")
    assert page.title == "Our partners"
    assert "Whom we work with." in page.main


def test_partners_page_without_its_text_still_stands(read):
    make.PartnersPageFactory(draft=True, title="Not yet", body="<p>Not yet.</p>")
    make.SectionFactory(title="Not yet either")
    page = read("/")
    assert page.headings == ["Partners", "Events"]
    assert "Not yet" not in page.text


def test_partners_page_shows_sections_and_entries_in_order(read, partners_page):
    second = make.SectionFactory(position=2, title="Further", display="mentions")
    first = make.SectionFactory(position=1, title="European", intro="<p>In Europe.</p>")
    last, early = (make.OrganisationFactory(name=name) for name in ("Aorta Club", "Zurich Group"))
    make.SectionEntryFactory(section=first, organisation=last, position=2)
    make.SectionEntryFactory(section=first, organisation=early, position=1)
    mentioned = make.OrganisationFactory(name="Mentioned", acronym="MEN")
    make.SectionEntryFactory(section=second, organisation=mentioned)
    for state in ("draft", "scheduled", "withdrawn"):
        make.SectionEntryFactory(
            section=first, organisation__name="Hidden", **{f"organisation__{state}": True}
        )
    page = read("/")
    assert page.headings == [
        "Our partners", "European", "Zurich Group", "Aorta Club", "Further", "Events"
    ]  # fmt: skip
    assert page.under("European").startswith("In Europe.")
    assert page.links("Further") == [("Mentioned", mentioned.get_absolute_url())]
    assert page.under("Further") == "Mentioned MEN"
    assert "Hidden" not in page.text


def test_partner_that_is_deleted_this_very_moment_is_left_out(read, partners_page, monkeypatch):
    entry = make.SectionEntryFactory(section__title="European")
    known = pages._headings(timezone.now())
    entry.organisation.delete()
    monkeypatch.setattr(pages, "_headings", lambda at: known)
    assert read("/").headings == ["Our partners", "European", "Events"]


def test_section_of_another_page_is_not_on_the_partners_page(read, partners_page):
    make.SectionFactory(title="Elsewhere", page=make.PageFactory())
    assert read("/").headings == ["Our partners", "Events"]


def test_profile_says_what_is_done_together_and_since_when(read, society, partners_page):
    partner = make.OrganisationFactory(name="Partner", acronym="PAR", summary="Who they are.")
    make.SectionEntryFactory(organisation=partner, section__title="Partners in Europe")
    together = make.CollaborationFactory(
        title="Support", kind="initiative-support", since="2014", summary="What is done."
    )
    make.PartyFactory(collaboration=together, organisation=partner)
    make.PartyFactory(collaboration=together, organisation=society)
    assert read("/").under("Partner PAR") == "What is done. since 2014"


@pytest.mark.parametrize("many", [3, 4, 9])
def test_profile_shows_the_first_collaborations_of_many(read, partners_page, many):
    partner = make.SectionEntryFactory(organisation__name="Partner").organisation
    for number in range(many):
        together = make.CollaborationFactory(kind="liaison", since=str(2001 + number))
        make.PartyFactory(organisation=partner, collaboration=together, position=number)
    shown = "Liaison, since 2001 Liaison, since 2002 Liaison, since 2003"
    assert read("/").under("Partner") == shown + (" and more on its page" if many > 3 else "")


def test_profile_hides_what_is_not_public(read, partners_page):
    partner = make.SectionEntryFactory(organisation__name="Partner").organisation
    for state in ("draft", "scheduled", "withdrawn"):
        make.PartyFactory(
            organisation=partner,
            collaboration=make.CollaborationFactory(title="Hidden too", **{state: True}),
        )
    page = read("/")
    assert page.under("Partner") == ""
    assert "Hidden" not in page.text


def test_name_says_its_script_and_direction(client, partners_page):
    entry = make.SectionEntryFactory(organisation__name="جمعية الخليج")
    make.SectionEntryFactory(section=entry.section, organisation__name="Ελληνική <Εταιρεία>")
    make.SectionEntryFactory(section=entry.section, organisation__name="Österreichische Sache")
    make.OrganisationNameFactory(organisation=entry.organisation, name="Ligue", language="fr")
    page = client.get("/").content.decode()
    assert '<bdi lang="und-Arab" dir="rtl">جمعية الخليج</bdi>' in page
    assert '<bdi lang="und-Grek" dir="ltr">Ελληνική &lt;Εταιρεία&gt;</bdi>' in page
    assert ">Österreichische Sache<" in page
    page = client.get(entry.organisation.get_absolute_url()).content.decode()
    assert '<h1><bdi lang="und-Arab" dir="rtl">' in page
    assert '<dd><bdi lang="fr" dir="ltr">Ligue</bdi></dd>' in page


def test_numbers_count_what_is_live_and_name_the_next_event(read, society, partners_page):
    make.OrganisationFactory.create_batch(2)
    make.CollaborationFactory()
    make.EventFactory(title="Congress", slug="last", starts="2018-05")
    for state in ("draft", "scheduled", "withdrawn"):
        make.OrganisationFactory(**{state: True})
        make.CollaborationFactory(**{state: True})
        make.EventFactory(starts="2990", **{state: True})
    assert read("/").links("Our partners")[:3] == [
        ("2 partners in all", "/organisations/"),
        ("1 collaboration", "/collaborations/"),
        ("May 2018 last event: Congress", "/events/last/"),
    ]
    make.EventFactory(title="Congress", slug="next", starts="2990")
    last = read("/").links("Our partners")[2]
    assert last == ("2990 next event: Congress", "/events/next/")


def test_first_paragraph_opens_the_page_and_the_rest_closes_it(read):
    page = make.PartnersPageFactory(title="Ours", body="<p>First.</p><p>Second.</p>")
    make.SectionEntryFactory(section__title="European")
    assert read("/").headings[-1] == "About these partnerships"
    assert read("/").under("About these partnerships") == "Second."
    assert read("/").main.startswith("The Society Ours First. Search")
    type(page).objects.update(body="<ul><li><p>A list.</p></li></ul>")
    assert read("/").under("About these partnerships") == "A list."


def test_mention_says_what_is_done_and_since_when(read, partners_page):
    entry = make.SectionEntryFactory(
        section__display="mentions", section__title="Further", organisation__name="Partner"
    )
    together = make.CollaborationFactory(kind="ad-hoc", since="2016", cadence="annual")
    make.PartyFactory(collaboration=together, organisation=entry.organisation)
    make.PartyFactory(
        organisation=entry.organisation,
        collaboration=make.CollaborationFactory(kind="liaison", draft=True),
    )
    page = read("/")
    assert page.under("Further") == "Partner Ad hoc collaboration, since 2016, annual"
    assert page.links("Further") == [("Partner", entry.organisation.get_absolute_url())]


def test_partners_page_shows_the_next_and_the_latest_events(read, partners_page):
    for year in range(2990, 2997):
        make.EventFactory(title=f"Congress {year}", starts=str(year))
    for year in range(2010, 2015):
        make.EventFactory(title=f"Congress {year}", starts=str(year))
    make.EventFactory(title="Hidden", starts="2995", draft=True)
    make.EventFactory(title="Hidden", starts="2018", withdrawn=True)
    titles = [words for words, _ in read("/").links("Events")]
    assert titles == [
        "Congress 2990", "Congress 2991", "Congress 2992", "Congress 2993", "Congress 2994",
        "Congress 2014", "Congress 2013", "Congress 2012", "All events",
    ]  # fmt: skip


def test_partners_page_without_upcoming_events_points_on(read):
    make.EventFactory(title="Congress", starts="2018")
    page = read("/")
    assert page.under("Events").startswith(
        "No upcoming event is announced at the moment. See the past ones below, or the partners "
        "who hold them."
    )
    assert page.links("Events") == [
        ("the partners who hold them", "/organisations/"),
        ("Congress", page.addresses("/events/event")[0]),
        ("All events", "/events/"),
    ]


def test_partners_page_with_no_events_at_all_points_to_the_partners(read):
    make.EventFactory(draft=True)
    assert read("/").under("Events") == (
        "No upcoming event is announced at the moment. See the partners who hold them. All events"
    )


# Pages of text


def test_page_shows_its_text_and_links(read):
    about = make.PageFactory(title="About", body="<h3>Who</h3><p>We <strong>are</strong>.</p>")
    make.LinkFactory(page=about, label="The statutes", url="https://example.org/statutes")
    make.LinkFactory(page=about, label="Target lost", url="")
    page = read(about.get_absolute_url())
    assert page.headings == ["About", "Who", "Links"]
    assert page.main == "About Who We are. Links The statutes"
    assert page.links() == [("The statutes", "https://example.org/statutes")]


def test_page_that_opens_the_site_has_one_address(client, partners_page):
    response = client.get("/pages/partners/")
    assert (response.status_code, response["Location"]) == (301, "/")


@pytest.mark.parametrize("state", ["draft", "scheduled"])
def test_page_that_is_not_public_is_not_found(read, state):
    hidden = make.PageFactory(title="Hidden", **{state: True})
    assert "Hidden" not in read(hidden.get_absolute_url(), status=404).text


def test_page_that_was_withdrawn_is_gone(read):
    gone = make.PageFactory(title="Gone for good", withdrawn=True)
    page = read(gone.get_absolute_url(), status=410)
    assert page.title == "This page was withdrawn"
    assert "It was about Gone for good. The society no longer publishes it." in page.main


# Glossary


def test_glossary_has_terms_and_the_acronyms_of_live_organisations(read):
    make.TermFactory(
        abbreviation="UEMS", expansion="European Union of Medical Specialists", definition="A body",
        is_to_be_verified=True, source=make.SourceFactory(title="general knowledge"),
    )  # fmt: skip
    make.TermFactory(abbreviation="IR", expansion="interventional radiology")
    make.OrganisationFactory(acronym="SIR", name="Society of IR")
    make.OrganisationFactory(acronym="EFRS", name="Federation")
    make.OrganisationFactory(name="Without acronym")
    for state in ("draft", "scheduled", "withdrawn"):
        make.OrganisationFactory(acronym="HID", name="Hidden", **{state: True})
    page = read("/glossary/")
    assert page.under("Terms") == (
        "IR interventional radiology UEMS European Union of Medical Specialists. A body "
        "To be verified; source: general knowledge"
    )
    assert page.under("Organisations") == "CIRSE The Society EFRS Federation SIR Society of IR"


# The footer


@pytest.fixture
def footer_pages():
    """Those that every footer has, made in another order than they stand in."""
    return [make.PageFactory(key=key, slug=key) for key in reversed(Page.FOOTER)]


def footer_links(page):
    return [(piece.words, piece.href) for piece in page.pieces if not piece.in_main and piece.href]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/", 200),
        ("/organisations/", 200),
        ("/organisations/cirse/", 200),
        ("/collaborations/", 200),
        ("/events/", 200),
        ("/search/", 200),
        ("/glossary/", 200),
        ("/pages/about/", 200),
        ("/nowhere/", 404),
        ("/organisations/?kind=nothing", 400),
    ],
)
def test_footer_has_its_pages_and_takes_reports_of_mistakes(read, footer_pages, address, status):
    links = footer_links(read(address, status=status))
    links = [link for link in links if not link[1].endswith("/history/")][-10:]
    *pages, data = Page.FOOTER
    assert [href for _, href in links[:8]] == [
        *(f"/pages/{key}/" for key in pages),
        f"/{data.removeprefix('open-')}/",
        "/glossary/",
        "/feeds/changes.atom",
    ]
    assert links[9] == ("in a form", "/report-a-mistake/")
    words, mail = links[8]
    assert words == "Report a mistake on this page"
    assert urlsplit(mail)[:3] == ("mailto", "", settings.CONTACT_EMAIL)
    fields = parse_qs(urlsplit(mail).query)
    path = address.partition("?")[0]
    assert fields["body"] == [f"The page: {settings.SITE_URL}{path}\n\n"]
    assert fields["subject"] == ["A mistake on the partners site"]


def test_footer_leaves_out_pages_that_are_not_public(read, footer_pages):
    now = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
    Page.objects.filter(key="privacy").update(published_at=None)
    Page.objects.filter(key="contact").update(withdrawn_at=now)
    Page.objects.filter(key="about").update(published_at=make.FAR_AHEAD)
    links = [href for _, href in footer_links(read("/")) if href.startswith("/pages/")]
    assert links == ["/pages/legal-notice/", "/pages/accessibility/"]


def test_navigation_marks_the_page_being_read(read):
    page = read("/events/")
    marked = [value for tag, name, value in page.attributes if name == "aria-current"]
    assert marked == ["page"]


@pytest.mark.parametrize("display", ["profiles", "mentions"])
@pytest.mark.parametrize(("count", "shown"), [(12, 12), (13, 6), (60, 6)])
def test_long_section_leads_on_into_the_directory(read, display, count, shown):
    section = make.SectionFactory(page=make.PartnersPageFactory(), display=display)
    for position in range(count):
        make.SectionEntryFactory(section=section, position=position)
    page = read("/")
    links = page.links(section.title)
    assert len({href for _, href in links if href.startswith("/organisations/o")}) == shown
    everybody = f"/organisations/?section={section.pk}"
    assert ((f"All of them: {section.title}", everybody) in links) == (count > shown)
    assert f"{count} organisations" in read(everybody).headings
