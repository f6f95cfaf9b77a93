"""A PDF is read by whichever reader finds the words: `report.pdf` was printed by Chromium."""

from pathlib import Path

import pytest

from partners.values import pages, pdf, quotations

REPORT = (Path(__file__).parent / "documents/report.pdf").read_bytes()


#: The same, but it does not say which letters its fonts draw: PDFium reads “7KH” for “The”.
UNNAMED = REPORT.replace(b"/ToUnicode", b"/NoUnicode")


def outcomes(quotation, body=REPORT):
    readings = pdf.readings(body, {quotation})
    return {quotations.judged(quotation, reading).outcome for reading in readings}


@pytest.mark.parametrize(
    "quotation",
    [
        "The first official congress of the Federation was held in 2004",
        "efficient workflows, and profited from the collaboration of interventional radiologists",
        "interventional radiologists in forty-eight countries",
        "more than 12,500 members of 43 national societies",
        "Internationalisation of standardised interventional radiological education",
        "administrative responsibilities. It is not recognised by law as a university",
        "Members in Europe 9,000",
        "the working period 2016-2018 was extended",
        "a university. Members in Europe",
        "the budget grew by 5%",
    ],
)
def test_one_of_the_readers_finds_it(quotation):
    assert quotations.SAYS_SO in outcomes(quotation)


@pytest.mark.parametrize(
    "quotation",
    [
        "more than 12,501 members of 43 national societies",
        "more than 12,5001 members of 43 national societies",
        "recognised by law as a university",
        "the working period 2016-2019 was extended",
        "Members in Europe 19,000",
    ],
)
def test_no_reader_finds_what_is_not_there(quotation):
    assert outcomes(quotation) == {quotations.SAYS_ELSE}


def test_lines_on_each_page_are_left_out_at_first():
    first, second, *_ = pdf.readings(REPORT)
    assert "edition 2026" not in first.text
    assert second.text.count("edition 2026") == 2


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7", b"no PDF", REPORT[:5000]])
def test_what_is_no_pdf_is_unreadable(body):
    with pytest.raises(pages.Unreadable, match="does not open"):
        list(pdf.readings(body))


def test_pages_without_text_are_unreadable(monkeypatch):
    monkeypatch.setattr(pdf, "_page", lambda document, number: ("\x01\x02 (cid:3)(cid:4)", False))
    monkeypatch.setattr(pdf, "_by_pdfminer", lambda body, numbers: [])
    with pytest.raises(pages.Unreadable, match="pictures"):
        list(pdf.readings(REPORT))


def test_letters_that_one_reader_cannot_name_are_read_by_the_other():
    assert quotations.SAYS_SO in outcomes("the working period 2016-2018 was extended", UNNAMED)
    assert quotations.SAYS_SO not in outcomes("the working period 2016-2019 was extended", UNNAMED)


def test_what_may_stand_on_pages_that_one_reader_left_out_is_not_gone(monkeypatch):
    assert {reading.obstacle for reading in pdf.readings(UNNAMED)} == {""}
    monkeypatch.setattr(pdf, "MOST_PAGES_AGAIN", 1)
    *_, last = pdf.readings(UNNAMED)
    assert last.obstacle == pdf.TOO_LONG
    monkeypatch.setattr(pdf, "MOST_PAGES", 1)
    assert {reading.obstacle for reading in pdf.readings(REPORT)} == {pdf.TOO_LONG}


def test_page_that_has_most_of_the_words_is_read_again_and_no_other(monkeypatch):
    read = pdf._page

    def long_page(document, number):
        text, is_named = read(document, number)
        return "Other matters.\n" * 60 + text + "\nOther matters." * 60, is_named

    monkeypatch.setattr(pdf, "_page", long_page)
    *_, last = pdf.readings(REPORT, {"the working period 2016-2020 was extended"})
    assert "Page  two  says" in last.text
    assert "congress" not in last.text


def test_nothing_is_read_again_where_nothing_is_alike():
    assert [len(list(pdf.readings(REPORT, missing))) for missing in ((), {"a new journal"})] == [
        2,
        2,
    ]
