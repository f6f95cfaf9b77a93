"""Text in the cell of a table, where a spreadsheet would take it for a formula and run it."""

#: What makes a spreadsheet calculate instead of show; and the sign that keeps it from doing so.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
KEPT = "'"


def harmless(text):
    """`text` with an apostrophe before it if it begins like a formula, or with an apostrophe."""
    return KEPT + text if text.startswith((*DANGEROUS, KEPT)) else text


def restored(text):
    """What `harmless` was given."""
    return text.removeprefix(KEPT)
