"""Editors and readers at once: no answer is a 5xx, and nothing that was accepted is lost.

    python -m tests.drills.load [--editors 20] [--readers 50] [--seconds 60] [--database-url URL]

Run it from the folder that holds manage.py. It starts the site as it is deployed, with three
workers, on an SQLite file in a temporary folder, or on a database that it makes on the server of
the URL (postgres://user@host/NAME) and drops at the end. Each editor publishes a text of their own
in one record after another, half of the time in the same record as everybody else; each accepted
text must stand in the record's history afterwards. The exit code is 0 if all did.
"""

import argparse
import http.client
import itertools
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from pathlib import Path

from tests.admin.browser_form import read
from tests.drills.databases import fresh_database
from tests.production.site import PASSWORD, Site, Visitor, environment

PUBLIC = ["/", "/organisations/", "/organisations/esr/", "/collaborations/", "/events/",
          "/search/?q=radiology", "/glossary/", "/pages/about/", "/sitemap.xml"]  # fmt: skip
#: What became of an answer whose server was killed while it was sent.
CUT_SHORT = http.client.IncompleteRead.__name__
MAKE_EDITORS = """
from django.contrib.auth.models import Group, User
from partners.accounts.groups import PUBLISHERS
from partners.models import Organisation
for number in range({}):
    user = User.objects.create_user(f"editor{{number}}", password="{}", is_staff=True)
    user.groups.add(Group.objects.get(name=PUBLISHERS))
print(*Organisation.objects.live().values_list("pk", flat=True))
"""
ALL_TEXTS = """
import json
from partners.models import Revision
print(json.dumps(sorted({each.rows[0]["fields"]["summary"] for each in
    Revision.objects.filter(kind="partners.organisation") if each.rows})))
"""


class Load:
    """People who go on until it is `over`, and what they were answered.

    `took` is {what they did: [seconds it took]}, `addresses` are what readers ask for.
    """

    def __init__(self, site, keys):
        self.site, self.keys, self.over = site, keys, threading.Event()
        self.addresses = [*PUBLIC]
        self.statuses, self.accepted, self.broken = Counter(), [], []
        self.took = defaultdict(list)

    def run(self, editors, readers):
        people = [threading.Thread(target=self.edit, args=[n]) for n in range(editors)]
        people += [threading.Thread(target=self.read, args=[n]) for n in range(readers)]
        for person in people:
            person.start()
        for person in people:
            person.join()

    def ask(self, kind, method, *arguments):
        begun = time.monotonic()
        try:
            answer = method(*arguments)
        except (OSError, http.client.HTTPException) as error:
            self.statuses[kind, type(error).__name__] += 1
            self.broken.append(str(error))
            return None
        self.took[kind].append(time.monotonic() - begun)
        self.statuses[kind, answer.status] += 1
        if answer.status >= 500:
            self.broken.append(answer.text[:300])
        return answer

    def read(self, number):
        chance = random.Random(number)  # noqa: S311 — no secret, but the same in every run
        visitor = Visitor(self.site)
        while not self.over.is_set():
            self.ask("read", visitor.get, chance.choice(self.addresses))
            time.sleep(chance.uniform(0.2, 1))

    def edit(self, number):
        chance = random.Random(-number - 1)  # noqa: S311
        visitor = Visitor(self.site)
        self.ask("log in", log_in, visitor, number)
        for turn in itertools.count():
            if self.over.is_set():
                return
            own = self.keys[number % len(self.keys)]
            path = f"/admin/partners/organisation/{chance.choice([own, self.keys[0]])}/change/"
            page = self.ask("open", visitor.get, path)
            if page and page.status == 200:
                self.publish(visitor, path, page, f"Turn {turn} of editor {number}.")
            time.sleep(chance.uniform(0.1, 0.5))

    def publish(self, visitor, path, page, text):
        fields = read(page.text, "organisation_form")[0] | {"summary": text, "_publish": "1"}
        posted = {name: value for name, value in fields.items() if value is not None}
        answer = self.ask("publish", visitor.post, path, posted)
        if answer and answer.status == 302:
            self.accepted.append(text)


def log_in(visitor, number):
    """The answer to the editor of that number, who logs in."""
    login = read(visitor.get("/admin/login/").text, "login-form")[0]
    login |= {"username": f"editor{number}", "password": PASSWORD}
    return visitor.post("/admin/login/", login)


@contextmanager
def served(url, editors):
    """(the running Site with its database at that address, the keys that its editors change)"""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = environment(folder, url) | {"SECOND_FACTOR_REQUIRED": "off", "LOG_LEVEL": "ERROR"}
        site = Site(known, folder / "log", workers=3)
        site.prepare()
        make = MAKE_EDITORS.format(editors, PASSWORD)
        keys = site.manage("shell", "--verbosity=0", "--command", make).split()
        site.start()
        try:
            yield site, keys
        finally:
            site.stop()


def lost(site, load):
    """The texts that were accepted and stand in no history."""
    kept = json.loads(site.manage("shell", "--verbosity=0", "--command", ALL_TEXTS))
    return set(load.accepted) - set(kept)


def drill(url, options):
    with served(url, options.editors) as (site, keys):
        load = Load(site, keys)
        threading.Timer(options.seconds, load.over.set).start()
        load.run(options.editors, options.readers)
        return load, lost(site, load), site.peak_memory()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("editors", 20), ("readers", 50), ("seconds", 60)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--database-url", help="a PostgreSQL database to make and drop")
    options = parser.parse_args()
    with fresh_database(options.database_url) as database:
        load, gone, memory = drill(database.url, options)
    took = list(itertools.chain.from_iterable(load.took.values()))
    parts = statistics.quantiles(took, n=100)
    for (kind, status), count in sorted(load.statuses.items(), key=str):
        sys.stdout.write(f"{kind}: {count} answered {status}\n")
    sys.stdout.write(
        f"{len(took)} answers; median {parts[49]:.2f} s, 99 % within {parts[98]:.2f} s; "
        f"{len(load.accepted)} changes accepted, {len(gone)} lost, {len(load.broken)} broken; "
        f"at most {memory / 1e6:.0f} MB a process.\n"
    )
    for sentence in load.broken[:5]:
        sys.stdout.write(f"  {sentence}\n")
    return int(bool(gone or load.broken))


if __name__ == "__main__":
    sys.exit(main())
