"""Text as it is stored, and as formats take it: nothing in it that nobody sees.

What has no meaning where it stands (a soft hyphen, a zero-width space, half of a pair of direction
marks) is taken away. What shows that something was lost on the way here (a control character, half
a character) is left for `validators.refuse_control_characters`: only a person can mend it.
"""

import re
import unicodedata

from django import forms
from django.db import models
from django.db.models import Func, Lookup, Value

#: What is blank: white space (but U+0085 and U+001C to U+001F, which come from broken encodings),
#: and the letters that look like it: Hangul fillers and the empty pattern of Braille.
BLANK = (
    " \t\n\v\f\r\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028"
    "\u2029\u202f\u205f\u2800\u3000\u3164\uffa0"
)
#: What is not shown and means nothing in a text (of Default_Ignorable_Code_Point, Unicode 16), the
#: marks of annotations, and what is never a character (the Unicode Standard §23.7).
MEANINGLESS = (
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u200b\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f"
    "\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
) + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
#: Marks that say which way their neighbour is written.
DIRECTIONS = "\u200e\u200f\u061c"
#: The same, and what is not shown and has a meaning where `MEANT` says so.
INVISIBLE = (
    f"{MEANINGLESS}{DIRECTIONS}\u180b-\u180f\u200c\u200d\ufe00-\ufe0f"
    "\U000e0020-\U000e007f\U000e0100-\U000e01ef"
)
#: Letters and marks whose shape depends on their neighbours, in cursive scripts and in those that
#: come from Brahmi: a joiner is part of how a word is spelt (the Unicode Standard §§9.2 and 12.1).
JOINING = (
    "\u0600-\u061b\u061d-\u109f\u1780-\u17b3\u17b6-\u180a\u1810-\u18af\u1900-\u1cff\ua800-\uabff"
    "\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
PICTURES = "\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
#: Joiners (UAX #31 §2.3, and after a letter alone, as Bengali spells “radiology”; in pictures UTS
#: #51), variants (UTS #37), Mongolian forms, flags; or else, as group 1, what is not shown.
MEANT = re.compile(
    f"(?<=[{JOINING}])(?:\u200d|\u200c(?=[{JOINING}]))"
    f"|(?:(?<=[{PICTURES}])|(?<=[{PICTURES}]\ufe0f))\u200d(?=[{PICTURES}])"
    f"|(?<=[^{BLANK}{INVISIBLE}])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
    "|(?<=[\u1800-\u180a\u1810-\u18af])[\u180b-\u180f]"
    "|(?<=\U0001f3f4)[\U000e0020-\U000e007e]+\U000e007f"
    f"|([{INVISIBLE}])"
)
ALWAYS = re.compile(f"[{MEANINGLESS}]+")
TWICE = re.compile("([\u200c\u200d])\\1+")
BREAK = re.compile("\r\n|[\n\v\f\r\u2028\u2029]")
#: One blank of a width of its own stays; more of them, or a break, are a space.
RUNS = re.compile(f"[{BLANK}]{{2,}}|[\t\n\v\f\r\u2028\u2029]")
ENDS = re.compile(f"^[{BLANK}]+|[{BLANK}]+$")
EMPTY_LINES = re.compile("\n{3,}")
#: What no XML holds (XML 1.0 §2.2), and what no line of text does.
UNWRITABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


def visible(text):
    """`text` (str) without what is not shown, but where a script or a picture needs it."""
    if text.isascii():
        return text
    text = TWICE.sub(r"\1", ALWAYS.sub("", text))
    keeps = DIRECTIONS if _has_both_ways(text) else ""
    return MEANT.sub(lambda found: found[0] if not found[1] or found[1] in keeps else "", text)


def _has_both_ways(text):
    """Whether some of it is written from right to left, so that a mark can matter."""
    return any(
        unicodedata.bidirectional(each) in ("R", "AL") for each in text if each not in DIRECTIONS
    )


def _is_plain(text):
    """Whether it is a str, nothing derived from it, and clean at first sight, as most texts are."""
    is_printable = type(text) is str and text.isascii() and text.isprintable()
    return is_printable and "  " not in text and text == text.strip(" ")


def one_line(text):
    """`text` (str) as a field of one line stores it; what nobody can see is ""."""
    if _is_plain(text):
        return text
    return ENDS.sub("", RUNS.sub(" ", visible(text)))


def several_lines(text):
    """The same where line breaks mean something: they are "\\n", and at most one line is empty."""
    lines = "\n".join(map(one_line, BREAK.split(text)))
    return EMPTY_LINES.sub("\n\n", lines).strip("\n")


def writable(text):
    """`text` (str) for a line of any format, whatever is stored: each run of what cannot be
    written is a space."""
    return text if _is_plain(text) else one_line(UNWRITABLE.sub(" ", text))


class Clean:
    """A field, of a model or a form, that takes of a text what `clean_text` leaves of it."""

    clean_text = staticmethod(one_line)

    def to_python(self, value):
        return super().to_python(self.cleaned(value))

    def cleaned(self, value):
        """`value` as it is stored, if it is a text (str); anything else as it is."""
        return self.clean_text(value) if isinstance(value, str) else value


class LineFormField(Clean, forms.CharField):
    """One line that is typed; its limit counts what is stored."""


class LinesFormField(Clean, forms.CharField):
    """A text of several lines that is typed."""

    clean_text = staticmethod(several_lines)


class CleanField(Clean):
    """A field of a model that stores clean text, whoever writes it: a form, a load, a raw save."""

    def get_prep_value(self, value):
        return self.cleaned(super().get_prep_value(value))


class LineField(CleanField, models.CharField):
    """A text of one line. To a migration, which outlives this module, it is a CharField."""

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": LineFormField} | kwargs)


class LinesField(CleanField, models.TextField):
    """A text in which line breaks mean something."""

    clean_text = staticmethod(several_lines)

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": LinesFormField} | kwargs)


class Trimmed(Func):
    """A text without what nobody sees at its ends, for a rule that the database keeps itself."""

    function = "TRIM"
    output_field = models.TextField()

    def __init__(self, text):
        super().__init__(text, Value(f"{BLANK}\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))


class Shaped(Lookup):
    """Whether a text has one of some `shapes`: characters, and sets of them as “[0-9]”."""

    prepare_rhs = False
    shapes = []

    def as_sqlite(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        tests = " OR ".join(f"{column} GLOB '{shape}'" for shape in self.shapes)
        return f"({tests})", params * len(self.shapes)

    def as_postgresql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        return f"({column} ~ '^({'|'.join(self.shapes)})$')", params
