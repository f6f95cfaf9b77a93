"""Draw the pictures that other sites show of our pages."""

from django.core.management import BaseCommand, CommandError

from partners.reading import cards


class Command(BaseCommand):
    help = "Draws the card of each live record that has none yet, and removes what no page shows."

    def handle(self, **options):
        try:
            drawn = cards.draw_missing()
        except OSError as error:
            raise CommandError(f"Not all could be drawn: {error}. Run it again.") from error
        if options["verbosity"] >= 1:
            self.stdout.write(f"Drawn: {drawn}.")
