"""The partners page is light and stands still: all that it asks for, before any compression."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)

MOST_BYTES, MOST_REQUESTS, MOST_SHIFT = 60 * 1024, 10, 0.01
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
    page.mouse.wheel(0, 3000)
    assert page.evaluate(SHIFT) <= MOST_SHIFT
