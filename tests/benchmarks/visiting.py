"""Rounds: each visits every size on every database, with all targets in order."""

import json
import shlex
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.conf import settings

from tests.benchmarks.measuring import measure, middle, warm_up
from tests.benchmarks.servers import collect_static, log_in, running
from tests.benchmarks.targets import PER_PAGE, TARGETS
from tests.production.site import environment

LARGEST_USUAL = 10_000  # organisations
#: What a worker does before its first request.
START = """
from django.urls import get_resolver
from cirse_partners.wsgi import application
get_resolver().url_patterns
"""
EVERYTHING = "from tests.benchmarks.everything import main; main(%r)"


@dataclass
class Results:
    """What each round measured, by database, size and target."""

    engines: list
    sizes: list
    rounds: dict = field(default_factory=partial(defaultdict, list))
    #: (database, server) → the most that a process ever held, in MB, at the main size.
    memory: dict = field(default_factory=dict)
    start: float = 0  # seconds of CPU
    #: (database, size) → what each address and command costs: see `everything`.
    every: dict = field(default_factory=dict)

    @property
    def main(self):
        """The size at which everything is measured."""
        return max(size for size in self.sizes if size <= LARGEST_USUAL or size == self.sizes[0])

    def at(self, engine, size, name):
        """The medians of that target's figures over the rounds."""
        return middle(self.rounds[engine, size, name])

    def remember_memory(self, engine, server, held):
        """Of several rounds, what was held at the worst of times (MB)."""
        self.memory[engine, server] = max(held, self.memory.get((engine, server), 0))


def measure_all(engines, options, say):
    """The results so far, after the rounds of load and at the end; `say` is told how far it got."""
    results = Results([engine.name for engine in engines], options.sizes)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = engines[0].url(results.main)
        collect_static(url, folder)
        results.start = start_up(environment(folder, url))
        for turn in range(options.rounds):
            for engine in engines:
                for size in options.sizes:
                    say(f"Round {turn + 1}: {engine.name}, {size} organisations")
                    visit(results, engine, size, folder, options.seconds)
        yield results
        for engine in engines:
            for size in options.sizes:
                say(f"Every address and command: {engine.name}, {size} organisations")
                results.every[engine.name, size] = ask_everything(engine.url(size), folder)
        yield results


def ask_everything(url, folder):
    """What each address and command costs on that database, in a process of its own."""
    special = {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings", "LOG_LEVEL": "ERROR"}
    special |= {"PAGE_CACHE_MEGABYTES": "0", "SECOND_FACTOR_REQUIRED": "off"}
    done = subprocess.run(  # noqa: S603 — our own command
        [
            sys.executable,
            "manage.py",
            "shell",
            "--verbosity=0",
            "--command",
            EVERYTHING % str(folder),
        ],
        cwd=settings.BASE_DIR,
        env=environment(folder, url) | special,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def visit(results, engine, size, folder, seconds):
    """All targets of that size once, with fresh servers."""
    targets = [target for target in TARGETS if target.at_every_size or size == results.main]
    names = dict.fromkeys(target.server for target in targets)
    with running(names, engine.url(size), folder) as sites:
        staff = {"Cookie": log_in(sites["uncached"])}
        asked = [
            (target, *prepare(target, sites[target.server], size, staff)) for target in targets
        ]
        for target, paths, headers in asked:
            others = partial(engine.processes, size)
            measured = measure(sites[target.server], target, paths, headers, seconds, others)
            results.rounds[engine.name, size, target.name].append(measured)
        if size == results.main:
            for name, site in sites.items():
                results.remember_memory(engine.name, name, site.peak_memory() / 1e6)


def prepare(target, site, size, staff):
    """The paths and headers to ask with, once each worker has answered them."""
    deep = max(1, size * 9 // 10 // PER_PAGE)  # some are drafts, some withdrawn
    paths = [path.format(deep=deep) for path in target.paths]
    headers = staff if target.is_staffs else {}
    answer = warm_up(site, paths, headers)
    if target.is_unchanged:
        headers = {"If-None-Match": answer.headers["ETag"]}
    return paths, headers


def start_up(environment, runs=5):
    """Seconds of CPU until a worker could answer, on average."""
    with tempfile.NamedTemporaryFile() as said:
        command = [
            "hyperfine", "--shell=none", "--warmup=1", f"--runs={runs}", "--style=none",
            f"--export-json={said.name}", shlex.join([sys.executable, "-c", START]),
        ]  # fmt: skip
        subprocess.run(  # noqa: S603 — our own command
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, check=True
        )
        measured = json.loads(Path(said.name).read_text())["results"][0]
    return measured["user"] + measured["system"]
