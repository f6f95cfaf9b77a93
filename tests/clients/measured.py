"""What was measured last, kept in measured.json; docs/clients.md is written from it."""

import json
from pathlib import Path

from tests.clients.environments import NotInstallable
from tests.clients.roster import ALL

FILE = Path(__file__).with_suffix(".json")


def load():
    """{title of a kind: {client: {"version", "differences", "unsaid", "silent"}}}."""
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def as_data(outcome):
    """An Outcome as it is kept: of values that are lists, the first two that differ."""
    return {
        "version": outcome.version,
        "unsaid": list(outcome.unsaid),
        "silent": list(outcome.silent),
        "differences": [
            [each.what, each.field, *_first(each.read, each.held)] for each in outcome.differences
        ],
    }


def _first(read, held):
    if not (isinstance(read, list) and isinstance(held, list)):
        return read, held
    if len(read) != len(held):
        return f"{len(read)} of them", f"{len(held)} of them"
    if sorted(map(str, read)) == sorted(map(str, held)):
        return "in another order", "in order"
    return next((one, other) for one, other in zip(read, held, strict=True) if one != other)


def keep(outcomes):
    """Keep the outcomes ({title: [Outcome]}); of clients not asked what was kept stays."""
    kept = load()
    data = {}
    for reads in ALL:
        known = kept.get(reads.title, {})
        asked = {each.client.name: as_data(each) for each in outcomes[reads.title] if each.version}
        names = (client.name for client in reads.clients)
        found = {name: asked.get(name) or known.get(name) for name in names}
        data[reads.title] = {name: each for name, each in found.items() if each}
    FILE.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def verdict(reads, outcome, kept):
    """(one word, whether that is as it was measured, sentences) on an Outcome."""
    if missing := outcome.missing:
        return "not tried", not isinstance(missing, NotInstallable), [str(missing)]
    now, then = as_data(outcome), kept.get(reads.title, {}).get(outcome.client.name)
    unlike = [sentence(each) for each in now["differences"]]
    if not then:
        return "new", False, unlike
    if now["version"] != then["version"]:
        return "other version", True, [f"measured was {then['version']}", *unlike]
    known = [sentence(each) for each in then["differences"]]
    if now == then:
        return ("as measured, differs" if unlike else "all right"), True, []
    news = [f"new: {each}" for each in unlike if each not in known]
    gone = [f"gone: {each}" for each in known if each not in unlike]
    return "changed", False, news + gone + [f"says nothing of {now['unsaid'] + now['silent']}"]


def sentence(difference):
    what, field, read, held = difference
    if field == "error":
        return f"{what}: refused, {read}"
    if field == "is there":
        return f"{what}: {'is' if read else 'is not'} there"
    return f"{what}: {field} is {_quoted(read)}, not {_quoted(held)}"


def _quoted(value):
    return json.dumps(value, ensure_ascii=False)
