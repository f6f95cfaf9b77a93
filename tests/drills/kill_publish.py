"""Kill whoever publishes, at random moments: the public reads one version or the other, whole.

    python -m tests.drills.kill_publish [--rounds 30] [--seed 1] [--database-url URL]

Run it from the folder that holds manage.py. A process publishes two versions of one organisation in
turn, which differ in fields, figures, a link and topics: the new one as a scheduled change that is
due, the old one at once. Each round it gets SIGKILL at a random moment between the start of its
work and its end, as last measured. Then what is stored must be one of the versions, the change must
stand beside the old one whole or be gone, and the history, the count of changes and the search text
must say the same. A rerun must finish. Where the work was faster than the kill, the round is
checked as well but made again. The exit code is 0 if nothing was half published.

Without --database-url it works on an SQLite file in a temporary folder. With the address of a
PostgreSQL database (postgres://user@host/NAME) it makes two databases, NAME and NAME_template, on
that server and drops them at the end; it stops if one of them is there already.
"""

import argparse
import copy
import random
import sys
import uuid

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from partners.models import Organisation, Revision
from partners.publishing import presses
from partners.rows import snapshots
from partners.values.folding import fold
from tests import acts
from tests.acts import Proposal
from tests.drills.databases import fresh_database, kill_after, load, run, start, use

KEY, TURNS = "efrs", 20
FIGURE, LINK = (str(uuid.UUID(int=number)) for number in (1, 2))
OWNERS = dict.fromkeys(["collaboration", "series", "event", "page"])


def row(model, pk, **fields):
    return {"model": f"partners.{model}", "pk": pk, "fields": {"organisation": KEY, **fields}}


def proposal(base, rows, **kwargs):
    return Proposal(Organisation, KEY, base, rows, User.objects.get(), **kwargs)


def begin():
    """Publish the old version: as loaded, with a link."""
    User.objects.create_user("publisher")
    loaded = snapshots.stored(Organisation, KEY)
    link = row("link", LINK, label="Press", url="https://example.org/", position=9, **OWNERS)
    acts.publish(proposal(loaded, [*loaded, link], why="old"), timezone.now())


def versions():
    """The rows of the old version and of the new one."""
    old = Revision.objects.of(Organisation, KEY).filter(why="old").last().rows
    new = [copy.deepcopy(each) for each in old if each["pk"] != LINK]
    new[0]["fields"] |= {
        "name": "Another name",
        "summary": "Another sentence.",
        "founded": "2001-02",
        "topics": ["cancer-care"],
    }
    figure = next(each for each in new if each["model"] == "partners.figure")
    added = copy.deepcopy(figure) | {"pk": FIGURE}
    added["fields"] |= {"measure": "others"}
    figure["fields"] |= {"value": 123456, "as_of": "2020"}
    return old, [*new, added]


def work(turns):
    """What is killed: publish one version after the other, so many times each; end with the old."""
    old, new = versions()
    for turn in range(turns + 1):
        presses.apply_due(timezone.now())  # at first what an earlier process left
        stored = snapshots.stored(Organisation, KEY)
        if snapshots.changes(stored, old):
            acts.publish(proposal(stored, old, why="old"), timezone.now())
        if turn < turns:
            due = proposal(old, new, why="new", when=timezone.now())
            acts.schedule(due, timezone.now())


def found(old, new, version):
    """What is there: the old version, the old with its change waiting, the new, or half of one.

    `version` is what the count of changes was before the history began.
    """
    record = Organisation.objects.get(pk=KEY)
    stored, history = snapshots.rows_of(record), Revision.objects.of(Organisation, KEY)
    change = presses.pending(Organisation, KEY)
    what = "old" if in_order(stored) == old else "new"
    whole = (
        in_order(stored) in (old, new)
        and history.first().rows == stored
        and [each.why for each in reversed(history)] == alternating(len(history))
        and record.record.version == version + len(history)
        and fold(record.summary) in record.record.text
    )
    if change:
        whole &= what == "old" and change.is_scheduled
        whole &= in_order(change.base) == old and in_order(change.rows) == new
        what = "waiting"
    connection.close()
    return what if whole else "half"


def in_order(rows):
    return sorted(rows, key=lambda each: (each["model"] != "partners.organisation", each["pk"]))


def alternating(length):
    """Why each state came about: as loaded, then old and new in turn."""
    return ["", *(["old", "new"] * length)][:length]


def drill(database, rounds, moments):
    """Yield of each try: when, whether it was killed, what was there then, and after a rerun."""
    worker = "-m", "tests.drills.kill_publish", "--database-url", database.url, "--turns"
    load(database)
    begin()
    old, new = map(in_order, versions())
    version = Organisation.objects.get(pk=KEY).record.version - 2  # loaded, old
    connection.close()
    before_work = run(database.url, *worker, "0")
    until_end = run(database.url, *worker, str(TURNS))
    each = (until_end - before_work) / TURNS / 2
    sys.stdout.write(f"A publication takes {each:.3f} s, the start {before_work:.2f} s.\n")
    while rounds:
        moment = moments.uniform(before_work * 0.9, until_end)
        killed = kill_after(moment, start(database.url, *worker, str(TURNS)))
        database.settle()
        what = found(old, new, version)
        run(database.url, *worker, "1")
        rounds -= killed
        yield moment, killed, what, found(old, new, version)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", help="a PostgreSQL database to make and drop")
    parser.add_argument("--turns", type=int, help="be the process that is killed")
    options = parser.parse_args()
    if options.turns is not None:
        use(options.database_url)
        return work(options.turns)
    tally = dict.fromkeys(["tries", "killed", "old", "waiting", "new", "half", "unfinished"], 0)
    with fresh_database(options.database_url) as database:
        for moment, killed, what, again in drill(
            database,
            options.rounds,
            random.Random(options.seed),  # noqa: S311 — no secret, but the same in every run
        ):
            tally["tries"] += 1
            tally["killed"] += killed
            tally[what] += 1
            tally["unfinished"] += again != "old"
            how = "killed" if killed else "ended"
            sys.stdout.write(f"{moment:.2f} s: {how}, {what} there; after a rerun {again}\n")
    sys.stdout.write(
        "{tries} runs, {killed} killed; the old version there {old}, the old with its change "
        "waiting {waiting}, the new {new}, half of one {half}; reruns unfinished "
        "{unfinished}.\n".format(**tally)
    )
    return int(bool(tally["half"] or tally["unfinished"]))


if __name__ == "__main__":
    sys.exit(main())
