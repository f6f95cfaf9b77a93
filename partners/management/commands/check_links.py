"""Ask every outside address on the pages whether it still answers."""

from django.core.management import BaseCommand

from partners.care import chores, links
from partners.models import LinkCheck, outside_addresses


class Command(BaseCommand):
    help = "Checks the links of the pages and keeps what they answered; the queue shows the rest."

    def handle(self, **options):
        count = 0
        for url, outcome in links.check(outside_addresses()):
            check, count = links.record(url, outcome), count + 1
            if check.result != LinkCheck.Result.GOOD and options["verbosity"] >= 1:
                self.stdout.write(check.describe())
        chores.done("check_links")
        if options["verbosity"] >= 1:
            self.stdout.write(f"Addresses checked: {count}.")
