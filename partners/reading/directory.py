"""What the directory answers to a question: the partners found, and the ways on from there."""

from functools import cached_property, lru_cache
from urllib.parse import urlencode

from partners.models import Organisation
from partners.reading import facets
from partners.reading.facets import FACETS, Narrowed
from partners.reading.paging import Found
from partners.reading.search import Search
from partners.rows import freshness

LETTER = "letter"
#: What so many questions found serves, in each process, those who page or narrow it.
MOST_KEPT = 32


def _found_at(at):
    """A function of a question (str) and a Census: a Search, the keys and bits of what it found."""

    @lru_cache(MOST_KEPT)
    def ask(typed, census):
        search = Search(typed)
        keys = search.found(Organisation.objects.live(at), at)
        return search, keys, census.row(keys)

    return ask


#: The same function until anything changes.
_found = freshness.remembered(_found_at)


class Directory:
    """The answer to `chosen`, the filters in force by parameter name, at `at` (aware datetime).

    `choices` are the values and labels that each facet has, by its name. The society whose site it
    is counts where `has_home`.
    """

    def __init__(self, chosen, choices, at, has_home=False):
        self.chosen, self.choices, self.at, self.has_home = chosen, choices, at, has_home
        live = Organisation.objects.live(at)
        self.organisations = live if has_home else live.partners()
        self.chosen_facets = {
            facet.name: chosen[facet.name] for facet in FACETS if facet.name in chosen
        }

    @cached_property
    def results(self):
        """The organisations that match: the best first, or by name where nothing is searched."""
        if "q" not in self.chosen:
            return self._narrowed()
        _, keys, _ = self._asked
        return Found(self.organisations, Narrowed(self._census, keys, self._row))

    def _narrowed(self):
        return self.organisations.filter(
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
        return self._asked[0].corrected

    def nearest(self):
        """Those with names like what was searched, whatever the facets."""
        return self._asked[0].nearest(self.organisations)

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
    def _census(self):
        return facets.census(self.at)

    @cached_property
    def _asked(self):
        """The Search, and the keys and bits of the organisations that it found, or of all."""
        typed = self.chosen.get("q")
        if not typed:
            return Search(""), [], self._census.everybody
        return _found(self.at)(typed, self._census)

    @cached_property
    def _among(self):
        """The bits of those that match whatever the facets."""
        found = self._asked[2]
        return found if self.has_home else found & self._census.partners

    @cached_property
    def _row(self):
        """The bits of those in `results`."""
        return self._census.narrowed(self.chosen_facets, self._among)

    def _options(self, facet):
        """Each choice with the number of partners that it would leave, the others in force."""
        others = {name: value for name, value in self.chosen_facets.items() if name != facet.name}
        row, chosen = self._census.narrowed(others, self._among), self.chosen.get(facet.name)
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
