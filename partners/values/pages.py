"""The text of a page as a person sees it, made of the bytes that a host sent.

Only what parts words for the eye parts them here: a block, a cell, a line break. What is set raised
or lowered stands between NOTE and NOTE_END, so that a footnote does not become part of a number.
"""

import codecs
import re
from typing import NamedTuple
from urllib.parse import urljoin

from lxml import etree

from partners.values.tags import BLOCKS, CELLS, CONTAINERS, UNREAD

NOTE, NOTE_END = "\ue000", "\ue001"
#: A line ends here because the paper, or a file of plain text, is no wider.
SOFT_BREAK = "\r"

BREAKING = {*BLOCKS, *CELLS, *CONTAINERS, "br", "optgroup", "menu", "dir", "title"}
#: Words that were struck out are no longer said; ruby repeats words in another script.
UNSEEN = {*UNREAD, "del", "s", "strike", "rt", "rp", "datalist", "audio", "video", "canvas"}
#: What a browser shows as one blank; the blanks that do not break are none of these.
SPACES = re.compile("[ \t\n\r\f]+")
HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
DECLARED = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]+encoding=["']([\w.:-]+)""",
    re.IGNORECASE,
)
DECLARED_WITHIN = 4096  # bytes
MARKS_OF_ORDER = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
#: What these names mean on the web (WHATWG Encoding): a superset of what they say.
SUPERSETS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030",
             "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949"}  # fmt: skip
#: Encodings whose bytes are those of ASCII or zero: they pass for UTF-8, so they must be asked for.
LOOKING_LIKE_ASCII = {"iso2022_jp", "hz", "utf-16", "utf-16-le", "utf-16-be", "utf-32"}

#: A page with fewer words of its own than these, and scripts, is filled in by them.
FEW_WORDS = 60
MOUNTS = {"root", "app", "__next", "___gatsby", "__nuxt", "app-root", "main-app"}
#: Titles, in small letters, of what stands before a page.
GATES = re.compile(
    r"just a moment|attention required|access denied|are you (a )?(human|robot)|captcha"
    r"|security check|verify(ing)? (that )?you|checking your browser|ddos|request blocked"
    r"|log ?in\b|sign ?in\b|anmelden|connexion|cookies? (wall|consent)|before you continue"
)


class Unreadable(Exception):
    """Nobody can tell from these bytes what stands there; the text says why."""


class Reading(NamedTuple):
    """What stands there. `obstacle` says why what is missing may stand there all the same."""

    text: str
    language: str = ""  # the first part of its language tag: "de"; "" if it is not said
    title: str = ""
    obstacle: str = ""
    links: frozenset = frozenset()  # whole addresses


def decoded(body, charset=""):
    """The text of `body` (bytes); `charset` is what the header Content-Type calls it.

    Undeclared UTF-8 and UTF-8 under a wrong name are known by their bytes, which hardly any other
    encoding has.
    """
    for mark, name in MARKS_OF_ORDER.items():
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = DECLARED.search(body[:DECLARED_WITHIN])
    in_page = declared.groups(b"") if declared else ()
    names = [charset, *(name.decode("ascii", "replace") for name in in_page)]
    known = next(filter(None, map(_codec, names)), "cp1252")
    if known not in LOOKING_LIKE_ASCII:
        try:
            return codecs.getincrementaldecoder("utf-8")().decode(body)  # its end may be cut
        except UnicodeDecodeError:
            known = "cp1252" if known == "utf-8" else known
    return body.decode(known, "replace")


def _codec(name):
    """Python's name for an encoding of text, or "" where it knows none of that name."""
    try:
        found = codecs.lookup(name.strip("\"' "))
    except (LookupError, ValueError):
        return ""
    return SUPERSETS.get(found.name, found.name) if found._is_text_encoding else ""


def of_plain_text(text):
    """The Reading of a file of plain text: an empty line parts paragraphs."""
    paragraphs = re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n"))
    return Reading("\n".join(each.replace("\n", SOFT_BREAK) for each in paragraphs))


def of_html(text, address=""):
    """The Reading of an HTML page (str) at `address`, which its links are joined to.

    Raises Unreadable.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    content = text.replace("\0", "").encode("utf-8", "replace")
    tree = etree.fromstring(content, parser) if content.strip() else None
    if tree is None:
        raise Unreadable("there is nothing on the page")
    seen = "".join(_pieces(tree)).replace("\xad", "")
    title = " ".join((tree.findtext(".//title") or "").split())
    language = (tree.get("lang") or "").partition("-")[0].strip().lower()
    return Reading(seen, language, title, _obstacle(tree, seen, title), _links(tree, address))


def _pieces(tree):
    """Yield what is seen of the tree and its breaks, in their order."""
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
            continue
        if not isinstance(each.tag, str) or _is_unseen(each):
            continue
        before, after = _around(each.tag)
        yield before
        yield SPACES.sub(" ", each.text or "")
        waiting.append(after)
        for child in reversed(each):
            if child.tail:
                waiting.append(SPACES.sub(" ", child.tail))
            waiting.append(child)


def _around(tag):
    if tag in BREAKING:
        return "\n", "\n"
    return (NOTE, NOTE_END) if tag in ("sup", "sub") else ("", "")


def _is_unseen(element):
    if element.tag in UNSEEN or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style and HIDING.search(style))


def _obstacle(tree, seen, title):
    """Why words that are missing may stand there for a person all the same (str), or ""."""
    few = len(seen.split()) < FEW_WORDS
    if GATES.search(title.casefold()) and len(seen.split()) < 4 * FEW_WORDS:
        return f"it shows “{title[:80]}” first"
    if few and tree.find(".//input[@type='password']") is not None:
        return "it asks for a password"
    if (few and tree.find(".//script") is not None) or any(map(_is_empty_mount, tree.iter())):
        return "a script makes what it says"
    if few and (tree.find(".//frame") is not None or tree.find(".//iframe") is not None):
        return "what it says stands in a frame"
    return "" if seen.strip() else "there are no words on it"


def _is_empty_mount(element):
    names = element.get("id"), element.tag
    return bool(MOUNTS.intersection(names)) and not "".join(_pieces(element)).strip()


def _links(tree, address):
    found = (each.get("href") for each in tree.iter("a", "area"))
    return frozenset(_joined(address, href) for href in found if href)


def _joined(address, href):
    try:
        return urljoin(address, href.strip())
    except ValueError:  # of brackets that are none of IPv6
        return ""
