"""Folding: what people type finds what is written, on any keyboard."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.values.folding import fold

#: The same examples in every run, however slow the machine.
steady = settings(derandomize=True, deadline=None)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        (" \t\n ", ""),
        ("…!?–—“”", ""),
        ("ESR", "esr"),
        ("  Two   words ", "two words"),
        ("Cardio-vascular", "cardio vascular"),
        ("R&D", "r d"),
        ("E.S.P.R. and É.S.P.R", "espr and espr"),
        ("a.b.cd, x.y, 1.2.3", "a b cd x y 1 2 3"),
        ("Société Française", "societe francaise"),
        ("Österreichische Röntgengesellschaft", "osterreichische rontgengesellschaft"),
        ("O\u0308sterreich", "osterreich"),
        ("Straße", "strasse"),
        ("Øre Łódź Ðæœþ ħ", "ore lodz daeoeth h"),
        ("ISTANBUL \u0130stanbul \u0131", "istanbul istanbul i"),
        ("ﬁbre", "fibre"),
        ("EIBIR™", "eibirtm"),
        ("№ 5²", "no 52"),
        ("\uff25\uff23\uff32", "ecr"),
        ("Ραδιολογία", "ραδιολογια"),
        ("日本医学放射線学会", "日本医学放射線学会"),
        ("100%_a\\b'c\"", "100 a b c"),
        # what nobody sees is nothing
        ("Radio\u00adembolisation", "radioembolisation"),
        ("Ra\u200bdio\ufefflogy \u200e\u2060", "radiology"),
        ("A\u3164B \u2800", "a b"),
        ("❤\ufe0f 葛\U000e0100城", "葛城"),
        ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u062e\u0648"),
        ("\u0645\u062d\u0640\u0640\u0645\u062f", "\u0645\u062d\u0645\u062f"),
        # marks that spell a word stay in it, accents and points do not
        ("तेजपुर", "तेजपुर"),
        ("क़िला", "किला"),
        ("র\u200d\u09cdয\u09beডিওলজি", "র\u09cdয\u09beডিওলজি"),
        ("การแพทย์", "การแพทย์"),
        ("日本がん学会", "日本か\u3099ん学会"),
        ("ﾊﾞｽ", "ハ\u3099ス"),
        ("\u05e9\u05b8\u05dc\u05d5\u05b9\u05dd", "\u05e9\u05dc\u05d5\u05dd"),
        ("\u0645\u064f\u062d\u064e\u0645\u0651\u062f", "\u0645\u062d\u0645\u062f"),
        ("e\u20dd", "e"),
    ],
)
def test_fold_leaves_plain_lower_case_words(text, folded):
    assert fold(text) == folded


@steady
@given(st.text())
def test_fold_is_done_after_once(text):
    assert fold(fold(text)) == fold(text)


@steady
@given(st.text())
def test_fold_leaves_letters_digits_marks_and_single_blanks(text):
    words = fold(text).split(" ")
    assert words == [""] or all(words)
    assert all(unicodedata.category(c)[0] in "LNM" for word in words for c in word)


@steady
@given(st.text("abcxyzäöüéßøİıÅ 0123-"))
def test_fold_does_not_see_case(text):
    assert fold(text.lower()) == fold(text)
