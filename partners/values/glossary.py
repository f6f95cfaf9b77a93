"""Abbreviations on a page: each that the glossary knows is explained where it is used first.

And an acronym is not broken at its hyphen.
"""

import re
from functools import lru_cache, partial

from django.urls import reverse
from django.utils.html import escape, format_html

TAG = re.compile(r"(<[^>]*>)")
#: Nothing is marked up within these; a dt holds what its dd explains.
LEFT_ALONE = {"abbr", "button", "dt", "label", "option", "script", "style", "svg", "textarea"}
#: Within these an explanation is no link: a link holds no other, and a heading is no place for one.
WITHOUT_LINKS = {"a", "h1", "h2", "h3", "h4", "summary"}
LONGEST_WHOLE = 20  # characters: they fit a line of the smallest screen
HYPHENATED = re.compile(r"(?<![\w&#-])[A-Z][A-Z\d]*(?:-[A-Z\d]+)+(?![\w-])")


def explain(html, terms):
    """HTML with an explanation around the first use of each of `terms`.

    `terms`: abbreviation → (what it stands for, its key in the glossary). Upper and lower case
    matter: "IR" is not "ir". An explanation is a link to the glossary, as not everybody can hover.
    """
    waiting = {escape(short): known for short, known in terms.items()}
    waiting = {short: known for short, known in waiting.items() if short in html}
    pieces, alone, linked = TAG.split(html), 0, 0
    first_uses = _first_uses(waiting)
    for place, piece in enumerate(pieces):
        if place % 2:
            into_alone, into_linked = _steps(piece)
            alone, linked = alone + into_alone, linked + into_linked
        elif alone == 0 and piece.strip():
            explained = partial(_explained, waiting=waiting, is_linked=linked > 0)
            whole = HYPHENATED.sub(_whole, piece) if "-" in piece else piece
            pieces[place] = first_uses.sub(explained, whole) if waiting else whole
    return "".join(pieces)


@lru_cache(maxsize=2000)
def _steps(tag):
    """Into (1) or out of (-1) an element of LEFT_ALONE, and of WITHOUT_LINKS; 0 for others."""
    name = tag.strip("</>").partition(" ")[0].strip()
    step = -1 if tag.startswith("</") else 1
    return step * (name in LEFT_ALONE), step * (name in WITHOUT_LINKS)


def _whole(acronym):
    text = acronym[0]
    return f'<span class="whole">{text}</span>' if len(text) <= LONGEST_WHOLE else text


def _first_uses(waiting):
    longest_first = sorted(waiting, key=len, reverse=True)
    return re.compile(rf"(?<![\w&#])(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _explained(use, waiting, is_linked):
    short = use[0]
    if short not in waiting:
        return short
    expansion, key = waiting.pop(short)
    explained = format_html('<abbr title="{}">', expansion) + f"{short}</abbr>"
    if is_linked:
        return explained
    link = format_html('<a class="term" href="{}#{}">', reverse("partners:glossary"), key)
    return f"{link}{explained}</a>"
