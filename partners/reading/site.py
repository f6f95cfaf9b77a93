"""What the site says of itself on every page: whose it is, its pages of text, its glossary."""

from django.db.models import CharField, Value
from django.db.models.functions import Cast

from partners.models import Organisation, Page, Term
from partners.models.base import union
from partners.rows import freshness

#: What it takes to name the society, to show its mark, and to say who publishes the site.
OF_SOCIETY = ("key", "name", "acronym", "kind", "website", "logo", "logo_alt")
#: The size of the mark: numbers, which the union of texts takes as texts.
OF_MARK = ("logo_width", "logo_height")


def title(society):
    """What the site is called: after the society (Organisation or None) whose site it is."""
    return f"{society.short_name} partners" if society else "Partners"


def society(at):
    """The Organisation whose site this is, with these fields; None while it has no page."""
    return everywhere(at)["home_society"]


@freshness.remembered
def everywhere(at):
    """What every public page says at `at` (aware datetime): of the society, what names it."""
    found = {"home": [], "page": [], "term": []}
    for kind, *row in _said_everywhere(at):
        found[kind].append(row)
    homes = [_society(row) for row in found["home"]]
    pages = {key: Page(key=key, slug=slug, title=name) for key, slug, name, *_ in found["page"]}
    return {
        "home_society": homes[0] if homes else None,
        "footer_pages": [pages[key] for key in Page.FOOTER if key in pages],
        "abbreviations": {short: (long, key) for key, short, long, *_ in found["term"]},
    }


def _society(row):
    *texts, width, height = row
    size = {"logo_width": width and int(width), "logo_height": height and int(height)}
    return Organisation(**dict(zip(OF_SOCIETY, texts, strict=True)), **size)


def _said_everywhere(at):
    """(what it is, key, texts) of the society, each page of the footer and each term."""
    home = Organisation.objects.live(at).filter(is_home=True)
    pages = Page.objects.live(at).filter(pk__in=Page.FOOTER)
    nothing = [Value("")] * (len(OF_SOCIETY) + len(OF_MARK) - 3)
    size = [Cast(name, CharField()) for name in OF_MARK]
    rows = [
        ("home", home, *OF_SOCIETY, *size),
        ("page", pages, "key", "slug", "title", *nothing),
        ("term", Term.objects, "pk", "abbreviation", "expansion", *nothing),
    ]
    return union(
        queryset.order_by().values_list(Value(kind), *texts) for kind, queryset, *texts in rows
    )
