"""The figures as tables, between marks in docs/performance.md."""

import re

from tests.benchmarks import targets as on
from tests.benchmarks.rules import RULES, Figures
from tests.benchmarks.servers import SERVERS

REFERENCES = (on.BARE, on.EMPTY, on.WITH_READ, on.STATIC, on.LIST)


def write(results, machine, options, path):
    """Put the tables where the last ones of their kind stood; the words around them stay."""
    text = path.read_text()
    for name, paragraphs in measured(results, machine, options).items():
        begin, end = marks(name)
        if begin not in text or end not in text:
            raise SystemExit(f"{path.name} has no place for the tables: {begin} … {end}")
        between = re.compile(f"{begin}.*{end}", re.DOTALL)
        tables = "\n\n".join([begin, *paragraphs, end])
        text = between.sub(lambda _, tables=tables: tables, text)
    path.write_text(text)


def marks(name):
    """Between which comments of the page the figures of that name stand."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def measured(results, machine, options):
    """What there are figures of → paragraphs, headings and tables, in order."""
    found = {"under load": [machine, *under_load(results, options)]}
    if results.every:
        found["in one process"] = [machine, *in_one_process(results)]
    return found


def under_load(results, options):
    yield (
        f"{options.rounds} round(s) of {options.seconds} s a target, "
        f"{on.MANY} connections, 2 workers; medians over the rounds."
    )
    yield "### Promises"
    yield promises(results)
    for engine in results.engines:
        yield f"### {engine}, {results.main:,} organisations"
        yield costs(results, engine)
    yield "### CPU per answer against size"
    yield growth(results)
    yield "### Servers"
    yield servers(results)
    yield "The most that a process of each held, in MB, after everything that was asked of it:"
    yield memory(results)


def in_one_process(results):
    yield "### Every address and every command"
    yield (
        "Milliseconds of CPU in one process, without the memory for pages and without the "
        "database's own; queries, kB and answer at the main size. What takes more than a second "
        "is asked once, and given up after a minute."
    )
    yield everything(results)


def table(head, rows):
    """Markdown; all columns but the first are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def promises(results):
    rows = [
        [rule.sentence, *(rule.verdict(results, engine) for engine in results.engines)]
        for rule in RULES
    ]
    return table(["", *results.engines], rows)


def costs(results, engine):
    head = ["", "a second", "median ms", "p99 ms", "CPU ms", "kB", "CPU × empty", "CPU × list"]
    of = Figures(results, engine)
    compared = {on.served(name, server) for name in on.COMPARED for server in on.SERVED_BY}
    names = [target.name for target in on.TARGETS if target.name not in compared]
    rows = [[name, *figures(of, name)] for name in sorted(names, key=REFERENCES.__contains__)]
    return table(head, rows)


def figures(of, name):
    each = of.main(name)
    yield f"{each.rate:,.0f}"
    yield from (f"{value:.2f}" for value in (each.median, each.p99, each.cpu))
    yield f"{each.size / 1000:.1f}"
    yield from (f"{of.cpu(name, reference):.2f}" for reference in (on.EMPTY, on.LIST))


def growth(results):
    """Milliseconds at each size, and how many times the smallest the main one is."""
    columns = [(engine, size) for engine in results.engines for size in results.sizes]
    head = ["", *(f"{engine} {size:,}" for engine, size in columns)]
    head += [f"{engine} ×" for engine in results.engines]
    rows = []
    for name in (target.name for target in on.TARGETS if target.at_every_size):
        costs = [f"{results.at(*column, name).cpu:.2f}" for column in columns]
        times = [f"{Figures(results, engine).growth(name):.2f}" for engine in results.engines]
        rows.append([name, *costs, *times])
    return table(head, rows)


def everything(results):
    """A row for each address and command, what costs most first."""
    columns = [(engine, size) for engine in results.engines for size in results.sizes]
    head = ["", *(f"{engine} {size:,}" for engine, size in columns), "queries", "kB", "answer"]
    rows = []
    for name, main in results.every.get((results.engines[0], results.main), {}).items():
        costs = [results.every.get(each, {}).get(name, [0])[0] for each in columns]
        rows.append((costs[results.sizes.index(results.main)], [f"`{name}`", *costs, *main[1:]]))
    return table(head, [row for _, row in sorted(rows, key=lambda each: -each[0])])


def servers(results):
    head = ["", *(f"{engine} {what}" for engine in results.engines for what in ("a second", "p99"))]
    rows = []
    for name in on.COMPARED:
        for server in on.SERVED_BY:
            measured = [
                results.at(engine, results.main, on.served(name, server))
                for engine in results.engines
            ]
            shown = [text for each in measured for text in (f"{each.rate:,.0f}", f"{each.p99:.1f}")]
            label = "gunicorn" if server == "cached" else server
            rows.append([f"{name}, {label}", *shown])
    return table(head, rows)


def memory(results):
    rows = [
        [server, *(f"{results.memory[engine, server]:.0f}" for engine in results.engines)]
        for server in SERVERS
    ]
    return table(["", *results.engines], rows)
