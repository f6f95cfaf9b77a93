"""Folding: text as it is searched for, without case, accents or punctuation."""

import re
import unicodedata
from functools import lru_cache

from partners.values.lines import INVISIBLE

#: Which folding made a text (int): one more whenever `fold` answers differently, so that what is
#: stored is folded anew after an upgrade. See `bookkeeping.fold_anew`.
VERSION = 2

#: Letters that Unicode does not decompose, as people type them without a special keyboard; the
#: stroke that makes an Arabic word longer; and the blank that is left of the fillers of Hangul.
LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"}
    | {"\u0640": "", "\u1160": " "}
)
INVISIBLES = re.compile(f"[{INVISIBLE}]")
#: Initials with a full stop after each: "E.S.R." is searched for as "ESR", and the reverse.
INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W_])")


def fold(text):
    """Lower-case letters and digits in single-spaced words: "ESTRO & Øre–A" → "estro ore a".

    Vowel signs and other marks that spell a word in scripts from Brahmi, in Thai or in kana stay in
    it; accents and points, which people leave out, do not.
    """
    text = text.casefold()
    if not text.isascii():
        # Twice, since decomposing makes capitals: "™" becomes "TM".
        text = unicodedata.normalize("NFKD", INVISIBLES.sub("", text)).casefold().translate(LETTERS)
        text = "".join(c for c in text if _folded(c) or unicodedata.category(c)[0] != "M")
    text = INITIALS.sub(_without_stops, text)
    return " ".join("".join(map(_folded, text)).split())


@lru_cache(maxsize=4096)
def _folded(character):
    """Itself if it spells a word, nothing if it is an accent, else a space."""
    category = unicodedata.category(character)
    if category[0] == "M":
        return character if category != "Me" and _spells(character) else ""
    return character if category[0] in "LN" else " "


def _spells(mark):
    """By its canonical combining class: not an accent above or below, a point or a nukta."""
    position = unicodedata.combining(mark)
    return position in (0, 8, 9) or 84 <= position < 200


def _without_stops(initials):
    return initials[0].replace(".", "")
