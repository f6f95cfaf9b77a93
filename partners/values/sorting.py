"""Sorting: text in the order that a reader expects, the same on both databases.

Base letters first, then accents, then case (Unicode Technical Standard 10, punctuation counts).
PostgreSQL has that from ICU; SQLite asks the collation that is registered here on each connection.
"""

from functools import cache, lru_cache
from types import SimpleNamespace

import django_countries
from pyuca.collator import Collator_10_0_0

#: Database engine → the collation of what lists are ordered by.
COLLATIONS = {"postgresql": "en-x-icu", "sqlite": "people"}


@lru_cache(maxsize=20_000)
def sort_key(text):
    """What to compare instead of `text` (str): a str that is the same for the same text alone."""
    weights = _collator().sort_key(text)
    return "".join(map(chr, weights)) + text


@cache
def _collator():
    """Read when first needed. A table of one version, whatever Python: indexes are built on it."""
    return Collator_10_0_0()


#: django_countries holds a table of its own to sort by, 12 MB in each process: it gets our keys.
django_countries.collator = SimpleNamespace(sort_key=sort_key)


def register(sender, connection, **kwargs):
    """Teach a new connection to SQLite the collation."""
    if connection.vendor == "sqlite":
        connection.connection.create_collation(COLLATIONS["sqlite"], _compare)


def _compare(one, other):
    one, other = sort_key(one), sort_key(other)
    return (one > other) - (one < other)
