"""What staff and readers do before an upgrade: run by the drill `upgrade` in the older tree.

It knows the site as browsers do, and of its code only what every version has.
"""

import argparse
import gc
import io
import json
import re
import sys
import time
from datetime import timedelta
from pathlib import Path

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core import serializers
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from partners.models import (
    Collaboration,
    Event,
    EventSeries,
    Organisation,
    Page,
    PendingChange,
    Revision,
)
from tests.admin.browser_form import BrowserForm, address, read_all
from tests.drills.databases import use

KINDS = [Organisation, Collaboration, EventSeries, Event, Page]
#: What becomes of a record after it was published twice: of each kind's records in turn.
FATES = ["_draft", "_hand_in", "_send_back", "_schedule", None]
EACH_KIND = 2 * len(FATES)


def client_of(name, group):
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def begin():
    """Set up for the test client, which keeps what each template was given: garbage is looked for
    less often among it (as in tests/conftest.py), and no query is kept beside it."""
    setup_test_environment(debug=False)
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def content():
    """“model key” → fields of all that fixtures can hold, as fixtures write it."""
    models = {each["model"] for file in Path("fixtures").glob("*.json") for each in read(file)}
    found = {}
    for label in sorted(models):
        rows = serializers.serialize("json", apps.get_model(label)._base_manager.order_by("pk"))
        found |= {f"{label} {row['pk']}": row["fields"] for row in json.loads(rows)}
    return found


def read(file):
    return json.loads(file.read_text())


def visit():
    """Address → status of all pages that the sitemap names, and of what stands beside them."""
    client = Client()
    sitemap = client.get("/sitemap.xml").content.decode()
    locations = re.findall(r"<loc>https?://[^/]+(/[^<]*)</loc>", sitemap)
    beside = ["/", "/sitemap.xml", "/organisations/?q=radiology", "/search/?q=radiology"]
    beside += ["/events/calendar.ics", "/feeds/changes.atom", "/api/", "/health/ready/"]
    return {path: client.get(path).status_code for path in [*beside, *locations]}


def logo(colour):
    content = io.BytesIO()
    Image.new("RGB", (400, 200), colour).save(content, "PNG")
    return {"logo": SimpleUploadedFile("logo.png", content.getvalue()), "logo_alt": "Its logo"}


def typed(form, text, number):
    """What is typed into a form: a field that stays, one to be renamed, one that will go."""
    values = {"summary": text}
    if "region_note" in form.fields:
        values["region_note"] = f"Region {number}"
        values |= logo("navy") if number % 2 else {}
    figures = int(form.fields.get("figures-INITIAL_FORMS") or 0)
    return values | {f"figures-{row}-note": f"{text} {row}" for row in range(figures)}


class Staff:
    """An editor and a publisher, who remember what they proposed and where."""

    def __init__(self):
        self.editor, self.publisher = (
            client_of("editor", "Editors"),
            client_of("publisher", "Publishers"),
        )
        self.proposed = []

    def publish(self, record, text, number):
        form = BrowserForm.open(self.publisher, record)
        form.save("_publish", **typed(form, text, number))

    def propose(self, record, fate, number):
        by_publisher, text = fate == "_schedule", f"To come: {number}."
        form = BrowserForm.open(self.publisher if by_publisher else self.editor, record)
        values = typed(form, text, number)
        if by_publisher:
            values |= {
                "publish_at_0": f"{timezone.localdate() + timedelta(30)}",
                "publish_at_1": "10:00",
            }
        form.save("_hand_in" if fate == "_send_back" else fate, **values)
        if fate == "_send_back":
            change = PendingChange.objects.get(kind=record._meta.label_lower, key=record.pk)
            url = address(change)
            seen = read_all(self.publisher.get(url), "seen")
            posted = {"seen": seen, fate: "1", "comment": "Say since when."}
            assert self.publisher.post(url, posted).status_code == 302
        self.proposed.append([record._meta.label_lower, record.pk, fate, text])

    def add(self, name, button, client):
        form = BrowserForm.open(client, Organisation)
        slug = name.lower().replace(" ", "-")
        form.save(button, name=name, slug=slug, summary=name, region_note="Europe, mostly")
        return Organisation.objects.get(slug=slug)

    def work(self):
        number = 0
        for model in KINDS:
            for fate, record in zip(
                FATES * 2, model.objects.order_by("pk")[:EACH_KIND], strict=False
            ):
                number += 1
                for time_ in ("first", "second"):
                    self.publish(record, f"Published the {time_} time: {number}.", number)
                if fate:
                    self.propose(record, fate, number)
        draft = self.add("Drafted society", "_draft", self.editor)
        self.proposed.append([draft._meta.label_lower, draft.pk, "", draft.summary])
        deleted = self.add("Deleted society", "_publish", self.publisher)
        self.publisher.post(address(deleted, "delete"), {"post": "yes"})
        assert not Organisation.objects.filter(pk=deleted.pk).exists()


def go_on(staff):
    """Work with the older code once the tables are those of the newer; returns as `visit` does."""
    visited = visit()
    waiting = PendingChange.objects.values("key")
    for model in (Organisation, Page):
        record = model.objects.live().exclude(pk__in=waiting).latest("pk")
        staff.publish(record, "Published by an old worker.", 1)
        assert "Published by an old worker." in Client().get(record.get_absolute_url()).text
        BrowserForm.open(staff.editor, record).save("_draft", summary="Drafted by an old worker.")
        assert staff.editor.get(reverse("admin:index")).status_code == 200
        for change in PendingChange.objects.filter(key=record.pk):
            url = address(change)
            posted = {"seen": read_all(staff.publisher.get(url), "seen"), "_publish": "1"}
            assert staff.publisher.post(url, posted).status_code == 302
        assert "Drafted by an old worker." in Client().get(record.get_absolute_url()).text
    return visited


def wait_for(file):
    connection.close()
    while not file.exists():
        time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the drill and this process leave word")
    parser.add_argument("--database-url", required=True)
    options = parser.parse_args()
    use(options.database_url)
    begin()
    loaded, staff = content(), Staff()
    staff.work()
    before = visit()
    (options.folder / "done").touch()
    wait_for(options.folder / "migrated")
    after = go_on(staff)
    left = content()
    revisions = Revision.objects.order_by("pk").values("pk", "kind", "key", "rows")
    known = {
        "touched": [name for name in loaded if loaded[name] != left.get(name)],
        "proposed": staff.proposed,
        "revisions": list(revisions),
        "visits": {"before the upgrade": before, "by an old worker after it": after},
    }
    written = options.folder / "known.json.part"
    written.write_text(json.dumps(known))
    written.rename(options.folder / "known.json")


if __name__ == "__main__":
    sys.exit(main())
