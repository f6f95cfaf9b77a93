"""Compare organisations with what the Research Organization Registry (ROR) says of them."""

from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from partners.care import registers
from partners.values import ror


class Command(BaseCommand):
    help = (
        "Reads a file of ROR (schema 2.x, JSON: one record or the dump) and says where it differs "
        "from the organisations that have a ROR id; the queue shows the same."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, nargs="?", help="default: ask REGISTER_URL")
        parser.add_argument("--add", metavar="ROR", help="make a draft of the record with this id")

    def handle(self, *, file, add, **options):
        if not (file or settings.REGISTER_URL):
            raise CommandError("Name a file, or set REGISTER_URL: see .env.example.")
        try:
            if file is None:
                return self.read(registers.asked(), add)
            with file.open("rb") as opened:
                return self.read(ror.records(opened), add)
        except (OSError, ror.UnknownSchema) as error:
            name = file.name if file else settings.REGISTER_URL
            raise CommandError(f"Nothing was taken from {name}: {error}.") from error

    def read(self, records, wanted):
        if wanted:
            self.add(wanted, records)
            return
        kept = registers.keep(records, timezone.now())
        found = [
            (organisation, described, each)
            for organisation, described in registers.pairs()
            if described.id in kept
            for each in registers.compared(organisation, described)
        ]
        for organisation, described, (name, ours, theirs, _) in found:
            said = f"we say “{ours}”, ROR says “{theirs}” ({described.dated})"
            self.stdout.write(f"{organisation}: {name}: {said}")
        self.stdout.write(f"Organisations compared: {len(kept)}. Differences: {len(found)}.")

    def add(self, wanted, records):
        now = timezone.now()
        described = next((each for each in records if wanted.endswith(each.id)), None)
        if described is None:
            raise CommandError(f"There is no record {wanted} in that file.")
        answer = registers.add(described, None, now)
        if not answer.is_taken:
            raise CommandError(str(answer))
        self.stdout.write(f"A draft was made of {described.name}.")
