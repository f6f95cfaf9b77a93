"""Import records of the Research Organization Registry as drafts, and compare what is stored.

    python -m tests.drills.ror_trial [FILE] [--number 2000] [--seed 1] [--form csv|xlsx]
                                     [--database-url URL]

FILE is JSON in ROR's schema 2.x: a list of records, as in the data dumps that ROR publishes under
CC0. Without it the records are generated in that shape. So many of them, chosen by the seed, are
made into sheets, in as many files as the limits need, looked at in a dry run and stored as drafts.
It prints each refusal and each value that was changed without a word; the exit code is 0 if there
is none of the latter and under 1 % are refused.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management import call_command

from tests.drills.databases import fresh_database
from tests.exchange.sheets import ror

MOST_REFUSED = 0.01


def records(options):
    if options.file is None:
        return ror.generated(options.number, options.seed)
    found = json.loads(Path(options.file).read_text(encoding="utf-8"))
    chance = random.Random(options.seed)  # noqa: S311 — no secret, but the same in every run
    return chance.sample(found, min(options.number, len(found)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?")
    parser.add_argument("--number", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--form", choices=["csv", "xlsx"], default="xlsx")
    parser.add_argument("--database-url")
    options = parser.parse_args()
    chosen = records(options)
    with fresh_database(options.database_url):
        call_command("migrate", verbosity=0)
        begun = time.monotonic()
        number, refused, changed = ror.trial(
            chosen, User.objects.create_user("trial"), options.form
        )
        took = time.monotonic() - begun
    for slug, sentences in refused.items():
        sys.stdout.write(f"refused {slug}: {' '.join(sentences)}\n")
    for slug, was, stored in changed:
        sys.stdout.write(f"changed {slug}: {was} → {stored}\n")
    sys.stdout.write(
        f"{len(chosen)} records in {number} files ({options.form}): {len(refused)} refused "
        f"({len(refused) / len(chosen):.2%}), {len(changed)} changed silently, {took:.0f} s.\n"
    )
    return bool(changed) or len(refused) >= MOST_REFUSED * len(chosen)


if __name__ == "__main__":
    sys.exit(main())
