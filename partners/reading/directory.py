"""What the directory answers to a question: the partners found, and the ways on from there."""

from functools import cached_property
from urllib.parse import urlencode

from partners.reading import facets
from partners.reading.facets import FACETS
from partners.reading.search import Search

LETTER = "letter"


class Directory:
    """The answer to `chosen`, the filters in force by parameter name, at `at` (aware datetime).

    `partners` is the queryset that is searched and narrowed, `choices` the values and labels that
    each facet has, by its name.
    """

    def __init__(self, chosen, partners, choices, at):
        self.chosen, self.partners, self.choices, self.at = chosen, partners, choices, at
        self.chosen_facets = {
            facet.name: chosen[facet.name] for facet in FACETS if facet.name in chosen
        }
        self.search = Search(chosen.get("q", ""))
        #: The partners that match: the best first, or by name where nothing is searched.
        self.results = self._narrowed()
        if "q" in chosen:
            self.results = self.search.found(self.results, at)

    def _narrowed(self):
        return self.partners.filter(
            *(
                facet.condition(self.chosen_facets[facet.name], self.at)
                for facet in FACETS
                if facet.name in self.chosen_facets
            )
        )

    @property
    def count(self):
        """How many `results` there are (int)."""
        return self._census.narrowed(self.chosen_facets, self._found).bit_count()

    @property
    def corrected(self):
        """The words that it was answered with, where a typing error was forgiven (list of str)."""
        return self.search.corrected

    def nearest(self):
        """Partners with names like what was searched, whatever the filters."""
        return self.search.nearest(self.partners)

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
    def _found(self):
        """The bits of the partners that the search finds, whatever the facets; None: no search."""
        if "q" not in self.chosen:
            return None
        narrowed = bool(self.chosen_facets)
        keys = self.search.keys_of(self.partners) if narrowed else self.results.keys
        return self._census.row(keys)

    def _options(self, facet):
        """Each choice with the number of partners that it would leave, the others in force."""
        others = {name: value for name, value in self.chosen_facets.items() if name != facet.name}
        row, chosen = self._census.narrowed(others, self._found), self.chosen.get(facet.name)
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
