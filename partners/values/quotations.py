"""Whether a text still says what was quoted from it, and if not, what it says instead.

Words are compared, not likeness: a faithful copy with a footer in it is less alike than one with an
added “not”. Blanks, breaks, dashes, quotation marks, hyphens, case, ligatures and the way in which
thousands are grouped make no difference; numbers, names and negations do.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict, deque
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from partners.values.denials import NEGATIONS, SENTENCE, is_denied
from partners.values.pages import NOTE, NOTE_END

SAYS_SO, SAYS_ELSE, GONE = "says-so", "says-else", "gone"
#: The longest passage that is told (characters), and how much of a quotation's weight in words
#: makes a passage one that was meant to say the same.
LONGEST_PASSAGE, ALIKE = 400, 0.6
#: The weight of a word of up to LONG letters, where that of others is 1.
LONG, SHORT = 3, 0.4

#: What is read around a stretch that may say so (characters each way).
AROUND = 1000
#: The letters by which a word is looked for before any is read: its end may stand on another line.
STEM = 4

FRACTIONS = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "0123456789" * 2, strict=True))
#: Before NFKC, which would make “10²” 102, and let “9½” begin with 91.
APART = str.maketrans(
    {raised: f"{NOTE}{digit}{NOTE_END}" for raised, digit in RAISED.items()}
    | {each: f" {unicodedata.normalize('NFKC', each)} " for each in FRACTIONS}
    | dict.fromkeys(
        ["\xad", "\ufffe", *map(chr, range(0x2010, 0x2016)), *"\u2212\ufe58\ufe63\uff0d"], "-"
    )
    | dict.fromkeys("\u2018\u2019\u201b\u2032\u02bc\uff07\xb4", "'")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", "")
)
APART_LETTERS = re.compile(f"[{''.join(map(chr, APART))}]")
POWER = re.compile(rf"((?<!\d)10|(?<![^\W_])[cdkm]?m) ?{NOTE}([^{NOTE_END}]*){NOTE_END}")
#: What is raised without being a footnote: an ordinal's ending, or many words.
IN_LINE = re.compile(
    rf"{NOTE}(\s*(?:st|nd|rd|th|er|re|ère|e|ème|[^{NOTE_END}]{{9,}})\s*){NOTE_END}"
)
BRACKETED = re.compile(r"(\[(?:\d{1,3}|[a-z])\])")
NO_LETTERS = re.compile(r"[\W_]+")
NOTES = re.compile(f"{NOTE}[^{NOTE_END}]*{NOTE_END}")

NUMBER = r"""\d{1,3}(?:(?P<mark>[ ,.'])\d{3}(?:(?P=mark)\d{3})*)(?!\d)(?P<rest>[.,]\d+)?
           | \d{1,2}(?:,\d\d)+,\d{3}(?!\d)
           | \d+(?P<part>[.,]\d+)?"""
TOKEN = re.compile(
    rf"""(?P<number>{NUMBER})
       | [\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]  # scripts that part no words
       | [^\W\d_]+
       | (?<![^\s(])-(?=\d) | (?<=\d)\+ | [<>≤≥~±](?=\ ?\d) | [%‰€£$¥&]""",
    re.VERBOSE,
)
POINT = {"en", "ja", "zh", "ko", "he", "th", "hi", "ga", "cy", "mt"}
COMMA = set(
    "de fr it es pt nl sv da no nb nn fi pl cs sk sl hr sr ru uk bg tr el hu ro et lv lt is "
    "ca".split()
)


class Verdict(NamedTuple):
    """What became of a quotation; the passage that took its place, and the number in it."""

    outcome: str
    passage: str = ""
    number: str = ""
    likeness: float = 0


class Token(NamedTuple):
    word: str
    start: int
    end: int

    @property
    def is_number(self):
        return self.word[0].isdecimal()


@lru_cache(maxsize=2)  # several quotations stand on one page
def normal(text):
    """`text` in the letters, dashes and marks in which texts are compared."""
    if not text.isascii():
        apart = APART_LETTERS.sub(lambda found: APART[ord(found[0])], text)
        text = unicodedata.normalize("NFKC", apart)
    text = BRACKETED.sub(rf"{NOTE}\1{NOTE_END}", text.replace("`", "'"))
    return IN_LINE.sub(r"\1", POWER.sub(r"\1 \2 ", text)) if NOTE in text else text


class Words:
    """A normal text as words, to be looked for or looked through."""

    def __init__(self, text, language=""):
        self.text = text
        self.tokens = [
            Token(_word(match, language), match.start(), match.end())
            for match in TOKEN.finditer(text)
        ]
        self.words = [token.word for token in self.tokens]
        self.joined = f" {' '.join(self.words)} "

    def places(self, wanted):
        """Yield (first, last) of the tokens for each place that has the words of `wanted`."""
        start = self.joined.find(wanted.joined) if wanted.words else -1
        while start >= 0:
            first = self.joined.count(" ", 0, start)
            yield first, first + len(wanted.words) - 1
            start = self.joined.find(wanted.joined, start + 1)

    def glued_places(self, wanted):
        """The same where words are parted or joined otherwise: “inter national”, “co-operation”.

        Numbers and negations stay words of their own.
        """
        parts = [_glued(word) for word in self.words]
        ends, needle = list(accumulate(map(len, parts))), "".join(map(_glued, wanted.words))
        glued, start = "".join(parts), -1
        while needle and (start := glued.find(needle, start + 1)) >= 0:
            first, last = bisect_right(ends, start), bisect_right(ends, start + len(needle) - 1)
            is_whole = ends[first] - len(parts[first]) == start
            is_whole = is_whole and ends[last] == start + len(needle)
            if is_whole and _negations(self.words[first : last + 1]) == _negations(wanted.words):
                yield first, last

    def between(self, one, other):
        """What stands between two tokens (str)."""
        return self.text[self.tokens[one].end : self.tokens[other].start]

    def passage(self, first, last):
        """The sentence or sentences around those tokens, no longer than LONGEST_PASSAGE."""
        while first and not SENTENCE.search(self.between(first - 1, first)):
            first -= 1
        while last + 1 < len(self.tokens) and not SENTENCE.search(self.between(last, last + 1)):
            last += 1
        end = SENTENCE.search(self.text, self.tokens[last].end)
        text = self.text[self.tokens[first].start : end.end() if end else None]
        text = " ".join(NOTES.sub("", text).split())
        return text if len(text) <= LONGEST_PASSAGE else f"{text[: LONGEST_PASSAGE - 1]}…"


def numbers(text):
    """The numbers in `text`, as they are written there (list of str)."""
    return [match.group() for match in TOKEN.finditer(text) if match["number"]]


def _word(match, language):
    text = match.group()
    if not match["number"]:
        return text.casefold()
    mark, tail = match["mark"], match["rest"] or match["part"] or ""
    whole = text[: len(text) - len(tail)]
    if mark and not tail and _is_decimal(whole, mark, language):
        return whole.replace(",", ".")
    return re.sub(r"\D", "", whole) + tail.replace(",", ".")


def _is_decimal(text, mark, language):
    """Whether one mark before three digits parts a whole from its thousandths in that language."""
    if text.count(mark) > 1 or text.endswith("000"):
        return False
    return (mark == "." and language in POINT) or (mark == "," and language in COMMA)


def _glued(word):
    return f"\0{word}\0" if word[0].isdecimal() else word


def _negations(words):
    return [word for word in words if word in NEGATIONS]


def judged(quotation, reading):
    """The Verdict on `quotation` (str), going by a Reading of where it stood."""
    text, wanted = normal(reading.text), normal(quotation)
    found = []
    for part in _parts(text, wanted):
        verdict, there, sought = _looked_for(wanted, part, reading.language)
        if verdict and verdict.outcome == SAYS_SO:
            return verdict
        found.append(verdict or nearest(there, sought))
    return max(found, key=lambda verdict: verdict.likeness, default=Verdict(GONE))


def _parts(text, wanted):
    """Yield the parts of a text to be read for what is wanted: all of it takes far longer."""
    joined = []
    for begin, end in sorted(span for _, span in likely(text, wanted)):
        if joined and begin <= joined[-1][1] + 2 * AROUND:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    parts = [text[_blank_before(text, begin - AROUND) : end + AROUND] for begin, end in joined]
    yield from parts
    letters = _letters(wanted)
    if (
        letters
        and letters in _letters(text)
        and not any(letters in _letters(part) for part in parts)
    ):
        yield text  # its words are parted or joined as nobody expects


def _blank_before(text, place):
    return text.rfind(" ", 0, max(0, place)) + 1


@lru_cache(maxsize=8)
def _letters(text):
    return NO_LETTERS.sub("", text.casefold())


def likely(text, wanted):
    """[(share, (begin, end))] of each stretch of `text` that has most words of what is wanted.

    Both are normal. Words are known by how they begin, whatever their order; where as many stand,
    a number that stands there, too, has the larger share.
    """
    words = Words(wanted)
    folded = text.replace("\u0130", "I").lower()  # the one capital that becomes two characters
    told = [token for token in words.tokens if not token.is_number]
    long = [token for token in told if len(token.word) > LONG] or told or words.tokens
    stems = Counter(_stem(token, wanted) for token in long)
    numbers = {_stem(token, wanted): 0.01 for token in words.tokens if token.is_number}
    short = SHORT * (len(told) - len(long)) if told else 0
    least, width = max(1, ALIKE * (len(long) + short) - short), 2 * len(wanted) + 100
    inside = defaultdict(dict)
    for stem, weight in {**numbers, **stems}.items():
        place = folded.find(stem)
        while place >= 0:
            number = place // width
            inside[number][stem] = inside[max(0, number - 1)][stem] = weight
            place = folded.find(stem, (number + 1) * width)
    found = ((sum(those.values()), number * width) for number, those in inside.items())
    return [
        (weight / len(long), (begin, begin + 2 * width))
        for weight, begin in found
        if weight >= least
    ]


def _stem(token, text):
    """By what a word is looked for; a number by its end, however it is grouped."""
    return token.word[-3:] if token.is_number else text[token.start : token.end].lower()[:STEM]


def _looked_for(wanted, text, language):
    """(SAYS_SO, SAYS_ELSE where it is denied, or None; the Words there; those that are sought).

    What is raised counts as words of its own at first, and then not at all.
    """
    denied = None
    for strip in (str, _without_notes) if NOTE in text + wanted else (str,):
        there, sought = Words(strip(text), language), Words(strip(wanted), language)
        for places in (there.places, there.glued_places):
            for first, last in places(sought):
                passage = there.passage(first, last)
                if not is_denied(there, first, last):
                    return Verdict(SAYS_SO, passage, likeness=1), there, sought
                denied = denied or Verdict(SAYS_ELSE, passage, likeness=1)
    return denied, there, sought


def _without_notes(text):
    return NOTES.sub("", text)


def nearest(there, sought):
    """The Verdict of the passage that has most of the words that are sought, in any order."""
    weights = {
        word: 1 if len(word) > LONG else SHORT for word in sought.words if not word[0].isdecimal()
    }
    weight, first, last = _densest(there.words, sought.words, weights)
    likeness = weight / (sum(weights.get(word, 0) for word in sought.words) or 1)
    if likeness < ALIKE:
        return Verdict(GONE, likeness=likeness)
    window = there.words[first : last + 1]
    blocks = SequenceMatcher(None, sought.words, window, autojunk=False)
    begin = first + blocks.find_longest_match().b
    number = _number_instead(there, sought, first, blocks)
    return Verdict(SAYS_ELSE, there.passage(begin, begin), number, likeness)


def _densest(words, sought, weights):
    """(weight, first, last) of the stretch of words that has most weight of those sought."""
    width = len(sought) + max(4, len(sought) // 2)
    room, inside, weight, best = Counter(sought), deque(), 0, (0, 0)
    for place, word in enumerate(words):
        if len(inside) == width:
            gone = inside.popleft()
            room[gone] += 1
            weight -= weights.get(gone, 0) if room[gone] > 0 else 0
        inside.append(word)
        weight += weights.get(word, 0) if room[word] > 0 else 0
        room[word] -= 1
        best = max(best, (round(weight, 6), -place))
    last = -best[1]
    return best[0], max(0, last - width + 1), last


def _number_instead(there, sought, offset, blocks):
    """The number, as it is written there, that took the place of the only one changed; or ""."""
    for change, a, b, c, d in blocks.get_opcodes():
        if change == "replace" and b - a == d - c:
            for old, new in zip(range(a, b), range(c, d), strict=True):
                token = there.tokens[offset + new]
                if sought.tokens[old].is_number and token.is_number:
                    return there.text[token.start : token.end]
    return ""
