"""The glossary's abbreviations on a page: each is explained where it is used first."""

import re

from django.utils.html import escape, format_html

TAG = re.compile(r"(<[^>]*>)")
#: Nothing is marked up within these; a dt holds what its dd explains.
LEFT_ALONE = {"abbr", "button", "dt", "label", "option", "script", "style", "svg", "textarea"}


def explain(html, terms):
    """HTML with <abbr title="…"> around the first use of each of `terms`.

    `terms`: abbreviation → what it stands for. Upper and lower case matter: "IR" is not "ir".
    """
    waiting = {escape(short): long for short, long in terms.items()}
    if not waiting:
        return html
    first_uses, pieces, depth = _first_uses(waiting), TAG.split(html), 0
    for place, piece in enumerate(pieces):
        if place % 2:
            depth += _steps(piece)
        elif depth == 0 and piece.strip() and waiting:
            pieces[place] = first_uses.sub(lambda use: _explained(use, waiting), piece)
    return "".join(pieces)


def _steps(tag):
    """Into (1) or out of (-1) something that is left alone; 0 for any other tag."""
    name = tag.strip("</>").partition(" ")[0].strip()
    if name not in LEFT_ALONE:
        return 0
    return -1 if tag.startswith("</") else 1


def _first_uses(waiting):
    longest_first = sorted(waiting, key=len, reverse=True)
    return re.compile(rf"(?<![\w&#])(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _explained(use, waiting):
    short = use[0]
    if short not in waiting:
        return short
    return format_html('<abbr title="{}">', waiting.pop(short)) + f"{short}</abbr>"
