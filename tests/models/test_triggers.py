"""What the database does by itself: it reaches installed databases, and hinders no migration."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import F

from partners.models import Event, Organisation, stamps, triggers, trigrams
from partners.reading.search import Search
from partners.rows import freshness
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
POSTGRESQL = connection.vendor == "postgresql"


@pytest.fixture(autouse=True)
def as_before():
    """Later tests find the database as they expect it."""
    yield
    install()


def install():
    """What `migrate` calls before and after its work."""
    for room in (stamps, freshness, trigrams):
        room.install(None, connection.alias)


def raw(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def names():
    return set(triggers.present(connection))


def found(typed):
    return list(Search(typed).matching(Organisation.objects.all()))


def test_migrating_again_changes_nothing():
    before, token = names(), freshness.token()
    call_command("migrate", verbosity=0)
    assert (names(), freshness.token()) == (before, token)


@pytest.mark.parametrize("kind", ["POSTGRESQL_TRIGGER" if POSTGRESQL else "SQLITE_TRIGGER"])
def test_changed_trigger_reaches_an_installed_database(monkeypatch, kind):
    before, count = names(), len(names())
    changed = getattr(freshness, kind).replace("AFTER", "/* another */ AFTER", 1)
    with monkeypatch.context() as patch:
        patch.setattr(freshness, kind, changed)
        install()
        renewed = {name for name in names() if "_changed" in name} - before
        assert len(names()) == count
        assert len(renewed) == (count - 1 if POSTGRESQL else count - 12)  # settling; index, stamps
        token = freshness.token()
        make.OrganisationFactory()
        assert freshness.token() != token
    install()
    assert names() == before


OLD = (
    "CREATE CONSTRAINT TRIGGER partners_event_changed AFTER INSERT ON partners_event "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION partners_note_change()"
    if POSTGRESQL
    else "CREATE TRIGGER partners_event_changed_by_insert AFTER INSERT ON partners_event BEGIN "
    "SELECT raise(FAIL, 'of yesterday'); END"
)


def test_triggers_without_a_version_go():
    before = names()
    raw(OLD)
    install()
    assert names() == before
    make.EventFactory()


@pytest.mark.skipif(POSTGRESQL, reason="there, an index needs no triggers")
@pytest.mark.parametrize("changed", ["FTS5", "FTS5_KEPT"])
def test_changed_index_is_filled_anew_under_its_name(monkeypatch, changed):
    organisation = make.OrganisationFactory(name="Rhubarb")
    before = names()
    if changed == "FTS5":
        monkeypatch.setattr(trigrams, "FTS5", f"{trigrams.FTS5}-- another\n")
    else:
        kept = {event: f"{what} -- x" for event, what in trigrams.FTS5_KEPT.items()}
        monkeypatch.setattr(trigrams, "FTS5_KEPT", kept)
    install()
    assert len(names() - before) == len(before - names()) == 6
    organisation.name = "Custard"
    organisation.save()
    assert found("custard") == [organisation]
    assert found("rhubarb") == []


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite has a table instead")
def test_changed_index_is_made_anew(monkeypatch):
    asked = "SELECT indexname FROM pg_indexes WHERE indexname LIKE '%trigrams%' ORDER BY 1"
    before = raw(asked)
    with monkeypatch.context() as patch:
        patch.setattr(trigrams, "GIN", f"{trigrams.GIN} WITH (fastupdate = off)")
        install()
        assert len(raw(asked)) == len(before) == 2
        assert not {*raw(asked)} & {*before}
    install()
    assert raw(asked) == before


WRITES = {
    "title": "UPDATE partners_event SET title = 'Another' WHERE key = 'a'",
    "nothing": "UPDATE OR IGNORE partners_event SET title = title WHERE key = 'a'",
    "version": "UPDATE partners_record SET version = 7 WHERE event_id = 'a'",
    "record gone": "DELETE FROM partners_record WHERE event_id = 'a'",
    "replaced": "INSERT OR REPLACE INTO partners_event SELECT * FROM partners_event "
    "WHERE key = 'a'",
}


def stamps_of():
    return dict(Event.objects.values_list("pk", stamps.Stamp("pk")))


@pytest.mark.skipif(POSTGRESQL, reason="there, all that is written of an event is compared")
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_event_has_another_stamp_whoever_writes_it(write):
    for key in "ab":
        make.EventFactory(key=key)
    before = stamps_of()
    assert stamps_of() == before
    with transaction.atomic():
        raw("PRAGMA defer_foreign_keys = on")  # what is replaced is gone for a moment
        raw(write)
    after = stamps_of()
    assert after["a"] != before["a"]
    assert after["b"] == before["b"]
    raw("DELETE FROM partners_record WHERE event_id = 'a'")
    before = stamps_of()
    raw("UPDATE partners_record SET event_id = 'a' WHERE event_id = 'b'")
    assert not before.items() & stamps_of().items()  # one has it no more, the other has it now


@pytest.mark.skipif(POSTGRESQL, reason="there, all that is written of an event is compared")
@pytest.mark.parametrize("key", ["a", "c"], ids=["taken", "free"])
def test_event_under_another_key_has_another_stamp(key):
    for each in "ab":
        make.EventFactory(key=each)
    raw("DELETE FROM partners_record")
    before = stamps_of()
    raw(f"UPDATE OR REPLACE partners_event SET key = '{key}' WHERE key = 'b'")  # noqa: S608 — our keys
    after = stamps_of()
    assert after[key] not in before.values()
    assert stamps_of() == after == dict(raw(f"SELECT * FROM {stamps.TABLE}"))  # noqa: S608 — our name


@pytest.mark.skipif(POSTGRESQL, reason="there, all that is written of an event is compared")
def test_stamps_begin_anew_after_a_time_without_triggers():
    for key in "ab":
        make.EventFactory(key=key)
    before = stamps_of()
    gone = next(name for name in names() if name.startswith(f"{stamps.TABLE}_by_update"))
    raw(f"DROP TRIGGER {gone}")
    install()
    after = stamps_of()
    assert not before.items() & after.items()
    Event.objects.filter(pk="a").delete()
    assert raw(f"SELECT * FROM {stamps.TABLE}") == [("b", after["b"])]  # noqa: S608 — our name


# Migrations beside the triggers


@pytest.fixture
def migrate():
    """migrate(*operations): one migration of them, as `migrate` applies it; taken back at last."""
    state, name = MigrationLoader(connection).project_state(), "0000_of_a_test"
    applied = []

    def migrate(*operations):
        kind = type("Migration", (migrations.Migration,), {"operations": operations})
        with connection.schema_editor(atomic=True) as editor:
            kind(name, "partners").apply(state.clone(), editor)
        applied.append(kind(name, "partners"))
        install()

    yield migrate
    for migration in applied:
        with connection.schema_editor(atomic=True) as editor:
            migration.unapply(state.clone(), editor)


def text(**kwargs):
    return models.CharField(max_length=200, **kwargs)


def fill(apps, schema_editor):
    apps.get_model("partners", "Organisation").objects.update(motto=F("name"))
    apps.get_model("partners", "Figure").objects.update(remark=F("measure"))


def test_columns_are_filled_and_altered_in_one_migration(migrate):
    figure = make.FigureFactory(organisation__region_note="mainly U.S.", note="as they say")
    token = freshness.token()
    has_motto = models.CheckConstraint(name="has_motto", condition=~models.Q(motto=""))
    migrate(
        migrations.AddField("organisation", "motto", text(db_default="")),
        migrations.AddField("figure", "remark", text(db_default="")),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("organisation", "motto", text(null=True)),
        migrations.AddConstraint("organisation", has_motto),
        migrations.RenameField("organisation", "region_note", "region_remark"),
        migrations.RemoveField("figure", "note"),
    )
    written = raw("SELECT motto, region_remark FROM partners_organisation")
    assert written == [(figure.organisation.name, "mainly U.S.")]
    assert raw("SELECT remark FROM partners_figure") == [(figure.measure,)]
    assert freshness.token() != token


def add_event(apps, schema_editor):
    series = apps.get_model("partners", "EventSeries").objects.get()
    fields = {"key": "written", "slug": "written", "title": "Written", "starts": "2016"}
    apps.get_model("partners", "Event").objects.create(series=series, **fields)


def remove_event(apps, schema_editor):
    apps.get_model("partners", "Event").objects.all().delete()


def test_rows_are_written_and_their_tables_altered_in_one_migration(migrate):
    series = make.EventSeriesFactory()
    migrate(
        migrations.AddField("event", "motto", text(db_default="")),
        triggers.WriteRows(add_event, remove_event),
        migrations.AddField("eventseries", "motto", text(db_default="")),
        migrations.RemoveField("event", "venue"),
    )
    assert raw("SELECT key, series_id FROM partners_event") == [("written", series.pk)]


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite checks at the end of a migration")
def test_wrong_row_is_refused_where_it_is_written(migrate):
    wrong = {"key": "a", "slug": "a", "title": "A", "starts": "2016", "series_id": "nowhere"}

    def write(apps, schema_editor):
        with pytest.raises(IntegrityError), transaction.atomic():
            apps.get_model("partners", "Event").objects.create(**wrong)

    migrate(triggers.WriteRows(write, migrations.RunPython.noop))


def columns_old_workers_miss(migration):
    """The columns that it adds and that a process which does not know of them cannot leave out."""
    return [
        f"{operation.model_name}.{operation.name}"
        for operation in migration.operations
        if isinstance(operation, migrations.AddField)
        and not operation.field.many_to_many
        and not operation.field.null
        and not operation.field.has_db_default()
    ]


def test_old_workers_can_leave_out_new_columns():
    """They go on through an upgrade: see docs/upgrades.md."""
    ours = {
        name: migration
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app == "partners"
    }
    missed = {name: columns_old_workers_miss(migration) for name, migration in ours.items()}
    assert missed["0006_state_the_licence"] == ["page.licence", "page.licence_url"]
    assert not any(columns for name, columns in missed.items() if name > "0008")
