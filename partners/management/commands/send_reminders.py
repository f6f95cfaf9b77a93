"""Mail staff what needs attention and is new to them, and partners their one reminder."""

from django.core.management import BaseCommand
from django.utils import timezone

from partners.admin import kept
from partners.care import chores, inquiries, reminders
from partners.models import Job


class Command(BaseCommand):
    help = "Mails each colleague what needs attention and is new to them; a day may fail."

    def handle(self, **options):
        queued = reminders.send(timezone.now()) + inquiries.remind(timezone.now())
        kept.forget(timezone.now())
        Job.objects.forget(timezone.now())
        chores.done("send_reminders")
        if options["verbosity"] >= 1:
            self.stdout.write(f"Mails queued: {queued}.")
