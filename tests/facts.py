"""The facts of the society's page, as `fixtures/facts.csv` lists them beside the content.

A line is one fact: its number and its line on the society's page; the record and the path that
carry it and the value there, of a text a phrase that is the fact's own; `inferred` where the page
does not say it in so many words; and the words in which the record's page tells the public. In a
path a part goes by a name; `fixture_names.PARTS` has its id. Who exports a change of a fact changes
its line there, and no code.
"""

import csv
from typing import NamedTuple

from django.apps import apps
from django.conf import settings

from partners.models import ROOTS
from tests.exchange.fixture_names import PARTS


class Fact(NamedTuple):
    fact: str
    line: str
    record: str
    path: str
    value: str
    basis: str
    words: str

    def __str__(self):
        return f"{self.fact}-{self.record}-{self.path}"

    @property
    def field(self):
        return self.path.rpartition("/")[2]

    @property
    def full_path(self):
        """The path as citations hold it: the part by its id."""
        part = PARTS.get(self.record, {}).get(self.path.rpartition("/")[0])
        return f"{self.path.partition('/')[0]}/{part}/{self.field}" if part else self.path


def read():
    with (settings.BASE_DIR / "fixtures" / "facts.csv").open(encoding="utf-8", newline="") as lines:
        return [Fact(**row) for row in csv.DictReader(lines)]


FACTS = read()
CARRIED = [fact for fact in FACTS if fact.path]
SHOWN = [fact for fact in FACTS if fact.words]
NUMBERS = {f"F{number}" for number in range(1, 118)}


def all_roots():
    """Every root by its name in the facts."""
    return {
        f"{name}:{root.pk}": root
        for name, label in ROOTS.items()
        for root in apps.get_model(label).objects.all()
    }
