"""Publish what is due, for those who do not want to wait for the next visitor."""

from django.core.management import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from partners.publishing import presses


class Command(BaseCommand):
    help = "Publishes the pending changes whose time has come; each is published exactly once."

    def handle(self, **options):
        try:
            applied = presses.apply_due(timezone.now())
        except OperationalError as error:
            raise CommandError(f"Not all could be published: {error}. Run it again.") from error
        if options["verbosity"] >= 1:
            self.stdout.write(f"Published: {applied}.")
