"""Folding: text as it is searched for, without case, accents or punctuation."""

import re
import unicodedata

#: Letters that Unicode does not decompose, as people type them without a special keyboard.
LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"}
)


WORD = re.compile(r"[^\W_]+")
#: Initials with a full stop after each: "E.S.R." is searched for as "ESR", and the reverse.
INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W_])")


def fold(text):
    """Lower-case letters and digits in single-spaced words: "ESTRO & Øre–A" → "estro ore a"."""
    text = text.casefold()
    if not text.isascii():
        # Twice, since decomposing makes capitals: "™" becomes "TM".
        decomposed = unicodedata.normalize("NFKD", text).casefold()
        text = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(LETTERS)
    return " ".join(WORD.findall(INITIALS.sub(_without_stops, text)))


def _without_stops(initials):
    return initials[0].replace(".", "")
