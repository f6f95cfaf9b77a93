"""What a page says is found in any dress, and in no other words."""

import pytest

from partners.values import pages, quotations

QUOTED = "The Society represents more than 75,000 members in 48 countries"

#: Pages that still say so.
KEPT = {
    "as it was": QUOTED,
    "in a sentence": f"Who we are. {QUOTED}, and 20 institutions.",
    "reflowed": "The Society\n   represents more\t than 75,000\n members in 48 countries",
    "across tags": "The <b>Soci</b>ety <a href=/>represents</a> more than <span>75</span>,000"
    " <em>mem<wbr>bers</em> in 48<!-- or so --> countries",
    "thin and unbroken blanks": "The&nbsp;Society represents more than 75&#8239;000 members in"
    " 48&thinsp;countries",
    "grouped by points": QUOTED.replace(",", "."),
    "grouped by apostrophes": QUOTED.replace(",", "’"),
    "not grouped": QUOTED.replace(",", ""),
    "full width": QUOTED.replace("75,000", "\uff17\uff15\uff0c\uff10\uff10\uff10"),
    "in capitals": QUOTED.upper(),
    "soft hyphens": QUOTED.replace("members", "mem&shy;bers"),
    "invisible joiners": QUOTED.replace("members", "mem&#8203;bers"),
    "in a list": "<ul><li>The Society represents<li>more than 75,000 members<li>in 48 countries",
    "in a table": "<table><tr><td>The Society represents<td>more than 75,000 members in<td>48"
    "<td>countries</table>",
    "with a footnote": QUOTED.replace("75,000", "75,000<sup>1</sup>"),
    "with a bracketed footnote": QUOTED.replace("members", "members[12]"),
    "with a raised digit": QUOTED.replace("75,000", "75,000²"),
    "twice": f"<h2>{QUOTED}</h2><p>{QUOTED}</p>",
    "denied elsewhere": f"We are not a company. {QUOTED}.",
    "in quotation marks": f"“{QUOTED}”",
    "in a closed note": f"<details><summary>More</summary>{QUOTED}</details>",
    "in the footer": f"<p>Welcome</p><footer>{QUOTED}</footer>",
    "not only": f"Not only that: {QUOTED}",
    "of a not-for-profit": f"A not-for-profit body with a name, {QUOTED}",
    "denied, then said": f"It is no union but {QUOTED}",
    "another number elsewhere": f"{QUOTED}. <p>In 2027 we hope for 80,000 members.</p>",
    "broken markup": f"<div><p><b>{QUOTED}</div></i><table>",
}
#: Pages that say something else → the number that took the place, if one did.
CHANGED = {
    QUOTED.replace("75,000", "140,000"): "140,000",
    QUOTED.replace("75,000", "<b>75,001</b>"): "75,001",
    QUOTED.replace("48", "49"): "49",
    QUOTED.replace("75,000", "175,000"): "175,000",
    QUOTED.replace("75,000", "7,500"): "7,500",
    "The Society represents more than<br>140.000 members<p>in 48 countries": "140.000",
    QUOTED.replace("Society", "Union"): "",
    QUOTED.replace("represents", "does not represent"): "",
    f"It is not true that {QUOTED}": "",
    f"It is false that {QUOTED}": "",
    f"We don’t think that {QUOTED}": "",
    "Nobody says that the Society represents more than 75,000 members in 48 countries": "",
    f"{QUOTED} no longer": "",
    "In 48 countries, more than 75,000 members are represented by the Society": "",
    f"<s>{QUOTED}</s> {QUOTED.replace('75,000', '80,000')}": "80,000",
    "The Society represents less than 75,000 members in 48 countries": "",
    "The Society represents members of 48 countries: more than 80 000": "",
}
GONE = {
    "another page": "Programme of the congress. Registration opens in May.",
    "in a script": f"<script>say('{QUOTED}')</script>Welcome",
    "in a comment": f"<!-- {QUOTED} -->Welcome",
    "hidden": f"<p hidden>{QUOTED}</p><p style='display: none'>{QUOTED}</p>Welcome",
    "in a template": f"<template>{QUOTED}</template><noscript>{QUOTED}</noscript>Welcome",
}


def judged(page, quotation=QUOTED, language="en"):
    reading = pages.of_html(f"<html lang={language}><title>Who we are</title><body>{page}")
    return quotations.judged(quotation, reading)


@pytest.mark.parametrize("page", KEPT.values(), ids=KEPT)
def test_quotation_is_found_in_any_dress(page):
    assert judged(page).outcome == quotations.SAYS_SO


@pytest.mark.parametrize("page", CHANGED)
def test_quotation_is_not_found_in_other_words(page):
    verdict = judged(page)
    assert (verdict.outcome, verdict.number) == (quotations.SAYS_ELSE, CHANGED[page])


@pytest.mark.parametrize("page", GONE.values(), ids=GONE)
def test_quotation_is_gone_where_nothing_is_like_it(page):
    assert judged(page).outcome == quotations.GONE


@pytest.mark.parametrize(
    ("quotation", "page", "language", "is_said"),
    [
        ("1.234 m deep", "it is 1,234 m deep", "en", False),
        ("1.234 m deep", "it is 1,234 m deep", "", True),
        ("1,234 m deep", "es sind 1,234 m deep", "de", True),
        ("75.000 Mitglieder", "mehr als 75.000 Mitglieder", "de-AT", True),
        ("9,000 members", "19,000 members", "en", False),
        ("9,000 members", "9,0001 members", "en", False),
        ("102 members", "10² members", "en", False),
        ("102 members", "10<sup>2</sup> members", "en", False),
        ("10 members", "10<sup>6</sup> members", "en", False),
        ("9½ years", "in 9½ years", "en", True),
        ("9 years", "9\u00bd years", "en", False),
        ("21st congress", "the 21<sup>st</sup> congress", "en", True),
        ("500 m² of room", "500 m<sup>2</sup> of room", "en", True),
        ("founded in 2016", "founded in 2016<sup>a</sup>", "en", True),
        ("50 % of members", "50% of members", "en", True),
        ("a fall of 5", "a fall of -5", "en", False),
        ("from 2016-2018", "from 2016–2018", "en", True),
        ("notable members", "not able members", "en", False),
        ("an international body", "an inter national body", "en", True),
        ("co-operation of societies", "cooperation of societies", "en", True),
        ("a well-known society", "a well known society", "en", True),
        ("recognised by law", "is not recognised by law", "en", False),
        ("recognised by law", "is, of course, recognised by law", "en", True),
        ("anerkannt", "die Gesellschaft ist anerkannt nicht nur dort", "de", True),
        ("die Gesellschaft vertritt Ärzte", "die Gesellschaft vertritt Ärzte nicht", "de", False),
        ("plus de 75 000 membres", "la société n’a pas plus de 75 000 membres", "fr", False),
        ("75 000 membres", "pas moins de 75 000 membres", "fr", True),
        ("学会の会員は75,000人", "本学会の会員は75,000人です", "ja", True),
        ("学会の会員は75,000人", "本学会の会員は80,000人です", "ja", False),
        ("the ﬁrst oﬃcial journal", "the first official journal", "en", True),
        ("Straße", "STRASSE", "de", True),
        ("No. 1 in Europe", "we are the No. 1 in Europe", "en", True),
        ("members, 120 of them new", "members, 120 500 of them new", "en", False),
    ],
)  # fmt: skip
def test_numbers_and_negations_count(quotation, page, language, is_said):
    assert (judged(page, quotation, language).outcome == quotations.SAYS_SO) is is_said


@pytest.mark.parametrize(
    "said", ["more than İstanbul, 75 000 members", "m e m b e r s of all", "1951"]
)
def test_words_are_found_in_a_long_text_however_it_is_searched(said):
    """What is read word by word is but what looks alike: short words, single letters, numbers."""
    filler = "İzmir and other towns. " * 900
    quotation = said.replace("m e m b e r s", "members")
    assert judged(f"{filler}{said}. {filler}", quotation).outcome == quotations.SAYS_SO
    assert judged(f"{filler * 2}", quotation).outcome == quotations.GONE


def test_capitals_of_a_long_text_are_those_letters():
    page = f"{'Other words of ours. ' * 900}GESELLSCHAFT FÜR GRÖSSE. {'And of theirs. ' * 900}"
    assert judged(page, "Gesellschaft für Größe", "de").outcome == quotations.SAYS_SO


def test_passage_is_the_sentence():
    verdict = judged(f"Hello there. {QUOTED.replace('75,000', '140,000')}! Join us.")
    assert verdict.passage == QUOTED.replace("75,000", "140,000") + "!"
    long = judged(f"{'word ' * 300}{QUOTED.replace('75,000', '140,000')}").passage
    assert len(long) == quotations.LONGEST_PASSAGE


def test_a_quotation_without_words_is_nowhere():
    assert judged(QUOTED, "…").outcome == quotations.GONE
    assert judged("", QUOTED).outcome == quotations.GONE
