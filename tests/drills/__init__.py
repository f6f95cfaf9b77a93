"""Run by hand, each as `python -m tests.drills.NAME`: what no test can show in a second."""

import os

import django

# The drills import models, which need Django to be ready; their database is named only later.
os.environ |= {"ENV_FILE": os.devnull, "DEBUG": "on", "DATABASE_URL": "sqlite://:memory:"}
os.environ["DJANGO_SETTINGS_MODULE"] = "cirse_partners.settings"
django.setup()
