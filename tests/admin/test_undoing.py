"""An import and a list action, undone as one."""

import html

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.urls import reverse

from partners.accounts.groups import EDITORS
from partners.exchange.sheets import importing
from partners.models import Organisation, PendingChange, Redirect, Revision
from partners.publishing import presses
from tests import factories as make
from tests.admin.browser_form import BrowserForm, act, read_all
from tests.admin.conftest import colleague
from tests.exchange.sheets.conftest import book_of
from tests.exchange.sheets.test_importing import line
from tests.factories import SINCE_THEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def records():
    return [make.OrganisationFactory(name=f"Name {n}", summary=f"Old {n}.") for n in range(3)]


def import_changes(records, press, by):
    """As staff do it: three records are changed, and one is made."""
    book = book_of(records)
    lines = book["organisations"].lines
    cells = {"key": "", "version": "", "slug": "made", "name": "Made"}
    lines.append(lines[0]._replace(number=9, cells=cells))
    for number in range(3):
        line(book, number=number, summary=f"New {number}.")
    wanted = importing.wanted(Organisation, book)
    importing.carry_out(wanted, press, by, SINCE_THEN, "Imported from “x.csv”")


@pytest.fixture
def imported(records):
    """The address of the page that undoes an import which changed three records and made one."""
    import_changes(records, presses.PUBLISH_WHAT_IS_PUBLIC, colleague("ben"))
    return undo_address()


def undo_address(model=Revision):
    (act,) = set(model.objects.exclude(act=None).values_list("act", flat=True))
    return reverse("admin:partners_revision_undo", args=[act])


def said(response):
    return html.unescape(response.content.decode())


def press(client, address, **posted):
    (seen,) = read_all(client.get(address), "_seen")
    return client.post(address, {"_seen": seen} | posted, follow=True)


def summaries():
    return list(Organisation.objects.order_by("name").values_list("name", "summary"))


OLD = [(f"Name {n}", f"Old {n}.") for n in range(3)]


def test_import_is_shown_and_undone_as_one(publisher, imported):
    page = said(publisher.get(imported))
    assert "Imported from “x.csv”" in page
    assert "It was done to 4 records." in page
    assert "Made (would be deleted)" in page
    assert "<del>New 0.</del> <ins>Old 0.</ins>" in page
    assert "Changed since" not in page
    assert ("Made", "") in summaries()
    assert "Undone: 4. Left alone: 0." in said(press(publisher, imported))
    assert summaries() == OLD
    assert LogEntry.objects.filter(change_message="Undone.").count() == 3


def test_recent_changes_lead_to_it(publisher, imported):
    page = said(publisher.get(reverse("admin:partners_revision_changelist")))
    assert page.count(f'href="{imported}"') == 4


@pytest.mark.parametrize("is_ticked", [False, True])
def test_what_staff_changed_since_is_left_alone_unless_ticked(
    publisher, imported, records, is_ticked
):
    Organisation.objects.filter(pk=records[1].pk).update(summary="Later.")
    page = said(publisher.get(imported))
    assert page.index("Changed since") < page.index("Later.") < page.index("Would be put back")
    ticked = {"also": [f"partners.organisation {records[1].pk}"]} if is_ticked else {}
    press(publisher, imported, **ticked)
    assert summaries() == (OLD if is_ticked else [OLD[0], ("Name 1", "Later."), OLD[2]])


def test_what_was_saved_after_the_page_was_shown_is_looked_at_again(publisher, imported, records):
    (seen,) = read_all(publisher.get(imported), "_seen")
    Organisation.objects.filter(pk=records[1].pk).update(summary="Later.")
    page = said(publisher.post(imported, {"_seen": seen}))
    assert "Somebody saved something meanwhile." in page
    assert ("Name 0", "New 0.") in summaries()


def test_undoing_is_undone_as_well(publisher, imported):
    press(publisher, imported)
    acts = Revision.objects.exclude(act=None).order_by("-pk").values_list("act", flat=True)
    press(publisher, reverse("admin:partners_revision_undo", args=[acts[0]]))
    assert summaries() == [("Made", ""), *((f"Name {n}", f"New {n}.") for n in range(3))]
    assert Organisation.objects.get(name="Made").published_at == SINCE_THEN


def test_what_another_record_names_stands_against_it(publisher, imported):
    make.OrganisationRelationFactory(other=Organisation.objects.get(slug="made"))
    assert "Another record names what would be deleted" in said(press(publisher, imported))
    assert ("Name 0", "New 0.") in summaries()


def test_list_action_is_undone_as_one(publisher, records):
    act(publisher, "withdraw", *records)
    assert not Organisation.objects.filter(withdrawn_at=None).exists()
    press(publisher, undo_address())
    assert not Organisation.objects.exclude(withdrawn_at=None).exists()


def test_redirects_are_undone_too(publisher):
    kept = make.RedirectFactory(old_path="/old/", new_path="/events/")
    book = line(book_of([kept]), "redirects", new_path="/search/")
    importing.carry_out(
        importing.wanted(Redirect, book), presses.SAVE_AT_ONCE, colleague("ben"), SINCE_THEN, "x"
    )
    press(publisher, undo_address())
    kept.refresh_from_db()
    assert kept.new_path == "/events/"


@pytest.fixture
def handed_in(editor, records):
    """The address of the page that undoes an editor's import: three proposals and a draft."""
    import_changes(records, presses.HAND_IN, User.objects.get(username="editor"))
    return undo_address(PendingChange)


def test_editor_undoes_what_an_import_proposed(editor, handed_in):
    page = said(editor.get(handed_in))
    assert "It was done to 4 records." in page
    assert "<del>New 0.</del> <ins>Old 0.</ins>" in page
    assert "Made (would be deleted)" in page
    assert "Undone: 4. Left alone: 0." in said(press(editor, handed_in))
    assert not PendingChange.objects.exists()
    assert summaries() == OLD


def test_pending_changes_lead_to_it(editor, handed_in):
    page = said(editor.get(reverse("admin:partners_pendingchange_changelist")))
    assert page.count(f'href="{handed_in}"') == 4


def test_what_was_proposed_and_undone_stays_in_history(editor, handed_in, records):
    press(editor, handed_in)
    (kept,) = Revision.objects.of(Organisation, records[0].pk).filter(is_aside=True)
    assert kept.rows[0]["fields"]["summary"] == "New 0."


def test_what_was_proposed_anew_since_is_left_alone(editor, handed_in, records):
    form = BrowserForm.open(editor, records[1])
    form.save("_draft", summary="Better.")
    press(editor, handed_in)
    (left,) = PendingChange.objects.all()
    assert (left.key, left.rows[0]["fields"]["summary"]) == (records[1].pk, "Better.")


def test_what_was_published_since_is_for_publishers(editor, publisher, handed_in):
    act(publisher, "publish_now", Organisation.objects.get(slug="made"))
    assert editor.get(handed_in).status_code == 403


def test_editors_undo_no_colleagues_proposals(client, handed_in):
    client.force_login(colleague("ben", EDITORS, is_staff=True))
    assert client.get(handed_in).status_code == 403


def test_editors_do_not_undo_what_is_public(editor, imported):
    assert editor.get(imported).status_code == 403


def test_unknown_act_is_not_found(publisher):
    address = reverse(
        "admin:partners_revision_undo", args=["0" * 8 + "-0000-0000-0000-" + "0" * 12]
    )
    assert publisher.get(address).status_code == 404
