"""Fill a database with invented organisations, until there are as many as asked for.

    python -m tests.benchmarks.generate N [--database-url URL]

The database (the address in DATABASE_URL unless one is given) is migrated and gets the fixtures
first if it is empty. What is there stays; the same number always gives the same records, and the
smaller database is a part of the larger.
"""

import argparse
import sys
import time
from collections import defaultdict

from django.core.management import call_command
from django.db import connection, transaction

from partners import models
from partners.rows import bookkeeping
from tests.benchmarks.invented import Invented
from tests.drills.databases import FIXTURES, use

#: In the order in which they can be stored: what is pointed at comes first.
ORDER = [
    models.Source,
    models.Organisation,
    models.Organisation.topics.through,
    models.OrganisationName,
    models.OrganisationRelation,
    models.Figure,
    models.Identifier,
    models.SectionEntry,
    models.Link,
    models.Citation,
    models.Collaboration,
    models.Party,
    models.JointWork,
    models.EventSeries,
    models.Event,
    models.Organiser,
]
BATCH = 1000  # organisations
#: Tell the planner what is there, as each database's own upkeep would in time.
ANALYSE = {"sqlite": "ANALYZE", "postgresql": "VACUUM ANALYZE"}


def prepare():
    """Tables and the site's own content, unless they are there."""
    call_command("migrate", verbosity=0)
    if not models.Organisation.objects.exists():
        call_command("loaddata", *FIXTURES, verbosity=0)


def fill(total):
    """Invent organisations until there are `total` of them, the site's own included."""
    invented = models.Organisation.objects.filter(key__startswith="generated-").count()
    missing = total - models.Organisation.objects.count()
    last = invented + missing
    for first in range(invented + 1, last + 1, BATCH):
        numbers = range(first, min(first + BATCH, last + 1))
        store(row for number in numbers for row in Invented(number).rows())


def analyse():
    with connection.cursor() as cursor:
        cursor.execute(ANALYSE[connection.vendor])


@transaction.atomic
def store(rows):
    """As few statements as the database allows, and what the application keeps beside them."""
    by_model = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    for model in ORDER:
        model.objects.bulk_create(by_model[model])
    for model in ORDER:
        if issubclass(model, models.Root):
            bookkeeping.refresh_all(by_model[model])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("organisations", type=int, help="how many there are to be")
    parser.add_argument("--database-url", help="instead of DATABASE_URL")
    options = parser.parse_args()
    if options.database_url:
        use(options.database_url)
    begun = time.monotonic()
    prepare()
    fill(options.organisations)
    analyse()
    took = time.monotonic() - begun
    sys.stdout.write(f"{models.Organisation.objects.count()} organisations ({took:.0f} s).\n")


if __name__ == "__main__":
    main()
