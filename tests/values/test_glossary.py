"""Abbreviations are explained once a page, in its words and never in its mark-up."""

import pytest

from partners.values.glossary import explain
from tests import factories as make

TERMS = {
    "IR": ("interventional radiology", "ir"),
    "EBIR": ("its board's <exam>", "ebir"),
    "R&D": ("research", "r-and-d"),
}
IN_LINK = '<abbr title="interventional radiology">IR</abbr>'
EBIR = '<abbr title="its board&#x27;s &lt;exam&gt;">EBIR</abbr>'
IR = f'<a class="term" href="/glossary/#ir">{IN_LINK}</a>'


@pytest.mark.parametrize(
    ("html", "explained"),
    [
        ("<p>IR and IR</p><p>IR</p>", f"<p>{IR} and IR</p><p>IR</p>"),
        ("<p>ir, FIR, IRs, I R</p>", "<p>ir, FIR, IRs, I R</p>"),
        ('<a href="/IR/" title="IR">The IR</a>', f'<a href="/IR/" title="IR">The {IN_LINK}</a>'),
        ("<button>IR</button><h2>IR</h2>", f"<button>IR</button><h2>{IN_LINK}</h2>"),
        ("<svg><a><text>IR</text></a></svg>IR", f"<svg><a><text>IR</text></a></svg>{IR}"),
        (
            "EBIR",
            f'<a class="term" href="/glossary/#ebir">{EBIR}</a>',
        ),
        (
            "<summary>R&amp;D</summary>",
            '<summary><abbr title="research">R&amp;D</abbr></summary>',
        ),
        ("(IR)<br>", f"({IR})<br>"),
        ("", ""),
    ],
)
def test_first_use_is_explained(html, explained):
    assert explain(html, TERMS) == explained


def test_term_that_reads_like_an_entity_leaves_it_alone():
    assert explain("a &amp; b", {"amp": ("amplifier", "amp")}) == "a &amp; b"


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>ERA-EDTA, x</p>", '<p><span class="whole">ERA-EDTA</span>, x</p>'),
        ("<a>A1-B-C</a>", '<a><span class="whole">A1-B-C</span></a>'),
        (
            '<a href="/ERA-EDTA/">Well-known EU-wide</a>',
            '<a href="/ERA-EDTA/">Well-known EU-wide</a>',
        ),
        (f"<p>{'A' * 15}-BBBBB</p>", f"<p>{'A' * 15}-BBBBB</p>"),
        ("<textarea>ERA-EDTA</textarea>", "<textarea>ERA-EDTA</textarea>"),
    ],
)
def test_acronym_is_not_broken_at_its_hyphen(html, kept):
    assert explain(html, {}) == kept


def test_nothing_to_explain_changes_nothing():
    assert explain("<p>IR</p>", {}) == "<p>IR</p>"


def test_page_explains_a_term_once(client, db):
    make.TermFactory(key="ir", abbreviation="IR", expansion="interventional radiology")
    partner = make.OrganisationFactory(summary="It does IR.", description="<p>More IR.</p>")
    page = client.get(partner.get_absolute_url()).content.decode()
    assert page.count("<abbr") == 1
    assert f"It does {IR}." in page.partition('class="lead"')[2]
