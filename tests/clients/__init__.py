"""What others' programs read in what the site writes: `make clients`, outside CI."""

import os

import django

# As the benchmarks do it: the tests are configured already.
if "DJANGO_SETTINGS_MODULE" not in os.environ:
    os.environ |= {"ENV_FILE": os.devnull, "DEBUG": "on"}
    os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
    os.environ["DJANGO_SETTINGS_MODULE"] = "cirse_partners.settings"
    django.setup()
