"""Public pages from memory, for whoever is not logged in.

All pages of one *edition* of the site are true together: from the moment its content got a version
until the next write or the next moment at which time changes a page. Then a new edition begins,
empty. So nothing has to be thrown away piece by piece, and nothing can be forgotten.
"""

import datetime as dt
import gzip
import hashlib
from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from urllib.parse import parse_qsl, urlencode

import brotli
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import parse_etags

from partners.rows import freshness
from partners.serving import hosts

#: Answered by other means, or never the same for two people.
NEVER_CACHED = (
    "/admin/", "/health/", "/preview/", f"/{settings.STATIC_URL.strip('/')}/",
    f"/{settings.MEDIA_URL.strip('/')}/",
)  # fmt: skip
#: How long pages are handed out while the database is away.
LONGEST_ALONE = dt.timedelta(minutes=10)
#: Shorter than this (bytes) nothing gets smaller by compression.
WORTH_COMPRESSING = 200
TEXT = ("text/", "application/json", "application/xml", "application/feed+json", "image/svg+xml",
        "application/atom+xml")  # fmt: skip
COMPRESS = {
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, compresslevel=6, mtime=0),
    "": lambda content: content,
}
#: Said by each answer for itself, or not true of the next one.
NOT_KEPT = ("X-Request-ID", "Last-Modified", "ETag", "Content-Length")
#: Lets nginx keep a page, which no-cache does not, and ask each time whether it is true: it has
#: expired at the first second of 1970 (see deploy/nginx.conf).
KEPT_BY_NGINX = "@1"
OVERHEAD = 2000  # bytes, about, that a page takes beside its content


class PageCache:
    """Middleware, outermost: what it answers costs one read by primary key and nothing else."""

    def __init__(self, get_response):
        if not settings.PAGE_CACHE_MEGABYTES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.edition = None

    def __call__(self, request):
        if not may_share(request):
            response = self.get_response(request)
            response.headers.setdefault("Cache-Control", "private, no-cache")
            return response
        edition = self.current_edition()
        encoding = accepted(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        page = edition.find(request, encoding)
        if page is None:
            response = self.get_response(request)
            if is_shared(response) and (present := self.current_edition()).token != edition.token:
                # Somebody wrote meanwhile: it may have half of what was, and half of what is.
                edition, response = present, self.get_response(request)
            if request.method == "HEAD" or not is_shared(response):
                return response
            page = Page(response, encoding)
            edition.keep(page, request, response, encoding)
        return page.answer(request)

    def current_edition(self):
        """The edition that is true now; while the database is away, the last one for a while."""
        now, last = timezone.now(), self.edition
        try:
            present = freshness.edition(now)
            if last is None or present != (last.token, last.until):
                self.edition = Edition(*present)
            self.edition.seen_at = now
        except (InterfaceError, OperationalError):
            if last is None or now >= last.until or now - last.seen_at > LONGEST_ALONE:
                raise
        return self.edition


class Edition:
    """The pages of the site as it is under one version of its content, until a given moment.

    Pages that were asked for with a query have a shelf of their own, so that invented queries push
    out only each other.
    """

    def __init__(self, token, until):
        self.token, self.until, self.seen_at = token, until, None
        half = settings.PAGE_CACHE_MEGABYTES * 2**20 // 2
        self.shelves = {False: LeastRecentlyUsed(half), True: LeastRecentlyUsed(half)}
        self.parameters = {}

    def find(self, request, encoding):
        key = self._key(request, encoding)
        return key and self.shelves[bool(key[-1])].get(key)

    def keep(self, page, request, response, encoding):
        """Keep the page under what of the query it depends on, as its view says."""
        if self.token is None:
            return  # the database is not set up
        self.parameters[request.path_info] = getattr(response, "parameters", None)
        if key := self._key(request, encoding):
            self.shelves[bool(key[-1])].put(key, page)

    def _key(self, request, encoding):
        """What tells pages apart; None as long as it is not known which parameters the page has."""
        query = request.META.get("QUERY_STRING", "")
        if query:
            query = normalised(query, self.parameters.get(request.path_info))
            if query is None:
                return None
        return request.path_info, encoding, query


class LeastRecentlyUsed:
    """The pages used last, as many as fit into `most` bytes."""

    def __init__(self, most):
        self.most, self.held = most, 0
        self.pages, self.lock = OrderedDict(), Lock()

    def get(self, key):
        with self.lock:
            page = self.pages.get(key)
            if page is not None:
                self.pages.move_to_end(key)
            return page

    def put(self, key, page):
        with self.lock:
            if page.size > self.most // 8 or key in self.pages:
                return
            self.pages[key] = page
            self.held += page.size
            while self.held > self.most:
                _, oldest = self.pages.popitem(last=False)
                self.held -= oldest.size


class Page:
    """An answer, compressed, ready to be given again."""

    def __init__(self, response, encoding):
        kind = response.headers["Content-Type"]
        content = response.content
        if len(content) < WORTH_COMPRESSING or not kind.startswith(TEXT):
            encoding = ""
        self.content = COMPRESS[encoding](content)
        self.etag = f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'
        for name in NOT_KEPT:
            response.headers.pop(name, None)
        response.headers["Cache-Control"] = "public, no-cache"
        response.headers["X-Accel-Expires"] = KEPT_BY_NGINX
        response.headers["ETag"] = self.etag
        response.headers["Vary"] = "Accept-Encoding"
        self.headers_unchanged = dict(response.headers)
        if encoding:
            response.headers["Content-Encoding"] = encoding
        response.headers["Content-Length"] = str(len(self.content))
        self.headers = response.headers
        self.size = len(self.content) + OVERHEAD

    def answer(self, request):
        """The page, or 304 to whoever has it already (RFC 9110, section 13.1.2)."""
        etags = request.META.get("HTTP_IF_NONE_MATCH")
        if etags and _names(etags, self.etag):
            return HttpResponseNotModified(headers=self.headers_unchanged)
        response = HttpResponse(b"" if request.method == "HEAD" else self.content)
        response.headers = self.headers
        return response


def _names(etags, etag):
    if etags.strip() == etag:
        return True
    return any(each in ("*", etag, f"W/{etag}") for each in parse_etags(etags))


def may_share(request):
    """Whether the answer may be the same for everybody: a public page of ours, and no session.

    What is asked for by another name, or past the scheme of SITE_URL, is answered without memory:
    so no host, port or forwarded header that a visitor invents takes room from the pages.
    """
    if request.method not in ("GET", "HEAD") or request.path_info.startswith(NEVER_CACHED):
        return False
    if settings.SESSION_COOKIE_NAME in request.META.get("HTTP_COOKIE", ""):
        return False
    return request.is_secure() == settings.HTTPS and hosts.is_ours(request)


def is_shared(response):
    """Whether the answer may be kept: complete, without a cookie, and not spoken for."""
    if response.status_code != 200 or response.streaming or response.cookies:
        return False
    varies = response.headers.get("Vary", "Accept-Encoding")
    policy = response.headers.get("Content-Security-Policy", "")
    return not (
        varies != "Accept-Encoding" or "Cache-Control" in response.headers or "'nonce-" in policy
    )


@lru_cache(maxsize=1000)
def accepted(header):
    """The best of our encodings that `Accept-Encoding` allows (RFC 9110, section 12.5.3)."""
    allowed = {}
    for each in header.lower().split(","):
        name, _, weight = each.partition(";")
        allowed[name.strip()] = weight.strip().removeprefix("q=").strip("0. ") != "" or not weight
    return next((name for name in ("br", "gzip") if allowed.get(name)), "")


def normalised(query, known):
    """The parameters in `query` that the page knows, as Django reads them: the last of each name.

    None where it is not known what the page knows, or there are too many to be honest.
    """
    if known is None:
        return None
    try:
        given = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=20))
    except ValueError:
        return None
    return urlencode(sorted((name, given[name]) for name in known if given.get(name)))
