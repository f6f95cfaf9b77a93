"""Let others' programs read what the site writes, and compare with what the database holds.

    python -m tests.clients [--only NAME] [--record]

Run it from the folder that holds manage.py. It makes a database with the demo's content and the odd
events of `content`, serves the site on this machine, and installs the programs of `roster` under
var/clients, or uses those of Debian that are there. It prints a table, and ends with 1 if a program
reads something otherwise than docs/clients.md says. `--record` writes that page anew instead; every
difference needs a note in the roster.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from partners.models import Organisation
from tests.clients import measured, report
from tests.clients.asking import ask
from tests.clients.content import make_odd
from tests.clients.files import fetch, get
from tests.clients.roster import ALL
from tests.drills.databases import fresh_database, load, start
from tests.production.site import free_port

BEGUN = time.monotonic()


def say(sentence):
    sys.stdout.write(f"[{time.monotonic() - BEGUN:4.0f} s] {sentence}\n")
    sys.stdout.flush()


@contextmanager
def served(database):
    """The port at which the site is served; its addresses are of that port."""
    port = free_port()
    where = f"127.0.0.1:{port}"
    environment = {"DEBUG": "on", "SITE_URL": f"http://{where}"}
    arguments = ["manage.py", "runserver", "--noreload", where]
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryDirectory() as made:
        server = start(database.url, *arguments, stderr=said, DATA_ROOT=made, **environment)
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.terminate()
            server.wait()


def _wait_for(port, server):
    while True:
        try:
            return get(port, "/health/")
        except OSError:
            if server.poll() is not None:
                raise SystemExit("The site does not start.") from None
            time.sleep(0.2)


def asked(reads, files, only):
    """[Outcome] of all clients of a kind, two at once."""
    held = reads.held(files.site)
    clients = [client for client in reads.clients if only in client.name]
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(lambda client: ask(client, reads, files, held), clients))


def tell(reads, outcomes, kept):
    """Print the table of a kind; how many of the outcomes are otherwise than the page says."""
    unlike = 0
    sys.stdout.write(f"\n{reads.title}\n")
    for outcome in outcomes:
        word, is_known, sentences = measured.verdict(reads, outcome, kept)
        unlike += not is_known
        version = outcome.version or outcome.client.where.version
        sys.stdout.write(f"  {outcome.client.name:28} {version:20} {word}\n")
        sys.stdout.writelines(f"      {each}\n" for each in sentences)
    return unlike


def _refuse_silence(outcomes):
    """SystemExit where a client reads otherwise and no note says why."""
    for title, found in outcomes.items():
        for each in found:
            if each.differences and not each.client.note:
                raise SystemExit(f"{title}, {each.client.name}: give it a note in the roster.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="only clients with that in their name")
    parser.add_argument("--record", action="store_true", help="write docs/clients.md anew")
    options = parser.parse_args()
    with fresh_database(None) as database, tempfile.TemporaryDirectory() as folder:
        say("Loading the content")
        load(database)
        make_odd()
        with served(database) as port:
            files = fetch(Path(folder), port, Organisation.objects.home())
            outcomes = {}
            for reads in ALL:
                say(f"Asking {len(reads.clients)} clients: {reads.title}")
                outcomes[reads.title] = asked(reads, files, options.only)
    kept = measured.load()
    unlike = sum(tell(reads, outcomes[reads.title], kept) for reads in ALL)
    tried = sum(not each.missing for found in outcomes.values() for each in found)
    say(f"{tried} were tried, {unlike} read otherwise than docs/clients.md says.")
    if options.record:
        _refuse_silence(outcomes)
        measured.keep(outcomes)
        report.write()
        return 0
    return unlike > 0


if __name__ == "__main__":
    sys.exit(main())
