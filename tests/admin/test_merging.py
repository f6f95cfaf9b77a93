"""Merging in the admin: compared first, confirmed once, refused in words, undone by the book."""

import html
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from partners.care.attention import queue
from partners.models import (
    Collaboration,
    Event,
    EventSeries,
    Organisation,
    OrganisationName,
    Redirect,
    Revision,
    Section,
)
from partners.rows import snapshots
from partners.rows.offers import LOOK_AGAIN
from tests import acts
from tests import factories as make
from tests.admin.browser_form import BrowserForm, act, address, read_all
from tests.admin.records import RECORDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    """Two records of one organisation, the second with all that a record can have."""
    kept = make.OrganisationFactory(pk="kept", name="European Society", acronym="ES")
    other = RECORDS[Organisation]()
    Organisation.objects.filter(pk=other.pk).update(name="Eur. Society", summary="Another.")
    Organisation.objects.filter(pk="kept").update(summary="One sentence.")
    make.SectionEntryFactory(organisation=other)
    party = make.PartyFactory(organisation=other, role="member")
    make.PartyFactory(organisation=kept, collaboration=party.collaboration, role="member")
    return [Organisation.objects.get(pk=each.pk) for each in (kept, other)]


def url_of(kept, other):
    return f"{address(kept, 'merge')}?other={other.pk}"


def text(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(response.content.decode()))


def test_records_of_one_name_are_told_apart_and_the_older_is_proposed(publisher):
    older, newer = (make.OrganisationFactory(name="Twin", slug=slug) for slug in ("b", "a"))
    page = text(act(publisher, "merge_two", newer, older))
    assert "Merge Twin (/organisations/a/) into Twin (/organisations/b/)" in page
    assert "keep Twin (/organisations/b/), delete Twin (/organisations/a/)" in page


def confirm(client, kept, other, **given):
    page = client.get(url_of(kept, other))
    posted = {"seen": read_all(page, "seen")[0], "name_kind": "alias", "_merge": "1"}
    return client.post(url_of(kept, other), posted | given, follow=True)


def everything():
    """(model, key) → rows of every record that organisations stand in."""
    return {
        (model, record.pk): sorted(snapshots.rows_of(record), key=str)
        for model in (Organisation, Collaboration, EventSeries, Event, Section)
        for record in model.objects.all()
    }


def test_page_says_what_moves_what_both_have_and_where_they_differ(publisher, pair):
    kept, other = pair
    before = everything()
    page = text(publisher.get(url_of(kept, other)))
    assert "To be kept: <a" in page
    assert "2 organisation relations, 2 section entries, 1 organisation name, 1 figure" in page
    assert "It stays once, as European Society has it" in page
    assert "Party “member”" in page
    assert "<td>One sentence.</td><td>Another.</td>" in page
    assert everything() == before
    assert not Revision.objects.exists()


def test_publisher_merges_with_one_confirmation(publisher, pair, client):
    kept, other = pair
    response = confirm(publisher, kept, other)
    assert "Merged: European Society. Live since" in re.sub("<[^>]*>", "", text(response))
    assert not Organisation.objects.filter(pk=other.pk).exists()
    assert OrganisationName.objects.filter(organisation=kept, name="Eur. Society").exists()
    assert client.get(other.get_absolute_url())["Location"] == kept.get_absolute_url()
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.get_change_message()) == ("kept", "Merged with “Eur. Society”.")


def test_former_name_is_chosen(publisher, pair):
    confirm(publisher, *pair, name_kind="former")
    assert OrganisationName.objects.get(name="Eur. Society").kind == "former"


def test_editor_compares_and_cannot_merge(editor, pair):
    kept, other = pair
    page = text(editor.get(url_of(kept, other)))
    assert "Publishers merge: ask" in page
    assert "_merge" not in page
    assert editor.post(url_of(kept, other), {"_merge": "1"}).status_code == 403


@pytest.mark.parametrize(
    "without", ["delete_organisation", "publish_organisation", "change_collaboration"]
)
def test_who_may_not_do_all_of_it_does_nothing(client_of, pair, without):
    client, kept, other = client_of("reader"), *pair
    granted = Permission.objects.filter(content_type__app_label="partners")
    User.objects.get(username="reader").user_permissions.set(granted.exclude(codename=without))
    before = everything()
    posted = {"seen": "x", "name_kind": "alias", "_merge": "1"}
    assert client.post(url_of(kept, other), posted).status_code == 403
    assert everything() == before


def test_stale_confirmation_changes_nothing_and_shows_the_page_again(publisher, pair):
    kept, other = pair
    seen = read_all(publisher.get(url_of(kept, other)), "seen")[0]
    Organisation.objects.filter(pk="kept").update(summary="Written meanwhile.")
    before = everything()
    page = text(confirm(publisher, kept, other, seen=seen))
    assert LOOK_AGAIN in page
    assert "Written meanwhile." in page
    assert everything() == before


def test_pending_change_is_named_and_leaves_no_button(publisher, editor, pair):
    kept, other = pair
    BrowserForm.open(editor, kept).save("_draft", summary="Not yet.")
    page = text(publisher.get(url_of(kept, other)))
    assert "“European Society” has a pending change by editor: publish or discard it" in page
    assert read_all(publisher.get(url_of(kept, other)), "seen") == []
    acts.discard(Organisation(pk="kept"), None, make.SINCE_THEN)
    assert len(read_all(publisher.get(url_of(kept, other)), "seen")) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_refusing_to_merge_the_society_away_reads_nothing_of_it(
    publisher, pair, count, django_assert_num_queries
):
    home = make.OrganisationFactory(home=True)
    make.PartyFactory.create_batch(count, organisation=home)
    with django_assert_num_queries(8):
        assert "cannot be merged away" in text(publisher.get(url_of(pair[0], home)))


def test_home_leaves_no_button(publisher, pair):
    home = make.OrganisationFactory(home=True)
    assert "cannot be merged away" in text(publisher.get(url_of(pair[0], home)))


def test_two_numbers_in_one_register_are_pointed_out(publisher, pair):
    kept, other = pair
    other.identifiers.all().delete()
    make.IdentifierFactory(organisation=other)
    assert "Both have a number" not in text(publisher.get(url_of(kept, other)))
    make.IdentifierFactory(organisation=kept)
    page = text(publisher.get(url_of(kept, other)))
    assert "Both have a number in the register Wikidata" in page
    confirm(publisher, kept, other)
    assert kept.identifiers.count() == 2


def test_same_name_is_no_question(publisher):
    kept, other = make.OrganisationFactory(name="Society"), make.OrganisationFactory(name="society")
    assert 'type="radio"' not in text(publisher.get(url_of(kept, other)))
    confirm(publisher, kept, other)
    assert not OrganisationName.objects.exists()


def test_record_leads_to_a_choice_of_the_other(publisher, pair):
    kept, other = pair
    assert f'href="{address(kept, "merge")}">Merge with …' in text(publisher.get(address(kept)))
    page = text(publisher.get(address(kept, "merge")))
    assert 'name="other"' in page
    assert f"Merge {other} into {kept}" in text(publisher.get(url_of(kept, other)))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("kept", "That is this record itself. Choose another one."),
        ("nobody", "There is no such record. Choose one of the list."),
        ("x" * 500, "There is no such record."),
        ("' OR 1=1", "There is no such record."),
        ("", "This field is required."),
    ],
)
def test_choice_that_is_none_is_asked_again(publisher, pair, asked, said):
    response = publisher.get(address(pair[0], "merge"), {"other": asked})
    assert said in text(response)


def test_record_that_is_not_there_is_404(publisher, pair):
    assert (
        publisher.get(reverse("admin:partners_organisation_merge", args=["no"])).status_code == 404
    )


def test_list_leads_to_the_comparison_of_two(publisher, pair):
    response = act(publisher, "merge_two", *pair)
    assert "What moves" in text(response)


@pytest.mark.parametrize("count", [1, 3])
def test_list_wants_exactly_two(publisher, count):
    records = make.OrganisationFactory.create_batch(count)
    assert "Tick exactly two records" in text(act(publisher, "merge_two", *records))


def test_queue_leads_to_the_comparison(publisher):
    first, second = make.OrganisationFactory.create_batch(2, website="https://same.example/")
    now = make.FAR_AHEAD.replace(year=2026)
    (finding,) = (
        each for rule, found in queue(now) if rule.name == "possible-duplicate" for each in found
    )
    assert finding.url == url_of(first, second)
    assert "What moves" in text(publisher.get(finding.url))


def restore(client, model, key, number):
    """Press “Restore this version” on the history of the record."""
    url = reverse(f"admin:partners_{model._meta.model_name}_restore", args=[key, number])
    page = client.get(reverse(f"admin:partners_{model._meta.model_name}_history", args=[key]))
    return client.post(url, {"seen": read_all(page, "seen")[0], "_restore": "1"}, follow=True)


@pytest.mark.slow("sweep")
def test_merge_is_undone_by_the_steps_of_the_manual(publisher, pair, client):
    """docs/content.md, “Two records of one organisation”."""
    kept, other = pair
    pages = [each.get_absolute_url() for each in pair]
    before, shown = everything(), [client.get(page).status_code for page in pages]
    confirm(publisher, kept, other)
    assert everything() != before
    touched = Revision.objects.filter(what="Merged")

    # 1. Recent changes, Deleted records: restore it.
    listed = publisher.get(reverse("admin:partners_revision_changelist"), {"deleted": "yes"})
    assert "Eur. Society" in text(listed)
    gone = Revision.objects.deleted().get()
    assert "Restored: " in text(restore(publisher, Organisation, other.pk, gone.pk))
    # 2. Each record whose history says “Merged”: restore the version before.
    for revision in touched:
        earlier = Revision.objects.of(revision.model, revision.key).filter(pk__lt=revision.pk)
        page = restore(publisher, revision.model, revision.key, earlier.first().pk)
        assert "Restored: " in text(page)
    # 3. Delete the redirect.
    redirect = Redirect.objects.get(old_path=other.get_absolute_url())
    publisher.post(address(redirect, "delete"), {"post": "yes"})

    assert everything() == before
    assert [client.get(page).status_code for page in pages] == shown
    assert not Redirect.objects.exists()
