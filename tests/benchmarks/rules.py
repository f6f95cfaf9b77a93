"""What was promised of the site's speed, and whether the measured figures keep it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks import targets as on

FLAT = [name for name in on.PAGES if name not in ("directory", "directory, deep page", "search")]
FEEDS = [name for name in on.MACHINES if name.startswith("feed")]
CALENDARS = [name for name in on.MACHINES if name.startswith("calendar")]


class Figures:
    """What the rules ask of the results, on one database."""

    def __init__(self, results, engine):
        self.results, self.engine = results, engine

    def main(self, name):
        return self.results.at(self.engine, self.results.main, name)

    def rate(self, name, reference):
        """How many times as many answers a second as the reference."""
        return self.main(name).rate / self.main(reference).rate

    def cpu(self, name, reference):
        """How many times the CPU of the reference."""
        return self.main(name).cpu / self.main(reference).cpu

    def dearest(self, *names):
        """The most that any of them takes of the CPU of the plain list."""
        return max(self.cpu(name, on.LIST) for name in names)

    def growth(self, *names, least=0):
        """How many times the CPU of the smallest database; of several names, the worst.

        The smallest has `least` (int) organisations at least.
        """
        smallest = next(size for size in self.results.sizes if size >= least)
        return max(
            self.main(name).cpu / self.results.at(self.engine, smallest, name).cpu for name in names
        )

    def memory(self):
        """MB, of the process under gunicorn that ever held the most, its page cache included."""
        return max(self.results.memory[self.engine, server] for server in ("cached", "uncached"))


@dataclass(frozen=True)
class Rule:
    sentence: str
    value: Callable
    least: float | None = None
    most: float | dict | None = None

    def limit(self, engine):
        """The bound, which may differ between databases, and its sign."""
        if self.least is not None:
            return "≥", self.least
        return "≤", self.most[engine] if isinstance(self.most, dict) else self.most

    def verdict(self, results, engine):
        """The value, its bound and whether it holds, in words."""
        value = self.value(Figures(results, engine))
        sign, limit = self.limit(engine)
        holds = value >= limit if sign == "≥" else value <= limit
        return f"{value:.2f} ({sign} {limit}): {'holds' if holds else '**does not hold**'}"


RULES = [
    Rule(
        "Page from memory against the empty view with one read, answers a second",
        lambda of: of.rate(on.cached("partners page"), on.WITH_READ),
        least=1.0,
    ),
    Rule(
        "Page from memory against the empty view, answers a second",
        lambda of: of.rate(on.cached("partners page"), on.EMPTY),
        least=0.8,
    ),
    Rule(
        "304 against the empty view with one read, answers a second",
        lambda of: of.rate(on.UNCHANGED, on.WITH_READ),
        least=1.0,
    ),
    Rule(
        "304 against the empty view, answers a second",
        lambda of: of.rate(on.UNCHANGED, on.EMPTY),
        least=0.8,
    ),
    Rule("Directory against the plain list, CPU", lambda of: of.cpu("directory", on.LIST), most=1),
    Rule(
        "Partners page against the plain list, CPU",
        lambda of: of.cpu("partners page", on.LIST),
        most=1.5,
    ),
    Rule(
        "An organisation against the plain list, CPU",
        lambda of: of.cpu("organisation", on.LIST),
        most=0.7,
    ),
    Rule(
        "Growth of every public page but lists of hits, CPU (the worst)",
        lambda of: of.growth(*FLAT),
        most=1.5,
    ),
    Rule(
        "Growth of lists of hits that are asked for again, from 1,000 on, CPU (the worse)",
        lambda of: of.growth(*on.FOUND, least=1000),
        most=1.5,
    ),
    Rule(
        "Growth of the directory, first and deep page, CPU (the worse)",
        lambda of: of.growth("directory", "directory, deep page"),
        most=3,
    ),
    Rule(
        "A feed against the plain list, CPU (the dearest)",
        lambda of: of.dearest(*FEEDS),
        most=0.6,
    ),
    Rule(
        "A calendar against the plain list, CPU (the dearer)",
        lambda of: of.dearest(*CALENDARS),
        most=1.5,
    ),
    Rule(
        "A calendar from memory against the plain list, CPU (the dearer)",
        lambda of: of.dearest(*map(on.cached, CALENDARS)),
        most=0.1,
    ),
    Rule("Search against the plain list, CPU", lambda of: of.cpu("search", on.LIST), most=1.5),
    Rule(
        "The dearest question against the plain list, CPU",
        lambda of: of.dearest(*on.HARD),
        most=6,
    ),
    Rule(
        "The API's first page against the plain list, CPU",
        lambda of: of.cpu("API, organisations", on.LIST),
        most=1.5,
    ),
    Rule("Growth of the admin list, CPU", lambda of: of.growth(on.ADMIN), most=2),
    Rule(
        "Search, median time of a mix of questions in ms",
        lambda of: of.main(on.ONE_READER).median,
        most={"SQLite": 50, "PostgreSQL": 30},
    ),
    Rule(
        "An invented question against the same without the cache, CPU",
        lambda of: of.cpu(on.INVENTED, on.INVENTED_UNCACHED),
        most=1.1,
    ),
    Rule("Start-up of a worker, seconds of CPU", lambda of: of.results.start, most=1),
    Rule("Memory of a worker, MB at its peak", lambda of: of.memory(), most=120),
]
