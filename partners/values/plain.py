"""Rich text as plain text, for those who have no editor: shown, and read back.

What was left as it is keeps its mark-up: block by block, and word by word where a block changed. An
empty line parts blocks, and an item of a list begins with a bullet or a number.
"""

import re
from difflib import SequenceMatcher
from html import escape, unescape

from partners.values.lines import several_lines
from partners.values.richtext import plain_text, sanitise

BLOCKS = {"p", "h3", "h4", "ul", "ol", "li", "blockquote"}
SMALL = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"
#: A raised or lowered number is one word, as `plain_text` has it; what else has a name is a tag.
PIECE = re.compile(
    r"<(?:sup|sub)>[0-9+=()-]+</su[bp]>"
    r'|</?(?P<tag>\w+)(?:[^<>"]|"[^"]*")*>|&\w+;|\w+|[^\w\s<]|\s+'
)
WORD = re.compile(rf"\n|[^\S\n]+|[{SMALL}]+|[^\W{SMALL}]+|[^\w\s]")
MANY = 400  # words; of more, frequent ones are not compared
#: The tags around the words of a block that has no other block in it.
FRAME = re.compile(
    r"((?:<(?:p|h3|h4|blockquote)>)*)((?:(?!</?(?:p|h3|h4|ul|ol|li|blockquote)\b).)*)"
    r"((?:</(?:p|h3|h4|blockquote)>)*)",
    re.DOTALL,
)
FLAT_LIST = re.compile(r"<(ul|ol)(?:[^<>\"]|\"[^\"]*\")*>(?:(?!<[uo]l\b).)*</\1>", re.DOTALL)
ITEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)
BULLET = re.compile(r"(?:[•*–-]|(\d{1,2})[.)]) +(.*)")
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
    is_numbered = block.startswith("<ol") and FLAT_LIST.fullmatch(block)
    items = ITEM.findall(block) if FLAT_LIST.fullmatch(block) else ()
    if items:
        marks = [f"{number}." if is_numbered else "•" for number, _ in enumerate(items, 1)]
        lines = [f"{mark} {plain_text(item)}" for mark, item in zip(marks, items, strict=True)]
    else:
        block = re.sub(r"<li>(?:<p>)?", "<br>• ", block)
        lines = map(plain_text, re.split(r"<br>|</?(?:p|ul|ol)\b[^>]*>", block))
    return "\n".join(filter(None, lines))


def _aligned(blocks, texts):
    """Yield (the old block, or "" where there is none; its text now) for each of `texts`."""
    texts, old = list(texts), [_text(block) for block in blocks]
    matcher = SequenceMatcher(None, old, texts, autojunk=False)
    for _, begin, end, first, last in matcher.get_opcodes():
        for place in range(first, last):
            number = begin + place - first
            yield blocks[number] if number < end else "", texts[place]


def _written(block, text):
    """The HTML of a block that says `text`."""
    if block and _text(block) == text:
        return block
    lines, old = text.split("\n"), FLAT_LIST.fullmatch(block)
    items = [BULLET.fullmatch(line) for line in lines]
    if all(items) and (old or len(items) > 1):
        name = "ol" if items[0][1] else "ul"
        inner = _aligned(ITEM.findall(block) if old else [], (item[2] for item in items))
        return f"<{name}>{''.join(f'<li>{_written(*each)}</li>' for each in inner)}</{name}>"
    before, inner, after = (FRAME.fullmatch(block) or FRAME.fullmatch("")).groups()
    return f"{before or '<p>'}{_with_words(inner, text)}{after or '</p>'}"


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
