"""Put everything in one file."""

from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from partners.care import chores
from partners.exchange import backups


class Command(BaseCommand):
    help = "Writes rows and uploads, as they are at one moment, to one file; editors go on working."

    def add_arguments(self, parser):
        parser.add_argument(
            "path",
            type=Path,
            help="the file to write, named ….zip; or the folder, made if need be, in which it gets "
            "a name after the day and time",
        )

    def handle(self, path, **options):
        if path.suffix != ".zip":
            path /= f"partners-{timezone.now():%Y-%m-%dT%H-%M-%SZ}.zip"
        try:
            manifest = backups.backup(path)
        except OSError as error:
            raise CommandError(f"{path} could not be written: {error.strerror or error}.") from None
        chores.done("backup")
        if options["verbosity"] >= 1:
            rows = sum(manifest["rows"].values())
            uploads = sum(name.startswith("media/") for name in manifest["sha256"])
            self.stdout.write(f"{path}: {rows} rows, {uploads} uploads.")
