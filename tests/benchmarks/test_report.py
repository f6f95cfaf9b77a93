"""Tables, verdicts and picture from figures that are known."""

from xml.etree import ElementTree

import pytest

from tests.benchmarks import plot, report
from tests.benchmarks.measuring import Measured
from tests.benchmarks.rules import RULES, Figures, Rule
from tests.benchmarks.servers import SERVERS
from tests.benchmarks.targets import ADMIN, EMPTY, TARGETS
from tests.benchmarks.visiting import Results

SVG = "{http://www.w3.org/2000/svg}"


class Options:
    rounds = 3
    seconds = 2


@pytest.fixture
def results():
    """Each target costs as many milliseconds as its place in the table, growing with the size."""
    results = Results(["SQLite", "PostgreSQL"], [20, 1000], start=0.5)
    for engine in results.engines:
        for size in results.sizes:
            for place, target in enumerate(TARGETS, start=1):
                cost = place * (1 if size == 20 else 2)
                rounds = [Measured(1000 / cost, cost, cost * 2, cost, 9000.0)] * 3
                results.rounds[engine, size, target.name] = rounds
        results.memory |= {(engine, server): 80 for server in SERVERS}
        for size in results.sizes:
            rows = {"/events/": [size / 10, 7, 3.5, 200], "manage.py x": [size, 9, 0, ""]}
            results.every[engine, size] = rows
    return results


def place(name):
    return 1 + [target.name for target in TARGETS].index(name)


def test_median_of_the_rounds_counts(results):
    rounds = [Measured(1, 1, 1, cpu, 1) for cpu in (3, 500, 4)]
    results.rounds["SQLite", 1000, EMPTY] = rounds
    assert results.at("SQLite", 1000, EMPTY).cpu == 4


def test_ratios_are_of_the_main_size(results):
    of = Figures(results, "SQLite")
    assert of.cpu(ADMIN, EMPTY) == place(ADMIN) / place(EMPTY)
    assert of.rate(ADMIN, EMPTY) == pytest.approx(place(EMPTY) / place(ADMIN))
    assert of.growth(ADMIN, EMPTY) == 2


@pytest.mark.parametrize(
    ("bound", "said"),
    [
        ({"least": 1.5}, "1.50 (≥ 1.5): holds"),
        ({"least": 1.6}, "1.50 (≥ 1.6): **does not hold**"),
        ({"most": {"SQLite": 1.5}}, "1.50 (≤ 1.5): holds"),
        ({"most": 1}, "1.50 (≤ 1): **does not hold**"),
    ],
)
def test_rule_says_whether_it_holds(results, bound, said):
    assert Rule("Something", lambda of: 1.5, **bound).verdict(results, "SQLite") == said


def test_very_large_size_is_not_the_main_one():
    assert Results([], [20, 1000, 10_000, 100_000]).main == 10_000
    assert Results([], [50_000]).main == 50_000


@pytest.fixture
def page(tmp_path):
    """A page with a place for the figures of each kind, and what was there before."""
    page = tmp_path / "performance.md"
    places = ["\n\nOld.\n\n".join(report.marks(name)) for name in ("under load", "in one process")]
    page.write_text("\n\n".join(["Before.", *places, "After.\n"]))
    return page


def test_tables_replace_only_what_stands_between_the_marks(results, page):
    report.write(results, "A machine.", Options, page)
    once = page.read_text()
    report.write(results, "A machine.", Options, page)
    assert page.read_text() == once
    assert once.startswith("Before.\n")
    assert once.endswith("After.\n")
    assert "Old." not in once
    assert all(rule.sentence in once for rule in RULES)
    assert all(f"| {target.name} |" in once for target in TARGETS if target.at_every_size)


def test_what_is_not_measured_yet_stays_as_it_was(results, page):
    results.every.clear()
    report.write(results, "A machine.", Options, page)
    load, rest = page.read_text().split(report.marks("in one process")[0])
    assert "A machine." in load
    assert rest.startswith("\n\nOld.\n\n")


def test_every_address_and_command_has_a_row_what_costs_most_first(results):
    lines = report.everything(results).splitlines()[2:]
    assert lines == [
        "| `manage.py x` | 20 | 1000 | 20 | 1000 | 9 | 0 |  |",
        "| `/events/` | 2.0 | 100.0 | 2.0 | 100.0 | 7 | 3.5 | 200 |",
    ]


def test_page_without_marks_is_refused(results, tmp_path):
    page = tmp_path / "performance.md"
    page.write_text("Nothing.")
    with pytest.raises(SystemExit):
        report.write(results, "A machine.", Options, page)
    assert page.read_text() == "Nothing."


def test_picture_has_a_line_and_a_name_for_each_page(results):
    picture = ElementTree.fromstring(plot.draw(results))  # noqa: S314 — our own
    words = [each.text for each in picture.iter(f"{SVG}text")]
    for name in plot.NAMES:
        assert words.count(name) == 2  # a panel for each database
    assert len(plot.COLOURS) == len(plot.NAMES)
