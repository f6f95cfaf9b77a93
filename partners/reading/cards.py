"""Pictures that other sites show where somebody shares a page: its title and whose site it is.

They are drawn beside the requests, by `draw_cards`, and named after what they say: a page offers
its card as soon as it is there, and one that says something else is never shown. See decision 24.
"""

import hashlib
import re
from functools import cache
from io import BytesIO
from textwrap import wrap

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from partners.models import ROOT_MODELS
from partners.reading.site import society, title
from partners.rows import freshness

#: Width and height in pixels, as the large preview of most sites has it (Open Graph protocol).
SIZE = (1200, 630)
MARGIN, LEADING = 80, 1.2
GROUND, TEXT, QUIET, ACCENT = "#fdfcfa", "#1c1d1f", "#45484d", "#0b4f6c"
#: Sizes in pixels, of which the first is taken that fits: of the title, and of the society's name.
LARGE, SMALL = (92, 76, 64, 54, 46), (36, 32, 28, 24)
#: How high the title may be in pixels.
HEIGHT = 340
FONT, REGULAR, SEMIBOLD = "fonts/literata.woff2", 400, 600
#: No font has a letter for this noncharacter: it draws what stands for a letter that is missing.
NO_LETTER = "\uffff"
FOLDER = "cards"
NAME = re.compile(rf"{FOLDER}/[0-9a-f]{{32}}\.png")


def name_of(*words):
    """The name, among the uploads, of the card that says these words (str)."""
    digest = hashlib.sha256("\0".join((*map(str, SIZE), *words)).encode()).hexdigest()
    return f"{FOLDER}/{digest[:32]}.png"


def url_of(root, home):
    """The address of a root's card on the site of `home` (Organisation, None); "" if not drawn."""
    name = name_of(*_words(root, home))
    is_drawn = default_storage.is_known(name)
    return f"{settings.SITE_URL}{default_storage.url(name)}" if is_drawn else ""


def draw_missing(at=None):
    """Draw the cards of the records that are live at `at` (default: now), remove all others.

    Returns how many were drawn; pages in memory are then made anew. Raises OSError.
    """
    at = at or timezone.now()
    models = ROOT_MODELS.values()
    live = [root for model in models for root in model.objects.live(at).only(model.title_field)]
    home = society(at)
    wanted = {name_of(*words): words for words in (_words(root, home) for root in live)}
    there = _there()
    for name in there - {*wanted}:
        default_storage.delete(name)
    drawn = [name for name, words in wanted.items() if name not in there and _keep(name, words)]
    if drawn:
        freshness.renew()
    return len(drawn)


def _there():
    try:
        names = {f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]}
    except FileNotFoundError:
        return set()
    return {name for name in names if NAME.fullmatch(name)}


def _words(root, home):
    return str(root), home.name if home else "", title(home)


def _keep(name, words):
    """Whether the card could be drawn: not where the typeface lacks a letter of the title."""
    if any(_is_missing(letter) for letter in {*words[0]} if not letter.isspace()):
        return False
    content = BytesIO()
    drawn(*words).save(content, "PNG", optimize=True)
    default_storage.put(name, content.getvalue())
    return True


def drawn(heading, society_name, site_title):
    """The card (Image) of a page with this heading, on the site of this society."""
    card = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, SIZE[0], 16), fill=ACCENT)
    size, lines = _set(heading, LARGE, HEIGHT)
    for number, line in enumerate(lines):
        place = (MARGIN, MARGIN + round(number * size * LEADING))
        draw.text(place, line, TEXT, _font(size, SEMIBOLD))
    small, names = _set(society_name, SMALL, SMALL[0] * LEADING)
    bottom = SIZE[1] - MARGIN
    for name in names:
        draw.text((MARGIN, bottom - SMALL[0] * LEADING), name, QUIET, _font(small), anchor="ls")
    draw.text((MARGIN, bottom), site_title, ACCENT, _font(SMALL[0], SEMIBOLD), anchor="ls")
    return card


def _set(text, sizes, height):
    """(size, lines) of `text`: as large as it fits; what no size can hold is cut short."""
    for size in sizes:
        lines, most = _lines(text, size), int(height / (size * LEADING))
        if len(lines) <= most:
            return size, lines
    return size, [*lines[: most - 1], f"{lines[most - 1][:-1].rstrip()}…"]


def _lines(text, size):
    """The text in lines that are no wider than the card allows."""
    width, font = SIZE[0] - 2 * MARGIN, _font(size, SEMIBOLD)
    letters = next(n for n in range(120, 0, -1) if _widest(wrap(text, n), font) <= width)
    return wrap(text, letters)


def _widest(lines, font):
    return max((font.getlength(line) for line in lines), default=0)


@cache
def _font(size, weight=REGULAR):
    font = ImageFont.truetype(finders.find(FONT), size)
    font.set_variation_by_axes([weight])
    return font


@cache
def _is_missing(letter):
    font = _font(SMALL[0])
    return bytes(font.getmask(letter)) == bytes(font.getmask(NO_LETTER))
