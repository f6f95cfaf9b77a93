"""A page as its readers meet it: words, headings and links instead of mark-up."""

from html.parser import HTMLParser
from typing import NamedTuple

HEADINGS = ("h1", "h2", "h3", "h4")
INLINE = ("a", "abbr", "span", "small", "strong", "em")
SILENT = ("title", "style", "script", "svg")
VOID = ("img", "br", "input", "meta", "link")


class Piece(NamedTuple):
    """Some words in a row, where they lead, and the headings that they stand under."""

    words: str
    href: str | None
    under: tuple
    in_main: bool


class Reading(HTMLParser):
    """The text, links and headings of an HTML page; not what is only to be looked at."""

    def __init__(self, html):
        super().__init__()
        self.source = html
        self.pieces, self.headings, self.tags, self.attributes = [], [], [], []
        self._under, self._heading, self._href, self._in_main, self._silent = [], None, None, 0, []
        self.feed(html)

    @property
    def main(self):
        """The words of the main element."""
        return joined(piece.words for piece in self.pieces if piece.in_main)

    @property
    def text(self):
        """The words of the whole page."""
        return joined(piece.words for piece in self.pieces)

    @property
    def title(self):
        return self.headings[0]

    def under(self, heading):
        """The words under a heading of the main element, up to the next one of its rank."""
        return joined(piece.words for piece in self._below(heading))

    def links(self, heading=None):
        """[(words, address)] of the links in the main element, or under one of its headings."""
        pieces = [piece for piece in self._below(heading) if piece.href is not None]
        return [(joined([piece.words]), piece.href) for piece in pieces]

    def addresses(self, start):
        """The addresses that links in the main element lead to, those with this start."""
        return [href for _, href in self.links() if href.startswith(start)]

    def _below(self, heading):
        return [
            piece
            for piece in self.pieces
            if piece.in_main and (heading is None or heading in piece.under)
        ]

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self._in_main += tag == "main"
        if self._silent or tag in SILENT or ("aria-hidden", "true") in attrs:
            self._silent += [tag] * (tag not in VOID)
            return
        if tag in HEADINGS:
            self._heading = []
            self._under = [each for each in self._under if each[0] < tag]
        if tag == "a":
            self._href = dict(attrs).get("href")
            self.pieces.append(self._piece(""))
        elif tag not in INLINE:
            self.pieces.append(self._piece(" "))

    def handle_endtag(self, tag):
        self._in_main -= tag == "main"
        if self._silent:
            self._silent.pop()
            return
        if tag in HEADINGS:
            words = joined(self._heading)
            self.headings.append(words)
            self._under.append((tag, words))
            self._heading = None
        if tag == "a":
            self._href = None
        elif tag not in INLINE:
            self.pieces.append(self._piece(" "))

    def handle_data(self, data):
        if self._silent:
            return
        if self._heading is not None:
            self._heading.append(data)
        last = self.pieces[-1] if self.pieces else None
        if self._href is not None and last and last.href == self._href:
            self.pieces[-1] = last._replace(words=last.words + data)
        else:
            self.pieces.append(self._piece(data))

    def _piece(self, words):
        under = tuple(words for _, words in self._under)
        return Piece(words, self._href, under, bool(self._in_main))


def joined(words):
    """The words in one line, with single spaces."""
    return " ".join("".join(words).split())
