"""Which answers may be kept for everybody, and the form in which they are."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from partners.serving import page_cache
from partners.serving.page_cache import Page, is_shared, normalised


def with_cookie():
    response = HttpResponse()
    response.set_cookie("seen", "1")
    return response


POLICY = "Content-Security-Policy"
FOR_EVERYBODY = {
    "plain": HttpResponse(),
    "compressed": HttpResponse(headers={"Vary": "Accept-Encoding"}),
    "with a policy": HttpResponse(headers={POLICY: "img-src 'self'"}),
}
FOR_ONE = {
    "by cookie": HttpResponse(headers={"Vary": "Cookie"}),
    "spoken for": HttpResponse(headers={"Cache-Control": "no-store"}),
    "with a nonce": HttpResponse(headers={POLICY: "script-src 'nonce-a'"}),
    "not found": HttpResponse(status=404),
    "in pieces": StreamingHttpResponse([b"a"]),
    "with a cookie": with_cookie(),
}


@pytest.mark.parametrize("what", [*FOR_EVERYBODY, *FOR_ONE])
def test_answer_is_kept_that_is_complete_and_the_same_for_everybody(what):
    assert is_shared((FOR_EVERYBODY | FOR_ONE)[what]) is (what in FOR_EVERYBODY)


@pytest.mark.parametrize(
    ("kind", "length", "is_smaller"),
    [
        ("text/html; charset=utf-8", page_cache.WORTH_COMPRESSING, True),
        ("text/html; charset=utf-8", page_cache.WORTH_COMPRESSING - 1, False),
        ("text/calendar", 1000, True),
        ("application/json", 1000, True),
        ("application/feed+json", 1000, True),
        ("application/atom+xml", 1000, True),
        ("application/xml", 1000, True),
        ("image/svg+xml", 1000, True),
        ("image/png", 1000, False),
        ("application/zip", 1000, False),
    ],
)
def test_text_is_compressed_where_that_is_worth_it(rf, kind, length, is_smaller):
    content = b"a" * length
    of_this_answer = {"X-Request-ID": "a", "Last-Modified": "Sun, 03 May 2026 12:00:00 GMT"}
    page = Page(HttpResponse(content, content_type=kind, headers=of_this_answer), "gzip")
    answer = page.answer(rf.get("/"))
    assert answer.headers.get("Content-Encoding") == ("gzip" if is_smaller else None)
    assert (gzip.decompress(answer.content) if is_smaller else answer.content) == content
    assert answer.headers["X-Accel-Expires"] == "@1"
    assert of_this_answer.keys().isdisjoint(answer.headers)
    assert page.size == len(answer.content) + page_cache.OVERHEAD
    head = page.answer(rf.head("/"))
    assert (head.content, head.headers) == (b"", answer.headers)


@pytest.mark.parametrize(
    ("query", "known", "kept"),
    [
        ("q=b&page=2&q=a&x=1", ("page", "q"), "page=2&q=a"),
        ("q=a&q=", ("q",), ""),  # Django reads the last as well, an empty one too
        ("q=", ("q",), ""),
        ("q=%C3%A9+a", ("q",), "q=%C3%A9+a"),
        ("q=a", (), ""),
        ("q=a", None, None),
        pytest.param("&".join(["q=a"] * 20), ("q",), "q=a", id="twenty"),
        pytest.param("&".join(["q=a"] * 21), ("q",), None, id="more"),
    ],
)
def test_query_is_what_the_page_knows_of_it_as_django_reads_it(query, known, kept):
    assert normalised(query, known) == kept
