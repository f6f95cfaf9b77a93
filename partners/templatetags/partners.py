"""What the public templates say beyond Django's own tags."""

import json
import unicodedata
from urllib.parse import quote, urlencode

from django import template
from django.template import Variable
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from partners.models import Root
from partners.reading import cards
from partners.values import glossary, renditions, richtext
from partners.values.validators import shown_host

register = template.Library()
#: How Unicode begins the names of a script's letters → ISO 15924.
SCRIPTS = {
    "ARABIC": "Arab",
    "ARMENIAN": "Armn",
    "CJK": "Hani",
    "CYRILLIC": "Cyrl",
    "DEVANAGARI": "Deva",
    "GEORGIAN": "Geor",
    "GREEK": "Grek",
    "HANGUL": "Hang",
    "HEBREW": "Hebr",
    "HIRAGANA": "Jpan",
    "KATAKANA": "Jpan",
    "THAI": "Thai",
}
RIGHT_TO_LEFT = {"Arab", "Hebr"}
NOT_IN_SCRIPTS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
register.filter("rich_text", richtext.render, is_safe=True)
register.filter("plain_text", richtext.plain_text)
register.filter("url_host", shown_host)


@register.simple_tag(takes_context=True)
def record_link(context, record, text=""):
    """The record's name: a link while it has a page, plain text once it is withdrawn."""
    text = in_script(text or str(record))
    if not record.is_live(context["now_of_request"]):
        return text
    return format_html('<a href="{}">{}</a>', record.get_absolute_url(), text)


@register.simple_tag
def grid(ticks):
    """The upright lines of a picture, at its ticks: made once, and drawn under each bar."""
    shape = '<line x1="{0}" x2="{0}" y1="0" y2="100%"/>\n            '
    return format_html_join("", shape, ([tick.x] for tick in ticks))


@register.simple_tag
def bar(stretches):
    """What a picture draws of a collaboration."""
    shape = '<rect class="{}" x="{}" width="{}" y="25%" height="50%"/>\n            '
    return format_html_join("", shape, stretches)


@register.simple_tag(takes_context=True)
def share_card(context):
    """The address of the picture that other sites show of this page; "" where there is none."""
    record = context.get("object")
    if context["is_preview"] or not isinstance(record, Root):
        return ""
    return cards.url_of(record, context["home_society"])


@register.simple_tag(takes_context=True)
def nav_link(context, url_name, text):
    """A link of the main navigation, marked where it is the page being read."""
    url = reverse(url_name)
    is_current = context["request"].path == url
    shape = '<a href="{}" aria-current="page">{}</a>' if is_current else '<a href="{}">{}</a>'
    return format_html(shape, url, text)


@register.simple_block_tag(takes_context=True)
def glossed(context, content):
    """What the tag encloses, with each abbreviation explained at its first use."""
    return mark_safe(glossary.explain(content, context["abbreviations"]))  # noqa: S308


@register.inclusion_tag("components/logo.html")
def logo(organisation):
    """An organisation's logo, with what staff say that it shows; nothing where there is none."""
    upload = organisation.logo
    if not (upload and organisation.logo_width and organisation.logo_height):
        return {}
    width, height = renditions.fitted(organisation.logo_width, organisation.logo_height)
    once, twice = (
        upload.storage.url(renditions.name_of(upload.name, scale)) for scale in renditions.SCALES
    )
    return {
        "once": once,
        "twice": twice,
        "width": width,
        "height": height,
        "words": organisation.logo_alt,
    }


@register.simple_tag(takes_context=True)
def mistake_url(context):
    """A mail to the editors with the page's address filled in (RFC 6068)."""
    address = context["site_url"] + context["request"].path
    fields = {"subject": "A mistake on the partners site", "body": f"The page: {address}\n\n"}
    return f"mailto:{context['contact_email']}?{urlencode(fields, quote_via=quote)}"


@register.simple_block_tag
def page_title(content):
    """The page's title, for its reader and for whoever shows a link to it (Open Graph)."""
    shape = '<title>{0}</title>\n    <meta property="og:title" content="{0}">'
    return format_html(shape, _stripped(content))


@register.simple_block_tag
def page_description(content):
    """The same for what the page is about; nothing where that is not said."""
    shape = '<meta name="description" property="og:description" content="{}">'
    return format_html(shape, _stripped(content)) if content.strip() else ""


def _stripped(rendered):
    """Without the white space around it; what a template rendered is escaped already."""
    return mark_safe(rendered.strip())  # noqa: S308


@register.simple_tag
def json_ld(data):
    """The script block of a JSON-LD document; nothing in it can end it early."""
    if not data:
        return ""
    text = json.dumps(data, ensure_ascii=False).translate(NOT_IN_SCRIPTS)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308


@register.filter
def grouped(records, attribute):
    """[(label, records)], a term list's groups: what has one label stands together under it."""
    label, groups = Variable(attribute), {}
    for record in records:
        groups.setdefault(str(label.resolve(record)), []).append(record)
    return list(groups.items())


@register.filter
def is_named_at(record, at):
    """Whether there is such a record, and it may be named in public at `at`."""
    return bool(record and record.is_named(at))


@register.filter
def name_on(organisation, date):
    """What the organisation was called on `date` (PartialDate; "": what it is called now)."""
    return organisation.name_on(date)


@register.filter
def page_numbers(page):
    """The numbers of the pages to offer beside `page`, with gaps where there are many."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def others_than(collaboration, organisation):
    """The parties beside the society and, on the page of an organisation, beside that one."""
    return [
        party
        for party in collaboration.named_parties
        if not party.organisation.is_home and party.organisation != organisation
    ]


@register.filter
def in_script(text, language=""):
    """The text, marked with its language, script and direction where it is not like the page.

    `language` is a BCP 47 tag, or "" where it is not known; then the script is told alone.
    """
    script = script_of(text)
    if not (script or language):
        return text
    tag = language or f"und-{script}"
    direction = "rtl" if script in RIGHT_TO_LEFT else "ltr"
    return format_html('<bdi lang="{}" dir="{}">{}</bdi>', tag, direction, text)


def script_of(text):
    """The ISO 15924 code of the first letter that is not Latin; "" where all are, or it is rare."""
    if text.isascii():
        return ""
    scripts = (SCRIPTS.get(unicodedata.name(each, "").partition(" ")[0]) for each in text)
    return next(filter(None, scripts), "")


@register.filter
def status_on(collaboration, day):
    """The words for where a collaboration stands on `day` (datetime.date)."""
    return collaboration.status(day).label
