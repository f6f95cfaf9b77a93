"""Make true what is kept beside the records, after somebody wrote past the application."""

from django.core.management import BaseCommand

from partners.rows import bookkeeping


class Command(BaseCommand):
    help = (
        "Gives each record what the site keeps beside it (version, last change, search text) where "
        "that is missing or untrue, as after plain SQL. Every migration ends with it."
    )

    def handle(self, **options):
        repaired = bookkeeping.repair()
        if options["verbosity"] >= 1:
            self.stdout.write(f"Repaired: {repaired}.")
