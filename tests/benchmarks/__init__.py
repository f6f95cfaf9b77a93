"""What the site costs: `make bench`. Nothing here is a timed test.

`python -m tests.benchmarks.generate N` fills a database; `python -m tests.benchmarks` measures.
"""

import os

import django

# As the drills do it; a server that is measured, and the tests, are configured already.
if "DJANGO_SETTINGS_MODULE" not in os.environ:
    os.environ |= {"ENV_FILE": os.devnull, "DEBUG": "on"}
    os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
    os.environ["DJANGO_SETTINGS_MODULE"] = "cirse_partners.settings"
    django.setup()
