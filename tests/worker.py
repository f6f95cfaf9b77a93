"""A worker in the process of a test."""

from unittest.mock import patch

from django.core.management import call_command
from django_tasks_db.management.commands import db_worker


def work(**options):
    """Do all that is queued now, on the connection of the test: as Django's test client does."""
    with patch.object(db_worker, "close_old_connections"):
        call_command("work", once=True, **options)
