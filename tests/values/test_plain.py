"""Rich text goes out as plain text and comes back with the mark-up of what nobody changed."""

import random
import re

import pytest

from partners.values.plain import as_text, edited, taken_away
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


A = '<a href="https://a.example/">so</a>'
QUOTED = f"<blockquote><p>We say {A}.</p><p>Jon Doe</p></blockquote>"
NESTED = (
    f"<ul><li><p>Say {A}</p><ol><li><p>inner words</p></li><li><p>next</p></li></ol></li>"
    f"<li><p>See {A}</p><p>More</p></li><li><p>Last<br>line</p></li></ul>"
)


@pytest.mark.parametrize(
    ("before", "old", "new", "html", "becomes"),
    [
        (QUOTED, "Jon", "John", "Jon", "John"),
        (QUOTED, "\nJon Doe", "", "<p>Jon Doe</p>", ""),
        (QUOTED, "Doe", "Doe\nof us", "Doe", "Doe<br>of us"),
        (NESTED, "inner", "outer", "inner", "outer"),
        (NESTED, "More", "Less", "More", "Less"),
        (NESTED, "More", "• More", "<p>More</p></li>", "</li><li><p>More</p></li>"),
        (NESTED, "• Say", "• New\n• Say", "<ul><li>", "<ul><li><p>New</p></li><li>"),
        (NESTED, "1. inner words", "1. zero\n2. inner words", "<ol>", "<ol><li><p>zero</p></li>"),
        (NESTED, "2. next", "2. next\n3. last", "</ol>", "<li><p>last</p></li></ol>"),
        (NESTED, "\n1. inner words\n2. next", "",
         "<ol><li><p>inner words</p></li><li><p>next</p></li></ol>", ""),
        (NESTED, "Last\nline", "Last\nlines\n• New & old", "line</p></li>",
         "lines</p></li><li><p>New &amp; old</p></li>"),
    ],
)  # fmt: skip
def test_what_stands_in_other_blocks_is_corrected_where_it_stands(before, old, new, html, becomes):
    text = as_text(before)
    assert old in text
    assert html in before
    after = edited(before, text.replace(old, new))
    assert after == before.replace(html, becomes, 1)
    assert "the link to https://a.example/" not in taken_away(before, after)


def test_what_goes_without_a_word_is_told():
    link = "the link to https://a.example/"
    assert taken_away(QUOTED, QUOTED) == []
    assert taken_away(QUOTED, edited(QUOTED, "We say so.\n\nJon Doe")) == []
    assert taken_away(QUOTED, edited(QUOTED, "• We say so.\n• Jon Doe")) == [link, "a quotation"]
    assert taken_away(NESTED, edited(NESTED, "Say so. See so.")) == [link, "a list"]
    assert taken_away("<h3>Now</h3><p>x</p>", "<p>Now</p><p>x</p>") == ["a heading"]


@pytest.mark.parametrize(("html", "text"), [(HTML, TEXT), (NESTED, as_text(NESTED))])
def test_whatever_is_typed_is_what_is_read(html, text):
    """Words deleted and put in at random: the text is as it was typed, and the HTML clean."""
    rng = random.Random(1)  # noqa: S311 — no secret
    for _ in range(300):
        words = text.split(" ")
        for _ in range(rng.randrange(1, 6)):
            place = rng.randrange(len(words))
            words[place : place + rng.randrange(3)] = rng.choice([["new"], ["a<b", "&amp;"], []])
        typed = " ".join(words)
        corrected = edited(html, typed)
        # items are counted anew, and those of one list have one mark
        said, meant = (re.sub(r"\b\d\.", "•", each).split() for each in (as_text(corrected), typed))
        assert said == meant
        assert sanitise(corrected) == corrected
