"""Two servers behind nginx: one is killed under load, both are upgraded, and no reader notices.

    python -m tests.drills.two_servers --database-url URL [--seconds 60] [--tries 1000]
        [--editors 4] [--readers 10] [--previous COMMIT]

Run it from the folder that holds manage.py; nginx must be installed. Two servers of the previous
landing share a PostgreSQL database, which is made and dropped as in kill_publish, and the folders
of uploads and of made files; nginx, configured by deploy/nginx.conf, is in front. While editors
publish and readers read, the first is killed and started again with today's code, after migrating;
then the second is stopped and started with today's code. No GET may be a 5xx; what was accepted
stands in the history once.

Then one record is changed so many times, and each time asked for by way of nginx: the answer must
have the change. At last both are stopped: known pages are still answered. The exit code is 0 if all
of that holds.
"""

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from partners.models import Organisation, Revision
from tests.drills import upgrade
from tests.drills.databases import ROOT, fresh_database
from tests.drills.load import MAKE_EDITORS, Load
from tests.production.site import PASSWORD, Site, Visitor, environment, free_port

#: What the drill has otherwise than deploy/nginx.conf: no TLS, its own ports and folders.
HERE = [
    (r"127\.0\.0\.1:8000", "127.0.0.1:{first}"),
    (r"127\.0\.0\.1:8001", "127.0.0.1:{second}"),
    (r"/var/cache/nginx/partners", "{folder}/pages"),
    (r"listen 443 ssl;", "listen 127.0.0.1:{port};"),
    (r" *ssl_certificate\w* .*;\n", ""),
    (r"\$scheme", "https"),
]
WHOLE = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
access_log off;
{temporary}
{site}
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
#: Parts of the time under load: the first server is killed, is back, the second goes and comes.
KILLED, BACK, UPGRADED = 0.2, 0.3, 0.6
#: Seconds after which nginx asks a server again that was away (fail_timeout), and a bit.
PAUSE = 3
READING = {"read", "open"}


@dataclass
class Front:
    """nginx, which a Visitor asks as if it were a Site."""

    port: int


@contextmanager
def nginx_before(servers, folder):
    """The Front of two Sites."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        raise SystemExit("Install nginx first.")
    first, second = (site.port for site in servers)
    known = {"first": first, "second": second, "folder": folder, "port": free_port()}
    site = (ROOT / "deploy/nginx.conf").read_text()
    for pattern, here in HERE:
        site, count = re.subn(pattern, here.format(**known), site)
        if not count:
            raise SystemExit(f"deploy/nginx.conf has no {pattern}.")
    temporary = "\n".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    configuration = folder / "nginx.conf"
    configuration.write_text(WHOLE.format(folder=folder, temporary=temporary, site=site))
    process = subprocess.Popen([program, "-p", folder, "-c", configuration])  # noqa: S603
    try:
        front = Front(known["port"])
        wait_for(front)
        yield front
    finally:
        process.terminate()
        process.wait()


def wait_for(front):
    for _ in range(100):
        try:
            Visitor(front).get("/health/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("nginx does not answer.")


def two_sites(folder, url, tree):
    """Two Sites that are as on two machines: uploads and made files alone are shared."""
    known = environment(folder, url) | {
        "SECOND_FACTOR_REQUIRED": "off",
        "LOG_LEVEL": "ERROR",
        "DATA_ROOT": str(folder / "data"),
    }
    return [
        Site(
            known | {"STATIC_ROOT": str(folder / name)},
            folder / f"{name}.log",
            workers=2,
            tree=tree,
            python=upgrade.python_of(tree),
            port=free_port(),
        )
        for name in ("first", "second")
    ]


def of_today(site):
    """The same Site with today's code."""
    today = replace(site, tree=ROOT, python=sys.executable)
    today.manage("collectstatic", "--no-input", "--verbosity=0")
    return today


def kill(site):
    for process in site.processes():
        subprocess.run(["kill", "-KILL", str(process)], check=False)  # noqa: S603, S607
    site.process.wait()


def under_load(servers, load, options):
    """Kill and upgrade while people work; returns the servers of today."""
    begun = time.monotonic()
    people = threading.Thread(target=load.run, args=[options.editors, options.readers])
    people.start()

    def wait_until(part):
        time.sleep(max(0, begun + part * options.seconds - time.monotonic()))

    first, second = servers
    try:
        wait_until(KILLED)
        kill(first)
        wait_until(BACK)
        first = of_today(first)
        first.manage("migrate", "--verbosity=0")
        first.start()
        wait_until(UPGRADED)
        time.sleep(PAUSE)
        second.stop()
        second = of_today(second)
        second.start()
        wait_until(1)
    finally:
        load.over.set()
        people.join()
    return [first, second]


def wrong_under_load(load):
    """Yield what the load shows that must not be (str)."""
    for (kind, status), count in load.statuses.items():
        if kind in READING and (isinstance(status, str) or status >= 500):
            yield f"{kind}: {count} answered {status}"
    texts = Counter(
        each.rows[0]["fields"]["summary"]
        for each in Revision.objects.filter(kind="partners.organisation", what="Published")
        if each.rows
    )
    for text in load.accepted:
        if texts[text] != 1:
            yield f"“{text}” was accepted, and is in the history {texts[text]} times."


def stale(front, key, tries):
    """How many of the answers have not what was just written."""
    record, found = Organisation.objects.get(pk=key), 0
    visitor = Visitor(front)
    for number in range(tries):
        record.summary = f"Version {number} of {tries}."
        record.save()
        found += record.summary not in visitor.get(record.get_absolute_url()).text
    return found


def drill(url, folder, options):
    """Yield (what, what is wrong with it: list of str)."""
    tree = upgrade.tree_before(folder, options.previous)
    servers = two_sites(folder, url, tree)
    servers[0].prepare()
    servers[1].manage("collectstatic", "--no-input", "--verbosity=0")
    make = MAKE_EDITORS.format(options.editors, PASSWORD)
    keys = servers[0].manage("shell", "--verbosity=0", "--command", make).split()
    with ExitStack() as ends:
        for site in servers:
            site.start()
        try:
            front = ends.enter_context(nginx_before(servers, folder))
            load = Load(front, keys)
            servers = under_load(servers, load, options)
            answers, accepted = sum(load.statuses.values()), len(load.accepted)
            wrong = [*wrong_under_load(load)]
            yield f"{answers} answers, {accepted} changes", wrong
            if wrong:
                sys.stdout.write((folder / "error.log").read_text()[-3000:])
            missed = stale(front, keys[0], options.tries)
            yield f"{options.tries} changes read at once", [f"{missed} stale"] if missed else []
        finally:
            for site in servers:
                if site.process.poll() is None:
                    site.stop(signal.SIGTERM)
        statuses = {path: Visitor(front).get(path).status for path in ("/", "/organisations/esr/")}
        wrong = [f"{path}: {status}" for path, status in statuses.items() if status != 200]
        yield "known pages without a server", wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("editors", 4), ("readers", 10), ("seconds", 60), ("tries", 1000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--previous", default=upgrade.PREVIOUS, help="the commit to upgrade from")
    parser.add_argument("--database-url", required=True, help="a PostgreSQL database to make")
    options = parser.parse_args()
    broken = 0
    with fresh_database(options.database_url) as database, tempfile.TemporaryDirectory() as name:
        for what, wrong in drill(database.url, Path(name), options):
            sys.stdout.write(f"{what}: {'; '.join(wrong[:5]) or 'all well'}\n")
            sys.stdout.flush()
            broken += len(wrong)
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
