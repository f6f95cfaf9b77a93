"""One target under load: how many answers, how soon, and at what cost."""

import json
import os
import shutil
import statistics
import subprocess
import time
from dataclasses import astuple, dataclass
from pathlib import Path

from tests.benchmarks.servers import HEADERS
from tests.production.site import HOST, Visitor

SCRIPT = Path(__file__).with_name("load.lua")
TICK = os.sysconf("SC_CLK_TCK")  # a second
PAUSE = 0.1  # seconds, of which something that works takes several ticks
#: Seconds to wait for at least one answer where the usual time brings none.
LONGEST = 30


@dataclass(frozen=True)
class Measured:
    """Answers a second; median and 99th percentile of the latency (ms); CPU (ms) and bytes each."""

    rate: float
    median: float
    p99: float
    cpu: float
    size: float


def middle(rounds):
    """The median of each figure."""
    return Measured(*map(statistics.median, zip(*map(astuple, rounds), strict=True)))


def measure(site, target, paths, headers, seconds, others):
    """Load the site with one target; `others` gives the ids of processes that work for it.

    What is too slow for many readers is asked by one, for longer; SystemExit if that fails, too.
    """

    def spent():
        return cpu([*site.processes(), *others()])

    for connections, duration in ((target.connections, seconds), (1, LONGEST)):
        before = settled(spent)
        said = json.loads(wrk(site, connections, paths, headers, duration))
        if said["refused"]:
            raise SystemExit(f"{target.name}: {said['refused']} answers were errors: {paths}")
        if said["requests"]:
            return measured(said, before, spent())
    raise SystemExit(f"{target.name}: no answer within {LONGEST} seconds.")


def measured(said, before, after):
    answers = said["requests"]
    used = sum(total - before.get(process, 0) for process, total in after.items())
    return Measured(
        rate=answers / said["seconds"],
        median=said["median"],
        p99=said["p99"],
        cpu=used * 1000 / answers,
        size=said["bytes"] / answers,
    )


def settled(spent):
    """What was spent once it no longer grows: those who asked before may have left a queue."""
    last, now = None, spent()
    while now != last:
        time.sleep(PAUSE)
        last, now = now, spent()
    return now


def wrk(site, connections, paths, headers, seconds):
    known = {"Host": HOST, "X-Forwarded-Proto": "https"} | HEADERS | headers
    command = [
        shutil.which("wrk"), "--threads=1", f"--connections={connections}",
        f"--duration={seconds}s", f"--timeout={LONGEST}s", f"--script={SCRIPT}",
        *(f"--header={name}: {value}" for name, value in known.items()),
        f"http://127.0.0.1:{site.port}", "--", *paths,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.splitlines()[-1]


def cpu(processes):
    """The seconds of user and system time that each process has spent so far, by its id."""
    spent = {}
    for process in processes:
        try:
            said = Path(f"/proc/{process}/stat").read_text()
        except FileNotFoundError:
            continue  # ended, or on another machine
        user, system = said.rpartition(")")[2].split()[11:13]
        spent[process] = (int(user) + int(system)) / TICK
    return spent


def warm_up(site, paths, headers, times=6):
    """Let each worker load its templates and fill its caches; SystemExit for a wrong answer."""
    for path in paths:
        for _ in range(times):
            answer = Visitor(site).get(path.replace("#", "0"), **HEADERS | headers)
            if answer.status not in (200, 304):
                raise SystemExit(f"{path} answered {answer.status}")
    return answer
