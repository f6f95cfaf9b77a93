"""Let two people change the same record at once: nothing that was accepted may be lost.

    python -m tests.drills.two_editors [--rounds 200] [--seed 1] [--database-url URL]

Run it from the folder that holds manage.py. Each round two publishers open the same organisation in
the admin, at the same moment or one a little later, type into a field or a figure, the same or
different ones, and publish or save a draft at once or a little later; or one of them restores an
earlier state or publishes from the list. In some rounds a draft stands there before they begin.

An answer that accepts (302) must be found in the history, or, a draft, in the pending change; and
it must stay in the record unless the other one had it before their eyes when they began. Every
other answer to a form must be 409 and show what was typed and what the other one had saved. What
nobody typed must not change. The exit code is 0 if nothing is lost and no answer is 5xx or a
surprise.

The seed decides who does what; how threads run is up to the machine.

Without --database-url it works on an SQLite file in a temporary folder. With the address of a
PostgreSQL database (postgres://user@host/NAME) it makes two databases, NAME and NAME_template, on
that server and drops them at the end; it stops if one of them is there already.
"""

import argparse
import html
import logging
import random
import re
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Barrier

from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from django.utils import timezone

from partners.accounts.groups import PUBLISHERS
from partners.admin.carried import VERSION
from partners.models import Figure, Organisation, Revision
from partners.publishing import presses
from partners.rows import snapshots
from partners.rows.snapshots import Path
from partners.rows.standing import standing
from tests import acts
from tests.acts import Proposal
from tests.admin.browser_form import BrowserForm, address, read_all
from tests.drills.databases import fresh_database, load

RECORDS = ["efrs", "esr", "sir"]  # those with figures
FIELDS = ["summary", "seat_city", "region_note", "logo_permission"]
#: Between the digits of a large number, as pages show it.
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
ACTS = ["_publish"] * 6 + ["_draft"] * 2 + ["restore", "list"]
PAUSES = [0, 0, 0, 0, 0.05, 0.2, 1.2]  # seconds


@dataclass
class Person:
    """Somebody with a browser, who does one thing a round."""

    name: str
    client: Client = field(default_factory=Client)

    def plan(self, act, key, path, value, pauses):
        self.act, self.key, self.path, self.value, self.pauses = act, key, path, value, pauses
        self.types = act.startswith("_")
        self.began, self.status, self.page, self.error = [], 0, "", None

    def do(self, barrier):
        """Begin, wait, send; whatever happens is kept."""
        try:
            barrier.wait()
            time.sleep(self.pauses[0])
            send = {"restore": self.begin_restore, "list": self.begin_list}.get(
                self.act, self.begin_form
            )()
            time.sleep(self.pauses[1])
            response = send()
            self.status, self.page = response.status_code, html.unescape(response.text)
            if self.status >= 500:
                self.error = response.exc_info[1]
        finally:
            connection.close()

    def begin_form(self):
        form = BrowserForm.open(self.client, Organisation(pk=self.key))
        self.began = VERSION.read(form.fields["_version"])[2]["base"]
        name = self.path.field
        if self.path.model == "partners.figure":
            name = f"{form.row_of(Figure(pk=self.path.pk), 'figures')}-{name}"
        return lambda: form.send(self.act, **{name: self.value})

    def begin_restore(self):
        page = self.client.get(address(Organisation(pk=self.key), "history"))
        posted = {"seen": read_all(page, "seen")[0], "_restore": "1"}
        newest, earlier = Revision.objects.of(Organisation, self.key).states()[:2]
        self.began = newest.rows
        url = reverse(
            "admin:partners_organisation_restore",
            args=[self.key, earlier.pk],
        )
        return lambda: self.client.post(url, posted, follow=True)

    def begin_list(self):
        url = address(Organisation, "changelist")
        seen = read_all(self.client.get(url), "_seen")
        posted = {"action": "publish_now", "index": "0", "_selected_action": [self.key]}
        return lambda: self.client.post(url, posted | {"_seen": seen}, follow=True)

    @property
    def accepted(self):
        if self.types:
            return self.status == 302
        return any(said in self.page for said in ("Restored: <a", "Published: 1."))

    @property
    def is_expected(self):
        return self.status in ((302, 409) if self.types else (200,)) or self.status >= 500


def said(rows, path):
    """What the rows say at that path, as it is typed."""
    return str(snapshots.by_row(rows).get((path.model, path.pk), {}).get(path.field))


def plan(number, people, chance):
    """Decide who does what; returns the key of the record."""
    key = chance.choice(RECORDS)
    figures = Figure.objects.filter(organisation=key).order_by("pk")
    paths = [Path("partners.organisation", key, name) for name in FIELDS]
    paths += [Path("partners.figure", str(each.pk), "value") for each in figures] * 2
    path, act = chance.choice(paths), chance.choice(ACTS)
    for person in people:
        value = f"{number} by {person.name}"
        if path.field == "value":
            value = str(10_000_000 + 10 * number + people.index(person))
        person.plan(act, key, path, value, chance.choices(PAUSES, k=2))
        path, act = chance.choice([path, *paths]), chance.choice(["_publish", "_publish", act])
        if act == people[0].act and act in ("restore", "list"):
            act = "_publish"
    chance.shuffle(people)
    return key


def prepare(number, key, by, chance):
    """In some rounds a draft stands there, handed in or not; returns what was typed in it."""
    publish = any(person.act == "list" for person in by)
    if not publish and chance.random() < 0.6:
        return []
    path = chance.choice([person.path for person in by])
    rows = snapshots.stored(Organisation, key)
    before = [each | {"fields": dict(each["fields"])} for each in rows]
    value = 20_000_000 + number if path.field == "value" else f"{number} drafted"
    snapshots.by_row(before)[path.model, path.pk][path.field] = value
    user = User.objects.get(username=by[0].name)
    keep = acts.hand_in if publish else acts.save_draft
    keep(Proposal(Organisation, key, rows, before, user), timezone.now())
    return [path]


def judge(people, last, paths):
    """What became of what the two did, counted; `paths` are what a draft had changed before."""
    key = people[0].key
    newer = list(Revision.objects.of(Organisation, key).filter(pk__gte=last).order_by("pk"))
    change, present = presses.pending(Organisation, key), standing(Organisation, key).present
    tally = Counter()
    for person, other in (people, people[::-1]):
        tally["5xx"] += person.status >= 500
        tally["surprise"] += not person.is_expected
        tally[f"accepted {person.act}"] += person.accepted
        tally["409"] += person.status == 409
        if person.status == 409:
            page = THOUSANDS.sub("", person.page)
            seen = not other.types or other.value in page
            tally["unseen"] += not (person.value in page and seen and other.accepted)
            tally["not kept"] += all(said(each.rows, person.path) != person.value for each in newer)
        if person.types and person.accepted:
            is_draft = person.act == "_draft"  # it may be published by the other one
            kept = [each.rows for each in newer if is_draft or each.by_name == person.name]
            kept += [change.rows] if change and is_draft else []
            known = other.accepted and said(other.began, person.path) == person.value
            found = any(said(rows, person.path) == person.value for rows in kept)
            tally["not kept"] += not found and not (is_draft and known)
            stays = said(present, person.path) == person.value
            tally["overwritten knowingly"] += not stays and known
            tally["lost"] += not stays and not known
    typed = {*paths, *(person.path for person in people if person.types and person.accepted)}
    for before, after in pairwise(each for each in newer if not each.is_aside):
        changed = {
            path for each in snapshots.changes(before.rows, after.rows) for path in each.paths
        }
        tally["untyped"] += after.what != "Restored" and not changed <= typed
    return tally


def drill(database, rounds, chance):
    """Yield of each round what was counted and who did what."""
    load(database)
    people = [Person("anna"), Person("ben")]
    for person in people:
        user = User.objects.create_user(person.name, is_staff=True)
        user.groups.add(Group.objects.get(name=PUBLISHERS))
        person.client.force_login(user)
        person.client.raise_request_exception = False
    for key in RECORDS:  # so that each has an earlier state
        rows = snapshots.stored(Organisation, key)
        rows[0]["fields"]["summary"] = "Before the first round."
        base = snapshots.stored(Organisation, key)
        acts.publish(Proposal(Organisation, key, base, rows, user), timezone.now())
    with ThreadPoolExecutor(2) as threads:
        for number in range(rounds):
            key = plan(number, people, chance)
            drafted = prepare(number, key, people, chance)
            last = Revision.objects.of(Organisation, key).first().pk
            barrier = Barrier(2)
            for done in [threads.submit(person.do, barrier) for person in people]:
                done.result()
            yield judge(people, last, drafted), people
            acts.discard(Organisation(pk=key), user, timezone.now())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", help="a PostgreSQL database to make and drop")
    options = parser.parse_args()
    setup_test_environment(debug=False)
    logging.disable(logging.ERROR)  # answers are counted here
    wrong = ["lost", "not kept", "untyped", "unseen", "5xx", "surprise"]
    total = Counter()
    with fresh_database(options.database_url) as database:
        chance = random.Random(options.seed)  # noqa: S311 — no secret, but the same in every run
        for number, (counted, people) in enumerate(drill(database, options.rounds, chance)):
            total.update(counted)
            if any(counted[name] for name in wrong):
                sys.stdout.write(f"Round {number}: {dict(+counted)}\n")
                for who in people:
                    did = f"  {who.name}: {who.act} {who.path} {who.value!r}: {who.status}"
                    sys.stdout.write(f"{did} {who.error or ''}\n")
    for name in sorted({*total, *wrong}):
        sys.stdout.write(f"{name}: {total[name]}\n")
    return int(any(total[name] for name in wrong))


if __name__ == "__main__":
    sys.exit(main())
