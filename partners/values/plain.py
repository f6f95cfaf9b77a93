"""Rich text as plain text, for those who have no editor: shown, and read back.

What was left as it is keeps its mark-up: block by block, paragraph by paragraph within a quotation
or a list, and word by word within these. An empty line parts blocks, and an item of a list begins
with a bullet or a number. Where the text has other blocks than before, it is written anew, and what
went with the old ones is told by `taken_away`.
"""

import re
from collections import Counter
from difflib import SequenceMatcher
from html import escape, unescape
from typing import NamedTuple

from partners.values.lines import one_line, several_lines
from partners.values.richtext import links, plain_text, sanitise

BLOCKS = {"p", "h3", "h4", "ul", "ol", "li", "blockquote"}
SMALL = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"
#: A raised or lowered number is one word, as `plain_text` has it; what else has a name is a tag.
PIECE = re.compile(
    r"<(?:sup|sub)>[0-9+=()-]+</su[bp]>"
    r'|</?(?P<tag>\w+)(?:[^<>"]|"[^"]*")*>|&\w+;|\w+|[^\w\s<]|\s+'
)
WORD = re.compile(rf"\n|[^\S\n]+|[{SMALL}]+|[^\W{SMALL}]+|[^\w\s]")
MANY = 400  # words, lines or blocks; of more, frequent ones are not compared
#: The tags around the words of a block that has no other block in it.
FRAME = re.compile(
    r"((?:<(?:p|h3|h4|blockquote)>)*)((?:(?!</?(?:p|h3|h4|ul|ol|li|blockquote)\b).)*)"
    r"((?:</(?:p|h3|h4|blockquote)>)*)",
    re.DOTALL,
)
FLAT_LIST = re.compile(r"<(ul|ol)(?:[^<>\"]|\"[^\"]*\")*>(?:(?!<[uo]l\b).)*</\1>", re.DOTALL)
ITEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)
BULLET = re.compile(r"(?:[•*–-]|(\d{1,3})[.)]) +(.*)")
EMPTY_BLOCK = re.compile(r"<(p|h3|h4|ul|ol|li|blockquote)\b(?:[^<>\"]|\"[^\"]*\")*>\s*</\1>")
#: What a reader would miss if a correction took it away → the tags that begin it.
STRUCTURES = {
    "a list": re.compile(r"<[uo]l\b"),
    "a quotation": re.compile(r"<blockquote\b"),
    "a heading": re.compile(r"<h[34]\b"),
}
EMPTY = re.compile(r"<(a|strong|em|sup|sub)\b(?:[^<>\"]|\"[^\"]*\")*></\1>")


def as_text(html):
    """Rich text (str) as plain text, as `edited` reads it back."""
    return "\n\n".join(filter(None, map(_text, _blocks(html))))


def edited(html, text):
    """Rich text that says what the plain `text` says, marked up as `html` is where it says that."""
    texts = filter(None, several_lines(text).split("\n\n"))
    written = [_written(block, words) for block, words in _aligned(list(_blocks(html)), texts)]
    return sanitise("".join(written))


def _blocks(html):
    """Yield the blocks that stand in no other."""
    depth, held = 0, ""
    for piece in PIECE.finditer(html):
        held += piece[0]
        if piece["tag"] in BLOCKS:
            depth += -1 if piece[0].startswith("</") else 1
            if not depth:
                yield held
                held = ""
    if held.strip():
        yield held


def _text(block):
    return "\n".join(line for leaf in _leaves(_parts(block)) for line in leaf.shown)


def _aligned(blocks, texts):
    """Yield (the old block, or "" where there is none; its text now) for each of `texts`."""
    texts, old = list(texts), [_text(block) for block in blocks]
    matcher = SequenceMatcher(None, old, texts, autojunk=len(texts) > MANY)
    for _, begin, end, first, last in matcher.get_opcodes():
        for place in range(first, last):
            number = begin + place - first
            yield blocks[number] if number < end else "", texts[place]


def _written(block, text):
    """The HTML of a block that says `text`."""
    if block and _text(block) == text:
        return block
    if kept := _in_its_blocks(block, text):
        return kept
    lines, old = text.split("\n"), FLAT_LIST.fullmatch(block)
    items = [BULLET.fullmatch(line) for line in lines]
    if all(items) and (old or len(items) > 1):
        name = "ol" if items[0][1] else "ul"
        inner = _aligned(ITEM.findall(block) if old else [], (item[2] for item in items))
        return f"<{name}>{''.join(f'<li>{_written(*each)}</li>' for each in inner)}</{name}>"
    before, inner, after = (FRAME.fullmatch(block) or FRAME.fullmatch("")).groups()
    return f"{before or '<p>'}{_with_words(inner, text)}{after or '</p>'}"


# A block with others in it: each leaf, which has none, is corrected where it stands


class Leaf(NamedTuple):
    """Words that no block parts: their place among the parts; "•" or "1." if they begin an item;
    their lines (list of str)."""

    place: int
    mark: str
    lines: list

    @property
    def shown(self):
        """The lines as a person reads them."""
        return [f"{self.mark} {self.lines[0]}".strip(), *self.lines[1:]]


class Line(NamedTuple):
    """A line as it is compared: "•", "1" or "" for what it begins with; its words."""

    mark: str
    words: str


def _line(text):
    item = BULLET.fullmatch(text)
    return Line("1" if item[1] else "•", one_line(item[2])) if item else Line("", one_line(text))


def _parts(block):
    """The tags of blocks, and what stands between them, in a list."""
    parts = [""]
    for piece in PIECE.finditer(block):
        if piece["tag"] in BLOCKS:
            parts += [piece[0], ""]
        else:
            parts[-1] += piece[0]
    return parts


def _leaves(parts):
    """Yield the Leaf of each part that has words."""
    lists, mark = [], ""
    for place, part in enumerate(parts):
        if part in ("</ul>", "</ol>"):
            lists.pop()
        elif part.startswith(("<ul", "<ol")):
            lists.append([part[1:3], 0])
        elif part.startswith("<li") and lists:
            lists[-1][1] += 1
            mark = f"{lists[-1][1]}." if lists[-1][0] == "ol" else "•"
        elif place % 2 == 0 and (lines := [*filter(None, map(plain_text, part.split("<br>")))]):
            yield Leaf(place, mark, lines)
            mark = ""


def _in_its_blocks(block, text):
    """`block` that says `text` in the blocks that it has; "" where it cannot."""
    parts, typed = _parts(block), text.split("\n")
    leaves, new = list(_leaves(parts)), list(map(_line, typed))
    was_marked = any(_line(line).mark for leaf in leaves for line in leaf.shown)
    becomes_list = len(new) > 1 and all(line.mark for line in new) and not was_marked
    if not leaves or becomes_list:
        return ""
    said, added = _shared_out(leaves, typed)
    for leaf in leaves:
        if said[leaf.place] != leaf.lines:
            parts[leaf.place] = _with_words(parts[leaf.place], "\n".join(said[leaf.place]))
    for beside, lines in added:
        room, words = _room(parts, *beside), _with_words("", "\n".join(lines))
        if room is None:
            return ""
        parts[room] += f"<li><p>{words}</p></li>"
    html = _without_empty_blocks("".join(parts))
    return html if list(map(_line, _text(html).split("\n"))) == new else ""


def _shared_out(leaves, typed):
    """Who says the lines that were `typed`, in their order: each leaf, and new items.

    ({place of a leaf: its lines}, [((place of a leaf, whether the item stands before it), lines)])
    """
    old = [(leaf, _line(line)) for leaf in leaves for line in leaf.shown]
    new = list(map(_line, typed))
    said, added = {leaf.place: [] for leaf in leaves}, []
    lines = said[leaves[0].place]
    matcher = SequenceMatcher(None, [line for _, line in old], new, autojunk=len(new) > MANY)
    for _, begin, end, first, last in matcher.get_opcodes():
        for number in range(first, last):
            place = begin + number - first
            leaf, line = old[max(0, min(place, end - 1))]
            is_new_item = new[number].mark and (place >= end or not line.mark)
            if is_new_item:
                lines = []
                added.append(((leaf.place, not end), lines))
            elif place < end:
                lines = said[leaf.place]
            begins_item = new[number].mark and not lines and (leaf.mark or is_new_item)
            lines.append(new[number].words if begins_item else typed[number])
    return said, added


def _room(parts, place, is_before):
    """The place among the parts where an item beside the leaf at `place` can stand.

    That is after its own item, or before the next one if that begins within; None if in no list.
    """
    if is_before:
        places = (at - 1 for at in range(place, 0, -1) if parts[at].startswith("<li"))
    else:
        later = range(place + 1, len(parts))
        places = (
            at + (1 if parts[at] == "</li>" else -1)
            for at in later
            if parts[at].startswith(("<li", "</li"))
        )
    return next(places, None)


def _without_empty_blocks(html):
    count = 1
    while count:
        html, count = EMPTY_BLOCK.subn("", html)
    return html


# The words of a block


def _with_words(html, text):
    """The words of `text` in the mark-up of `html`, which has no blocks."""
    pieces = [(each[0], each["tag"]) for each in PIECE.finditer(html)]
    places = [number for number, (_, tag) in enumerate(pieces) if tag in (None, "br")]
    old = ["\n" if pieces[each][1] else _word(pieces[each][0]) for each in places]
    new = WORD.findall(text)
    result, done = [], 0
    matcher = SequenceMatcher(None, old, new, autojunk=len(new) > MANY)
    for what, begin, end, first, last in matcher.get_opcodes():
        if what != "equal":
            result += [escape(word, quote=False) for word in new[first:last]]
        stop = places[end - 1] + 1 if end > begin else done
        while stop < len(pieces) and pieces[stop][0].startswith("</"):
            stop += 1
        words = set(places[begin:end]) if what != "equal" else ()
        result += [pieces[each][0] for each in range(done, stop) if each not in words]
        done = stop
    result += [piece for piece, _ in pieces[done:]]
    return EMPTY.sub("", "".join(result).replace("\n", "<br>"))


def _word(piece):
    return plain_text(piece) if piece.startswith("<") else unescape(piece)


# What a correction takes away


def taken_away(before, after):
    """What of rich text `before` is not in `after`, though no word tells: a list of words."""
    was, now = (Counter(address for address, _ in links(html)) for html in (before, after))
    gone = [f"the link to {address}" for address in was - now]
    return gone + [
        name
        for name, begins in STRUCTURES.items()
        if len(begins.findall(after)) < len(begins.findall(before))
    ]
