"""`loaddata`, as Django's, but it checks every record and never overwrites silently."""

import sys
from pathlib import Path

from django.core.management.base import CommandError
from django.core.management.commands import loaddata
from django.db import DatabaseError, connections
from django.utils import timezone

from partners.exchange.loading import FixtureError, Loading, read
from partners.rows import bookkeeping, history


class Command(loaddata.Command):
    help = (
        "Load the named JSON fixtures, in this order, all or nothing. Every record is checked "
        "like a form; records that staff changed since they were loaded are refused."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        staff_changes = parser.add_mutually_exclusive_group()
        staff_changes.add_argument(
            "--overwrite", action="store_true", help="Replace what staff changed."
        )
        staff_changes.add_argument(
            "--only-new", action="store_true", help="Add what is missing; change nothing."
        )

    def handle(self, *fixture_labels, overwrite=False, only_new=False, **options):
        if options["ignore"] or options["exclude"]:
            raise CommandError("Every record is checked and loaded: nothing can be left out.")
        self.loading = Loading(options["database"], overwrite, only_new)
        try:
            quieter = {"verbosity": options["verbosity"] - 1}  # the report says more than Django's
            super().handle(*fixture_labels, **options | quieter)
        except FixtureError as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            raise CommandError(f"The database refuses, nothing was loaded: {error}") from None
        if options["verbosity"] >= 1:
            self.stdout.write(self.loading.report)

    def loaddata(self, fixture_labels):
        try:
            with bookkeeping.batch():
                super().loaddata(fixture_labels)
                self.loading.store(timezone.now())
                self.reset_sequences(connections[self.using], self.loading.models)
                history.catch_up()
        except BaseException:
            self.loading.remove_copied_uploads()
            raise

    def load_label(self, fixture_label):
        for path, _, name in self.find_fixtures(fixture_label):
            _, serialization, compression = self.parse_name(Path(path).name)
            if serialization not in ("json", None) or compression not in (None, "stdin"):
                raise FixtureError(f"{name} is not plain JSON: nothing else can be checked.")
            self.fixture_count += 1
            self.loading.folder = Path(path).parent
            records = read(Path(path).name, self._content(path))
            for position, record in enumerate(records, start=1):
                self.loading.read(Path(path).name, position, record)
                self.fixture_object_count += 1

    def _content(self, path):
        if path == loaddata.READ_STDIN:
            return sys.stdin.buffer.read()
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise FixtureError(f"{path} cannot be read: {error.strerror or error}.") from None
