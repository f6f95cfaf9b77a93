"""Write the public records to a folder, as /data/ offers them."""

from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from partners.exchange.opendata import dumps

CHECKSUMS = "SHA256SUMS"


class Command(BaseCommand):
    help = "Writes what is public now as JSON and as tables, with checksums that sha256sum checks."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="where to write; it is made if need be")

    def handle(self, folder, **options):
        made = dumps.files(timezone.now())
        sums = [f"{dumps.checksum(content)}  {name}\n" for name, content in made.items()]
        made[CHECKSUMS] = "".join(sums).encode()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in made.items():
                (folder / name).write_bytes(content)
        except OSError as error:
            raise CommandError(
                f"{folder} could not be written: {error.strerror or error}."
            ) from None
        if options["verbosity"] >= 1:
            self.stdout.write(f"{folder}: {', '.join(made)}.")
