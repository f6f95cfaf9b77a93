"""Ask one client what it reads, in a process of its own."""

import json
import os
import shutil
import subprocess
from typing import NamedTuple

from tests.clients.comparing import Difference, differences, silent, unsaid
from tests.clients.environments import READERS, Missing


class Outcome(NamedTuple):
    """What came of asking a client (Client): its version here, or why it was not asked."""

    client: object
    version: str = ""
    missing: Missing | None = None
    differences: tuple[Difference, ...] = ()
    unsaid: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def ask(client, reads, files, held):
    """The Outcome of letting `client` read its `files` (Files) of the kind `reads` (Reads)."""
    try:
        folder, version = client.where.prepare()
    except Missing as missing:
        return Outcome(client, missing=missing)
    if folder:
        shutil.copy(READERS / "reading.mjs", folder)
    named = [str(path) for path in files.named(client.files or reads.files)]
    command = [str(each) for each in [*client.where.command(folder, client.script), *named]]
    read = reads.taken(_said(command, files.site))
    found = _shortened(differences(read, held), files.site)
    nothing = tuple(unsaid(read, held)), tuple(silent(read, held))
    return Outcome(client, version, None, tuple(found), *nothing)


def _said(command, site):
    """What the script prints; a moment is said by a clock that is neither ours nor the site's."""
    environment = os.environ | {"TZ": "America/New_York", "SITE": site, "NO_COLOR": "1"}
    try:
        done = subprocess.run(  # noqa: S603 — our own command
            command, capture_output=True, text=True, check=False, timeout=300, env=environment
        )
        return json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise SystemExit(f"{' '.join(command[:3])} says nothing.\n{done.stderr[-1500:]}") from None


def _shortened(found, site):
    """Without the address of the site, which is another one in each run."""
    for each in found:
        read, held = (_plain(value, site) for value in (each.read, each.held))
        yield each._replace(read=read, held=held)


def _plain(value, site):
    return json.loads(json.dumps(value).replace(site, "SITE"))
