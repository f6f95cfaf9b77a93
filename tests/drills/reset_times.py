"""Ask for links to choose a password: the answer takes as long whether or not anybody is there.

    python -m tests.drills.reset_times [--asked 250] [--most 2] [--database-url URL]

As many known addresses and as many unknown ones, each asked for once, in a random order, with the
limits lifted. The medians of the times may differ by `--most` milliseconds; the exit code is 0 if
they do not. No worker runs: nothing but the request is measured. For --database-url see
kill_loaddata.
"""

import argparse
import random
import statistics
import sys
import time

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from tests.drills.databases import fresh_database

LIFTED = {"account": sys.maxsize, "address": sys.maxsize}


def addresses(count, seed):
    """[(mail address, whether somebody has it)] in a random order."""
    known = [f"known{number}@example.org" for number in range(count)]
    User.objects.bulk_create(
        User(username=email, email=email, password="md5$x$x") for email in known
    )
    found = [(each, True) for each in known]
    found += [(each.replace("known", "other"), False) for each in known]
    random.Random(seed).shuffle(found)  # noqa: S311 — no secret, but the same in every run
    return found


def measure(found):
    """{whether the address is known: [milliseconds]}"""
    client, page, times = Client(), reverse("admin_password_reset"), {True: [], False: []}
    client.post(page, {"email": "first@example.org"})  # what is made once is not measured
    for email, is_known in found:
        begun = time.perf_counter()
        answer = client.post(page, {"email": email})
        times[is_known].append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 302, answer.status_code
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--asked", type=int, default=250)
    parser.add_argument("--most", type=float, default=2, help="milliseconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", help="a PostgreSQL database to make and drop")
    options = parser.parse_args()
    with fresh_database(options.database_url) as database:
        database.migrate()
        database.renew()
        lifted = {"LINKS_AN_HOUR": LIFTED, "ALLOWED_HOSTS": [*settings.ALLOWED_HOSTS, "testserver"]}
        with override_settings(**lifted):
            times = measure(addresses(options.asked, options.seed))
        asked = DBTaskResult.objects.exclude(args_kwargs__args__1=[]).count()
        connection.close()
    assert asked == options.asked, f"{asked} letters are queued."
    known, unknown = (statistics.median(times[each]) for each in (True, False))
    sys.stdout.write(
        f"{options.asked} known addresses: {known:.2f} ms, {options.asked} unknown ones: "
        f"{unknown:.2f} ms (medians); they differ by {abs(known - unknown):.2f} ms.\n"
    )
    return int(abs(known - unknown) > options.most)


if __name__ == "__main__":
    sys.exit(main())
