"""Make everything as it is in a backup."""

from pathlib import Path

from django.core.management import BaseCommand, CommandError

from partners.exchange import backups


class Command(BaseCommand):
    help = "Replaces all rows and uploads by those of a backup; verified first, all or nothing."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, help="a file that `manage.py backup` wrote")
        parser.add_argument("--verify", action="store_true", help="look at it, change nothing")
        parser.add_argument("--no-input", action="store_false", dest="ask", help="do not ask")

    def handle(self, path, *, verify, ask, **options):
        try:
            manifest = backups.verify(path)
            made = (
                f"{path} is whole: {sum(manifest['rows'].values())} rows of {manifest['made_at']}"
            )
            if verify:
                self.stdout.write(f"{made}.")
                return
            if ask and input(f"{made}. Replace everything by it? Type yes: ") != "yes":
                raise CommandError("Nothing was changed.")
            stay = backups.restore(path)
        except (backups.Damaged, OSError) as error:
            raise CommandError(str(error)) from None
        if options["verbosity"] >= 1:
            self.stdout.write(f"Restored {path}. Everybody has to log in again.")
        if stay:
            self.stderr.write(
                "No record names these uploads any more, but they cannot be deleted (see the log): "
                f"{', '.join(stay)}. Delete them by hand, or restore again."
            )
