"""Miller: what it makes of the table as JSON."""

import json
import subprocess

from reading import tell


def read(path):
    command = ["mlr", "--icsv", "--ojson", "cat", str(path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)  # noqa: S603
    return {"events": json.loads(done.stdout)}


tell(read)
