"""The text of a PDF, by two readers, since each of them misses what the other finds.

PDFium takes a millisecond or two a page and reads most; pdfminer takes twenty times as long. It is
asked for what is still missing, on the pages that hold most words of that, and on those in letters
that PDFium cannot name. Neither is known to find what does not stand there.
"""

import heapq
import io
import re
import struct
import zlib
from collections import Counter
from operator import itemgetter

import pypdfium2
import pypdfium2.raw as pdfium
from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTTextLine
from pdfminer.psparser import PSException

from partners.values import quotations
from partners.values.pages import NOTE, NOTE_END, SOFT_BREAK, Reading, Unreadable

MOST_PAGES = 300  # what PDFium reads of a file
MOST_PAGES_AGAIN = 40  # what pdfminer reads of it: about 25 ms each
#: Stretches for each quotation whose pages are read again, and the words of it that these have.
LIKELIEST, LIKELY = 3, 0.7
#: How many letters of a page are asked whether the file names them, and how many may be unnamed.
ASKED, UNNAMED = 200, 0.02
PAGE_BREAK = "\f"
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


def readings(body, missing=()):
    """Yield a Reading of the PDF `body` (bytes) by each reader that can read it, the quick first.

    `missing` (set of str) are the words still looked for: whoever finds some takes them out before
    the next Reading. Raises Unreadable where nobody can read it.
    """
    pages, unnamed, obstacle = _by_pdfium(body)
    found = 0
    for reading in _of_pages(pages):
        found += 1
        yield reading._replace(obstacle=obstacle)
    again = list(dict.fromkeys([*_likely(pages, missing), *unnamed]))
    obstacle = TOO_LONG if len(again) > MOST_PAGES_AGAIN else obstacle
    for reading in _of_pages(_by_pdfminer(body, again[:MOST_PAGES_AGAIN])) if again else ():
        found += 1
        yield reading._replace(obstacle=obstacle)
    if not found:
        raise Unreadable("its pages are pictures, or in letters of its own")


def all_text(body):
    """(the text of the PDF `body`; why more may stand in it than that, or "")."""
    try:
        found = list(readings(body))
    except Unreadable as obstacle:
        return "", str(obstacle)
    has_pictures = any(not lines for lines in _by_pdfium(body)[0])
    obstacle = found[-1].obstacle or ("some of its pages are pictures" if has_pictures else "")
    return "\n".join(reading.text for reading in found), obstacle


def _of_pages(pages):
    """Yield a Reading of the pages ([[line]]) without what repeats at their ends, then with it."""
    inner = _without_edges(pages)
    for those in (inner, pages) if inner != pages else (pages,):
        text = _joined(those)
        if _is_text(text):
            yield Reading(text)


def _likely(pages, missing):
    """The numbers of the pages that have most of the words that are missing."""
    text = quotations.normal(_joined(pages))
    for quotation in sorted(missing):
        stretches = quotations.likely(text, quotations.normal(quotation))
        for share, (begin, end) in heapq.nlargest(LIKELIEST, stretches, key=itemgetter(0)):
            if share < LIKELY:
                break
            first = text.count(PAGE_BREAK, 0, begin)
            yield from range(first, first + text.count(PAGE_BREAK, begin, end) + 1)


def _by_pdfium(body):
    """The lines (list of str) of each page; the numbers of those with letters that it cannot name;
    and why words may stand there that it did not read (str), or "". Raises Unreadable.
    """
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(f"the PDF does not open: {error}"[:200]) from None
    try:
        numbers = range(min(len(document), MOST_PAGES))
        texts = [_page(document, number) for number in numbers]
        obstacle = TOO_LONG if len(document) > MOST_PAGES else ""
    finally:
        document.close()
    pages = [_lines_of(text.replace("\x02", "-")) for text, _ in texts]
    return pages, [number for number in numbers if not texts[number][1]], obstacle


def _page(document, number):
    """(text, whether the file names what its letters are) of a page."""
    try:
        page = document[number].get_textpage()
    except pypdfium2.PdfiumError:
        return "", False
    count = page.count_chars()
    asked = range(0, count, max(1, count // ASKED))
    unnamed = sum(pdfium.FPDFText_HasUnicodeMapError(page, place) for place in asked)
    return page.get_text_bounded(), unnamed <= UNNAMED * len(asked)


def _by_pdfminer(body, numbers):
    """The lines of each page with these numbers; none where it cannot read the file."""
    layout = LAParams(char_margin=4, boxes_flow=None)
    try:
        pages = extract_pages(io.BytesIO(body), page_numbers=sorted(numbers), laparams=layout)
        return [_lines_of("\n".join(map(_line, _lines(page)))) for page in pages]
    except DAMAGES:
        return []


def _lines_of(text):
    return [line for line in map(str.strip, text.splitlines()) if line]


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
    return PAGE_BREAK.join(map(SOFT_BREAK.join, pages))


def _is_text(text):
    """Whether there are words in it, and hardly anything that no reader could name."""
    return bool(text.strip()) and len(NO_TEXT.findall(text)) * 20 < len(text)
