"""Move from a folder of uploads to a bucket, or back."""

from pathlib import Path

from django.core.management import BaseCommand, CommandError

from partners.exchange import backups


class Command(BaseCommand):
    help = "Copies a folder of uploads to where the site keeps them now; what is there stays."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="what MEDIA_ROOT was, with its logos/ in it")

    def handle(self, folder, **options):
        if not (folder / "logos").is_dir():
            raise CommandError(f"{folder} is no folder of uploads: it has no logos/.")
        try:
            brought = backups.bring(folder)
        except OSError as error:
            raise CommandError(f"Not all could be copied: {error}. Run it again.") from None
        if options["verbosity"] >= 1:
            self.stdout.write(f"Copied: {brought} files.")
