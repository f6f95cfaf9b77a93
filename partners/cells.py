"""Cells of spreadsheets: a program that opens the file must not run what a text begins with.

An apostrophe in front makes it plain text (OWASP: CSV injection). Whoever reads the file back takes
it away again; a text that begins with an apostrophe of its own gets a second one, so this is exact.
"""

RUNS = ("=", "+", "-", "@", "\t", "\r")
MARK = "'"


def harmless(text):
    """`text` (str) for a cell: nothing that a spreadsheet takes for a formula."""
    return MARK + text if text.startswith((*RUNS, MARK)) else text


def restored(text):
    """The text that `harmless` was given; what never was harmful stays as it is."""
    is_marked = text.startswith(MARK) and text[1:].startswith((*RUNS, MARK))
    return text[1:] if is_marked else text
