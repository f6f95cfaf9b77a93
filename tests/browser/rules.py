"""The rules of axe for accessible pages, asked of a page that the browser shows."""

from axe_playwright_python.base import AXE_SCRIPT

#: What a theme has a say in. The enhanced rule leaves to the other what has less than 4.5 : 1.
COLOURS = ["color-contrast", "color-contrast-enhanced", "link-in-text-block"]

#: The described results of what passes would take more time than the rules.
ASK = """async (options) => {
  const { violations } = await axe.run(
    document, { resultTypes: ["violations"], preload: false, iframes: false, ...options });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => [id, html.slice(0, 200)]));
}"""


def put_into(tab):
    """They are in every page that the tab will open."""
    tab.add_init_script(AXE_SCRIPT)


def broken(page, rules, also=()):
    """[rule, element] of each that breaks one of the rules or tags, or one of the rules in `also`.

    All in one run: each finds out anew what is on the page, and what is seen of it.
    """
    options = {"runOnly": rules, "rules": {each: {"enabled": True} for each in also}}
    return page.evaluate(ASK, options)
