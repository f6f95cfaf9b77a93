"""Write the content to the files that git keeps and `loaddata` loads."""

from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from partners.exchange import fixtures


class Command(BaseCommand):
    help = (
        "Writes the content as fixtures, drafts and withdrawn records with their times included; "
        "the same content gives the same bytes. The uploads that it names are put beside them, in "
        "media/, where loaddata finds them. Pending changes, history and accounts are no content."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "folder",
            type=Path,
            nargs="?",
            default=Path(settings.FIXTURE_DIRS[0]),
            help="default: the fixtures of this repository",
        )

    def handle(self, folder, **options):
        try:
            exported = fixtures.export(folder)
        except OSError as error:
            raise CommandError(
                f"{folder} could not be written: {error.strerror or error}."
            ) from None
        for name in exported.missing:
            self.stderr.write(f"The upload {name} is named, but gone: loaddata will refuse it.")
        if options["verbosity"] >= 1:
            self.stdout.write(f"{folder}: {exported.report}")
