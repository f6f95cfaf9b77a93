"""What every page needs: the society, the pages of the footer, the glossary, and today."""

from django.conf import settings
from django.db.models import Value
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from partners import freshness
from partners.models import Organisation, Page, Term


def site(request):
    """Lazily, so that pages which show none of it (the admin's) ask for none of it."""
    at = getattr(request, "now", None) or timezone.now()
    known = SimpleLazyObject(lambda: everywhere(at))

    def said(name):
        return SimpleLazyObject(lambda: known[name])

    return {
        "home_society": said("home_society"),
        "footer_pages": said("footer_pages"),
        "abbreviations": said("abbreviations"),
        "now_of_request": at,
        "today": timezone.localdate(at),
        "site_url": settings.SITE_URL,
        "linked_data": None,
        "history_url": None,
        "is_preview": getattr(request, "is_preview", False),
        "contact_email": settings.CONTACT_EMAIL,
    }


@freshness.remembered
def everywhere(at):
    """What every public page says at `at` (aware datetime)."""
    rows = list(_footer_and_glossary(at))
    pages = {key: Page(key=key, slug=slug, title=title) for key, slug, title, _ in rows if slug}
    return {
        "home_society": Organisation.objects.live(at).home(),
        "footer_pages": [pages[key] for key in Page.FOOTER if key in pages],
        "abbreviations": {short: long for _, slug, short, long in rows if not slug},
    }


def _footer_and_glossary(at):
    """(key, slug, title, "") of each page of the footer, (key, "", short, long) of each term."""
    nothing = Value("")
    pages = Page.objects.live(at).filter(pk__in=Page.FOOTER).order_by()
    terms = Term.objects.order_by()
    return pages.values_list("pk", "slug", "title", nothing).union(
        terms.values_list("pk", nothing, "abbreviation", "expansion"), all=True
    )
