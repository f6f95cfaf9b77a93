"""Cells of spreadsheets: a program that opens the file must not run what a text begins with.

An apostrophe in front makes it plain text (OWASP: CSV injection). Whoever reads the file back takes
it away again; a text that begins with an apostrophe of its own gets a second one, so this is exact.
"""

import re

RUNS = ("=", "+", "-", "@", "\t", "\r")
MARK = "'"
#: What a spreadsheet takes for a number: it writes 007 back as 7, 12e3 as 12000.
NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
#: Of these, those that come back as they went: Excel saves 12 digits as it shows them, 1.23457E+11.
KEPT = re.compile(r"0|[1-9]\d{0,10}", re.ASCII)


def harmless(text):
    """`text` (str) for a cell: nothing that a spreadsheet takes for a formula."""
    return MARK + text if text.startswith((*RUNS, MARK)) else text


def lasting(text):
    """`text` (str) for a cell whose kind a file does not say: harmless, and taken for no number."""
    is_number = NUMBER.fullmatch(text) and not KEPT.fullmatch(text)
    return MARK + text if is_number else harmless(text)


def restored(text):
    """The text that `harmless` or `lasting` was given; what needed no mark stays as it is."""
    mark, rest = text[:1], text[1:]
    is_marked = mark == MARK and (rest.startswith((*RUNS, MARK)) or NUMBER.fullmatch(rest))
    return rest if is_marked else text
