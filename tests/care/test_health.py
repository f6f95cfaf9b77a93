"""What machines are told of the site: whether it is up, and whether it can do its work."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from partners.care import chores
from partners.models import Chore, PendingChange

pytestmark = pytest.mark.django_db
READY = "/health/ready/"


@pytest.fixture
def done():
    """Everything that must be run from time to time was run just now."""
    for command in chores.LIMITS:
        chores.done(command)


def ask(client):
    response = client.get(READY)
    assert response["Content-Type"] == "application/health+json"
    assert "no-store" in response["Cache-Control"]
    report = json.loads(response.content)
    checks = {name: check["status"] for name, check in report["checks"].items()}
    return response.status_code, report["status"], {k for k in checks if checks[k] != "pass"}


def away(*args):
    raise OperationalError("could not connect to postgres://root:secret@127.0.0.1")


def test_healthy_site_passes(client, done):
    assert ask(client) == (200, "pass", set())


def test_live_answers_without_a_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/health/").content == b"ok\n"


def test_database_that_is_away_fails_and_gives_nothing_away(client, done):
    with connection.execute_wrapper(away):
        assert ask(client) == (503, "fail", {"database", "migrations"})
        assert b"secret" not in client.get(READY).content


def test_migration_that_was_forgotten_fails(client, done):
    (last,) = MigrationLoader(connection).graph.leaf_nodes("partners")
    MigrationRecorder(connection).record_unapplied(*last)
    assert ask(client) == (503, "fail", {"migrations"})


def test_folder_that_cannot_be_written_fails(client, done, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.write_text("A file where a folder should be.")
    assert ask(client) == (503, "fail", {"storage"})


@pytest.mark.parametrize("command", chores.LIMITS)
def test_chore_that_is_overdue_warns_and_nothing_more(client, done, command):
    late = timezone.now() - chores.LIMITS[command]
    Chore.objects.filter(pk=command).update(done_at=late - timedelta(minutes=1))
    assert ask(client) == (200, "warn", {command})
    Chore.objects.filter(pk=command).delete()
    assert ask(client) == (200, "warn", {command})


@pytest.mark.parametrize(("minutes", "found"), [(4, set()), (6, {"apply_due"})])
def test_scheduled_change_that_is_late_warns(client, done, minutes, found):
    PendingChange.objects.create(
        kind="partners.page",
        key="about",
        status="scheduled",
        publish_at=timezone.now() - timedelta(minutes=minutes),
    )
    assert ask(client) == (200, "warn" if found else "pass", found)


@pytest.mark.parametrize("command", ["send_reminders", "check_links", "watch_sources"])
def test_command_says_that_it_was_done(command):
    call_command(command, verbosity=0)
    assert command in set(Chore.objects.values_list("pk", flat=True))
