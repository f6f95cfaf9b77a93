"""No silent overwrite: who saves second sees both versions; what was is kept and comes back."""

import html
import re

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partners.models import Organisation, PendingChange, Revision
from partners.rows import snapshots
from partners.rows.offers import LOOK_AGAIN
from partners.rows.standing import standing
from tests import acts
from tests import factories as make
from tests.admin.browser_form import act, address, errors, read_all
from tests.admin.records import ROOT_FACTORIES, parameters
from tests.values.test_validators import picture

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

every_root = pytest.mark.parametrize("factory", parameters(ROOT_FACTORIES, ROOT_FACTORIES))


def text(response, status=200):
    assert response.status_code == status
    return html.unescape(response.content.decode())


def again(client, record, refused, *mine, button="_publish"):
    """Decide each value after both versions were looked at; `mine` names the paths to take."""
    taken = {f"take:{path}": "mine" if path in mine else "theirs" for path in disputed(refused)}
    posted = {"_proposed": read_all(refused, "_proposed"), button: "1"} | taken
    return client.post(address(record), posted)


def disputed(refused):
    """The paths of the values that both changed."""
    return list(dict.fromkeys(re.findall('name="take:([^"]+)"', html.unescape(refused.text))))


@every_root
def test_second_save_is_refused_with_both_versions(publisher, editor, open_form, factory):
    record = factory()
    second = open_form(publisher, record)
    open_form(editor, record).save("_draft", summary="First.")
    refused = second.send(summary="Second.")
    page = text(refused, 409)
    for said in (
        "The last to save it was editor.",
        "First.",
        "Second.",
        "Both of you changed this",
    ):
        assert said in page
    assert PendingChange.objects.get().rows[0]["fields"]["summary"] == "First."
    record.refresh_from_db()
    assert record.summary == ""


def test_what_does_not_conflict_is_applied_with_one_click(publisher, open_form):
    record = make.OrganisationFactory()
    second = open_form(publisher, record)
    open_form(publisher, record).save(summary="First.", acronym="ONE")
    row = second.row("figures", measure="members", value="7")
    refused = second.send(summary="Second.", founded="1999")
    assert again(publisher, record, refused).status_code == 302
    record.refresh_from_db()
    assert (record.summary, record.acronym, str(record.founded)) == ("First.", "ONE", "1999")
    assert record.figures.get().value == 7, row


def test_conflict_that_is_ticked_is_decided(publisher, open_form):
    record = make.OrganisationFactory()
    second = open_form(publisher, record)
    open_form(publisher, record).save(summary="First.")
    refused = second.send(summary="Second.")
    (path,) = disputed(refused)
    again(publisher, record, refused, path)
    record.refresh_from_db()
    assert record.summary == "Second."


@every_root
def test_withdrawal_is_not_undone_unseen(publisher, client, open_form, factory):
    record = factory()
    form = open_form(publisher, record)
    act(publisher, "withdraw", record)
    refused = form.send(summary="Typed before.")
    assert "Withdrawn since" in text(refused, 409)
    assert client.get(record.get_absolute_url()).status_code == 410
    assert again(publisher, record, refused).status_code == 302
    assert b"Typed before." in client.get(record.get_absolute_url()).content


def test_third_who_saved_meanwhile_is_shown_as_well(publisher, open_form):
    record = make.OrganisationFactory()
    second = open_form(publisher, record)
    open_form(publisher, record).save(summary="First.")
    refused = second.send(summary="Second.", founded="1999")
    open_form(publisher, record).save(founded="1901")
    page = text(again(publisher, record, refused, *disputed(refused)), 409)
    assert "1901" in page
    assert "1999" in page
    record.refresh_from_db()
    assert (record.summary, str(record.founded)) == ("First.", "1901")


def test_part_that_somebody_removed_is_shown_to_who_changed_it(publisher, open_form):
    figure = make.FigureFactory(value=1)
    record = figure.organisation
    second = open_form(publisher, record)
    first = open_form(publisher, record)
    first.save(**{f"{first.row_of(figure, 'figures')}-DELETE": ["on"]})
    refused = second.send(**{f"{second.row_of(figure, 'figures')}-value": "2"})
    assert "Both of you changed this" in text(refused, 409)
    (path,) = disputed(refused)
    again(publisher, record, refused, path)
    assert record.figures.get().value == 2


def test_record_that_was_deleted_meanwhile_is_said_to_be_gone(publisher, open_form):
    record = make.OrganisationFactory()
    form = open_form(publisher, record)
    publisher.post(address(record, "delete"), {"post": "yes"})
    page = text(form.send(summary="Typed for nothing?"), 409)
    assert "This record was deleted by you, in another window" in page
    assert "Typed for nothing?" in page
    assert not Organisation.objects.exists()


def test_word_lists_are_not_overwritten_either(publisher, open_form):
    record = make.TopicFactory()
    second = open_form(publisher, record)
    open_form(publisher, record).save(name="First")
    refused = second.send(name="Second")
    assert "First" in text(refused, 409)
    record.refresh_from_db()
    assert record.name == "First"
    assert again(publisher, record, refused, *disputed(refused), button="_save")
    record.refresh_from_db()
    assert record.name == "Second"


@pytest.mark.parametrize("version", ["", "forged", None, "of another record"])
def test_form_without_its_version_is_refused(publisher, open_form, version):
    record, other = make.OrganisationFactory(), make.OrganisationFactory()
    form = open_form(publisher, record)
    if version == "of another record":
        version = open_form(publisher, other).fields["_version"]
    form.fields["_version"] = version
    assert form.send(summary="Forged.").status_code == 400
    record.refresh_from_db()
    assert record.summary == ""


def test_what_one_person_proposed_cannot_be_sent_by_another(publisher, superuser, open_form):
    record = make.OrganisationFactory()
    second = open_form(publisher, record)
    open_form(publisher, record).save(summary="First.")
    refused = second.send(summary="Second.")
    assert again(superuser, record, refused).status_code == 400


def test_list_leaves_alone_what_it_did_not_show(publisher, open_form):
    record = make.OrganisationFactory()
    listed = publisher.get(address(Organisation, "changelist"))
    open_form(publisher, record).save(summary="Changed meanwhile.")
    page = act(publisher, "withdraw", record, _seen=read_all(listed, "_seen"))
    assert LOOK_AGAIN in text(page)
    record.refresh_from_db()
    assert record.withdrawn_at is None


def test_form_with_what_was_typed_is_shown_again_and_not_saved(publisher, open_form):
    record = make.OrganisationFactory()
    form = open_form(publisher, record)
    response = form.send("_again", summary="Typed.", founded="nonsense")
    assert errors(response) == {}
    assert "This is what you had typed. It is not saved yet." in text(response)
    assert 'value="Typed."' in text(response)
    assert not Revision.objects.exists()


# what was


@every_root
def test_history_says_who_when_why_and_what(publisher, open_form, factory):
    record = factory(summary="Old words, long enough to be compared word by word.")
    new = "New words, long enough to be compared word by word."
    open_form(publisher, record).save(summary=new, why="They asked.")
    page = text(publisher.get(address(record, "history")))
    for said in ("publisher", "They asked.", "<del>Old</del> <ins>New</ins> words, long enough"):
        assert said in page


def test_history_names_parts_and_topics_by_their_titles(publisher, open_form):
    topic, figure = make.TopicFactory(name="Rhubarb"), make.FigureFactory(measure="members")
    form = open_form(publisher, figure.organisation)
    form.save(topics=[topic.pk], **{f"{form.row_of(figure, 'figures')}-value": "12345"})
    page = text(publisher.get(address(figure.organisation, "history")))
    assert "<ins>Rhubarb</ins>" in page
    assert "<ins>12,345</ins>" in page
    assert "12,345 members" in page


@every_root
def test_earlier_version_is_restored(publisher, client, open_form, factory):
    record = factory(summary="First.")
    open_form(publisher, record).save(summary="Second.")
    response = restore(publisher, record, oldest(record))
    assert "Restored" in text(response)
    assert b"First." in client.get(record.get_absolute_url()).content
    assert Revision.objects.of(type(record), record.pk).count() == 3


def oldest(record):
    return Revision.objects.of(type(record), record.pk).last()


def restore(client, record, revision):
    """Press the button beside the state, as the page shows it now."""
    seen = read_all(client.get(address(record, "history")), "seen")[:1]
    name = f"admin:partners_{record._meta.model_name}_restore"
    url = reverse(name, args=[record.pk, revision.pk])
    return client.post(url, {"seen": seen, "_restore": "1"}, follow=True)


def test_editor_proposes_to_restore(publisher, editor, open_form):
    record = make.OrganisationFactory(summary="First.")
    open_form(publisher, record).save(summary="Second.")
    restore(editor, record, oldest(record))
    record.refresh_from_db()
    assert record.summary == "Second."
    assert PendingChange.objects.get().rows[0]["fields"]["summary"] == "First."


def test_version_is_not_restored_over_one_that_was_not_seen(publisher, open_form):
    record = make.OrganisationFactory(summary="First.")
    open_form(publisher, record).save(summary="Second.")
    seen = read_all(publisher.get(address(record, "history")), "seen")[0]
    open_form(publisher, record).save(summary="Third.")
    url = reverse("admin:partners_organisation_restore", args=[record.pk, oldest(record).pk])
    for version in (seen, "", "x"):
        posted = {"seen": version, "_restore": "1"}
        assert LOOK_AGAIN in text(publisher.post(url, posted, follow=True))
    record.refresh_from_db()
    assert record.summary == "Third."


@every_root
def test_deleted_record_is_restored_from_its_history(publisher, editor, client, factory):
    record = factory()
    before = snapshots.rows_of(record)
    key, url = record.pk, record.get_absolute_url()
    publisher.post(address(record, "delete"), {"post": "yes"})
    record.pk = key
    assert client.get(url).status_code == 404
    deleted = Revision.objects.deleted().get()
    assert "This record is deleted" in text(editor.get(address(record, "history")))
    name = f"admin:partners_{record._meta.model_name}_restore"
    posted = {"seen": standing(type(record), key).version, "_restore": "1"}
    assert editor.post(reverse(name, args=[key, deleted.pk]), posted).status_code == 403
    restore(publisher, record, deleted)
    assert snapshots.stored(type(record), key) == before
    assert client.get(url).status_code == 200


@pytest.mark.slow("sweep")
def test_long_history_is_read_in_pages(publisher):
    record = make.OrganisationFactory(draft=True)
    by = User.objects.get(username="publisher")
    for number in range(45):
        rows = snapshots.rows_of(record)
        rows[0]["fields"]["summary"] = f"Number {number}."
        base = snapshots.rows_of(record)
        acts.save_draft(acts.Proposal(Organisation, record.pk, base, rows, by), make.SINCE_THEN)
        record.refresh_from_db()
    first = text(publisher.get(address(record, "history")))
    last = text(publisher.get(address(record, "history"), {"p": "3"}))
    assert "Page 1 of 3" in first
    assert "<ins>Number 44.</ins>" in first
    assert "The first state on record." in last


def test_deleted_record_whose_address_is_taken_stays_deleted_and_says_so(publisher):
    record = make.OrganisationFactory(slug="taken")
    key = record.pk
    publisher.post(address(record, "delete"), {"post": "yes"})
    make.OrganisationFactory(slug="taken")
    record.pk = key
    page = text(restore(publisher, record, Revision.objects.deleted().get()))
    assert "Another record has this address. Choose a different one." in page
    assert not Organisation.objects.filter(pk=key).exists()


def test_pending_change_outlives_the_deletion_of_its_record(publisher, editor, open_form):
    record = make.OrganisationFactory()
    open_form(editor, record).save("_hand_in", summary="Pending.")
    key = record.pk
    publisher.post(address(record, "delete"), {"post": "yes"})
    record.pk = key
    restore(publisher, record, Revision.objects.deleted().get())
    assert open_form(publisher, record).fields["summary"] == "Pending."


def test_pending_change_that_names_what_is_gone_says_so(publisher, editor, open_form):
    record, partner = make.CollaborationFactory(), make.OrganisationFactory()
    form = open_form(editor, record)
    form.row("parties", organisation=partner.pk, role="member")
    form.save("_hand_in")
    publisher.post(address(partner, "delete"), {"post": "yes"})
    page = text(publisher.get(address(record), follow=True))
    assert "It cannot be published as it is" in page
    assert "Party, organisation: Something that is chosen here is gone since." in page
    assert PendingChange.objects.get().is_handed_in


def test_entries_of_a_section_are_not_overwritten(publisher, open_form):
    section, first, second = make.SectionFactory(), *make.OrganisationFactory.create_batch(2)
    late = open_form(publisher, section)
    early = open_form(publisher, section)
    early.row("entries", organisation=first.pk, position="1")
    early.save()
    late.row("entries", organisation=second.pk, position="2")
    refused = late.send()
    assert text(refused, 409)
    again(publisher, section, refused, button="_save")
    assert {entry.organisation for entry in section.entries.all()} == {first, second}


def test_record_that_is_added_beside_a_choice_is_chosen(publisher, open_form):
    form = open_form(publisher, Organisation)
    form.fields |= {"_popup": "1", "name": "Beside", "slug": "beside"}
    response = form.send("_draft")
    assert "popup_response" in text(response)
    assert Organisation.objects.get(slug="beside").pk in text(response)


# uploads


def test_picture_that_met_a_conflict_is_applied_with_the_rest(publisher, open_form):
    record = make.OrganisationFactory()
    form = open_form(publisher, record)
    open_form(publisher, record).save(summary="First.")
    logo = SimpleUploadedFile("logo.png", picture("PNG", (500, 500)))
    refused = form.send(summary="Second.", logo=logo, logo_alt="It", logo_permission="By mail")
    assert again(publisher, record, refused).status_code == 302
    record.refresh_from_db()
    assert record.logo.storage.exists(record.logo.name)


def kept_pictures():
    return set(default_storage.listdir("logos")[1]) if default_storage.exists("logos") else set()


def test_picture_of_a_preview_is_not_kept_but_that_of_a_draft_can_be_restored(
    publisher, open_form, django_capture_on_commit_callbacks
):
    record, before = make.OrganisationFactory(), kept_pictures()
    for button, kept in (("_preview", 0), ("_draft", 3), ("_draft", 6)):
        logo = SimpleUploadedFile("logo.png", picture("PNG", (500, 500)))
        form = open_form(publisher, record)
        with django_capture_on_commit_callbacks(execute=True):
            form.send(button, logo=logo, logo_alt="It", logo_permission="By mail")
        assert len(kept_pictures() - before) == kept
    with django_capture_on_commit_callbacks(execute=True):
        acts.discard(record, None, make.SINCE_THEN)
    assert len(kept_pictures() - before) == 6
