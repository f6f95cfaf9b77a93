"""Show or delete what is held about a mail address: see `accounts.erasing`."""

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from partners.accounts import erasing

LEFT = "left: end the account in the back office, or edit the record and publish it"
DOCUMENTS = (
    "\nDocuments to be looked at by a person, and left as they are unless each is named by\n"
    "`personal_data delete ADDRESS --document NUMBER`:"
)


class Command(BaseCommand):
    help = "Shows, or deletes, all that is held about a mail address (GDPR, articles 15 and 17)."

    def add_arguments(self, parser):
        parser.add_argument("what", choices=["show", "delete"])
        parser.add_argument("address", help="the mail address")
        parser.add_argument(
            "--document",
            action="append",
            default=[],
            help="delete this document as well, by the number that is shown with it",
        )

    def handle(self, *, what, address, document, **options):
        listed = {str(each.pk): (each, why) for each, why in erasing.documents(address)}
        if unknown := [key for key in document if key not in listed]:
            raise CommandError(f"Nothing was done: no document {unknown[0]} is listed for it.")
        if what == "show":
            found = list(erasing.held({erasing.key_of(address)}))
        else:
            chosen = [listed.pop(key)[0] for key in document]
            found = erasing.erase(address, timezone.now(), chosen)
        for each in found:
            meta = each.record._meta
            note = f" ({LEFT})" if what == "delete" and each.is_left else ""
            self.stdout.write(f"{meta.verbose_name} {each.record.pk}{note}")
            for name in (*each.texts, *self.rest(each)) if what == "show" else ():
                self.stdout.write(f"    {name}: {getattr(each.record, name)}")
        done = "found in" if what == "show" else "dealt with in"
        self.stdout.write(f"{address}: {done} {len(found)} rows.")
        if listed:
            self.stdout.write(DOCUMENTS)
        for key, (each, why) in listed.items():
            page = reverse("admin:partners_agreement_change", args=[each.agreement_id])
            self.stdout.write(f"{key} {each.name} {why}\n    {settings.SITE_URL}{page}")

    def rest(self, each):
        """What else is said of the person: all of a row that is about nobody else."""
        if not isinstance(each.record, erasing.ABOUT_PEOPLE):
            return []
        columns = (field.attname for field in each.record._meta.concrete_fields)
        return [name for name in columns if name not in each.texts and name not in ("logo", "base")]
