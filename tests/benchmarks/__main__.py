"""Measure what the site costs, and write it down.

    python -m tests.benchmarks [--sizes 20,1000,10000] [--rounds 3] [--seconds 2]
        [--database-url postgres://user@host/NAME] [--no-sqlite] [--print-only]

Run it from the folder that holds manage.py, on a machine that does nothing else. It makes databases
of its own (an SQLite file, and NAME_20, NAME_1000 … on the server of the URL if one is given), and
removes them. The tables and the picture go to docs/; those of the load do before every address is
asked.
"""

import argparse
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks import machine, plot, report
from tests.benchmarks.databases import fill, postgresql, sqlite
from tests.benchmarks.visiting import measure_all

DOCS = Path(__file__).resolve().parents[2] / "docs"
BEGUN = time.monotonic()


def numbers(text):
    return sorted(map(int, text.split(",")))


def say(sentence):
    sys.stdout.write(f"[{time.monotonic() - BEGUN:4.0f} s] {sentence}\n")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=numbers, default=[20, 1000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of load, a target and round")
    parser.add_argument("--database-url", help="also on PostgreSQL, in databases of that name")
    parser.add_argument("--no-sqlite", action="store_true")
    parser.add_argument("--print-only", action="store_true", help="leave docs/ as it is")
    options = parser.parse_args()
    with ExitStack() as stack:
        engines = [] if options.no_sqlite else [stack.enter_context(sqlite())]
        server = None
        if options.database_url:
            made = postgresql(options.database_url, options.sizes)
            engines.append(stack.enter_context(made))
            server = engines[-1].server
        for engine in engines:
            say(f"Filling {engine.name} with {options.sizes} organisations")
            fill(engine, options.sizes)
        on = machine.description(server)
        for results in measure_all(engines, options, say):
            if not options.print_only:
                report.write(results, on, options, DOCS / "performance.md")
                (DOCS / "performance.svg").write_text(plot.draw(results))
    for paragraphs in report.measured(results, on, options).values():
        sys.stdout.write("\n\n".join(paragraphs) + "\n")


if __name__ == "__main__":
    main()
