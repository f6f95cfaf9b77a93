"""What a source says now becomes a draft by one click; or staff say why it is right as it is."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from partners.care.attention import queue
from partners.models import Figure, PendingChange, SourceCheck
from tests import factories as make

READ_AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture
def changed(db):
    """(the citation of a figure, the reading that tells of another number)."""
    figure = make.FigureFactory(measure="members", value=75000, bound="more-than")
    citation = make.CitationFactory(
        organisation=figure.organisation,
        path=f"figures/{figure.pk}/value",
        quotation="more than 75,000 members",
    )
    check = SourceCheck.objects.create(
        url=citation.source.url,
        quotation=citation.quotation,
        outcome="says-else",
        passage="We are more than 140,000 members strong. ",
        number="140,000",
        first_at=READ_AT,
        last_at=READ_AT,
    )
    return citation, check


def address(check):
    return reverse("admin:partners_sourcecheck_change", args=[check.pk])


def alarms():
    groups = {group.rule.name: group.findings for group in queue(READ_AT)}
    return groups.get("source-changed", [])


def test_finding_leads_to_the_page_that_compares(editor, changed):
    citation, check = changed
    (finding,) = alarms()
    assert finding.url == address(check)
    page = editor.get(finding.url).content.decode()
    assert "<q>more than 75,000 members</q>" in page
    assert "<q>We are more than 140,000 members strong. </q>" in page
    assert str(citation.root) in page


def test_one_click_makes_a_draft_of_what_it_says(editor, changed):
    citation, check = changed
    figure, root = Figure.objects.get(), citation.root
    response = editor.post(address(check), {"_propose": citation.pk}, follow=True)
    assert "Saved as a draft: look at it, and hand it in." in response.content.decode()
    assert response.redirect_chain == [
        (reverse("admin:partners_organisation_change", args=[root.pk]), 302)
    ]
    change = PendingChange.objects.get()
    rows = {row["pk"]: row["fields"] for row in change.rows}
    proposed = rows[str(figure.pk)]
    assert (proposed["value"], proposed["as_of"]) == (140000, "2026-11-20")
    assert proposed["source"] == citation.source_id
    assert proposed["bound"] == "more-than"
    assert rows[str(citation.pk)]["quotation"] == "more than 140,000 members"
    assert (change.why, change.status) == (f"{citation.source} says so now", "draft")
    assert Figure.objects.get().value == 75000


def test_words_without_a_number_are_proposed_as_they_stand(editor, changed):
    citation, check = changed
    citation.path, check.number = "name", ""
    citation.save()
    check.passage = f"We are {'very ' * 80}old."
    check.save()
    editor.post(address(check), {"_propose": citation.pk})
    rows = {row["pk"]: row["fields"] for row in PendingChange.objects.get().rows}
    quotation = rows[str(citation.pk)]["quotation"]
    assert check.passage.startswith(f"{quotation} ")
    assert 290 < len(quotation) <= 300


def test_still_right_needs_a_reason_and_leaves_the_queue(editor, changed):
    _, check = changed
    page = editor.post(address(check), {"_still_right": "1", "reason": " "}).content.decode()
    assert re.search(r"This field is required", page)
    assert len(alarms()) == 1
    editor.post(address(check), {"_still_right": "1", "reason": "They count students now."})
    check.refresh_from_db()
    assert (check.is_still_right, check.reason, check.by_name) == (
        True, "They count students now.", "editor",
    )  # fmt: skip
    assert alarms() == []
    page = editor.get(address(check)).content.decode()
    assert "They count students now. (editor)" in page
    assert "_propose" not in page


@pytest.mark.parametrize("name", ["_propose", "_still_right"])
def test_whoever_only_reads_decides_nothing(client_of, changed, name):
    citation, check = changed
    answer = client_of("reader").post(address(check), {name: citation.pk, "reason": "So"})
    assert answer.status_code == 403
    assert not PendingChange.objects.exists()


def test_what_a_publisher_scheduled_is_closed_to_editors(editor, changed):
    citation, check = changed
    PendingChange.objects.create(
        kind="partners.organisation", key=citation.root.pk, status="scheduled",
        publish_at=make.FAR_AHEAD, title="x",
    )  # fmt: skip
    assert editor.post(address(check), {"_propose": citation.pk}).status_code == 403


@pytest.mark.parametrize("posted", [{}, {"_propose": "x"}, {"_delete": "1"}])
def test_unclear_buttons_do_nothing(editor, changed, posted):
    _, check = changed
    assert editor.post(address(check), posted).status_code in (400, 404)
    assert not PendingChange.objects.exists()


def test_form_leads_to_the_words_on_the_page(editor, changed):
    citation, _ = changed
    citation.quotation = "well-known, and more"
    citation.save()
    other = make.CitationFactory(organisation=citation.root, path="name", source=citation.source)
    address = reverse("admin:partners_organisation_change", args=[citation.root.pk])
    page = editor.get(address).content.decode()
    words = "well%2Dknown%2C%20and%20more"
    assert f'<a href="{citation.source.url}#:~:text={words}" rel="external noreferrer">' in page
    assert page.count("Find it on the page") == 1
    assert page.count("Quote it, and save: a link leads there.") == 2, other
