"""Rich text: one allowlist for the editor, for every write and for every rendering."""

import re
from html import unescape

import nh3
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django_prose_editor.config import allowlist_from_extensions, expand_extensions
from django_prose_editor.fields import ProseEditorField, create_sanitizer

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [3, 4]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
}

#: Where one block ends and the next begins, words do as well.
BLOCK_TAG = re.compile(r"(?=</?(?:p|h[34]|ul|ol|li|blockquote|br)\b)")

FIRST_PARAGRAPH = re.compile(r"<p>.*?</p>", re.DOTALL)

HEADING_TAG = re.compile(r"(</?h)([34])>")

#: HTML (str) → HTML that holds nothing but what the editor's buttons make.
sanitise = create_sanitizer(EXTENSIONS)

ALLOWED = allowlist_from_extensions(expand_extensions(EXTENSIONS))

#: The same for a page, where each link says that it leads elsewhere and hands nothing over.
SHOWN = nh3.Cleaner(
    **ALLOWED
    | {
        "attributes": ALLOWED["attributes"] | {"a": {"href", "title"}},
        "link_rel": "external noopener",
    }
)


def render(html, top=3):
    """Sanitised HTML, safe to put on a page; its first headings are of level `top` (2 or 3)."""
    clean = HEADING_TAG.sub(lambda tag: f"{tag[1]}{int(tag[2]) - 3 + top}>", SHOWN.clean(html))
    return mark_safe(clean)  # noqa: S308 — the one place: just sanitised


def first_paragraph(html):
    """(the first paragraph, what follows it) of rich text; ("", all of it) if it begins otherwise.

    Both are rich text like `html`.
    """
    found = FIRST_PARAGRAPH.match(html)
    return (found[0], html[found.end() :]) if found else ("", html)


def plain_text(html):
    """The words of rich text, for search and descriptions."""
    return " ".join(unescape(strip_tags(BLOCK_TAG.sub(" ", html))).split())


class RichTextField(ProseEditorField):
    """HTML from the editor. A form cleans what is pasted; a fixture must come clean."""

    def __init__(self, *args, **kwargs):
        super().__init__(
            *args,
            **{"blank": True, "default": "", "extensions": EXTENSIONS, "sanitize": sanitise}
            | kwargs,
        )

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value if value is None else sanitise(value)

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if sanitise(value) != value:
            raise ValidationError(
                "This text holds mark-up that is not allowed or not closed. Allowed are "
                "paragraphs, headings, lists, quotations, bold, italic and links."
            )

    def formfield(self, **kwargs):
        return super().formfield(**{"sanitize": sanitise} | kwargs)
