"""Rich text: nothing but what the editor's buttons make, whichever way it is written."""

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.models import Page
from partners.richtext import plain_text, render, sanitise
from tests import factories as make

#: The same examples in every run, however slow the machine.
steady = settings(derandomize=True, deadline=None)

CLEAN = [
    "",
    "<p>We work together.</p>",
    "<h3>Since 2016</h3><h4>In detail</h4>",
    "<p><strong>Bold</strong> and <em>italic</em><br>on two lines</p>",
    "<ul><li><p>One</p></li></ul><ol><li><p>Two</p></li></ol>",
    "<blockquote><p>Said so</p></blockquote>",
    '<p><a href="https://example.org/?a=1&amp;b=2">Their site</a></p>',
    '<p><a href="mailto:office@example.org">Write</a></p>',
    '<p><a href="/events/">Events</a></p>',
    "<p>R&amp;D, 3 &lt; 5</p>",
]
DIRTY = [
    pytest.param("<p>Text</p><script>alert(1)</script>", "<p>Text</p>", id="script"),
    pytest.param("<p>Text</p><SCRIPT SRC=//evil.example></SCRIPT>", "<p>Text</p>", id="script-src"),
    pytest.param('<p onclick="alert(1)">Text</p>', "<p>Text</p>", id="onclick"),
    pytest.param("<p><img src=x onerror=alert(1)>Text</p>", "<p>Text</p>", id="onerror"),
    pytest.param(
        '<p><a href="javascript:alert(1)">Text</a></p>', "<p><a>Text</a></p>", id="javascript"
    ),
    pytest.param(
        '<p><a href=" JaVa&#09;Script:alert(1)">Text</a></p>',
        "<p><a>Text</a></p>",
        id="javascript-disguised",
    ),
    pytest.param(
        '<p><a href="data:text/html,<script>1</script>">Text</a></p>',
        "<p><a>Text</a></p>",
        id="data",
    ),
    pytest.param('<p style="color: red">Text</p>', "<p>Text</p>", id="style"),
    pytest.param('<p class="big" id="top">Text</p>', "<p>Text</p>", id="class-and-id"),
    pytest.param("<style>p { display: none }</style><p>Text</p>", "<p>Text</p>", id="style-sheet"),
    pytest.param(
        '<iframe src="https://evil.example"></iframe><p>Text</p>', "<p>Text</p>", id="frame"
    ),
    pytest.param("<svg><script>alert(1)</script></svg><p>Text</p>", "<p>Text</p>", id="svg"),
    pytest.param("<!-- secret --><p>Text</p>", "<p>Text</p>", id="comment"),
    pytest.param("<p>Te<strong>xt", "<p>Te<strong>xt</strong></p>", id="unclosed"),
    pytest.param("<p>Text</p></div>", "<p>Text</p>", id="closed-only"),
    pytest.param("<h1>Text</h1>", "Text", id="heading-of-the-page"),
    pytest.param("<form><input name=a></form><p>Text</p>", "<p>Text</p>", id="form"),
    pytest.param("<p>Text", "<p>Text</p>", id="open-paragraph"),
    pytest.param("<p>R&D</p>", "<p>R&amp;D</p>", id="bare-ampersand"),
    pytest.param("<p></p>", "", id="editor-left-empty"),
]


@pytest.mark.parametrize("html", CLEAN)
def test_sanitise_leaves_what_the_editor_makes(html):
    assert sanitise(html) == html


@pytest.mark.parametrize(("dirty", "clean"), DIRTY)
def test_sanitise_takes_out_the_rest(dirty, clean):
    assert sanitise(dirty) == clean


@steady
@given(st.text("<>/&;\"'= aphrefscit:j\n", max_size=60) | st.text(max_size=30))
def test_sanitise_is_done_after_once(html):
    assert sanitise(sanitise(html)) == sanitise(html)


def test_render_is_safe_only_after_sanitising():
    rendered = render("<p>Text</p><script>alert(1)</script>")
    assert rendered.__html__() == "<p>Text</p>"


@pytest.mark.parametrize("rel", ["", ' rel="opener"'])
def test_link_on_a_page_says_that_it_leads_elsewhere(rel):
    rendered = render(f'<p><a href="https://example.org/"{rel}>there</a></p>')
    assert 'rel="external noopener"' in rendered
    assert "opener" not in rendered.replace("noopener", "")


@pytest.mark.django_db
@pytest.mark.parametrize(("dirty", "clean"), DIRTY)
def test_every_write_cleans(dirty, clean):
    def stored():
        return Page.objects.get(key="p").body

    page = make.PageFactory(key="p", body=dirty)
    assert stored() == clean

    page.body = "<p>Else</p>"
    page.save()
    page.body = dirty
    page.save_base(raw=True)
    assert stored() == clean

    Page.objects.update(body="<p>Else</p>")
    Page.objects.update(body=dirty)
    assert stored() == clean

    Page.objects.update(body="<p>Else</p>")
    Page.objects.bulk_update([page], ["body"])
    assert stored() == clean


@pytest.mark.django_db
def test_loaded_fixture_is_clean():
    page = make.PageFactory.build(key="p", body="<p onclick='x()'>Text</p>")
    for loaded in serializers.deserialize("json", serializers.serialize("json", [page])):
        loaded.save()
    assert Page.objects.get(key="p").body == "<p>Text</p>"


@pytest.mark.django_db
@pytest.mark.parametrize(("dirty", "clean"), DIRTY)
def test_full_clean_refuses_what_saving_would_change(dirty, clean):
    page = make.PageFactory()
    page.body = clean
    page.full_clean()
    page.body = dirty
    with pytest.raises(ValidationError) as refused:
        page.full_clean()
    sentence = (
        "This text holds mark-up that is not allowed or not closed. Allowed are paragraphs, "
        "headings, lists, quotations, bold, italic and links."
    )
    assert refused.value.message_dict == {"body": [sentence]}


@pytest.mark.parametrize(("dirty", "clean"), DIRTY)
def test_form_field_cleans_what_is_pasted(dirty, clean):
    assert Page._meta.get_field("body").formfield().clean(dirty) == clean


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("", ""),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("<h3>Head</h3><ul><li><p>One</p></li><li>Two</li></ul>", "Head One Two"),
        ("One<br>Two", "One Two"),
        ("<p>Euro<strong>Safe</strong>, <em>since</em> 2016</p>", "EuroSafe, since 2016"),
        ("<p>R&amp;D &lt; all</p>", "R&D < all"),
        ('<p><a href="https://example.org">Their   site</a>\n</p>', "Their site"),
    ],
)
def test_plain_text_is_the_words_as_they_are_read(html, words):
    assert plain_text(html) == words
