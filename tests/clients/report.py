"""docs/clients.md, written from what was measured and the notes of the roster."""

import json
from pathlib import Path

from tests.clients import measured
from tests.clients.environments import CHOSEN_ON
from tests.clients.roster import ALL

PAGE = Path(__file__).resolve().parents[2] / "docs" / "clients.md"
HEAD = f"""# What others' programs read

`make clients` (outside CI: it installs from the network, into `var/clients`) serves the demo's
content and fifteen odd events, lets each program below read what the site writes, and compares it
field by field with what the database holds. It ends with an error where a program reads something
otherwise than this page says. The page is written from what was measured (`make clients RECORD=1`);
the notes are in `tests/clients/roster.py`. Versions were chosen on {CHOSEN_ON}; Debian's packages,
which are used where they are installed, are those of Debian 12.

✓: all that the program says is right. ✗: something is read otherwise; what, and why our form is the
best, stands below the table. –: the program says nothing of it. *Does not say*: what it has no
place for, so that nothing can be compared.

What is meant by the columns of events: one that was *cancelled*, *postponed* to a known day, or
*moved online* says so in its name, has its status, and no place if it moved. Of a *year or month*
no calendar holds the event, and no page gives machines a day. *Whole days* are one, or three.
*Time zones* are Vienna and Auckland, an event across the end of summer time, and one in the hour
that the clocks show twice. *Past* events leave the calendars of several after two years, and stay
in their own; so does what ends on the *last day* there is, 31 December 9999.
"""
#: Column of a table of events → what is compared in it.
OF_EVENTS = {
    "cancelled": ["cancelled"],
    "postponed": ["postponed"],
    "moved online": ["moved online"],
    "year or month": ["only the year", "only the month"],
    "whole days": ["one whole day", "whole days"],
    "time zones": ["hours in Vienna", "hours in Auckland", "clocks go back", "hour shown twice"],
    'names with , ; \\\\ "': ['name with , ; \\ "'],
    "online": ["online"],
    "past": ["long past", "long past: its own"],
    "last day": ["last day there is", "last day there is: its own"],
}
#: What a program has to say for a column to be about anything.
ESSENTIAL = dict.fromkeys(["whole days", "time zones", "last day"], "start")


def page(kept):
    """The text of docs/clients.md for what `measured.load` gives."""
    return "\n".join([HEAD, *(part for reads in ALL for part in _section(reads, kept)), ""])


def _section(reads, kept):
    found = {client: kept[reads.title].get(client.name) for client in reads.clients}
    whats = [what for each in found.values() if each for what, *_ in each["differences"]]
    columns = _columns(reads, whats)
    head = ["program", "version", *columns, "does not say"]
    yield f"## {reads.title}\n"
    yield f"{reads.about}\n"
    yield _row(head)
    yield _row(["---"] * len(head))
    for client, each in found.items():
        yield _row(_cells(client, each, columns))
    yield ""
    bullets = [line for client, each in found.items() for line in _bullets(client, each)]
    yield from [*bullets, ""] if bullets else []


def _columns(reads, whats):
    """The columns of a kind, and one more for what is in none of them."""
    columns = {name: named for name, named in OF_EVENTS.items() if reads.is_of_events}
    known = {what for named in columns.values() for what in named}
    others = {what: [what] for what in reads.columns if what not in known}
    return columns | others


def _cells(client, each, columns):
    if not each:
        return [client.name, client.where.version, *["not tried"] * len(columns), ""]
    cells = [_sign(each, name, set(named)) for name, named in columns.items()]
    return [
        client.name,
        f"{each['version']} ({client.where.source})",
        *cells,
        _list(each["unsaid"]),
    ]


def _sign(each, column, named):
    if named & {what for what, *_ in each["differences"]}:
        return "✗"
    is_said = ESSENTIAL.get(column) not in each["unsaid"] and not named & set(each["silent"])
    return "✓" if is_said else "–"


def _list(names):
    return ", ".join(names)


def _row(cells):
    return f"| {' | '.join(cells)} |"


def _bullets(client, each):
    if not each or not each["differences"]:
        return
    yield f"- **{client.name}**: {client.note}"
    for difference in _grouped(each["differences"]):
        yield f"  - {difference}"


def _grouped(differences):
    """One line for what is said alike of several."""
    lines = {}
    for what, field, read, held in differences:
        said = (field, json.dumps(read, ensure_ascii=False), json.dumps(held, ensure_ascii=False))
        lines.setdefault(said, []).append(what)
    for (field, read, held), whats in lines.items():
        yield f"{_list(whats)}: {_in_words(field, json.loads(read), json.loads(held))}"


def _in_words(field, read, held):
    if field == "error":
        return f"refused: `{read}`"
    if field == "is there":
        return "it is not there" if held else "it is there"
    if not isinstance(read, type(held)):
        held = json.dumps(held, ensure_ascii=False)
    return f"{field} `{_shown(read)}` for `{_shown(held)}`"


def _shown(value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("\n", "⏎").replace("|", "\\|").replace("`", "'")


def write():
    PAGE.write_text(page(measured.load()))
