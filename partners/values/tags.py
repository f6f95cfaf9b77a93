"""Which tags there are in a text, and what only looks like one.

People write “if a<b and c>d” and “see the <title page>”: what no page has is no tag, and stays.
"""

import re
from html import unescape

#: Inline elements that say something → what the editor writes for them.
MARKS = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "sup": "sup", "sub": "sub"}
#: Headings below the page's own → those that the editor has.
HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
LISTS = {"ul": "ul", "menu": "ul", "dir": "ul", "ol": "ol"}
CONTAINERS = {*LISTS, "li", "blockquote"}
CELLS = {"td", "th"}
BLOCKS = {
    *HEADINGS, "p", "address", "article", "aside", "body", "caption", "center", "dd", "details",
    "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header",
    "hgroup", "hr", "html", "legend", "main", "nav", "option", "pre", "search", "section", "select",
    "summary", "table", "tbody", "textarea", "tfoot", "thead", "tr",
}  # fmt: skip
#: Elements with nothing in them for a reader: they go with all that they hold.
UNREAD = (
    "head", "iframe", "math", "noscript", "object", "script", "style", "svg", "template", "title",
    "xml",
)  # fmt: skip
OTHERS = {
    "a", "abbr", "acronym", "area", "audio", "base", "bdi", "bdo", "big", "br", "button", "canvas",
    "cite", "code", "col", "colgroup", "data", "datalist", "del", "dfn", "embed", "font", "img",
    "input", "ins", "kbd", "label", "link", "map", "mark", "meta", "meter", "o:p", "optgroup",
    "output", "picture", "progress", "q", "rp", "rt", "ruby", "s", "samp", "slot", "small",
    "source", "span", "strike", "time", "track", "tt", "u", "var", "video", "wbr",
}  # fmt: skip
ELEMENTS = {*MARKS, *CONTAINERS, *CELLS, *BLOCKS, *UNREAD, *OTHERS}

VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`]++)"""
NAME = r"""[^\s"'<>/=]++"""
TAG = rf"""(?:(?:[\s/]++|(?<=["'])){NAME}(?:\s*+=\s*+{VALUE})?+)*+[\s/]*+>"""
TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<!(?:doctype|\[)[^>]*>|<\?xml[^>]*>"
    rf"|<(?P<end>/?)(?P<name>[a-z][\w:-]*+)(?P<attributes>{TAG})",
    re.DOTALL | re.IGNORECASE,
)
ATTRIBUTE = re.compile(rf"({NAME})(?:\s*=\s*({VALUE}))?")
END_TAG = re.compile(r"</([a-z][\w:-]*)", re.IGNORECASE)
BARE_AMPERSAND = re.compile(r"&(?!#?\w+;)")
#: One letter is also what a formula has: “if a<b and c>d”.
LETTERS = {"a", "b", "i", "q", "s", "u"}
#: Attributes that say something without a value; other words are a sentence: “if n<p and q>r”.
BARE_ATTRIBUTES = {
    "allowfullscreen", "async", "autoplay", "checked", "compact", "controls", "default", "defer",
    "disabled", "hidden", "inert", "ismap", "itemscope", "loop", "multiple", "muted", "nohref",
    "noshade", "novalidate", "nowrap", "open", "readonly", "required", "reversed", "selected",
}  # fmt: skip


def is_marked_up(text):
    """Whether there is a tag in `text` (str), and not only something that looks like one."""
    return any(tag for _, tag in tokens(text))


def tokens(html):
    """(text before it, tag as a match of TOKEN) of each tag; at the end (the rest, None)."""
    closed = {name.lower() for name in END_TAG.findall(html)}
    start = place = 0
    while tag := TOKEN.search(html, place):
        place = tag.end()
        if not tag["name"] or _is_tag(tag, closed):
            yield html[start : tag.start()], tag
            start = place = _end_of_unread(html, tag)
    yield html[start:], None


def _is_tag(tag, closed):
    name, attributes = tag["name"].lower(), ATTRIBUTE.findall(tag["attributes"][:-1])
    if name in LETTERS and not tag["end"]:
        return all(value for _, value in attributes) and bool(attributes or name in closed)
    if attributes and _is_sentence(attributes) and not (name in UNREAD and name in closed):
        return False
    return name in ELEMENTS or name in closed


def _is_sentence(attributes):
    """Whether these pairs of (name, value) are words, and no attributes."""
    names = {name.lower() for name, value in attributes}
    is_known = names & BARE_ATTRIBUTES or any(name.startswith("data-") for name in names)
    return not is_known and not any(value for _, value in attributes)


def _end_of_unread(html, tag):
    """Where what the tag begins ends, if nobody reads that; or where the tag itself does (int)."""
    if not tag["name"] or tag["end"] or tag["name"].lower() not in UNREAD:
        return tag.end()
    end = re.compile(rf"</{tag['name']}\s*>", re.IGNORECASE).search(html, tag.end())
    return end.end() if end else len(html)


def attributes_of(written):
    """{name: value} of what follows the name in a tag."""
    return {
        name.lower(): unescape(BARE_AMPERSAND.sub("&amp;", value.strip("\"'")))
        for name, value in ATTRIBUTE.findall(written[:-1])
    }
