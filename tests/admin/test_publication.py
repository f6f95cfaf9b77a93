"""Publishing, withdrawing, verifying and deleting, one at a time and many at once."""

import datetime as dt
import html
import re
from io import BytesIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from partners.exchange.sheets import files
from partners.models import (
    EventSeries,
    Organisation,
    Page,
    PendingChange,
    Revision,
    Source,
    Verification,
)
from partners.rows import bookkeeping
from partners.rows.offers import LOOK_AGAIN
from tests import factories as make
from tests.admin.browser_form import act, address, errors, read_all
from tests.admin.records import ROOT_FACTORIES, parameters

pytestmark = pytest.mark.django_db

every_root = pytest.mark.parametrize("factory", parameters(ROOT_FACTORIES, ROOT_FACTORIES))


def text(response):
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def logged(record):
    entries = LogEntry.objects.filter(object_id=record.pk)
    return [(entry.user.username, entry.get_change_message()) for entry in entries]


@every_root
def test_publish_action_makes_records_live(publisher, client, factory):
    draft, scheduled, live = factory(draft=True), factory(scheduled=True), factory()
    withdrawn = factory(withdrawn=True)
    page = act(publisher, "publish_now", draft, scheduled, live, withdrawn)
    assert "Published: 3. Left as they were: 1." in text(page)
    for record in (draft, scheduled, live, withdrawn):
        assert client.get(record.get_absolute_url()).status_code == 200
    for record in (draft, scheduled, withdrawn):
        assert logged(record) == [("publisher", "Published.")]
        assert record.record.version == 2
    assert logged(live) == []
    assert live.record.version == 1
    withdrawn.refresh_from_db()
    assert withdrawn.published_at == make.LONG_AGO


@every_root
def test_withdraw_action_takes_records_from_the_public(publisher, client, factory):
    draft, live = factory(draft=True), factory()
    page = act(publisher, "withdraw", draft, live)
    assert "Withdrawn: 1. Left as they were: 1." in text(page)
    assert client.get(live.get_absolute_url()).status_code == 410
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert logged(live) == [("publisher", "Withdrawn.")]
    assert logged(draft) == []
    draft.refresh_from_db()
    assert (draft.published_at, draft.withdrawn_at) == (None, None)


@pytest.mark.slow("sweep")
@every_root
@pytest.mark.parametrize("who", ["editor", "publisher"])
def test_verify_action_says_who_and_when(client_of, factory, who):
    client, records = client_of(who), [factory(), factory(draft=True)]
    version = records[0].record.version
    page = act(client, "mark_verified", *records)
    assert "Verified: 2." in text(page)
    for record in records:
        verification = type(record).objects.get(pk=record.pk).verification
        assert verification.verified_by.username == who
        age = dt.datetime.now(dt.UTC) - verification.verified_at
        assert age < dt.timedelta(minutes=5)
        assert logged(record) == [(who, "Verified.")]
        assert "Verified on" in text(client.get(address(record)))
        assert f" by {who}." in text(client.get(address(record)))
    records[0].record.refresh_from_db()
    assert records[0].record.version == version


def test_record_is_verified_again_by_somebody_else(editor, publisher):
    organisation = make.OrganisationFactory()
    act(editor, "mark_verified", organisation)
    act(publisher, "mark_verified", organisation)
    assert Verification.objects.get().verified_by.username == "publisher"


def test_verification_outlives_the_account_of_who_made_it(editor, superuser):
    organisation = make.OrganisationFactory()
    act(editor, "mark_verified", organisation)
    User.objects.get(username="editor").delete()
    page = text(superuser.get(address(organisation)))
    assert "Verified on" in page
    assert " by None" not in page


def test_action_without_a_record_does_nothing(publisher):
    organisation = make.OrganisationFactory()
    posted = {"action": "withdraw", "index": "0"}
    page = publisher.post(address(Organisation, "changelist"), posted, follow=True)
    assert "Items must be selected" in text(page)
    organisation.refresh_from_db()
    assert organisation.withdrawn_at is None


@pytest.mark.parametrize("action", ["publish_now", "delete_selected", "mark_verified"])
def test_all_that_a_search_finds_can_be_exported_alone(publisher, action):
    found = make.OrganisationFactory.create_batch(3, summary="Known for rhubarb.", draft=True)
    make.OrganisationFactory(draft=True)
    url = address(Organisation, "changelist") + "?q=rhubarb"
    posted = {"select_across": "1", "_selected_action": [found[0].pk]}
    posted["_seen"] = read_all(publisher.get(url), "_seen")
    page = text(publisher.post(url, posted | {"action": action}, follow=True))
    assert "Nothing was done. This can only be done to records that are ticked" in page
    assert not Organisation.objects.live()
    assert Organisation.objects.count() == 4
    file = publisher.post(url, posted | {"action": "export_csv"})
    lines = files.read(BytesIO(file.content), "organisations")["organisations"].lines
    assert {line.cells["key"] for line in lines} == {each.pk for each in found}


# deleting


def test_home_society_cannot_be_deleted(superuser):
    home, other = make.OrganisationFactory(home=True), make.OrganisationFactory()
    for method in (superuser.get, superuser.post):
        assert method(address(home, "delete"), {"post": "yes"}).status_code == 403
    assert address(home, "delete") not in text(superuser.get(address(home)))
    page = text(act(superuser, "delete_selected", home, other))
    assert f"{home}: the site cannot be without it" in page
    assert "permission" not in page
    assert 'name="post"' not in page
    act(superuser, "delete_selected", home, other, post="yes")
    posted = {
        "action": "delete_selected",
        "select_across": "1",
        "_selected_action": [other.pk],
        "post": "yes",
    }
    superuser.post(address(Organisation, "changelist"), posted)
    assert set(Organisation.objects.all()) == {home, other}


@pytest.mark.parametrize("key", [Page.PARTNERS, *Page.FOOTER])
def test_pages_that_the_site_needs_cannot_be_deleted(superuser, key):
    needed, other = make.PageFactory(key=key), make.PageFactory()
    for method in (superuser.get, superuser.post):
        assert method(address(needed, "delete"), {"post": "yes"}).status_code == 403
    assert address(needed, "delete") not in text(superuser.get(address(needed)))
    page = text(act(superuser, "delete_selected", needed, other))
    assert f"{needed}: the site cannot be without it" in page
    assert 'name="post"' not in page
    act(superuser, "delete_selected", needed, other, post="yes")
    assert set(Page.objects.all()) == {needed, other}


def test_other_pages_can_be_deleted_by_the_list(superuser):
    pages = make.PageFactory.create_batch(2)
    act(superuser, "delete_selected", *pages, post="yes")
    assert not Page.objects.exists()


def test_what_stands_in_the_way_of_a_deletion_is_named(publisher):
    organisation = make.OrganisationFactory()
    party = make.PartyFactory(organisation=organisation, role="member")
    organiser = make.OrganiserFactory(organisation=organisation, role="host")
    of_series = make.OrganiserFactory(series=make.EventSeriesFactory(), organisation=organisation)
    relation = make.OrganisationRelationFactory(other=organisation)
    lines = [
        ("Party “member” in collaboration", party.collaboration),
        ("Organiser “host” in event", organiser.event),
        ("Organiser “organiser” in event series", of_series.series),
        ("Organisation relation “member of” in organisation", relation.organisation),
    ]
    other = make.OrganisationFactory()
    for page in (
        publisher.get(address(organisation, "delete")),
        publisher.post(address(organisation, "delete"), {"post": "yes"}),
        act(publisher, "delete_selected", organisation, other),
        act(publisher, "delete_selected", organisation, other, post="yes"),
    ):
        for what, root in lines:
            assert f'{what}: <a href="{address(root)}">{root}</a>' in text(page)
    assert {organisation, other} <= set(Organisation.objects.all())


def test_what_needs_a_source_or_a_series_is_named(superuser):
    source, series = make.SourceFactory(), make.EventSeriesFactory()
    figure = make.FigureFactory(source=source)
    citation = make.CitationFactory(source=source, page=make.PageFactory())
    term = make.TermFactory(source=source)
    event = make.EventFactory(series=series)
    page = text(superuser.post(address(source, "delete"), {"post": "yes"}))
    for root in (figure.organisation, citation.page, term):
        assert f'<a href="{address(root)}">{root}</a>' in page
    page = text(superuser.post(address(series, "delete"), {"post": "yes"}))
    assert f'Event: <a href="{address(event)}">{event}</a>' in page
    assert Source.objects.get() == source
    assert EventSeries.objects.get() == series


def test_organisation_that_nothing_needs_goes_with_its_parts(publisher):
    entry = make.SectionEntryFactory()
    organisation = entry.organisation
    make.FigureFactory(organisation=organisation)
    make.CitationFactory(organisation=organisation)
    make.OrganisationRelationFactory(organisation=organisation)
    response = publisher.post(address(organisation, "delete"), {"post": "yes"})
    assert response.status_code == 302
    assert not Organisation.objects.filter(pk=organisation.pk).exists()
    assert logged(organisation)[0][0] == "publisher"


def test_source_that_nothing_cites_can_be_deleted(publisher):
    source = make.SourceFactory()
    assert publisher.post(address(source, "delete"), {"post": "yes"}).status_code == 302
    assert not Source.objects.exists()


# one at a time


def decide(client, record, button, **extra):
    """Press a button of the small form above the main one."""
    seen = read_all(client.get(address(record)), "seen")
    posted = {"seen": seen, button: "1"} | extra
    return client.post(address(record, "decide"), posted, follow=True)


@every_root
def test_publisher_withdraws_a_record_now(publisher, client, factory):
    record = factory()
    assert "Withdrawn since" in text(decide(publisher, record, "_withdraw"))
    assert client.get(record.get_absolute_url()).status_code == 410
    assert logged(record) == [("publisher", "Withdrawn.")]


@every_root
def test_withdrawal_to_come_is_taken_back(publisher, client, factory):
    record = factory()
    page = text(decide(publisher, record, "_withdraw", at_0="2998-05-03", at_1="10:00"))
    assert ", until 3 May 2998, 10:00." in page
    assert client.get(record.get_absolute_url()).status_code == 200
    assert ", until" not in text(decide(publisher, record, "_unschedule"))
    record.refresh_from_db()
    assert record.withdrawn_at is None


@every_root
def test_first_publication_is_scheduled_and_taken_back(publisher, client, open_form, factory):
    record = factory(draft=True)
    open_form(publisher, record).save("_schedule", publish_at_0="2998-05-03", publish_at_1="10:00")
    assert "Scheduled: appears on 3 May 2998, 10:00." in text(publisher.get(address(record)))
    assert client.get(record.get_absolute_url()).status_code == 404
    assert "Draft: seen by staff only." in text(decide(publisher, record, "_unschedule"))


@every_root
def test_pending_change_is_discarded(editor, open_form, factory):
    record = factory()
    open_form(editor, record).save(summary="Better not.")
    url = address(PendingChange.objects.get())
    asked = editor.get(url, {"_discard": "1"})
    assert "<ins>Better not.</ins>" in text(asked)
    posted = {"seen": read_all(asked, "seen"), "_discard": "1"}
    assert f"Discarded: {record}." in text(editor.post(url, posted, follow=True))
    assert not PendingChange.objects.exists()
    kept = Revision.objects.of(type(record), record.pk).first()
    assert (kept.what, kept.by_name) == ("Discarded: what editor had proposed", "editor")
    assert (kept.is_aside, kept.rows[0]["fields"]["summary"]) == (True, "Better not.")


@pytest.mark.parametrize("button", ["_withdraw", "_unschedule", "_verify", "_entrust"])
def test_decision_about_another_state_than_the_one_shown_is_refused(publisher, open_form, button):
    record = make.OrganisationFactory()
    seen = read_all(publisher.get(address(record)), "seen")
    open_form(publisher, record).save("_draft", summary="Meanwhile.")
    posted = {"seen": seen, button: "1"}
    page = text(publisher.post(address(record, "decide"), posted, follow=True))
    assert LOOK_AGAIN in page
    assert PendingChange.objects.exists()
    record.refresh_from_db()
    assert record.withdrawn_at is None


def test_publish_action_takes_what_is_handed_in_and_leaves_drafts(publisher, editor, open_form):
    handed_in, unfinished = make.OrganisationFactory.create_batch(2)
    open_form(editor, handed_in).save("_hand_in", summary="Ready.")
    open_form(editor, unfinished).save("_draft", summary="Not ready.")
    page = act(publisher, "publish_now", handed_in, unfinished)
    assert "Published: 1. Left as they were: 1." in text(page)
    for record, summary in ((handed_in, "Ready."), (unfinished, "")):
        record.refresh_from_db()
        assert record.summary == summary


MOMENTS = {
    "0001-01-01": "Write a year from 1900 to 2999.",
    "9999-12-31": "Write a year from 1900 to 2999.",
    "3000-01-02": "Write a year from 1900 to 2999.",
    "2020-01-01": "This moment is past. Choose a later one.",
    "": "Say when: write a day and a time.",
}


@pytest.mark.parametrize(("day", "sentence"), MOMENTS.items())
def test_schedule_needs_a_moment_to_come(publisher, open_form, day, sentence):
    form = open_form(publisher, make.OrganisationFactory())
    response = form.send("_schedule", publish_at_0=day, publish_at_1="00:00:00" if day else "")
    assert sentence in errors(response)["publish_at"]
    assert not PendingChange.objects.exists()


@pytest.mark.parametrize("day", [day for day in MOMENTS if day])
def test_withdrawal_needs_a_moment_to_come(publisher, day):
    record = make.OrganisationFactory()
    page = text(decide(publisher, record, "_withdraw", at_0=day, at_1="00:00:00"))
    assert MOMENTS[day] in page
    record.refresh_from_db()
    assert record.withdrawn_at is None


def test_shared_preview_is_made_and_revoked(editor, client, open_form, settings):
    record = make.OrganisationFactory()
    open_form(editor, record).save(summary="Pending.")
    page = text(editor.post(address(record, "previews"), {"_share": "1"}, follow=True))
    (url,) = re.findall(rf'href="{settings.SITE_URL}(/preview/[^"]+)"', page)
    assert "Pending." in text(client.get(url))
    (number,) = re.findall(r'name="_revoke" value="([^"]+)"', page)
    for revoked in ("nonsense", number):
        editor.post(address(record, "previews"), {"_revoke": revoked})
    assert client.get(url).status_code == 404


@every_root
def test_delete_page_says_in_words_what_goes(superuser, factory):
    record = factory()
    bookkeeping.verify(record, None, make.SINCE_THEN)
    page = text(superuser.get(address(record, "delete")))
    goes = [line.strip() for line in re.findall(r"<li>([^<]*)", page)]
    assert {"Record: version 1", "Verification: compared on 2021-01-01"} <= {*goes}
    assert " object (" not in page
