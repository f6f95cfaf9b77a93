"""The partners page is light and stands still: all that it asks for, plain and compressed."""

import gzip

import pytest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

MOST_BYTES, MOST_REQUESTS, MOST_SHIFT = 60 * 1024, 10, 0.01
MOST_ZIPPED, MOST_TYPEFACE = 20 * 1024, 30 * 1024
SHIFT = """() => new Promise((resolve) => {
  let total = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) total += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(total)));
})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_partners_page_is_light_and_stands_still(page, live_server, content, width):
    asked = []
    page.on("requestfinished", lambda request: asked.append(request))  # noqa: PLW0108 — no builtins
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/", wait_until="networkidle")
    assert 1 < len(asked) <= MOST_REQUESTS
    assert {request.url.startswith(live_server.url) for request in asked} == {True}
    assert sum(len(request.response().body()) for request in asked) <= MOST_BYTES
    bodies = {request.url: request.response().body() for request in asked}
    typeface = [body for url, body in bodies.items() if url.endswith(".woff2")]
    assert [len(body) <= MOST_TYPEFACE for body in typeface] == [True]
    others = [body for url, body in bodies.items() if not url.endswith(".woff2")]
    assert sum(len(gzip.compress(body)) for body in others) <= MOST_ZIPPED
    page.mouse.wheel(0, 3000)
    assert page.evaluate(SHIFT) <= MOST_SHIFT
