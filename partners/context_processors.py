"""What every page needs: the society, the pages of the footer, and today."""

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from partners.models import Organisation, Page


def site(request):
    """Lazily, so that pages which show none of it (the admin's) ask for none of it."""
    at = getattr(request, "now", None) or timezone.now()

    def footer():
        pages = Page.objects.live(at).in_bulk(Page.FOOTER)
        return [pages[key] for key in Page.FOOTER if key in pages]

    return {
        "home_society": SimpleLazyObject(lambda: Organisation.objects.live(at).home()),
        "footer_pages": SimpleLazyObject(footer),
        "now_of_request": at,
        "today": timezone.localdate(at),
        "site_url": settings.SITE_URL,
        "linked_data": None,
        "is_preview": getattr(request, "is_preview", False),
        "contact_email": settings.CONTACT_EMAIL,
    }
