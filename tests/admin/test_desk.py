"""The publishers' desk: what awaits a decision, what will change when, what has changed."""

import datetime as dt
import html

import pytest
from django.urls import reverse
from django.utils import timezone

from partners.models import Organisation, PendingChange, Revision
from partners.rows.offers import LOOK_AGAIN
from tests import acts
from tests import factories as make
from tests.admin.browser_form import address, read_all
from tests.admin.records import ROOT_FACTORIES, parameters
from tests.admin.test_versions import disputed

pytestmark = pytest.mark.django_db

every_root = pytest.mark.parametrize("factory", parameters(ROOT_FACTORIES, ROOT_FACTORIES))
DESK = "admin:partners_pendingchange_changelist"


def text(response):
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def pending():
    return PendingChange.objects.get()


def decide(client, change, button, **extra):
    """Open the page of the change, and press a button there."""
    seen = read_all(client.get(address(change)), "seen")
    return client.post(address(change), {"seen": seen, button: "1"} | extra, follow=True)


@pytest.fixture
def handed_in(editor, open_form):
    """handed_in(record) → the pending change by which an editor gives it another summary."""

    def handed_in(record):
        open_form(editor, record).save("_hand_in", summary="As proposed.", why="It was wrong.")
        return pending()

    return handed_in


@every_root
def test_publisher_sees_the_difference_and_approves(publisher, client, handed_in, factory):
    record = factory(summary="As it was.")
    change = handed_in(record)
    assert record.summary.encode() in client.get(record.get_absolute_url()).content
    assert str(record) in text(publisher.get(reverse(DESK)))
    page = text(publisher.get(address(change)))
    for said in ("<del>As it was.</del>", "<ins>As proposed.</ins>", "editor", "It was wrong."):
        assert said in page
    response = decide(publisher, change, "_publish")
    assert response.redirect_chain[-1][0] == reverse(DESK)
    assert b"As proposed." in client.get(record.get_absolute_url()).content
    latest = Revision.objects.of(type(record), record.pk).first()
    assert (latest.what, latest.by_name) == ("Published, as proposed by editor", "publisher")
    assert latest.why == "It was wrong."


def test_front_page_says_what_waits(publisher, handed_in):
    front = reverse("admin:index")
    assert "approval" not in text(publisher.get(front))
    change = handed_in(make.OrganisationFactory())
    page = publisher.get(front)
    assert "Changes that await approval (1)" in text(page)
    assert reverse("admin:partners_pendingchange_change", args=[change.pk]) in text(page)
    listed = publisher.get(reverse(DESK), {"status": "handed-in"})
    assert str(change.title) in text(listed)


def test_change_is_sent_back_with_a_comment_that_the_editor_sees(
    publisher, editor, open_form, handed_in
):
    record = make.OrganisationFactory()
    change = handed_in(record)
    assert "Write what should be different" in text(decide(publisher, change, "_send_back"))
    decide(publisher, change, "_send_back", comment="Say since when.")
    form = open_form(editor, record)
    assert "sent back by publisher: “Say since when.”" in html.unescape(form.page)
    assert form.fields["summary"] == "As proposed."
    form.save("_hand_in", summary="Since 2016.")
    assert pending().is_handed_in
    record.refresh_from_db()
    assert record.summary == ""


@pytest.mark.parametrize("button", ["_publish", "_send_back", "_discard"])
def test_decision_about_what_was_saved_again_is_refused(publisher, handed_in, button):
    record = make.OrganisationFactory()
    change = handed_in(record)
    seen = read_all(publisher.get(address(change)), "seen")
    PendingChange.objects.update(status=PendingChange.Status.DRAFT)
    posted = {"seen": seen, button: "1", "comment": "No."}
    page = text(publisher.post(address(change), posted, follow=True))
    assert LOOK_AGAIN in page
    assert pending().rows == change.rows
    record.refresh_from_db()
    assert record.summary == ""


@pytest.mark.parametrize("button", ["_publish", "_send_back"])
def test_editors_decide_nothing(editor, handed_in, button):
    change = handed_in(make.OrganisationFactory())
    page = editor.get(address(change))
    assert f'name="{button}"' not in text(page)
    posted = {"seen": read_all(page, "seen"), button: "1", "comment": "Mine."}
    assert editor.post(address(change), posted).status_code == 403
    assert pending().is_handed_in


def test_editor_discards_a_change_until_it_is_scheduled(editor, publisher, open_form, handed_in):
    record = make.OrganisationFactory()
    change = handed_in(record)
    tomorrow = timezone.localtime() + dt.timedelta(days=1)
    form = open_form(publisher, record)
    form.save("_schedule", publish_at_0=f"{tomorrow:%Y-%m-%d}", publish_at_1="10:00")
    seen = read_all(publisher.get(address(change)), "seen")
    assert editor.post(address(change), {"seen": seen, "_discard": "1"}).status_code == 403
    decide(publisher, change, "_discard")
    assert not PendingChange.objects.exists()


def test_desk_says_what_will_change_when(publisher, editor, open_form):
    live = make.OrganisationFactory(name="Changing Society")
    make.EventFactory(title="Coming Event", scheduled=True)
    going = make.EventFactory(title="Going Event")
    going.withdrawn_at = timezone.now() + dt.timedelta(days=2)
    going.save()
    tomorrow = timezone.localtime() + dt.timedelta(days=1)
    form = open_form(publisher, live)
    form.save("_schedule", acronym="NEW", publish_at_0=f"{tomorrow:%Y-%m-%d}", publish_at_1="10:00")
    for client in (publisher, editor):
        page = text(client.get(reverse(DESK)))
        to_come = page[page.index("What will change when") :]
        rows = [to_come.index(f"{name}</a></td>") for name in ("Changing Society", "Going Event")]
        assert rows == sorted(rows)
        for said in ("changes</td>", "is withdrawn</td>", "appears</td>", "Coming Event"):
            assert said in to_come


def broken(change):
    change.rows[0]["fields"]["founded"] = "Of an earlier form"
    change.save()
    return "This cannot be read any more"


def vanished(change):
    Organisation.objects.filter(pk=change.key).delete()
    return "The record is gone. Restore it first"


def clashing(change):
    Organisation.objects.filter(pk=change.key).update(summary="From elsewhere.")
    return "Somebody saved this meanwhile."


@pytest.mark.parametrize("spoil", [broken, vanished, clashing])
def test_change_that_cannot_be_published_says_why_and_stays(publisher, handed_in, spoil):
    change = handed_in(make.OrganisationFactory())
    sentence = spoil(change)
    assert sentence in text(publisher.get(address(change)))
    response = decide(publisher, change, "_publish")
    assert response.status_code == (409 if spoil is clashing else 200)
    assert sentence in html.unescape(response.text)
    assert PendingChange.objects.filter(pk=change.pk).exists()
    decide(publisher, change, "_discard")
    assert not PendingChange.objects.exists()


def test_form_of_a_record_whose_pending_change_is_broken_leads_to_it(publisher, handed_in):
    record = make.OrganisationFactory()
    change = handed_in(record)
    sentence = broken(change)
    response = publisher.get(address(record), follow=True)
    assert response.redirect_chain == [(address(change), 302)]
    assert sentence in text(response)


def test_conflict_with_the_live_version_is_settled_on_one_page(publisher, handed_in):
    record = make.OrganisationFactory()
    change = handed_in(record)
    clashing(change)
    response = decide(publisher, change, "_publish")
    page = html.unescape(response.content.decode())
    assert "From elsewhere." in page
    assert "As proposed." in page
    (path,) = disputed(response)
    assert path == f"partners.organisation:{record.pk}:summary"
    posted = {"_proposed": read_all(response, "_proposed"), "_publish": "1"}
    assert "Choose for each value" in html.unescape(publisher.post(address(record), posted).text)
    posted[f"take:{path}"] = "mine"
    assert publisher.post(address(record), posted).status_code == 302
    record.refresh_from_db()
    assert record.summary == "As proposed."
    assert not PendingChange.objects.exists()


def test_recent_changes_lead_to_the_history_of_their_record(publisher, open_form):
    record = make.OrganisationFactory()
    open_form(publisher, record).save(summary="New.")
    deleted = make.OrganisationFactory()
    gone = deleted.pk
    acts.delete(deleted, None, make.SINCE_THEN)
    recent = reverse("admin:partners_revision_changelist")
    page = text(publisher.get(recent))
    assert "<h1>Recent changes</h1>" in page
    for each, key in ((record, record.pk), (deleted, gone)):
        url = reverse("admin:partners_organisation_history", args=[key])
        assert f'<a href="{url}">{each}</a>' in page
    page = text(publisher.get(recent, {"deleted": "yes"}))
    assert str(deleted) in page
    assert str(record) not in page


def with_draft_partner(editor, open_form):
    """(collaboration, draft partner): both drafts, and the first one handed in."""
    party = make.PartyFactory(
        collaboration__draft=True, organisation__draft=True, organisation__name="Rhubarb Society"
    )
    open_form(editor, party.collaboration).save("_hand_in")
    return party.collaboration, party.organisation


def test_draft_partner_is_published_with_what_names_it(publisher, editor, open_form, client):
    collaboration, partner = with_draft_partner(editor, open_form)
    change = pending()
    page = publisher.get(address(change))
    assert "Approve and publish, with “Rhubarb Society”" in text(page)
    field = f"seen-organisation-{partner.pk}"
    done = text(decide(publisher, change, "_publish_all", **{field: read_all(page, field)}))
    assert f"Published: {collaboration}." in done
    assert "Published: Rhubarb Society." in done
    assert b"Rhubarb Society" in client.get(collaboration.get_absolute_url()).content
    assert not PendingChange.objects.exists()


def test_draft_partner_that_was_saved_meanwhile_keeps_both_as_they_are(
    publisher, editor, open_form, client
):
    collaboration, partner = with_draft_partner(editor, open_form)
    change, field = pending(), f"seen-organisation-{partner.pk}"
    shown = read_all(publisher.get(address(change)), field)
    open_form(editor, partner).save("_draft", summary="Changed meanwhile.")
    assert LOOK_AGAIN in text(decide(publisher, change, "_publish_all", **{field: shown}))
    for record in (collaboration, partner):
        assert client.get(record.get_absolute_url()).status_code == 404


def test_change_is_previewed_where_it_is_decided(publisher, client, handed_in):
    record = make.OrganisationFactory(summary="As it was.")
    change = handed_in(record)
    assert "As proposed." in text(publisher.post(address(change), {"_preview": "1"}))
    assert b"As proposed." not in client.get(record.get_absolute_url()).content
    assert pending().is_handed_in


def test_editor_is_told_whom_to_ask_for_what_she_may_not_do(editor, publisher):
    record = make.OrganisationFactory()
    sentence = 'are for publishers: ask <a href="mailto:publisher@example.org?subject=Please%20look'
    assert sentence in text(editor.get(address(record)))
    assert sentence not in text(publisher.get(address(record)))
    publisher.post(address(record, "delete"), {"post": "yes"})
    history = address(record, "history")
    assert 'ask a publisher to restore it: <a href="mailto:' in text(editor.get(history))
    assert "any state can be restored" in text(publisher.get(history))


def test_second_profile_of_an_organisation_is_a_warning(publisher, open_form):
    first, second = make.SectionFactory(title="Founders"), make.SectionFactory(title="Friends")
    entry = make.SectionEntryFactory(section=first, organisation__name="Rhubarb Society")
    make.SectionEntryFactory(section=first)
    form = open_form(publisher, second)
    form.row("entries", organisation=entry.organisation.pk)
    page = text(publisher.get(form.save()["Location"]))
    assert page.count("has a profile under “Founders” as well.") == 1
    assert "Rhubarb Society has a profile" in page


def test_editor_is_told_whom_to_ask_about_what_is_scheduled(editor, publisher, open_form):
    record = make.OrganisationFactory()
    open_form(publisher, record).save(
        "_schedule", summary="New.", publish_at_0="3 May 2999", publish_at_1="9:00"
    )
    assert "to take the schedule back" in text(editor.get(address(record)))


def test_editor_deletes_a_draft_that_nobody_else_knows(editor, publisher, open_form):
    open_form(editor, Organisation).save(name="Rhubarb Society", slug="rhubarb", kind="society")
    own = Organisation.objects.get()
    assert "Delete …" in text(editor.get(address(own)))
    editor.post(address(own, "delete"), {"post": "yes"})
    assert not Organisation.objects.exists()


def test_editor_does_not_delete_what_others_know(editor, publisher, open_form):
    public = make.OrganisationFactory()
    open_form(editor, Organisation).save(name="Rhubarb Society", slug="rhubarb", kind="society")
    shared = Organisation.objects.get(name="Rhubarb Society")
    open_form(publisher, shared).save("_draft", summary="Theirs as well.")
    for record in (public, shared, make.OrganisationFactory(draft=True)):
        assert "Delete …" not in text(editor.get(address(record)))
        assert editor.post(address(record, "delete"), {"post": "yes"}).status_code == 403
        assert Organisation.objects.filter(pk=record.pk).exists()
