"""Abbreviations are explained once a page, in its words and never in its mark-up."""

import pytest

from partners.glossary import explain
from tests import factories as make

TERMS = {"IR": "interventional radiology", "EBIR": "its board's <exam>", "R&D": "research"}
IR = '<abbr title="interventional radiology">IR</abbr>'


@pytest.mark.parametrize(
    ("html", "explained"),
    [
        ("<p>IR and IR</p><p>IR</p>", f"<p>{IR} and IR</p><p>IR</p>"),
        ("<p>ir, FIR, IRs, I R</p>", "<p>ir, FIR, IRs, I R</p>"),
        ('<a href="/IR/" title="IR">The IR</a>', f'<a href="/IR/" title="IR">The {IR}</a>'),
        ("<button>IR</button><h2>IR</h2>", f"<button>IR</button><h2>{IR}</h2>"),
        ("<svg><a><text>IR</text></a></svg>IR", f"<svg><a><text>IR</text></a></svg>{IR}"),
        ("EBIR", '<abbr title="its board&#x27;s &lt;exam&gt;">EBIR</abbr>'),
        ("R&amp;D", '<abbr title="research">R&amp;D</abbr>'),
        ("(IR)<br>", f"({IR})<br>"),
        ("", ""),
    ],
)
def test_first_use_is_explained(html, explained):
    assert explain(html, TERMS) == explained


def test_term_that_reads_like_an_entity_leaves_it_alone():
    assert explain("a &amp; b", {"amp": "amplifier"}) == "a &amp; b"


def test_nothing_to_explain_changes_nothing():
    assert explain("<p>IR</p>", {}) == "<p>IR</p>"


def test_page_explains_a_term_once(client, db):
    make.TermFactory(abbreviation="IR", expansion="interventional radiology")
    partner = make.OrganisationFactory(summary="It does IR.", description="<p>More IR.</p>")
    page = client.get(partner.get_absolute_url()).content.decode()
    assert page.count("<abbr") == 1
    assert f"It does {IR}." in page
