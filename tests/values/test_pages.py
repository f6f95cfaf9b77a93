"""Bytes become the text that a person sees, or it is said why not."""

import pytest

from partners.values import pages

WORDS = "Société “Röntgen”: 75 000 členů"
LATIN = "Société “Röntgen”"


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        (WORDS.encode(), "", WORDS),
        (WORDS.encode(), "iso-8859-1", WORDS),
        (b'<meta charset="latin1">' + WORDS.encode(), "", f'<meta charset="latin1">{WORDS}'),
        (WORDS.encode()[:-1], "", WORDS[:-1]),
        (WORDS.encode("utf-8-sig"), "", WORDS),
        (WORDS.encode("utf-16"), "", WORDS),
        (WORDS.encode("utf-16-be"), "utf-16-be", WORDS),
        (LATIN.encode("cp1252"), "", LATIN),
        (LATIN.encode("cp1252"), "iso-8859-1", LATIN),
        (LATIN.encode("cp1252"), "utf-8", LATIN),
        (LATIN.encode("cp1252"), "no-such", LATIN),
        (LATIN.encode("cp1252"), "base64", LATIN),
        (b'<meta charset="iso-8859-2"> \xe8len\xf9', "", '<meta charset="iso-8859-2"> členů'),
        ("会員".encode("shift_jis"), "Shift_JIS", "会員"),
        ("会員".encode("iso2022_jp"), "iso-2022-jp", "会員"),
        ("会員".encode("gb18030"), "gb2312", "会員"),
        (b"\x81\xff", "", "\ufffd\xff"),
    ],
)
def test_decoded_knows_what_was_meant(body, charset, text):
    assert pages.decoded(body, charset) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<p>two", "One|two"),
        ("a<br>b", "a|b"),
        ("<td>20<td>188,000", "20|188,000"),
        ("inter<b>nation</b>al", "international"),
        ("<span>9</span><span>,000</span>", "9,000"),
        ("inter<wbr>national in&shy;ter", "international inter"),
        ("a\n\t b", "a b"),
        ("a<!-- b -->c<script>d</script>e<style>f</style>", "ace"),
        ("<p hidden>a</p>b<i style='Display : none'>c</i><noscript>d</noscript>e", "be"),
        ("<details><summary>a</summary>b</details><aside>c</aside><footer>d</footer>", "a|b|c|d"),
        ("a<del>b</del><s>c</s><ins>d</ins>", "ad"),
        ("9,000<sup>1</sup> members", "9,000\ue0001\ue001 members"),
        ("<select><option>a<option>b</select>", "a|b"),
        ("a &amp; b &lt;c&gt; &eacute;", "a & b <c> é"),
        ("a\0b", "ab"),
        ("<ruby>a<rt>b</rt></ruby>c", "ac"),
    ],
)
def test_html_is_parted_where_the_eye_parts_it(html, text):
    seen = pages.of_html(html).text
    assert "|".join(filter(None, (line.strip() for line in seen.split("\n")))) == text


def test_html_that_is_nested_deeply_is_read():
    depth = 1_000
    assert "inside" in pages.of_html("<div>" * depth + "inside" + "</div>" * depth).text


@pytest.mark.parametrize(
    ("html", "obstacle"),
    [
        ("<p>Hello", ""),
        ("<div id=root></div><script>render()</script>", "a script makes what it says"),
        (f"<nav>{'Menu ' * 99}</nav><app-root></app-root>", "a script makes what it says"),
        (f"<p>{'word ' * 99}<script>count()</script>", ""),
        ("<title>Just a moment...</title><p>Checking", "it shows “Just a moment...” first"),
        ("<form>Name <input><input type=password>", "it asks for a password"),
        (f"<p>{'word ' * 99}<input type=password>", ""),
        ("<frameset><frame src=a></frameset>", "what it says stands in a frame"),
        ("<img src=a>", "there are no words on it"),
    ],
)
def test_obstacles_are_told(html, obstacle):
    assert pages.of_html(html).obstacle == obstacle


@pytest.mark.parametrize("html", ["", " \n", "\0"])
def test_nothing_is_unreadable(html):
    with pytest.raises(pages.Unreadable, match="nothing on the page"):
        pages.of_html(html)


def test_links_are_whole_addresses():
    html = "<a href='/a'>x</a><a href=' https://b.example.org/ '>y</a><a name=z><a href='//[x'>"
    links = pages.of_html(html, "https://example.org/c/").links
    assert links == {"https://example.org/a", "https://b.example.org/", ""}


def test_plain_text_is_parted_by_empty_lines():
    assert pages.of_plain_text("a\r\nb\n \nc").text == "a\rb\nc"
