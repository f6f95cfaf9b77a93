"""How a file is written that nobody may find half done."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def complete_or_nothing(path):
    """A file for its owner alone, that gets its name when it is whole and on the disk."""
    number, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(draft)
    try:
        with os.fdopen(number, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
