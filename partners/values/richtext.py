"""Rich text: one allowlist for the editor, for every write and for every rendering."""

import re
from html import escape, unescape
from urllib.parse import urlsplit

import nh3
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django_prose_editor.config import allowlist_from_extensions, expand_extensions
from django_prose_editor.fields import ProseEditorField, ProseEditorFormField

from partners.values import markup
from partners.values.lines import one_line
from partners.values.validators import validate_label

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Superscript": True,
    "Subscript": True,
    "Heading": {"levels": [3, 4]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
    "Paste": True,
}
ALLOWED = allowlist_from_extensions(expand_extensions(EXTENSIONS))
#: Nothing but what the editor's buttons make; where a link leads is for the page to say.
CLEANER = nh3.Cleaner(
    **ALLOWED | {"attributes": ALLOWED["attributes"] | {"a": {"href", "title"}}, "link_rel": None}
)

#: Where one block ends and the next begins, words do as well.
BLOCK_TAG = re.compile(r"(?=</?(?:p|h[34]|ul|ol|li|blockquote|br)\b)")

FIRST_PARAGRAPH = re.compile(r"<p>.*?</p>", re.DOTALL)

HEADING_TAG = re.compile(r"(</?h)([34])>")
RAISED = re.compile(r"<(su[bp])>([0-9+=()-]+)</su[bp]>")
SIGNS = {
    "sup": str.maketrans("0123456789+-=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾"),
    "sub": str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}
WEB_LINK = re.compile(r'<a (?=(?:[a-z]+="[^"]*" )*href="(https?:[^"]*)")', re.IGNORECASE)
#: A link as sanitised HTML has it: attributes in double quotes, none within another.
LINK = re.compile(r'<a\b(?:[^>"]|"[^"]*")*?\shref="([^"]*)"(?:[^>"]|"[^"]*")*>(.*?)</a>', re.DOTALL)


class Sanitised(str):
    """HTML that `sanitise` made, so that it need not be done again; what is made of it is none."""

    __slots__ = ()


def sanitise(html):
    """HTML (str) as the editor would have written it, and as it is stored; done after once."""
    if isinstance(html, Sanitised):
        return html
    return Sanitised(CLEANER.clean(markup.rewritten(html, address_of)[0]))


def left_out(lost):
    """What went, in a sentence for whoever wrote it: `lost` is a list of words."""
    return f"left out: {', '.join(lost)}. Its words are kept."


def from_cell(text):
    """(rich text, what went: a list of words) of a cell.

    Without a tag it is plain text: a blank line parts paragraphs, a line break is one.
    """
    if not markup.is_marked_up(text):
        return CLEANER.clean(markup.paragraphs(text)), []
    html, lost = markup.rewritten(text, address_of)
    return CLEANER.clean(html), lost


# Links

MAIL = re.compile(r"(?:mailto:)?[^\s@:/<>]+@[^\s@:/<>]+\.[^\s@:/<>]+", re.IGNORECASE)
BARE_HOST = re.compile(r"www\.[^\s/.]+\.[^\s]+", re.IGNORECASE)
OF_THE_SITE = re.compile(r"/(?![/\\])[^\s\\]*")


def address_of(written):
    """Where a link is to lead, from what somebody wrote; "" where that is nowhere for a reader."""
    address = one_line(written)
    if BARE_HOST.fullmatch(address):
        address = f"https://{address}"
    elif MAIL.match(address) and ":" not in address:
        address = f"mailto:{address}"
    return address if _leads(address) else ""


def _leads(address):
    try:
        scheme, host, path, *_ = urlsplit(address)
    except ValueError:
        return False
    known = {
        "http": host and "@" not in host,
        "https": host and "@" not in host,
        "mailto": "@" in path,
        "tel": re.search(r"\d", path),
        "": OF_THE_SITE.fullmatch(address),
    }
    # An address that nh3 cannot read it would take away.
    return bool(known.get(scheme)) and "href" in CLEANER.clean(f'<a href="{escape(address)}">x</a>')


def links(html):
    """[(address, label)] of the links in rich text as it is stored."""
    return [(unescape(address), plain_text(label)) for address, label in LINK.findall(html)]


def refuse_empty_labels(html):
    """Each link says where it leads. Raises ValidationError with a sentence for each that does not.

    What is stored already stays, and can be restored: only what comes in is asked.
    """
    errors = []
    for _, label in links(html):
        try:
            validate_label(label)
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)


# Showing


def render(html, top=3):
    """Sanitised HTML, safe to put on a page; its first headings are of level `top` (2 or 3)."""
    clean = HEADING_TAG.sub(lambda tag: f"{tag[1]}{int(tag[2]) - 3 + top}>", CLEANER.clean(html))
    return mark_safe(WEB_LINK.sub(_with_rel, clean))  # noqa: S308 — the one place: just sanitised


def _with_rel(link):
    """A link that leads elsewhere says so, and hands nothing over."""
    is_ours = f"{unescape(link[1])}/".startswith(f"{settings.SITE_URL}/")
    return link[0] if is_ours else '<a rel="external noopener" '


def first_paragraph(html):
    """(the first paragraph, what follows it) of rich text; ("", all of it) if it begins otherwise.

    Both are rich text like `html`.
    """
    found = FIRST_PARAGRAPH.match(html)
    return (found[0], html[found.end() :]) if found else ("", html)


def plain_text(html):
    """The words of rich text, for search and descriptions."""
    html = RAISED.sub(lambda found: found[2].translate(SIGNS[found[1]]), html)
    return " ".join(unescape(strip_tags(BLOCK_TAG.sub(" ", html))).split())


class RichTextFormField(ProseEditorFormField):
    """What the editor sends, and what is typed where it does not run.

    `lost` is what went of the value read last (list of words).
    """

    lost = ()

    def to_python(self, value):
        html, self.lost = markup.rewritten(super().to_python(value), address_of)
        return CLEANER.clean(html)

    def validate(self, value):
        super().validate(value)
        refuse_empty_labels(value)


class RichTextField(ProseEditorField):
    """HTML from the editor, cleaned by every write; a fixture must come clean."""

    def __init__(self, *args, **kwargs):
        given = {"blank": True, "default": "", "extensions": EXTENSIONS, "sanitize": sanitise}
        super().__init__(*args, **given | kwargs)

    def to_python(self, value):
        value = super().to_python(value)
        return value if value is None else sanitise(value)

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value if value is None else sanitise(value)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": RichTextFormField} | kwargs)
