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
from contextlib import contextmanager
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
NOTHING_TO_READ = "its pages are pictures, or in letters of its own"
IN_LETTERS = "some of it is in letters that nobody can name"
#: Square points of pictures, and segments of lines, in which a page can show an address.
PICTURED, DRAWN = 500, 200
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
    with _opened(body) as document:
        pages, unnamed, obstacle = _by_pdfium(document)
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
        raise Unreadable(NOTHING_TO_READ)


def all_text(body):
    """(the text of the PDF `body`; why more may stand in it than that, or "")."""
    try:
        with _opened(body) as document:
            pages, unnamed, obstacle = _by_pdfium(document)
            obstacle = obstacle or _hidden(document, unnamed)
            about = document.get_metadata_dict(skip_empty=True).values()
    except Unreadable as error:
        return "", str(error)
    again = _by_pdfminer(body, unnamed[:MOST_PAGES_AGAIN]) if unnamed else []
    texts = [reading.text for those in (pages, again) for reading in _of_pages(those)]
    if not texts:
        return "", NOTHING_TO_READ
    if len(unnamed) > MOST_PAGES_AGAIN:
        obstacle = obstacle or TOO_LONG
    elif len(again) < len(unnamed) or not all(map(_is_named, again)):
        obstacle = obstacle or IN_LETTERS
    return "\n".join([*about, *texts]), obstacle


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


@contextmanager
def _opened(body):
    """The PdfDocument of the PDF `body`. Raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(f"the PDF does not open: {error}"[:200]) from None
    try:
        yield document
    finally:
        document.close()


def _by_pdfium(document):
    """The lines (list of str) of each page; the numbers of those with letters that it cannot name;
    and why words may stand there that it did not read (str), or "".
    """
    numbers = range(min(len(document), MOST_PAGES))
    texts = [_page(document, number) for number in numbers]
    pages = [_lines_of(text.replace("\x02", "-")) for text, _ in texts]
    unnamed = [number for number in numbers if not texts[number][1]]
    return pages, unnamed, TOO_LONG if len(document) > MOST_PAGES else ""


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


def _hidden(document, unnamed):
    """Where words may stand that no reader reads (str), or "".

    The pages that are `unnamed` are read again, so their letters are not looked at.
    """
    if document.get_formtype() != pdfium.FORMTYPE_NONE:
        return "it has fields of a form"
    if pdfium.FPDFDoc_GetAttachmentCount(document):
        return "it has files in it"
    found = (_hidden_on(document, number, number in unnamed) for number in range(len(document)))
    return next(filter(None, found), "")


def _hidden_on(document, number, is_unnamed):
    try:
        page = document[number]
        if pdfium.FPDFPage_GetAnnotCount(page):
            return "it has notes, links or fields of a form"
        if _is_pictured(page):
            return "some of its pages are pictures, or have some"
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        return "some of its pages do not open"
    if _letters(text.get_text_range()) > _letters(text.get_text_bounded()):
        return "some of its words are beyond the edge of a page"
    letters = range(0 if is_unnamed else text.count_chars())
    is_named = not any(pdfium.FPDFText_HasUnicodeMapError(text, place) for place in letters)
    return "" if is_named else IN_LETTERS


def _letters(text):
    return len("".join(text.split()))


def _is_pictured(page):
    """Whether it has no words, or more pictures and drawings than a line between paragraphs."""
    area = segments = 0
    for each in page.get_objects((pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH)):
        if each.type == pdfium.FPDF_PAGEOBJ_PATH:
            segments += pdfium.FPDFPath_CountSegments(each)
        else:  # within another object, it is drawn in whatever size that has
            left, bottom, right, top = each.get_bounds()
            area += PICTURED if each.level else (right - left) * (top - bottom)
    has_words = page.get_textpage().get_text_bounded().strip()
    return area >= PICTURED or segments >= DRAWN or not has_words


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


def _is_named(page):
    """Whether there are lines, and every letter of them has a name."""
    return bool(page) and not NO_TEXT.search(_joined([page]))


def _is_text(text):
    """Whether there are words in it, and hardly anything that no reader could name."""
    return bool(text.strip()) and len(NO_TEXT.findall(text)) * 20 < len(text)
