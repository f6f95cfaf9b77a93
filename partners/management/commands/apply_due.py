"""Publish what is due, for those who do not want to wait for the next visitor."""

from django.core.management import BaseCommand
from django.utils import timezone

from partners import publishing


class Command(BaseCommand):
    help = "Publishes the pending changes whose time has come; each is published exactly once."

    def handle(self, **options):
        applied = publishing.apply_due(timezone.now())
        if options["verbosity"] >= 1:
            self.stdout.write(f"Published: {applied}.")
