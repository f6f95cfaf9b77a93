"""What is pasted into rich text: words, numbers and emphasis of the source, and nothing blocked.

`page` fails a test in which the browser reports a broken policy.
"""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from partners.models import Organisation
from partners.values.richtext import sanitise
from tests import factories as make
from tests.admin.browser_form import address
from tests.browser.conftest import let_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]
CLIPBOARDS = Path(__file__).with_name("clipboards")
LIVE = Path(__file__).with_name("copied_live")

#: Clipboard → where it is from; beside each stand the lines that come of it. All but Writer's are
#: our own words in the structure that these programs are known to use.
ORIGINS = {
    "writer": "copied live from LibreOffice Writer 7.4.7.2",
    "word": "written as Word 16 puts it on the clipboard",
    "word-lists": "written as Word 16 puts it on the clipboard",
    "outlook": "written as Outlook 16 puts it on the clipboard",
    "excel": "written as Excel 16 puts it on the clipboard",
    "google-docs": "written as Google Docs puts it on the clipboard",
    "google-sheets": "written as Google Sheets puts it on the clipboard",
}


@pytest.fixture
def editor(page, live_server):
    """The tab of an operator, on the form of an organisation, with the description to write in."""
    let_in(page.context, User.objects.create_superuser("operator"), live_server.url)
    page.goto(address(make.OrganisationFactory()))
    page.locator("[contenteditable=true]").first.click()
    return page


@pytest.fixture
def source(editor):
    """Another tab, to copy from: it has no policy."""
    tab = editor.context.new_page()
    tab.goto("about:blank")
    return tab


def paste(editor, keys="Control+v"):
    """What the form would send after the clipboard was pasted, as lines in Markdown."""
    editor.bring_to_front()
    editor.keyboard.press("Control+a")
    editor.keyboard.press("Delete")
    editor.keyboard.press(keys)
    expect(editor.locator("[contenteditable=true]").first).not_to_be_empty()
    html = editor.locator("[name=description]").input_value()
    stored = sanitise(html)  # what the editor alone writes goes: a blank before a break, data-type
    assert sanitise(stored) == stored
    return in_markdown(stored)


def put(source, **kinds):
    """Put texts of these kinds (html=…, plain=…) on the clipboard, as a program does."""
    source.bring_to_front()
    source.evaluate(
        """kinds => { document.oncopy = event => {
            for (const [kind, text] of Object.entries(kinds))
                event.clipboardData.setData(`text/${kind}`, text);
            event.preventDefault();
        } }""",
        kinds,
    )
    source.keyboard.press("Control+c")


class Markdown(HTMLParser):
    """Blocks as lines, with signs for headings, items and emphasis."""

    SIGNS = {"strong": "**", "em": "_", "sup": "^", "sub": "~"}

    def __init__(self):
        super().__init__()
        self.lines, self.lists = [], []
        self.before, self.href = "", ""

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ("ul", "ol"):
            first = ord(attrs.get("type", "1")) + int(attrs.get("start", 1)) - 1
            self.lists.append(first if tag == "ol" else 0)
        elif tag == "li":
            number = self.lists[-1]
            self.before = "  " * (len(self.lists) - 1) + (f"{chr(number)}. " if number else "- ")
            self.lists[-1] += bool(number)
        elif tag in ("h3", "h4", "p", "br"):
            heading = f"{'#' * int(tag[1])} " if tag[0] == "h" else ""
            self.lines.append(self.before + heading)
            self.before = ""
        elif tag == "a":
            self.href = attrs["href"]
            self.lines[-1] += "["
        else:
            self.lines[-1] += self.SIGNS.get(tag, f"<{tag}>")

    def handle_endtag(self, tag):
        if tag in self.SIGNS:
            self.lines[-1] += self.SIGNS[tag]
        elif tag in ("ul", "ol"):
            self.lists.pop()
        elif tag == "a":
            self.lines[-1] += f"]({self.href})"

    def handle_data(self, data):
        self.lines[-1] += re.sub("[ \xa0]+", " ", data)


def in_markdown(html):
    reader = Markdown()
    reader.feed(html)
    return [line.rstrip() for line in reader.lines]


#: A list of names, an address, a table and a formula.
UNBROKEN = [
    "European Society of Examples\nInternational Federation of Their Makers\nExample Society",
    "Example Society\nExample Street 9\n1010 Vienna",
    "Members\t140,000\nSeat\tVienna",
    "if a<b and c>d",
]

#: HTML → the lines that come of it.
PARTS = {
    "<h1>a</h1><h2>b</h2><h3>c</h3><h4>d</h4><h6>e</h6>":
        ["### a", "### b", "### c", "#### d", "#### e"],
    "<b style=font-weight:normal>a <span style=font-weight:700>b</span></b>":
        ["a **b**"],
    "<b>a <span style='font-weight:inherit'>b</span></b>":
        ["**a b**"],
    "<p style='font: italic bold 12pt serif'>a</p>":
        ["**_a_**"],
    "<P STYLE='FONT-WEIGHT:BOLD'>a</P>":
        ["**a**"],
    "<p title='a > b' style='font-weight:bold'>a</p>":
        ["**a**"],
    "<h2 style='font-weight:bold'><b>a</b></h2>":
        ["### a"],
    "<p>a<span style='vertical-align:super'>1</span></p>":
        ["a^1^"],
    "<p>a<sup style='vertical-align:baseline'>1</sup></p>":
        ["a^1^"],
    "<div>One</div><div>Two</div>":
        ["One", "Two"],
    "<p>One<span><br></span>Two</p>":
        ["One", "Two"],
    "<details><summary>One</summary>Two</details>":
        ["One", "Two"],
    "<div style='display:flex'><span>One</span><b>Two</b></div>":
        ["One", "**Two**"],
    "<table><tr><td>1<td>2<td></table><p>3":
        ["1", "2", "3"],
    "<table><tr><td><p>1</p><p>2</p><td>3</table>":
        ["1", "2", "3"],
    "<table><tr><td>1<table><tr><td>2<td>3</table><td>4</table>":
        ["1", "2", "3", "4"],
    "<p>a<a href='#_ftn1'>[1]</a> <a href='https://www.example.org/a'>b</a></p>":
        ["a[1] [b](https://www.example.org/a)"],
    "<style>.a { display: none } .b { font-style: italic }</style><p>a<u class=a>b</u><u class=b>c":
        ["a_c_"],
    "<b style='font-weight: inherit'>a <b style='font-weight: unset'>b</b></b>": ["a b"],
    "<p>a <del>b</del><span style='display:none'>c</span>d</p>":
        ["a d"],
    "a<br>b<br class='Apple-interchange-newline'>":
        ["a", "b"],
    "<p>say style=bold</p>":
        ["say style=bold"],
    "<script>a</script><style>p { color: red }</style><p>b</p>":
        ["b"],
}  # fmt: skip


def copy_pdf(source, editor, path):
    """Press in Chromium's own viewer what a person presses, until its text is on the clipboard."""
    editor.context.grant_permissions(["clipboard-read"])
    put(source, plain="nothing yet")
    source.goto(path.as_uri())
    for _ in range(50):
        source.bring_to_front()
        source.mouse.click(700, 400)
        source.keyboard.press("Control+a")
        source.keyboard.press("Control+c")
        editor.bring_to_front()
        if editor.evaluate("navigator.clipboard.readText()") != "nothing yet":
            return
        editor.wait_for_timeout(100)
    pytest.fail("The viewer copied nothing.")


def lines_of(path):
    return path.with_suffix(".md").read_text().splitlines()


def test_every_clipboard_is_pasted():
    assert {path.stem for path in CLIPBOARDS.glob("*.html")} == {*ORIGINS}


def test_paste_from_a_program_keeps_its_words_and_emphasis(editor, source):
    for name in ORIGINS:
        clipboard = CLIPBOARDS / f"{name}.html"
        put(source, html=clipboard.read_text())
        assert (name, paste(editor)) == (name, lines_of(clipboard))


def test_paste_from_a_web_page_keeps_its_words_and_emphasis(editor, source):
    source.set_content((LIVE / "page.html").read_text())
    source.keyboard.press("Control+a")
    source.keyboard.press("Control+c")
    assert paste(editor) == lines_of(LIVE / "page.html")


def test_paste_from_a_pdf_joins_its_lines(editor, source, tmp_path):
    source.set_content((LIVE / "printed.html").read_text())
    source.pdf(path=tmp_path / "printed.pdf", width="600px", height="800px")
    copy_pdf(source, editor, tmp_path / "printed.pdf")
    assert paste(editor) == lines_of(LIVE / "printed.html")


def test_lines_of_plain_text_are_joined_where_a_page_broke_them(editor, source):
    for path in sorted(CLIPBOARDS.glob("*.txt")):
        put(source, plain=path.read_text())
        assert (path.stem, paste(editor)) == (path.stem, lines_of(path))


def test_lines_of_plain_text_that_no_page_broke_stay(editor, source):
    for text in UNBROKEN:
        put(source, plain=text)
        assert paste(editor) == text.replace("\t", " ").split("\n")


def test_pasting_as_plain_text_leaves_the_emphasis_behind(editor, source):
    put(source, html="<p><b>Members</b></p>", plain="Members")
    assert paste(editor, "Control+Shift+V") == ["Members"]


def test_what_is_copied_within_the_editor_stays_as_it_is(editor, source):
    put(source, html="<h3>Seat</h3><p>In <b>Vienna</b></p><ul><li>since 2016</li></ul>")
    before = paste(editor)
    for key in ("a", "x"):
        editor.keyboard.press(f"Control+{key}")
    assert paste(editor) == before == ["### Seat", "In **Vienna**", "- since 2016"]


def test_pasted_html_keeps_what_it_says(editor, source):
    for html, lines in PARTS.items():
        put(source, html=html)
        assert (html, paste(editor)) == (html, lines)


def test_what_was_pasted_is_published_as_it_was_pasted(editor, source):
    clipboard = CLIPBOARDS / "google-docs.html"
    put(source, html=clipboard.read_text())
    paste(editor)
    editor.get_by_role("button", name="Publish now").first.click()
    expect(editor.get_by_text("Published:")).to_be_visible()
    assert in_markdown(Organisation.objects.get().description) == lines_of(clipboard)
