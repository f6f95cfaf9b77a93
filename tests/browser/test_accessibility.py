"""Every public template, for everybody: rules of WCAG 2.2, rings, targets, small screens.

A page is opened once; all that is asked of it is asked there, in each width and theme.
"""

import io

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import expect

from tests.browser import rules

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

RULES = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS, THEMES = (1280, 390), ("light", "dark")
SMALLEST = 320  # as wide as 1280 pixels at 400 %
RING = 2  # CSS pixels, and a contrast of 3:1 with what it is drawn on
COLUMNS = 9  # of pixels in which it is looked for: wider than the stem of a letter

TARGETS = """() => [...document.querySelectorAll('a, button, input, select, summary')]
  .filter((each) => {
    const box = each.getBoundingClientRect();
    const beside = [...each.parentElement.childNodes].filter((node) => node.nodeType === 3);
    const isWord = getComputedStyle(each).display === 'inline'
      && beside.some((node) => node.textContent.trim());
    return box.width && !isWord && !each.closest('.skip-link') && box.height < 43.9;
  })
  .map((each) => `${each.outerHTML} is ${each.getBoundingClientRect().height} pixels tall`)"""

#: Where each element is, and whether it is seen.
LAYOUT = """() => [...document.querySelectorAll('*')].map((each) => {
  const { x, y, width, height } = each.getBoundingClientRect();
  const isSeen = each.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  return [x, y, width, height, isSeen].join(' ');
}).join()"""


@pytest.fixture
def visit(browser, live_server):
    """visit(width, theme, **options) → a tab of that kind."""
    contexts = []

    def visit(width=1280, theme="light", **options):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        return context.new_page()

    yield visit
    for context in contexts:
        context.close()


def complaints(page, path, widths=WIDTHS):
    """What is wrong with the page that was opened, as (its path, width, theme, what …)."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        found += [(path, width, *each) for each in asked(page)]
    page.set_viewport_size({"width": SMALLEST, "height": 900})
    if page.evaluate("document.documentElement.scrollWidth") > SMALLEST:
        found.append((path, SMALLEST, "any", "scrolls sideways"))
    return found


def asked(page):
    """All rules in the light; in the dark, where nothing else changes, those of colours."""
    page.emulate_media(color_scheme="light")
    layout = page.evaluate(LAYOUT)
    yield from (("any", each) for each in page.evaluate(TARGETS))
    yield from (("light", *each) for each in rules.broken(page, RULES))
    page.emulate_media(color_scheme="dark")
    if page.evaluate(LAYOUT) != layout:
        yield "dark", "is laid out otherwise than in the light"
    yield from (("dark", *each) for each in rules.broken(page, rules.COLOURS))


def test_no_page_has_a_complaint(visit, paths):
    """And none needs scripts to say what it says."""
    page, without_scripts, found = visit(), visit(java_script_enabled=False), []
    rules.put_into(page)
    for path in paths:
        texts = [
            opened(each, path).locator("body").inner_text() for each in (page, without_scripts)
        ]
        assert texts[0] == texts[1], path
        found += complaints(page, path)
    assert found == []


def test_no_page_has_a_complaint_with_a_crowd(visit, crowd):
    page, found = visit(), []
    rules.put_into(page)
    for path in crowd:
        found += complaints(opened(page, path), path, widths=[390])
    assert found == []


def opened(page, path):
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(path)
    return page


def test_rules_see_what_is_broken_in_the_dark_alone(visit, content):
    page = visit()
    rules.put_into(page)
    page.route("**/*.css", lambda route: route.fulfill(
        content_type="text/css",
        body="@media (prefers-color-scheme: dark) { p { color: #222; background: #000 } }",
    ))  # fmt: skip
    found = {said[2] for said in complaints(opened(page, "/"), "/") if "contrast" in said[3]}
    assert found == {"dark"}


@pytest.mark.parametrize("style", ["margin-top: 1px", "visibility: hidden", "opacity: 0"])
def test_what_moves_or_goes_in_the_dark_is_a_complaint(visit, content, style):
    page = visit()
    page.route("**/dark.css", lambda route: route.fulfill(
        content_type="text/css", body=f"p {{ {style} }}",
    ))  # fmt: skip
    page.goto("/")
    page.emulate_media(color_scheme="light")
    light = page.evaluate(LAYOUT)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(LAYOUT) != light


@pytest.mark.parametrize("path", ["/", "/organisations/esr/", "/collaborations/"])
def test_paper_is_black_on_white_whatever_the_theme(visit, content, path):
    pictures = []
    for theme in THEMES:
        page = visit(800, theme)
        page.goto(path)
        page.evaluate("document.fonts.load('1em Literata')")
        page.reload()  # with the typeface at hand: a first visit may go on without it
        page.emulate_media(media="print")
        pictures.append(page.screenshot(full_page=True))
    assert pictures[0] == pictures[1]
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.locator(".address")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
def test_every_stop_of_the_keyboard_shows_a_ring(visit, content, theme):
    page = visit(theme=theme)
    for path in ("/", "/organisations/?kind=society", "/organisations/esr/", "/collaborations/"):
        page.goto(path)
        stops = page.evaluate("document.querySelectorAll('a, button, input, select').length")
        for _ in range(min(stops, 25)):
            page.keyboard.press("Tab")
            assert ring_width(page) >= RING, page.evaluate("document.activeElement.outerHTML")


def test_entry_has_one_link_of_its_own(visit, content):
    page = visit()
    page.goto("/")
    for entry in page.locator(".entry").all():
        expect(entry.locator("a:not(.term)")).to_have_count(1)


def ring_width(page):
    """The pixels below the focused element that differ by 3:1 from how it looks without focus.

    Of a few columns that with most: in another a letter of the next line may stand below the ring.
    """
    box = page.evaluate("""() => {
        const stop = document.activeElement;
        stop.scrollIntoView({ block: "center", behavior: "instant" });
        const { x, y, width, height } = [...stop.getClientRects()].at(-1);
        return { x, y, width, height };
    }""")
    middle = box["x"] + min(box["width"] / 2, 20)
    clip = {"x": middle, "y": box["y"] + box["height"], "width": COLUMNS, "height": 12}
    seen = picture(page, clip)
    page.evaluate("window.stop_ = document.activeElement; stop_.blur()")
    plain = picture(page, clip)
    page.evaluate("stop_.focus({preventScroll: true, focusVisible: true})")
    assert ImageChops.difference(seen, plain).getbbox()
    return max(
        sum(
            contrast(seen.getpixel((column, row)), plain.getpixel((column, row))) >= 3
            for row in range(seen.height)
        )
        for column in range(seen.width)
    )


def picture(page, clip):
    return Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")


def contrast(one, other):
    """The ratio of WCAG 2.2, section 1.4.3, between two colours."""
    light, dark = sorted(map(luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
