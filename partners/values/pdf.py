"""The text of a PDF, by two readers, since each of them misses what the other finds.

PDFium takes a few milliseconds a file and reads most; pdfminer takes twenty times as long and is
asked for what is still missing. Neither is known to find what does not stand there.
"""

import io
import re
import struct
import zlib
from collections import Counter

import pypdfium2
from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTTextLine
from pdfminer.psparser import PSException

from partners.values.pages import NOTE, NOTE_END, SOFT_BREAK, Reading, Unreadable

MOST_PAGES = 300  # what PDFium reads of a file
MOST_PAGES_AGAIN = 40  # what pdfminer reads of it: about 25 ms each
TOO_LONG = "it has more pages than are read thoroughly"
#: Lines at either end of a page that may be its header or footer.
EDGE = 3
#: A digit of less than this part of its line's height is a footnote's.
SMALL = 0.9
#: What pdfminer raises of files that are not as they should be.
DAMAGES = (
    PSException, ValueError, TypeError, LookupError, AttributeError, ArithmeticError,
    AssertionError, RecursionError, OSError, struct.error, zlib.error, NotImplementedError,
)  # fmt: skip
NO_TEXT = re.compile(r"\(cid:\d+\)|[\0-\x08\x0e-\x1f\ufffd\uf000-\uf8ff]")
DIGITS = re.compile(r"\d+")


def readings(body):
    """Yield a Reading of the PDF `body` (bytes) by each reader that can read it, the quick first.

    Raises Unreadable where none can.
    """
    found = 0
    for reader in (_by_pdfium, _by_pdfminer):
        pages = [list(filter(str.strip, lines)) for lines in reader(body)]
        obstacle = TOO_LONG if reader is _by_pdfminer and len(pages) >= MOST_PAGES_AGAIN else ""
        for those in (_without_edges(pages), pages):
            text = _joined(those)
            if _is_text(text):
                found += 1
                yield Reading(text, obstacle=obstacle)
    if not found:
        raise Unreadable("its pages are pictures, or in letters of its own")


def _by_pdfium(body):
    """The lines (list of str) of each page. Raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(f"the PDF does not open: {error}"[:200]) from None
    try:
        pages = range(min(len(document), MOST_PAGES))
        return [_page(document, number).splitlines() for number in pages]
    finally:
        document.close()


def _page(document, number):
    try:
        return document[number].get_textpage().get_text_bounded().replace("\x02", "-")
    except pypdfium2.PdfiumError:
        return ""


def _by_pdfminer(body):
    """The lines of each page; none where it cannot read the file."""
    layout = LAParams(char_margin=4, boxes_flow=None)
    try:
        pages = extract_pages(io.BytesIO(body), maxpages=MOST_PAGES_AGAIN, laparams=layout)
        return [[_line(line) for line in _lines(page)] for page in pages]
    except DAMAGES:
        return []


def _lines(layout):
    for each in layout:
        if isinstance(each, LTTextLine):
            yield each
        elif hasattr(each, "__iter__"):
            yield from _lines(each)


def _line(line):
    """Its text, with each run of small digits between NOTE and NOTE_END."""
    heights = [each.size for each in line if isinstance(each, LTChar)]
    least = SMALL * max(heights, default=0)
    return "".join(_character(each, least) for each in line).replace(NOTE_END + NOTE, "")


def _character(each, least):
    text = each.get_text()
    is_small = isinstance(each, LTChar) and each.size < least and text.isdigit()
    return f"{NOTE}{text}{NOTE_END}" if is_small else text


def _without_edges(pages):
    """The pages without the lines at their ends that most of them have, whatever their digits."""
    edges = [{_masked(line) for line in (*page[:EDGE], *page[-EDGE:])} for page in pages]
    seen = Counter(line for page in edges for line in page)
    repeated = {line for line, times in seen.items() if times > max(1, len(pages) / 2)}
    return [_inner(page, repeated) for page in pages]


def _inner(page, repeated):
    last = len(page) - EDGE
    return [
        line
        for place, line in enumerate(page)
        if EDGE <= place < last or _masked(line) not in repeated
    ]


def _masked(line):
    return DIGITS.sub("0", line.strip())


def _joined(pages):
    return SOFT_BREAK.join(line.strip() for page in pages for line in page)


def _is_text(text):
    """Whether there are words in it, and hardly anything that no reader could name."""
    return bool(text.strip()) and len(NO_TEXT.findall(text)) * 20 < len(text)
