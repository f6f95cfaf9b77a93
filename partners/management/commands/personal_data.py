"""Show or delete what is held about a mail address: see `accounts.erasing`."""

from django.core.management import BaseCommand
from django.utils import timezone

from partners.accounts import erasing

LEFT = "left: end the account in the back office, or edit the record and publish it"


class Command(BaseCommand):
    help = "Shows, or deletes, all that is held about a mail address (GDPR, articles 15 and 17)."

    def add_arguments(self, parser):
        parser.add_argument("what", choices=["show", "delete"])
        parser.add_argument("address", help="the mail address")

    def handle(self, *, what, address, **options):
        if what == "show":
            found = list(erasing.held({erasing.key_of(address)}))
        else:
            found = erasing.erase(address, timezone.now())
        for each in found:
            meta = each.record._meta
            note = f" ({LEFT})" if what == "delete" and each.is_left else ""
            self.stdout.write(f"{meta.verbose_name} {each.record.pk}{note}")
            for name in (*each.texts, *self.rest(each)) if what == "show" else ():
                self.stdout.write(f"    {name}: {getattr(each.record, name)}")
        done = "found in" if what == "show" else "dealt with in"
        self.stdout.write(f"{address}: {done} {len(found)} rows.")

    def rest(self, each):
        """What else is said of the person: all of a row that is about nobody else."""
        if not isinstance(each.record, erasing.ABOUT_PEOPLE):
            return []
        columns = (field.attname for field in each.record._meta.concrete_fields)
        return [name for name in columns if name not in each.texts and name not in ("logo", "base")]
