"""The public page of a record as it would be, and links that show it to people without an account.

Nothing is written to make a page: the rows are stored, the page is rendered, the rows are gone.
"""

import base64
import datetime as dt

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import resolve

from partners.models import PreviewLink
from partners.publishing import links
from partners.rows import bookkeeping, snapshots, writing
from partners.rows.standing import standing
from partners.values import renditions

#: For views that answer with `page`: lets browsers show the pictures that are inside it.
shows_pictures_inside = csp_update({"img-src": ["data:"]})


def page(model, key, rows, request):
    """HTML (str) of the record's public page if `rows` were published at `request.now`.

    Raises Refused where the rows cannot be stored.
    """
    with bookkeeping.rehearsal():
        root = writing.write(model, key, rows)
        root.publish(request.now)
        root.save(update_fields=["published_at", "withdrawn_at"])
        bookkeeping.refresh(root)
        visit = _visit(root.get_absolute_url(), request)
        view, args, kwargs = resolve(visit.path)
        response = view(visit, *args, **kwargs)
        if hasattr(response, "render"):
            response.render()
    return _with_pictures_inside(response.content.decode(), snapshots.uploads(rows))


def _visit(path, request):
    """The request of a visitor without an account for `path`, at the same moment and host."""
    host = {"host": request.get_host()}
    visit = RequestFactory().get(path, secure=request.is_secure(), headers=host)
    visit.user, visit.now, visit.is_preview = AnonymousUser(), request.now, True
    return visit


def _with_pictures_inside(html, uploads):
    """A picture of a draft may be gone tomorrow; the page keeps what it shows of it."""
    for storage, upload in uploads:
        for name in (renditions.name_of(upload, scale) for scale in renditions.SCALES):
            if (url := storage.url(name)) not in html:
                continue
            renditions.ensure(storage, name)
            if storage.exists(name):
                with storage.open(name) as file:
                    content = base64.b64encode(file.read()).decode()
                html = html.replace(url, f"data:image/webp;base64,{content}")
    return html


def share(model, key, request):
    """A PreviewLink to the page as it would be with what staff saved last. Raises Refused."""
    rows = standing(model, key).present
    record = model._base_manager.get(pk=key)
    return PreviewLink.objects.create(
        kind=model._meta.label_lower,
        key=key,
        title=str(record)[:300],
        html=page(model, key, rows, request),
        made_by=request.user,
        made_at=request.now,
        expires_at=request.now + dt.timedelta(days=settings.PREVIEW_LINK_DAYS),
    )


def opened(token, at):
    """The PreviewLink that `token` names, or None if it is not valid at `at` (aware datetime)."""
    return links.named(PreviewLink.objects.valid(at), token)
