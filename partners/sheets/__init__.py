"""Records as sheets, and sheets as records: what leaves in a file may come back changed.

`tables` says which sheets and columns a kind of record has, `files` reads and writes CSV and XLSX,
`export` and `importing` go from rows (see `snapshots`) to sheets and back.
"""

import hashlib
import json

from django.core.serializers.json import DjangoJSONEncoder


def version(rows):
    """Tells one state of a record (its rows) from the next, in a cell.

    It begins with a letter, so that no program takes it for a number.
    """
    written = json.dumps(rows, cls=DjangoJSONEncoder, sort_keys=True)
    return "v" + hashlib.sha256(written.encode()).hexdigest()[:16]
