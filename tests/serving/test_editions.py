"""A page from memory is never older than the last write or the last moment that changed it."""

import datetime as dt
import random
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from partners.management.commands.demo import fixture_files
from partners.models import (
    ROOT_MODELS,
    Event,
    Organisation,
    Party,
    PendingChange,
    Redirect,
    SectionEntry,
    Term,
    Topic,
    triggers,
)
from partners.rows import bookkeeping, freshness
from partners.rows.standing import standing
from partners.serving import middleware
from tests import acts
from tests import factories as make

pytestmark = pytest.mark.django_db
#: Where a write has to be committed to be seen; and within a transaction nothing is remembered.
commits = pytest.mark.django_db(transaction=True)


def raw(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


WRITES = {
    "save": lambda o: o.save(),
    "update": lambda o: Organisation.objects.filter(pk=o.pk).update(name="Updated"),
    "bulk update": lambda o: Organisation.objects.bulk_update([o], ["summary"]),
    "bulk create": lambda o: Term.objects.bulk_create([make.TermFactory.build(key="new")]),
    "raw": lambda o: raw("UPDATE partners_organisation SET name = %s WHERE key = %s", "Raw", o.pk),
    "delete": lambda o: o.names.all().delete(),
    "many-to-many": lambda o: o.topics.add(Topic.objects.first()),
    "fixtures": lambda o: call_command("loaddata", *fixture_files(), verbosity=0),
    "verification": lambda o: bookkeeping.verify(o, None, timezone.now()),
}  # fmt: skip


@commits
def test_every_kind_of_write_begins_a_new_edition():
    for name, write in WRITES.items():
        organisation = make.OrganisationNameFactory().organisation
        make.TopicFactory()
        before = freshness.token()
        organisation.summary = "Changed."
        write(organisation)
        assert (name, freshness.token() == before) == (name, False)


@commits
def test_what_no_page_says_begins_none():
    before = freshness.token()
    call_command("clearsessions")
    make.OrganisationFactory.build()
    assert freshness.token() == before


@commits
def test_write_that_is_undone_begins_none():
    make.OrganisationFactory()
    before = freshness.token()
    with bookkeeping.rehearsal():
        Organisation.objects.update(name="Rehearsed")
    assert freshness.token() == before


def triggers_on(model):
    found = triggers.present(connection).items()
    return {name for name, table in found if table == model._meta.db_table}


@commits
def test_triggers_are_put_back_where_a_table_was_made_anew():
    """SQLite loses them with the table; PostgreSQL keeps what is already there."""
    make.OrganisationFactory()
    names = triggers_on(Organisation)
    for name in names:
        raw(triggers.DROP[connection.vendor].format(name=name, table=Organisation._meta.db_table))
    call_command("migrate", verbosity=0)
    assert triggers_on(Organisation) == names
    before = freshness.token()
    Organisation.objects.update(name="Seen again")
    assert freshness.token() != before


@pytest.mark.parametrize(
    ("fields", "before", "after"),
    [
        ({"published_at": dt.timedelta(hours=1)}, 404, 200),
        ({"withdrawn_at": dt.timedelta(hours=1)}, 200, 410),
    ],
)
def test_first_request_after_its_time_sees_it(new_client, clock, fields, before, after):
    at = {name: timezone.now() + later for name, later in fields.items()}
    organisation = make.OrganisationFactory(name="Rhubarb", **at)
    client, path = new_client(), organisation.get_absolute_url()
    shown = [client.get(path).status_code, b"Rhubarb" in client.get("/organisations/").content]
    assert shown == [before, before == 200]
    clock(dt.timedelta(hours=1))
    shown = [client.get(path).status_code, b"Rhubarb" in client.get("/organisations/").content]
    assert shown == [after, after == 200]


@commits
def test_moment_before_a_change_has_no_part_in_what_is_after_it():
    at = timezone.now() + dt.timedelta(hours=1)
    freshness.edition(timezone.now())  # there is a version, and triggers that change it
    make.OrganisationFactory(name="To come", published_at=at)
    named = freshness.remembered(lambda at: set(Organisation.objects.live(at)))
    after, before = at + dt.timedelta(seconds=1), at - dt.timedelta(seconds=1)
    assert [len(named(moment)) for moment in (after, before, after, before)] == [1, 0, 1, 0]


@commits
def test_page_stands_a_second_while_a_due_change_cannot_be_published(
    new_client, clock, count, admin_user, settings, monkeypatch
):
    look = SimpleNamespace(monotonic=lambda: timezone.now().timestamp())
    monkeypatch.setattr(middleware, "time", look)
    root, hour = make.OrganisationFactory(), dt.timedelta(hours=1)
    rows = standing(Organisation, root.pk).present
    new = [rows[0] | {"fields": rows[0]["fields"] | {"summary": "At last."}}]
    at = timezone.now() + hour
    proposal = acts.Proposal(Organisation, root.pk, rows, new, admin_user, when=at)
    acts.schedule(proposal, timezone.now())
    client, path = new_client(), root.get_absolute_url()
    settings.APPLY_DUE_WITHIN = 0
    clock(hour)
    before = client.get(path)
    settings.APPLY_DUE_WITHIN = 3600
    assert (before.status_code, count(client, path, 1).content) == (200, before.content)
    assert b"At last." not in before.content
    clock(hour + freshness.WHILE_DUE)
    assert b"At last." in client.get(path).content


def test_what_stays_due_is_not_looked_for_at_every_request(rf, monkeypatch):
    at, looked, clock = timezone.now(), [], [100.0]
    monkeypatch.setattr(middleware, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(middleware.presses, "apply_due", lambda at, within: looked.append(at))
    PendingChange.objects.create(
        kind="partners.page", key="a", title="A", status="scheduled", publish_at=at
    )
    answer = middleware.ApplyDueChanges(lambda request: len(looked))

    def number(path, seconds):
        clock[0], request = 100 + seconds, rf.get(path)
        request.now = at
        return answer(request)

    assert number("/health/", 0) == 0
    half = freshness.WHILE_DUE.total_seconds() / 2
    moments = [0, 0.9 * half, half, 1.9 * half, 2 * half]
    assert [number("/", each) for each in moments] == [1, 1, 2, 2, 3]


def test_next_change_is_midnight_where_nothing_else_is_to_come(settings):
    settings.TIME_ZONE = "Europe/Vienna"
    now = dt.datetime(2026, 3, 28, 22, 30, tzinfo=dt.UTC)
    assert freshness.next_change(now) == dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC)
    now = dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC)  # summer time began that night
    assert freshness.next_change(now) == dt.datetime(2026, 3, 29, 22, tzinfo=dt.UTC)


@pytest.mark.parametrize("model", ROOT_MODELS.values(), ids=ROOT_MODELS)
@pytest.mark.parametrize("time", ["published_at", "withdrawn_at"])
@pytest.mark.parametrize("microsecond", [0, 7])
def test_next_change_is_the_first_time_to_come_of_any_record(model, time, microsecond):
    now = dt.datetime(2026, 3, 28, 12, microsecond=microsecond, tzinfo=dt.UTC)
    hour = dt.timedelta(hours=1)
    roots = make.FACTORIES[model].create_batch(4, published_at=now - 2 * hour)
    for root, at in zip(roots, (now - hour, now, now + hour, now + 2 * hour), strict=True):
        model.objects.filter(pk=root.pk).update(**{time: at})
    assert freshness.next_change(now) == now + hour


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite keeps times as texts")
def test_next_change_may_be_written_with_an_offset():
    now = dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)
    make.EventFactory(published_at=now - dt.timedelta(hours=1))
    raw("UPDATE partners_event SET withdrawn_at = %s", "2026-03-28 13:00:00+00:00")
    assert freshness.next_change(now) == now + dt.timedelta(hours=1)


def test_event_is_past_from_midnight_on(new_client, clock):
    today = timezone.localdate()
    make.EventFactory(starts=today.isoformat())
    client = new_client()
    assert b'id="past"' not in client.get("/events/").content
    clock(dt.timedelta(days=1))
    assert b'id="past"' in client.get("/events/").content


# Any write, in any process


def rename(chance, root):
    root.title = f"Title {chance.random()}"
    root.save()


def write_raw(chance, root):
    raw("UPDATE partners_event SET city = %s", f"City {chance.random()}")


def go_on(chance, root):
    with_rows = standing(Event, root.pk).present
    rows = [dict(row, fields=dict(row["fields"])) for row in with_rows]
    rows[0]["fields"]["summary"] = f"Summary {chance.random()}"
    proposal = acts.Proposal(Event, root.pk, with_rows, rows, go_on.user)
    acts.publish(proposal, timezone.now())


YEARS = [str(year) for year in range(2000, 2999)]
STEPS = [
    rename,
    write_raw,
    go_on,
    lambda chance, root: make.EventFactory(starts="2999"),
    lambda chance, root: make.OrganiserFactory(event=root),
    lambda chance, root: Event.objects.filter(pk=root.pk).update(starts=chance.choice(YEARS)),
    lambda chance, root: root.organisers.all().delete(),
    lambda chance, root: Event.objects.bulk_create([make.EventFactory.build()]),
    lambda chance, root: make.SectionEntryFactory(),
    lambda chance, root: SectionEntry.objects.all().delete(),
    lambda chance, root: make.TermFactory(),
    lambda chance, root: Party.objects.all().delete(),
    lambda chance, root: Redirect.objects.create(old_path=f"/{chance.random()}/", new_path="/"),
    lambda chance, root: acts.withdraw(root, go_on.user, timezone.now()),
    lambda chance, root: Event.objects.filter(pk=root.pk).update(withdrawn_at=None),
]  # fmt: skip


@pytest.mark.slow("fuzzing")
@commits
@pytest.mark.parametrize("seed", range(3))
def test_next_request_shows_it_in_every_process(new_client, admin_user, seed):
    chance, go_on.user = random.Random(seed), admin_user  # noqa: S311 — no secret
    root = make.EventFactory(starts="2999")
    make.OrganiserFactory(event=root)
    paths = ["/", "/events/", "/organisations/?q=o", root.get_absolute_url(), "/glossary/"]
    processes, uncached = [new_client(), new_client()], new_client(0)
    for _ in range(12):
        root.refresh_from_db()
        chance.choice(STEPS)(chance, root)
        true = {path: uncached.get(path) for path in paths}
        for process in processes:
            for path, expected in true.items():
                answer = process.get(path)
                assert (path, answer.status_code) == (path, expected.status_code)
