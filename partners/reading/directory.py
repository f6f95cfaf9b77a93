"""What the directory answers to a question: who is found, and the ways on from there."""

from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from partners.models import Organisation
from partners.reading.facets import FACETS, Census, Narrowed
from partners.reading.paging import Found
from partners.reading.search import Search
from partners.rows import freshness

LETTER = "letter"
#: What so many questions found serves, in each process, those who page or narrow it.
MOST_KEPT = 32


class Hits(NamedTuple):
    """What a question found: the keys, best first, and their bits in the Census."""

    search: Search
    keys: list
    row: int


def organisations(at, with_home):
    """The live ones (queryset) at `at`, with the society whose site it is or without."""
    live = Organisation.objects.live(at)
    return live if with_home else live.partners()


class Index:
    """What all who ask at `at` (aware datetime) are answered from: a Census, and the last Hits."""

    def __init__(self, at):
        self.at, self.census = at, Census(at)
        self.hits = lru_cache(MOST_KEPT)(self._hits)

    def _hits(self, words, with_home):
        search = Search(" ".join(words))
        keys = search.found(organisations(self.at, with_home), self.at)
        return Hits(search, keys, self.census.row(keys))


#: The Index at a moment; it serves until anything changes.
_index = freshness.remembered(Index)


class Directory:
    """The answer to `chosen`, the filters in force by parameter name, at `at` (aware datetime).

    `choices` are the values and labels that each facet has, by its name. The society whose site it
    is may be found where `with_home`.
    """

    def __init__(self, chosen, choices, at, with_home=False):
        self.chosen, self.choices, self.at, self.with_home = chosen, choices, at, with_home
        self.chosen_facets = {
            facet.name: chosen[facet.name] for facet in FACETS if facet.name in chosen
        }

    @cached_property
    def results(self):
        """The organisations that match: the best first, or by name where nothing is searched."""
        if self._hits is None:
            return self._narrowed()
        keys = Narrowed(self._census, self._hits.keys, self._row)
        return Found(self._organisations, keys)

    def _narrowed(self):
        return self._organisations.filter(
            *(
                facet.condition(self.chosen_facets[facet.name], self.at)
                for facet in FACETS
                if facet.name in self.chosen_facets
            )
        )

    @property
    def count(self):
        """How many `results` there are (int)."""
        return self._row.bit_count()

    @property
    def corrected(self):
        """The words that it was answered with, where a typing error was forgiven (list of str)."""
        if self._hits is None or not self._hits.search.has_forgiven:
            return []
        first = self.results.select_related("record")[:1]
        return self._hits.search.words_of(*first) if first else []

    def nearest(self):
        """Those with names like what was searched, whatever the facets."""
        return self._hits.search.nearest(self._organisations) if self._hits else []

    def facet_groups(self):
        """Title and options of each facet that has any; the alphabet has its own place."""
        groups = (
            (facet.title, list(self._options(facet))) for facet in FACETS if facet.name != LETTER
        )
        return [{"title": title, "options": options} for title, options in groups if options]

    def letters(self):
        """The options of the alphabet, in its order."""
        return list(self._options(next(facet for facet in FACETS if facet.name == LETTER)))

    def chips(self):
        """What is in force, in words, each with the query string of the list without it."""
        return [
            {"label": self._label(name, value), "query": self._query(name, "")}
            for name, value in self.chosen.items()
        ]

    def _label(self, name, value):
        if name == "q":
            return f"“{value}”"
        label = dict(self.choices[name])[value]
        return f"First letter {label}" if name == LETTER else label

    @cached_property
    def _index(self):
        return _index(self.at)

    @property
    def _census(self):
        return self._index.census

    @property
    def _organisations(self):
        return organisations(self.at, self.with_home)

    @cached_property
    def _hits(self):
        """Hits, whatever the facets; None where nothing is searched."""
        if "q" not in self.chosen:
            return None
        return self._index.hits(tuple(Search(self.chosen["q"]).words), self.with_home)

    @cached_property
    def _among(self):
        """The bits of those that match whatever the facets."""
        if self._hits:
            return self._hits.row
        return self._census.everybody if self.with_home else self._census.partners

    @cached_property
    def _row(self):
        """The bits of those in `results`."""
        return self._census.narrowed(self.chosen_facets, self._among)

    def _options(self, facet):
        """Each choice with the number of partners that it would leave, the others in force."""
        others = {name: value for name, value in self.chosen_facets.items() if name != facet.name}
        row = self._census.narrowed(others, self._among)
        chosen = self.chosen.get(facet.name)
        for value, label in self.choices[facet.name]:
            count = self._census.narrowed({facet.name: value}, row).bit_count()
            if count or value == chosen:
                yield {
                    "label": label,
                    "count": count,
                    "is_chosen": value == chosen,
                    "query": self._query(facet.name, "" if value == chosen else value),
                }

    def _query(self, name, value):
        return urlencode({key: text for key, text in (self.chosen | {name: value}).items() if text})
