"""What every page needs: the society, the pages of the footer, the glossary, and today."""

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from partners.reading.site import everywhere


def site(request):
    """Lazily, so that pages which show none of it (the admin's) ask for none of it."""
    at = getattr(request, "now", None) or timezone.now()
    known = SimpleLazyObject(lambda: everywhere(at))

    def lazily(name):
        return SimpleLazyObject(lambda: known[name])

    return {
        "home_society": lazily("home_society"),
        "footer_pages": lazily("footer_pages"),
        "abbreviations": lazily("abbreviations"),
        "now_of_request": at,
        "today": timezone.localdate(at),
        "site_url": settings.SITE_URL,
        "linked_data": None,
        "history_url": None,
        "is_preview": getattr(request, "is_preview", False),
        "contact_email": settings.CONTACT_EMAIL,
    }
