"""HTML from elsewhere, written as the editor would have written it.

What comes from a sheet, from Word or from a web page is read tag by tag: what the editor has no
place for loses its mark-up, and keeps its words apart. Nothing here makes it safe: see `richtext`.
"""

import re
from html import escape, unescape
from itertools import groupby, takewhile
from typing import NamedTuple

from partners.values.lines import BLANK, BREAK, one_line, several_lines, visible
from partners.values.tags import (
    BLOCKS,
    CELLS,
    CONTAINERS,
    HEADINGS,
    LISTS,
    MARKS,
    UNREAD,
    attributes_of,
    is_marked_up,
    tokens,
)

#: Declarations of style that say the same, or take it back: pattern, mark, whether it is set.
STYLES = [
    (re.compile(pattern), mark, is_set)
    for pattern, mark, is_set in [
        (r"font-weight:(?:bold|[6-9]00)", "strong", True),
        (r"font-weight:(?:normal|lighter|[1-5]00)", "strong", False),
        (r"font-style:(?:italic|oblique)", "em", True),
        (r"font-style:normal", "em", False),
        (r"vertical-align:super", "sup", True),
        (r"vertical-align:sub", "sub", True),
    ]
]
#: What a person would miss → what the dry run of a sheet calls it.
LOST = {
    "img": "a picture", "svg": "a picture", "table": "the layout of a table", "video": "a video",
    "audio": "a sound", "iframe": "an embedded page", "object": "an embedded page",
    "embed": "an embedded page", "script": "a script", "form": "a form", "math": "a formula",
    "s": "a stroke through words", "strike": "a stroke through words",
    "del": "a stroke through words",
}  # fmt: skip
STRUCK = re.compile(r"text-decoration(?:-line)?:[^;]*line-through")
LOST_LINK = "a link to “{:.80}”, which leads nowhere from here"
#: Words before and after one of these are not one word, though nothing is left of it.
PARTING = {"img", "svg", "video", "audio", "iframe", "object", "embed", "math"}

SPACES = re.compile("[ \t\n\r\f]+")
#: So deep may elements stand in one another; what is deeper is read as if it stood higher.
DEEPEST = {"frames": 12, "elements": 60}

# Word writes a list as paragraphs with a level and a marker of their own.
LEVEL = re.compile(r"mso-list:[^;]*\blevel(\d)")
MARKER = re.compile(r"([·•▪◦§o\uf0a7\uf0b7–-]|\(?\w{1,3}[.)])[\s\xa0]+")
NUMBERED = re.compile(r"\(?\w{1,4}[.)]")


def rewritten(html, address_of):
    """(HTML that nests as the editor's does, what went: a list of words for a person).

    `address_of` says where a link is to lead (str), given its address; "" where it is none.
    """
    if not is_marked_up(html):
        return paragraphs(unescape(html)), []
    writer = _Writer(address_of)
    for text, tag in tokens(html):
        writer.text(text)
        if tag and tag["name"]:
            name = tag["name"].lower()
            writer.end(name) if tag["end"] else writer.start(name, attributes_of(tag["attributes"]))
    return writer.html(), list(writer.lost)


def paragraphs(text):
    """Plain text as HTML: a blank line parts paragraphs."""
    texts = filter(None, escape(several_lines(text), quote=False).split("\n\n"))
    lines = (each.replace("\n", "<br>") for each in texts)
    return "".join(f"<p>{each}</p>" for each in lines)


# Writing


class _Mark:
    """An inline element under way: what it writes, as pairs of a tag and how it opens."""

    def __init__(self, name, attributes, address_of):
        self.name = name
        style = attributes.get("style", "").lower().replace(" ", "")
        self.is_marker = "mso-list:ignore" in style
        marks = {MARKS[name]} if name in MARKS else set()
        for pattern, mark, is_set in STYLES:
            if pattern.search(style):
                (marks.add if is_set else marks.discard)(mark)
        self.tags = [(mark, f"<{mark}>") for mark in sorted(marks, reverse=True)]
        address = address_of(attributes.get("href", "")) if name == "a" else ""
        if address:
            title = one_line(attributes.get("title", ""))
            titled = f' title="{escape(title)}"' if title else ""
            self.tags.append(("a", f'<a href="{escape(address)}"{titled}>'))


class _Item(NamedTuple):
    """A piece of a frame; `kind` is block, loose (text that is in none), list or li.

    An li outside of a list (as Word and careless pages have it) says its level, and which list.
    """

    kind: str
    html: str
    level: int = 1
    tag: str = "ul"


class _Frame:
    """An element that holds blocks; `blocks` are the names of those that are open in it."""

    def __init__(self, name="", opening=""):
        self.name, self.tag, self.opening = name, LISTS.get(name, name), opening
        self.items, self.blocks, self.level = [], [], 0

    def html(self):
        if self.name in LISTS:
            return self._points()
        kinds = [item.kind for item in self.items]
        is_bare = self.name == "li" and kinds.count("loose") == 1 and {*kinds} <= {"loose", "list"}
        written = []
        for kind, items in groupby(self.items, lambda item: item.kind):
            if kind == "li":
                written.append(_nested(items))
            else:
                shape = "<p>{}</p>" if kind == "loose" and not is_bare else "{}"
                written += [shape.format(item.html) for item in items]
        return "".join(written)

    def _points(self):
        """What stands in a list beside its points belongs to the one before, or is one."""
        points = []
        for item in self.items:
            if item.kind == "list" and points:
                points[-1] = points[-1].removesuffix("</li>") + item.html + "</li>"
            else:
                points.append(f"<li>{item.html}</li>")
        return "".join(points)


def _nested(items):
    """Points that say their levels, as lists in lists."""
    written, lists = "", []
    for item in items:
        level = min(item.level, len(lists) + 1)
        while len(lists) > level or (len(lists) == level and lists[-1] != item.tag):
            written += f"</li></{lists.pop()}>"
        if len(lists) == level:
            written += "</li>"
        else:
            lists.append(item.tag)
            written += f"<{item.tag}>"
        written += f"<li>{item.html}"
    return written + "".join(f"</li></{tag}>" for tag in reversed(lists))


class _Writer:
    """Takes texts and tags as they come; what it writes nests as it should."""

    def __init__(self, address_of):
        self.address_of = address_of
        self.frames, self.marks, self.runs = [_Frame()], [], []
        self.marker, self.lost = "", {}

    def html(self):
        self._close(self.frames[0])
        return self.frames[0].html()

    def lose(self, name, style):
        if STRUCK.search(style.lower().replace(" ", "")):
            name = "s"
        if name in LOST:
            self.lost[LOST[name]] = True
        if name in PARTING:
            self.text(" ")

    def text(self, text):
        text = visible(unescape(text))
        if any(mark.is_marker for mark in self.marks):
            self.marker += text
        elif text:
            lines = BREAK.split(text) if "pre" in self.frames[-1].blocks else [text]
            for number, line in enumerate(lines):
                self.runs += [("<br>", ())] if number else []
                self.runs += [(escape(line, quote=False), self._tags())] if line else []

    def _tags(self):
        """What the elements under way write, each once."""
        tags = {}
        for mark in self.marks:
            for pair in mark.tags:
                tags.setdefault(pair[0], pair)
        return tuple(tags.values())

    def start(self, name, attributes):
        self.lose(name, attributes.get("style", ""))
        if name in UNREAD:
            return
        if name == "br":
            self.runs.append(("<br>", ()))
        elif name in CELLS:
            self.text(" ")
        elif name in CONTAINERS:
            self._open(name, attributes)
        elif name in BLOCKS:
            self._begin(name, attributes)
        elif len(self.marks) < DEEPEST["elements"]:
            mark = _Mark(name, attributes, self.address_of)
            if name == "a" and "href" in attributes and not mark.tags:
                self.lost[LOST_LINK.format(one_line(attributes["href"]))] = True
            self.marks.append(mark)

    def end(self, name):
        if name in CELLS:
            self.text(" ")
        elif name in BLOCKS or name in CONTAINERS:
            self._end_block(name)
        else:
            places = [place for place, mark in enumerate(self.marks) if mark.name == name]
            if places:
                del self.marks[places[-1]]

    def _begin(self, name, attributes):
        self._flush()
        frame = self.frames[-1]
        if frame.blocks and frame.blocks[-1] == "p":
            frame.blocks.pop()
        if name != "hr" and len(frame.blocks) < DEEPEST["elements"]:
            frame.blocks.append(name)
        level = LEVEL.search(attributes.get("style", "").lower())
        frame.level = int(level[1]) if level else 0

    def _open(self, name, attributes):
        self._flush()
        if name == "li":
            self._end_point()
        frame = self.frames[-1]
        if frame.blocks and frame.blocks[-1] == "p":
            frame.blocks.pop()
        if len(self.frames) > DEEPEST["frames"]:
            frame.blocks.append("div")
            return
        kept = {each: attributes[each] for each in ("start", "type") if each in attributes}
        numbering = "".join(f' {each}="{escape(value)}"' for each, value in kept.items())
        self.frames.append(_Frame(name, numbering if name == "ol" else ""))

    def _end_point(self):
        """A point ends where the next one of its list begins."""
        above = list(takewhile(lambda frame: frame.name not in LISTS, reversed(self.frames)))
        point = next((frame for frame in above if frame.name == "li"), None)
        if point:
            self._close(point)
            self._leave()

    def _end_block(self, name):
        self._flush()
        for frame in reversed(self.frames[-1:] if name == "p" else self.frames):
            if name in frame.blocks:
                self._close(frame)
                del frame.blocks[len(frame.blocks) - 1 - frame.blocks[::-1].index(name) :]
                return
            if frame.name == name:
                self._close(frame)
                self._leave()
                return

    def _close(self, frame):
        """Leave all that stands in `frame`."""
        self._flush()
        while self.frames[-1] is not frame:
            self._leave()

    def _leave(self):
        """The innermost frame becomes an item of the one around it."""
        self._flush()
        frame = self.frames.pop()
        html, outer = frame.html(), self.frames[-1]
        if not html:
            return
        if frame.name == "li":
            outer.items.append(_Item("li", html))
        else:
            kind = "list" if frame.name in LISTS else "block"
            whole = f"<{frame.tag}{frame.opening}>{html}</{frame.tag}>"
            outer.items.append(_Item(kind, whole))

    def _flush(self):
        """What was said since the last block began or ended is an item of its frame."""
        frame, runs, marker = self.frames[-1], _trimmed(self.runs), self.marker
        self.runs, self.marker = [], ""
        if frame.level and not marker and runs and (found := MARKER.match(runs[0][0])):
            marker, runs[0] = found[1], (runs[0][0][found.end() :], runs[0][1])
        html = _inline(runs)
        if not html:
            return
        heading = next((HEADINGS[each] for each in frame.blocks if each in HEADINGS), "")
        if frame.level and not heading:
            tag = "ol" if NUMBERED.match(marker.strip()) else "ul"
            frame.items.append(_Item("li", html, frame.level, tag))
        elif heading or "p" in frame.blocks:
            tag = heading or "p"
            frame.items.append(_Item("block", f"<{tag}>{html}</{tag}>"))
        else:
            frame.items.append(_Item("loose", html))


def _trimmed(runs):
    """Runs (text, marks) with white space as a browser shows it, and no break at either end."""
    trimmed, before = [], " "
    for written, marks in runs:
        text = written if written == "<br>" else SPACES.sub(" ", written)
        if before == " ":
            text = text.lstrip(" ")
        if text == "<br>" and trimmed:
            trimmed[-1] = (trimmed[-1][0].rstrip(" "), trimmed[-1][1])
        if text and (trimmed or text != "<br>"):
            trimmed.append((text, marks))
            before = " " if text == "<br>" else text[-1]
    while trimmed and (trimmed[-1][0] == "<br>" or not trimmed[-1][0].strip(" ")):
        trimmed.pop()
    if trimmed:
        trimmed[-1] = (trimmed[-1][0].rstrip(" "), trimmed[-1][1])
    seen = any(text.strip(BLANK) for text, _ in trimmed if text != "<br>")
    return trimmed if seen else []


def _inline(runs):
    """Runs as HTML; an element goes on as long as it is the same one. A link has words."""
    worded = {pair for text, tags in runs if text.strip(BLANK) for pair in tags}
    written, under_way = [], []
    for text, marks in runs:
        tags = [pair for pair in marks if pair in worded]
        pairs = zip(under_way, tags, strict=False)
        shared = list(takewhile(lambda pair: pair[0] is pair[1], pairs))
        written += [f"</{tag}>" for tag, _ in reversed(under_way[len(shared) :])]
        written += [opening for _, opening in tags[len(shared) :]]
        written.append(text)
        under_way = tags
    written += [f"</{tag}>" for tag, _ in reversed(under_way)]
    return "".join(written)
