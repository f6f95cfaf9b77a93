"""Read the sources again, and see whether they still say what is quoted from them."""

from django.core.management import BaseCommand

from partners.care import chores, watch


class Command(BaseCommand):
    help = "Reads the sources that are quoted, and keeps what they say now; the queue shows it."

    def handle(self, **options):
        for check in watch.run():
            if check.is_alarm and options["verbosity"] >= 1:
                self.stdout.write(f"{check} {check.get_outcome_display()}")
        chores.done("watch_sources")
        if options["verbosity"] >= 1:
            self.stdout.write(f"Sources read: {len(watch.watched())}.")
