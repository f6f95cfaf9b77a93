"""From a draft to the public and back: aside, handed in, scheduled, published, restored."""

import copy
import datetime as dt
import itertools
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import OperationalError

from partners.models import Organisation, PendingChange, Revision, root_name
from partners.publishing import presses
from partners.rows import history, snapshots, timing
from partners.rows.offers import Stale
from partners.rows.snapshots import Refused
from partners.rows.standing import standing
from tests import acts
from tests import factories as make
from tests.acts import Proposal
from tests.admin.records import ROOT_FACTORIES, parameters

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)
LATER, LATEST = NOW + dt.timedelta(hours=1), NOW + dt.timedelta(hours=2)
every_root = pytest.mark.parametrize("factory", parameters(ROOT_FACTORIES, ROOT_FACTORIES))


@pytest.fixture
def editor(django_user_model):
    return django_user_model.objects.create_user("editor")


@pytest.fixture
def publisher(django_user_model):
    return django_user_model.objects.create_user("publisher")


def proposal(root, by, base=None, when=None, **fields):
    """What staff saw last (or `base`), with other values in the fields of the root."""
    base = base or standing(type(root), root.pk).present
    rows = copy.deepcopy(base)
    rows[0]["fields"] |= fields
    return Proposal(type(root), root.pk, base, rows, by, when=when)


def stored(root):
    return snapshots.stored(type(root), root.pk)


def fresh(root):
    return type(root).objects.get(pk=root.pk)


def whats(root):
    return [each.what for each in Revision.objects.of(type(root), root.pk)]


def pending(root):
    return presses.pending(type(root), root.pk)


@every_root
def test_draft_of_a_live_record_stands_aside(editor, client, factory):
    root = factory()
    before, page = stored(root), client.get(root.get_absolute_url()).content
    change = acts.save_draft(proposal(root, editor, summary="Unheard of."), NOW)
    assert stored(root) == before
    assert client.get(root.get_absolute_url()).content == page
    assert (change.status, change.by_name, change.base) == ("draft", "editor", before)
    assert change.rows[0]["fields"]["summary"] == "Unheard of."
    assert standing(type(root), root.pk).present == change.rows


@every_root
def test_draft_that_nobody_reads_is_saved_as_it_is(editor, factory):
    root = factory(draft=True)
    assert acts.save_draft(proposal(root, editor, summary="New."), NOW) is None
    assert fresh(root).summary == "New."
    assert pending(root) is None
    assert whats(root) == ["Draft saved", history.OUTSIDE]


@every_root
@pytest.mark.parametrize("state", [{}, {"draft": True}, {"scheduled": True}, {"withdrawn": True}])
def test_published_change_is_what_the_public_reads(publisher, factory, state):
    root = factory(**state)
    acts.publish(proposal(root, publisher, summary="New."), NOW)
    root = fresh(root)
    assert root.is_live(NOW)
    assert root.summary == "New."
    assert whats(root) == ["Published", history.OUTSIDE]


def test_record_that_is_new_becomes_a_draft(editor):
    rows = snapshots.rows_of(make.OrganisationFactory(draft=True))
    Organisation.objects.all().delete()
    acts.save_draft(Proposal(Organisation, rows[0]["pk"], [], rows, editor), NOW)
    assert snapshots.rows_of(Organisation.objects.get()) == rows
    assert Organisation.objects.get().published_at is None


@pytest.mark.parametrize("act", ["save_draft", "hand_in", "publish"])
def test_second_of_two_is_refused_and_nothing_is_lost(editor, publisher, act):
    root = make.OrganisationFactory()
    base = stored(root)
    first = acts.save_draft(proposal(root, editor, summary="First."), NOW)
    second = proposal(root, publisher, base, summary="Second.")
    with pytest.raises(Stale) as refused:
        getattr(acts, act)(second, NOW)
    assert refused.value.now == first.rows
    assert refused.value.merged(second.offer)[0].rows == first.rows
    assert pending(root).rows == first.rows
    assert stored(root) == base


def test_change_that_says_what_is_live_is_none(editor):
    root = make.OrganisationFactory()
    before = stored(root)
    acts.save_draft(proposal(root, editor, summary="New."), NOW)
    assert acts.save_draft(proposal(root, editor, summary=""), NOW) is None
    assert pending(root) is None
    assert acts.hand_in(proposal(root, editor), NOW) is None
    assert stored(root) == before


@every_root
@pytest.mark.parametrize("state", [{}, {"draft": True}])
def test_handed_in_change_is_approved_or_sent_back(editor, publisher, factory, state):
    root = factory(**state)
    change = acts.hand_in(proposal(root, editor, summary="New."), NOW)
    assert list(PendingChange.objects.waiting()) == [change]
    acts.send_back(change, publisher, "Say it in one sentence.", NOW)
    assert list(PendingChange.objects.waiting()) == []
    change = acts.hand_in(proposal(root, editor, summary="Newer."), LATER)
    assert change.comment == ""
    acts.approve(change, publisher, LATER)
    assert fresh(root).summary == "Newer."
    assert fresh(root).is_live(LATER)
    assert pending(root) is None
    assert whats(root)[0] == "Published, as proposed by editor"


def test_draft_that_waits_for_approval_and_is_saved_is_with_its_editor_again(editor):
    root = make.OrganisationFactory(draft=True)
    acts.hand_in(proposal(root, editor, summary="New."), NOW)
    change = acts.save_draft(proposal(root, editor, summary="Newer."), LATER)
    assert (change.status, change.rows) == ("draft", stored(root))
    assert fresh(root).summary == "Newer."


def test_discarded_change_leaves_the_live_version(editor):
    root = make.OrganisationFactory()
    before = stored(root)
    acts.save_draft(proposal(root, editor, summary="New."), NOW)
    acts.discard(root, editor, NOW)
    assert (pending(root), stored(root)) == (None, before)


def test_change_in_what_the_live_version_changed_as_well_is_refused(editor, publisher):
    root = make.OrganisationFactory()
    acts.hand_in(proposal(root, editor, summary="Mine.", acronym="MINE"), NOW)
    root.summary = "Theirs."
    root.save()
    with pytest.raises(Stale):
        acts.approve(pending(root), publisher, NOW)
    assert pending(root).is_handed_in
    assert fresh(root).acronym == ""


def test_change_elsewhere_in_the_live_version_is_kept(editor, publisher):
    root = make.OrganisationFactory()
    acts.hand_in(proposal(root, editor, acronym="MINE"), NOW)
    root.summary = "Theirs."
    root.save()
    acts.approve(pending(root), publisher, NOW)
    assert (fresh(root).acronym, fresh(root).summary) == ("MINE", "Theirs.")


# at a time


@every_root
@pytest.mark.parametrize("state", [{}, {"withdrawn": True}])
def test_scheduled_change_is_published_once_at_its_time(publisher, factory, state):
    root = factory(**state)
    before = stored(root)
    assert acts.schedule(proposal(root, publisher, when=LATER, summary="New."), NOW)
    assert presses.apply_due(NOW) == 0
    assert stored(root) == before
    assert presses.apply_due(LATER) == 1
    assert fresh(root).summary == "New."
    assert fresh(root).is_live(LATER)
    assert presses.apply_due(LATEST) == 0
    assert whats(root) == ["Published as scheduled", history.OUTSIDE]


@every_root
@pytest.mark.parametrize("state", [{"draft": True}, {"scheduled": True}])
def test_first_publication_is_a_matter_of_the_query(publisher, client, factory, state):
    root = factory(**state)
    for moment in (LATEST, LATER):
        acts.schedule(proposal(root, publisher, when=moment, summary="New."), NOW)
    assert not fresh(root).is_live(NOW)
    assert fresh(root).is_live(LATER)
    acts.unschedule(fresh(root), publisher, NOW)
    assert fresh(root).published_at is None


def test_schedule_that_is_taken_back_leaves_the_change(publisher):
    root = make.OrganisationFactory()
    acts.schedule(proposal(root, publisher, when=LATER, summary="New."), NOW)
    acts.unschedule(root, publisher, NOW)
    assert presses.apply_due(LATEST) == 0
    assert (pending(root).status, pending(root).publish_at) == ("draft", None)


def test_due_change_that_cannot_be_published_waits_for_a_publisher(publisher, caplog):
    broken, gone, whole = make.OrganisationFactory.create_batch(3)
    for root in (broken, gone, whole):
        acts.schedule(proposal(root, publisher, when=LATER, summary="New."), NOW)
    change = pending(broken)
    change.rows[0]["fields"]["founded"] = "Of an earlier schema"
    change.save()
    acts.delete(fresh(gone), publisher, NOW)
    call_command("apply_due", verbosity=0)
    assert fresh(whole).summary == "New."
    assert fresh(broken).summary == ""
    for root, reason in ((broken, "cannot be read any more"), (gone, "is gone")):
        assert pending(root).is_handed_in
        assert reason in pending(root).comment
    assert f"could not be published: {change.title!r}: " in caplog.text


def test_due_change_of_what_was_withdrawn_since_waits_for_a_publisher(publisher):
    root = make.OrganisationFactory()
    new = proposal(root, publisher, when=LATEST, summary="New.")
    acts.schedule(new, NOW)
    acts.withdraw(fresh(root), publisher, LATER)
    assert presses.apply_due(LATEST) == 0
    assert not fresh(root).is_live(LATEST)
    assert pending(root).is_handed_in
    assert "It was withdrawn meanwhile" in pending(root).comment


def test_due_change_that_is_held_is_waited_for_a_quarter_of_the_time(
    publisher, monkeypatch, caplog
):
    root, waits = make.OrganisationFactory(), []
    acts.schedule(proposal(root, publisher, when=LATER, summary="New."), NOW)

    def held(until, wait):
        waits.append(wait)
        raise OperationalError("It is held.")

    monkeypatch.setattr(timing, "in_time", held)
    caplog.set_level("INFO")
    assert presses.apply_due(LATER, within=8) == 0
    assert (waits, pending(root).is_scheduled) == ([2], True)
    assert f"stays due: {pending(root).title!r}: It is held." in caplog.text


@pytest.mark.slow("sweep")
def test_change_that_does_not_fit_into_the_time_stays_due_whole(publisher, monkeypatch):
    """A second passes whenever somebody looks: so the time is up at one query after the other."""
    root = make.FigureFactory().organisation
    acts.schedule(proposal(root, publisher, when=LATER, summary="New."), NOW)
    before, applied = stored(root), []
    while not any(applied):
        clock = itertools.count()
        for module in (timing, presses):
            looked = SimpleNamespace(monotonic=lambda clock=clock: next(clock))
            monkeypatch.setattr(module, "time", looked)
        applied.append(presses.apply_due(LATER, within=len(applied)))
        is_new = fresh(root).summary == "New."
        assert (is_new, pending(root) is None) == (bool(applied[-1]), bool(applied[-1]))
        assert is_new or (stored(root), whats(root)) == (before, [])
    assert len(applied) > 10
    assert whats(root) == ["Published as scheduled", history.OUTSIDE]


@pytest.mark.parametrize(
    ("withdrawn_at", "is_refused"),
    [
        pytest.param(NOW - TICK, False, id="seen"),
        pytest.param(NOW, False, id="seen at the very moment"),
        pytest.param(NOW + TICK, True, id="just after it was begun"),
        pytest.param(LATER, True, id="just now"),
        pytest.param(LATER + TICK, False, id="to come"),
    ],
)
def test_publishing_undoes_no_withdrawal_that_was_not_seen(publisher, withdrawn_at, is_refused):
    root = make.OrganisationFactory(withdrawn_at=withdrawn_at)
    new = proposal(root, publisher, summary="New.")._replace(begun_at=NOW)
    if is_refused:
        with pytest.raises(Stale, match="It was withdrawn meanwhile"):
            acts.publish(new, LATER)
    else:
        acts.publish(new, LATER)
    assert (fresh(root).summary == "New.") is not is_refused


def test_withdrawal_is_kept_in_the_history(publisher):
    root = make.OrganisationFactory()
    assert acts.withdraw(root, publisher, NOW)
    assert not acts.withdraw(fresh(root), publisher, LATER)
    assert fresh(root).withdrawn_at == NOW
    assert whats(root) == ["Withdrawn", history.OUTSIDE]


# what was


def test_restored_version_is_a_new_one(publisher):
    root = make.OrganisationFactory(summary="First.")
    make.FigureFactory(organisation=root)
    first = stored(root)
    acts.publish(proposal(root, publisher, summary="Second."), NOW)
    root.figures.all().delete()
    oldest = Revision.objects.of(Organisation, root.pk).last()
    acts.restore(oldest, publisher, LATER, publishes=True)
    assert stored(root) == first
    assert whats(root)[0] == "Restored"


def test_editor_proposes_to_restore(editor, publisher):
    root = make.OrganisationFactory(summary="First.")
    acts.publish(proposal(root, publisher, summary="Second."), NOW)
    oldest = Revision.objects.of(Organisation, root.pk).last()
    acts.restore(oldest, editor, LATER, publishes=False)
    assert fresh(root).summary == "Second."
    assert pending(root).rows == oldest.rows
    with pytest.raises(Refused):
        acts.restore(oldest, publisher, LATER, publishes=True)


def test_what_was_set_aside_is_proposed_again_whoever_restores_it(publisher):
    root = make.OrganisationFactory()
    proposed = acts.save_draft(proposal(root, publisher, summary="New."), NOW).rows
    acts.discard(root, publisher, NOW)
    acts.restore(Revision.objects.get(is_aside=True), publisher, LATER, publishes=True)
    assert (fresh(root).summary, pending(root).rows) == ("", proposed)


@every_root
def test_deleted_record_comes_back_as_the_public_saw_it(publisher, factory):
    root = factory()
    owner = root_name(type(root))
    make.LinkFactory(**{owner: root})
    before = stored(root)
    key = root.pk
    acts.delete(root, publisher, NOW)
    (deleted,) = Revision.objects.deleted()
    assert (deleted.key, deleted.what, deleted.rows) == (key, "Deleted", before)
    acts.restore(deleted, publisher, NOW, publishes=True)
    assert snapshots.stored(type(root), key) == before
    assert type(root).objects.get(pk=key).published_at == make.LONG_AGO
    assert not Revision.objects.deleted().exists()


#: What rows of an earlier version may say, and what is stored of it now.
UNCLEAN = {
    "acronym": ("CIR\nSE\u200b", "CIR SE"),
    "summary": ("\ufeffTwo  blanks\u00a0", "Two blanks"),
    "description": (
        '<h1>Title</h1><p><a href="https://example.org/">here</a></p>Text',
        '<h3>Title</h3><p><a href="https://example.org/">here</a></p><p>Text</p>',
    ),
}


@pytest.mark.parametrize("way", ["restored", "published", "on-time"])
def test_rows_that_were_not_clean_are_taken_and_cleaned(publisher, way):
    record = make.OrganisationFactory()
    base = snapshots.rows_of(record)
    said = {name: written for name, (written, _) in UNCLEAN.items()}
    rows = [{**base[0], "fields": base[0]["fields"] | said}]
    about = {"kind": "partners.organisation", "key": record.pk, "title": "R", "rows": rows}
    if way == "restored":
        past = Revision.objects.create(**about, what="Published")
        acts.restore(past, publisher, make.SINCE_THEN, publishes=True)
    else:
        about |= {"base": base, "by": publisher, "decided_by": publisher}
        change = PendingChange.objects.create(
            **about, status="scheduled", publish_at=make.SINCE_THEN
        )
        if way == "published":
            acts.approve(change, publisher, make.SINCE_THEN)
        else:
            assert presses.apply_due(make.SINCE_THEN) == 1
    record.refresh_from_db()
    assert {name: getattr(record, name) for name in UNCLEAN} == {
        name: clean for name, (_, clean) in UNCLEAN.items()
    }
