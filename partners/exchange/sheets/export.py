"""Records as sheets, the way staff left them last: pending changes included."""

from partners.exchange.sheets.tables import tables_of
from partners.models.known import slices
from partners.rows.standing import standings


def sheets(model, keys, progress=None):
    """{name: (columns, lines of values)} of the records of these keys, in that order.

    `progress` is called now and then with how many are read, and of how many.
    """
    keys, tables, read = [str(key) for key in keys], tables_of(model), 0
    written = {name: (table.columns, []) for name, table in tables.items()}
    for some in slices(keys):
        there = standings(model, some)
        for key in some:
            for name, table in tables.items() if there[key].present else ():
                written[name][1].extend(_lines(table, there[key]))
        read += len(some)
        if progress:
            progress(read, len(keys))
    return written


def _lines(table, record):
    """The lines of one record in one sheet: parts by their position, then by their id."""
    own = [row for row in record.present if row["model"] == table.model._meta.label_lower]
    for row in sorted(own, key=lambda row: (row["fields"].get("position", 0), row["pk"])):
        last = record.version if row["pk"] == record.key else row["pk"]
        yield [record.key, last, *(row["fields"].get(name) for name in table.fields)]
