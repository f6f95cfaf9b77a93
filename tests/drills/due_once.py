"""Let many visitors meet the moment of a scheduled change: it is published once, for all of them.

    python -m tests.drills.due_once [--rounds 10] [--database-url URL]

Run it from the folder that holds manage.py. gunicorn serves the site with 8 workers. Each round
schedules a change of an organisation, a field and a figure, for a moment 3 seconds ahead, and 16
threads ask for its page from one second before that moment until 3 seconds after. What no visitor
had the time to publish by then, on a busy machine, `manage.py apply_due` publishes. Every answer
must be 200 and show one version, field and figure alike; none may show the old version that was
asked for after the new one had been received; the history must say “Published as scheduled” once.
The exit code is 0 if all of that holds in every round.

Without --database-url it works on an SQLite file in a temporary folder. With the address of a
PostgreSQL database (postgres://user@host/NAME) it makes two databases, NAME and NAME_template, on
that server and drops them at the end; it stops if one of them is there already.
"""

import argparse
import copy
import datetime as dt
import re
import secrets
import socket
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from partners.models import Organisation, Revision
from partners.rows import snapshots
from tests import acts
from tests.acts import Proposal
from tests.drills.databases import fresh_database, load, run, start

KEY, WORKERS, VISITORS = "efrs", 8, 16
AHEAD, BEFORE, AFTER = 3, 1, 3  # seconds
#: No visitor asks for a static file: their addresses need no file that was collected.
SETTINGS = """
from cirse_partners.settings import *
STATIC_ROOT = {!r}
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
"""


class Answer(NamedTuple):
    asked: float
    received: float
    status: int
    versions: set  # that the page shows, each by its number
    path: str


@contextmanager
def served(database, workers=WORKERS):
    """The port at which gunicorn serves the site."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    production = {
        "DJANGO_SETTINGS_MODULE": "served",
        "SECRET_KEY": secrets.token_hex(32),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    gunicorn = f"--bind=127.0.0.1:{port} --workers={workers} --log-level=error".split()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as said:
        Path(folder, "served.py").write_text(SETTINGS.format(folder))
        production["PYTHONPATH"] = folder
        arguments = "-m", "gunicorn", *gunicorn, "cirse_partners.wsgi"
        server = start(database.url, *arguments, stderr=said, **production)
        try:
            while ask(port, "/health/").status != 200:
                if server.poll() is not None:
                    raise SystemExit("gunicorn does not start.")
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()
            server.wait()
            connection.close()  # else who failed would wait for it to be gone
            said.seek(0)
            sys.stderr.write(said.read()[-3000:])
            database.settle()


def ask(port, path, **headers):
    """The Answer to one visitor; status 0 where there is none."""
    visitor, asked, page = HTTPConnection("127.0.0.1", port, timeout=30), time.monotonic(), ""
    try:
        visitor.request("GET", path, headers=headers)
        response = visitor.getresponse()
        status, page = response.status, response.read().decode(errors="replace")
    except (OSError, HTTPException):
        status = 0
    finally:
        visitor.close()
    numbers = re.findall(r"Version (\d+)\.|\b777,?(\d{3})\b", page)
    return Answer(asked, time.monotonic(), status, {int(a or b) for a, b in numbers}, path)


def change(rows, number):
    """The rows as version `number`: it can be told by its summary and by its figure."""
    rows = copy.deepcopy(rows)
    figure = next(each for each in rows if each["model"] == "partners.figure")
    rows[0]["fields"]["summary"] = f"Version {number}."
    figure["fields"]["value"] = 777_000 + number
    return rows


def propose(number, at=None):
    rows = snapshots.stored(Organisation, KEY)
    by = User.objects.get(username="publisher")
    return Proposal(Organisation, KEY, rows, change(rows, number), by, when=at)


def meet(database, port, number):
    """The answers to visitors around the moment at which version `number` is due; and one to who
    comes last, when it is published."""
    now = timezone.now()
    acts.schedule(propose(number, now + dt.timedelta(seconds=AHEAD)), now)
    path = Organisation.objects.get(pk=KEY).get_absolute_url()
    connection.close()
    begin = time.monotonic() + AHEAD - BEFORE
    end = begin + BEFORE + AFTER

    def visit(_):
        time.sleep(begin - time.monotonic())
        answers = []
        while time.monotonic() < end:
            answers.append(ask(port, path))
        return answers

    with ThreadPoolExecutor(VISITORS) as visitors:
        answers = list(chain.from_iterable(visitors.map(visit, range(VISITORS))))
    run(database.url, "manage.py", "apply_due")
    return [*answers, ask(port, path)]


def judge(answers, number, done):
    """What there was to see, counted; `done` is what the history says of it."""
    old, new = {number - 1}, {number}
    first = min((each.received for each in answers if each.versions == new), default=0)
    late = [each for each in answers if each.versions == old and first and each.asked > first]
    return Counter(
        answers=len(answers),
        errors=sum(each.status != 200 for each in answers),
        old=sum(each.versions == old for each in answers),
        new=sum(each.versions == new for each in answers),
        mixed=sum(each.status == 200 and each.versions not in (old, new) for each in answers),
        late=len(late),
        wrong=int(done != ["Published as scheduled"] or not first),
    )


def drill(database, rounds):
    """Yield of each round what was counted."""
    load(database)
    User.objects.create_user("publisher")
    acts.publish(propose(0), timezone.now())
    with served(database) as port:
        for number in range(1, rounds + 1):
            last = Revision.objects.of(Organisation, KEY).first().pk
            answers = meet(database, port, number)
            states = Revision.objects.of(Organisation, KEY).filter(pk__gt=last)
            yield judge(answers, number, [each.what for each in states])
            connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--database-url", help="a PostgreSQL database to make and drop")
    options = parser.parse_args()
    line = (
        "{answers} answers, {old} with the old version, {new} with the new; errors {errors}, "
        "both versions on one page {mixed}, old after new {late}, not published once {wrong}.\n"
    )
    total = Counter()
    with fresh_database(options.database_url) as database:
        for counted in drill(database, options.rounds):
            sys.stdout.write(line.format(**counted))
            sys.stdout.flush()
            total.update(counted)
    sys.stdout.write(f"In all {options.rounds} rounds: " + line.format(**total))
    return int(any(total[name] for name in ("errors", "mixed", "late", "wrong")))


if __name__ == "__main__":
    sys.exit(main())
