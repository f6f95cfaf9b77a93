"""Records as sheets, the way staff left them last: pending changes included."""

from partners import publishing
from partners.rows import snapshots
from partners.sheets import version
from partners.sheets.tables import tables_of


def sheets(model, keys):
    """{name: (columns, lines of values)} of the records of these keys, in that order."""
    changes = publishing.pending_many(model, keys)
    present = snapshots.stored_many(model, keys)
    present |= {key: change.rows for key, change in changes.items()}
    written = {name: (table.columns, []) for name, table in tables_of(model).items()}
    for key in filter(present.get, keys):
        for name, table in tables_of(model).items():
            written[name][1].extend(_lines(table, key, present[key]))
    return written


def _lines(table, key, rows):
    """The lines of one record in one sheet: parts by their position, then by their id."""
    own = [row for row in rows if row["model"] == table.model._meta.label_lower]
    for row in sorted(own, key=lambda row: (row["fields"].get("position", 0), row["pk"])):
        identity = [key, version(rows) if row["pk"] == key else row["pk"]]
        yield [*identity, *(row["fields"].get(name) for name in table.fields)]
