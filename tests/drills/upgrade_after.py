"""What staff and readers find after an upgrade: run by the drill `upgrade` in the newer tree."""

import argparse
import io
import json
import re
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners.models import Organisation, PendingChange
from tests.admin.browser_form import BrowserForm, address
from tests.drills.databases import FIXTURES, use
from tests.drills.upgrade_before import begin, visit

#: What a form of one button sends.
SENT = re.compile(r'<(?:input type="hidden"|button type="submit") name="([^"]+)" value="([^"]*)"')


class After:
    """The state of the drill: what was known before, and what went well or was refused since."""

    def __init__(self, known, today):
        self.known, self.today = known, today
        self.tally, self.refused = Counter(), []
        self.publisher = Client()
        self.publisher.force_login(User.objects.get(username="publisher"))

    def count(self, what, good, refusal):
        self.tally[what, bool(good)] += 1
        if not good:
            self.refused.append(f"{what}: {refusal}")

    def load_again(self):
        """The fixtures of the newer version: only what staff touched may stand against them."""
        said = io.StringIO()
        try:
            call_command("loaddata", *FIXTURES, stdout=said)
        except CommandError as error:
            said.write(str(error))
        named = set(map(" ".join, re.findall(r"\((partners\.\w+) ([^\s)]+)\)", said.getvalue())))
        for name in named - set(self.known["touched"]):
            self.count("untouched rows left alone", False, f"{name} is called changed by staff")
        self.tally["untouched rows left alone", True] += len(self.untouched() - named)
        try:
            call_command("loaddata", *FIXTURES, only_new=True, verbosity=0)
            self.count("loaded again, --only-new", True, "")
        except CommandError as error:
            self.count("loaded again, --only-new", False, error)

    def untouched(self):
        rows = (row for name in FIXTURES for row in json.loads(Path("fixtures", name).read_text()))
        return {f"{row['model']} {row['pk']}" for row in rows} - set(self.known["touched"])

    def open_drafts(self):
        for kind, key, fate, text in self.known["proposed"]:
            record = apps.get_model(kind)(pk=key)
            self.attempt("drafts opened", record, fate, self.shows, text)

    def shows(self, record, text):
        shown = BrowserForm.open(self.publisher, record).fields["summary"]
        assert shown == text, shown

    def publish_scheduled(self):
        past = timezone.now() - timedelta(minutes=1)
        PendingChange.objects.filter(status="scheduled").update(publish_at=past)
        call_command("apply_due", verbosity=0)
        for kind, key, fate, text in self.known["proposed"]:
            if fate == "_schedule":
                record = apps.get_model(kind).objects.get(pk=key)
                self.attempt("scheduled published", record, fate, self.says, text)

    def publish_drafts(self):
        for kind, key, fate, text in self.known["proposed"]:
            if fate != "_schedule":
                record = apps.get_model(kind).objects.get(pk=key)
                self.attempt("drafts published", record, fate, self.publish, text)

    def publish(self, record, text):
        BrowserForm.open(self.publisher, record).save("_publish")
        record.refresh_from_db()
        self.says(record, text)

    def says(self, record, text):
        assert record.summary == text, record.summary
        assert text in Client().get(record.get_absolute_url()).content.decode()

    def restore_all(self):
        for revision in self.known["revisions"]:
            record = apps.get_model(revision["kind"])(pk=revision["key"])
            self.attempt("revisions restored", record, revision["pk"], self.restore, revision)

    def restore(self, record, revision):
        """Press its button in the history, which the present state has none of, and compare."""
        name = record._meta.model_name
        url = reverse(f"admin:partners_{name}_restore", args=[record.pk, revision["pk"]])
        page = self.publisher.get(address(record, "history")).content.decode()
        forms = [form.split("</form>")[0] for form in page.split("<form")]
        pressed = [dict(SENT.findall(form)) for form in forms if f'action="{url}"' in form]
        answers = [self.publisher.post(url, posted, follow=True) for posted in pressed]
        kept = [row for row in revision["rows"] if not self.backs_what_is_gone(row)]
        wanted = {(row["model"], row["pk"]): self.as_today(row) for row in kept}
        found = {identity: stored(*identity) for identity in wanted}
        differing = [
            f"{model} {pk} {field}: {found[model, pk].get(field)!r} for {value!r}"
            for (model, pk), fields in wanted.items()
            for field, value in fields.items()
            if found[model, pk].get(field) != value
        ]
        said = [str(each) for answer in answers for each in answer.context.get("messages", ())]
        assert not differing, [*(answer.status_code for answer in answers), *said, *differing]

    def backs_what_is_gone(self, row):
        """Whether it is the source of a field that was removed: it goes with the field."""
        name = row["fields"].get("path", "").rpartition("/")[2]
        return row["model"] == "partners.citation" and any(
            name == field for _, field in self.today["removed"]
        )

    def as_today(self, row):
        """The fields of an old row as the newer version has them, by the drill's own table."""
        fields = dict(row["fields"])
        for model, old, new in self.today["renamed"]:
            if row["model"] == model and old in fields:
                fields[new] = fields.pop(old)
            if row["model"] == "partners.citation" and fields["path"] == old:
                fields["path"] = new
        for model, name in self.today["removed"]:
            if row["model"] == model:
                fields.pop(name, None)
        return fields

    def attempt(self, what, record, note, act, *arguments):
        """Count whether `act` ends as it should; what it says instead is kept."""
        try:
            act(record, *arguments)
        except (AssertionError, LookupError, TypeError, ValueError) as error:
            said = f"{record._meta.label_lower} {record.pk} {note}: {type(error).__name__} {error}"
            self.count(what, False, said[:600])
        else:
            self.count(what, True, "")

    def meet_written(self):
        """What the migration wrote has its Record, and its page."""
        for organisation in Organisation.objects.filter(pk__in=self.today["written"]):
            self.count("records repaired", organisation.record.pk, organisation)
            shown = Client().get(organisation.get_absolute_url()).status_code == 200
            self.count("records repaired", shown, organisation)

    def answer(self, when):
        for path, status in visit().items():
            self.count(f"pages answered {when}", status == 200, f"{path}: {status}")


def stored(label, pk):
    """The fields of that row as a fixture would hold it; none if there is no such row."""
    found = apps.get_model(label)._base_manager.filter(pk=pk)
    written = json.loads(serializers.serialize("json", found))
    fields = written[0]["fields"] if written else {}
    many = {field.name for field in found.model._meta.many_to_many}
    return {name: sorted(value) if name in many else value for name, value in fields.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the drill and this process leave word")
    parser.add_argument("--database-url", required=True)
    options = parser.parse_args()
    use(options.database_url)
    begin()
    known, today = (
        json.loads((options.folder / name).read_text()) for name in ("known.json", "today.json")
    )
    after = After(known, today)
    after.answer("after the upgrade")
    after.meet_written()
    after.load_again()
    after.open_drafts()
    after.publish_scheduled()
    after.publish_drafts()
    after.restore_all()
    after.answer("at the end")
    counted = [[what, after.tally[what, True], after.tally[what, False]] for what, _ in after.tally]
    found = {
        "counted": list(map(list, dict.fromkeys(map(tuple, counted)))),
        "refused": after.refused,
    }
    (options.folder / "found.json").write_text(json.dumps(found))


if __name__ == "__main__":
    sys.exit(main())
