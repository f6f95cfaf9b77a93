"""Mail staff what needs attention and is new to them."""

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from partners.care import chores, reminders


class Command(BaseCommand):
    help = "Mails each colleague what needs attention and is new to them; a day may fail."

    def handle(self, **options):
        try:
            sent = reminders.send(timezone.now())
        except reminders.NotTaken as error:
            raise CommandError(error) from None
        chores.done("send_reminders")
        if options["verbosity"] >= 1:
            self.stdout.write(f"Mails sent: {sent}.")
