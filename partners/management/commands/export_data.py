"""Write the public records to a folder, as /data/ offers them."""

from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from partners.exchange.opendata import dumps


class Command(BaseCommand):
    help = "Writes what is public now as JSON and as tables, with checksums that sha256sum checks."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="where to write; it is made if need be")

    def handle(self, folder, **options):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            dumps.write(folder, timezone.now())
        except OSError as error:
            raise CommandError(
                f"{folder} could not be written: {error.strerror or error}."
            ) from None
        if options["verbosity"] >= 1:
            self.stdout.write(f"{folder}: {', '.join([*dumps.FILES, dumps.CHECKSUMS])}.")
