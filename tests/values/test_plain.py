"""Rich text goes out as plain text and comes back with the mark-up of what nobody changed."""

import random

import pytest

from partners.values.plain import as_text, edited
from partners.values.richtext import sanitise

HTML = sanitise(
    "<p>The <strong>IR</strong> Division, see "
    '<a href="https://ir.example/" title="a > b">its site</a>, has <em>three</em> parts:</p>'
    "<ul><li><p>to train &amp; teach;</p></li>"
    '<li><p>to keep <a href="https://s.example/">standards</a> high.</p></li></ul>'
    "<h3>History</h3><p>Since 10<sup>2</sup> years<br>and more.</p>"
    "<blockquote><p>We are.</p></blockquote><ol><li><p>First</p></li><li><p>Last</p></li></ol>"
)
TEXT = """The IR Division, see its site, has three parts:

• to train & teach;
• to keep standards high.

History

Since 10² years
and more.

We are.

1. First
2. Last"""


def test_text_is_what_a_person_reads():
    assert as_text(HTML) == TEXT
    assert edited(HTML, TEXT) == HTML
    assert (as_text(""), edited("", "")) == ("", "")


@pytest.mark.parametrize(
    ("old", "new", "html", "becomes"),
    [
        ("three", "four", "<em>three</em>", "four"),
        ("its site", "its old site", ">its site</a>", ">its old site</a>"),
        ("The IR", "The", "The <strong>IR</strong>", "The"),
        ("History", "Our history", "<h3>History", "<h3>Our history"),
        ("We are.", "We are not.", "We are.", "We are not."),
        ("\n• to train & teach;", "", "<li><p>to train &amp; teach;</p></li>", ""),
        ("standards high", "norms high", '<a href="https://s.example/">standards</a>', "norms"),
        ("\n2. Last", "\n2. Next\n3. Last", "<li><p>Last", "<li><p>Next</p></li><li><p>Last"),
        ("10² years", "10³ years", "10<sup>2</sup>", "10³"),
        ("and more.", "and more.\n\n<b>New</b>", "more.</p>",
         "more.</p><p>&lt;b&gt;New&lt;/b&gt;</p>"),
        ("We are.", "- a\n- b", "<blockquote><p>We are.</p></blockquote>",
         "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
    ],
)  # fmt: skip
def test_only_what_was_changed_loses_its_mark_up(old, new, html, becomes):
    assert html in HTML
    assert edited(HTML, TEXT.replace(old, new)) == HTML.replace(html, becomes)


def test_whatever_is_typed_is_what_is_read():
    """Words deleted and put in at random: the text is as it was typed, and the HTML clean."""
    rng = random.Random(1)  # noqa: S311 — no secret
    for _ in range(300):
        words = TEXT.split(" ")
        for _ in range(rng.randrange(1, 6)):
            place = rng.randrange(len(words))
            words[place : place + rng.randrange(3)] = rng.choice([["new"], ["a<b", "&amp;"], []])
        text = " ".join(words)
        html = edited(HTML, text)
        assert as_text(html).split() == text.split()
        assert sanitise(html) == html
