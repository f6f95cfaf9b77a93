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


PICTURE = (
    "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8>>"
)
DRAWS_PICTURE = "q 500 0 0 600 50 100 cm /I Do Q"
FORM = "<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</I 7 0 R>>>>>>"
FILES = "/Names<</EmbeddedFiles<</Names[(a)6 0 R]>>>>"
NOTE = "/Subtype/FreeText/Rect[9 9 99 99]/Contents(ada@partner.example.org)"
UTF_16 = "ada@partner.example.org".encode("utf-16").hex()
FIELD = f"/Subtype/Widget/FT/Tx/T(mail)/Rect[9 9 99 99]/V<{UTF_16}>"
#: A font whose letters have no names: each is drawn by a procedure.
NO_NAMES = "/CharProcs<</x 7 0 R>>/Encoding<</Type/Encoding/Differences[1/x]>>"
SIZES = "/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 1/LastChar 1/Widths[9]"
NAMELESS = [
    f"<</Type/Font/Subtype/Type3{SIZES}{NO_NAMES}>>",
    "<<>>stream\n9 0 d0 0 0 9 9 re f\nendstream",
]
LINES = "/F 12 Tf 50 700 Td" + "(ordinary words) Tj 0 -20 Td " * 20
UNNAMED_LETTER = "/D 12 Tf (\1) Tj "


def written(words="Page 2 of 2", draws="", page="", root="", more=()):
    """A PDF of one page with `words`; `more` are its objects from number 6 on, /I and /D both 6."""
    font, box = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", "/MediaBox[0 0 600 800]"
    resources = "<</Font<</F 5 0 R/D 6 0 R>>/XObject<</I 6 0 R>>>>"
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{root}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R{box}/Contents 4 0 R/Resources{resources}{page}>>",
        stream("<<>>", f"BT /F 12 Tf 50 50 Td ({words}) Tj ET {draws}"),
        font,
        *more,
        "<</Title(Terms of Ada)>>",
    ]
    body = "\n".join(f"{n} 0 obj{each} endobj" for n, each in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}\ntrailer<</Root 1 0 R/Info {len(objects)} 0 R>>".encode()


def stream(about, content):
    return f"{about}stream\n{content}\nendstream"


def test_all_text_of_a_file_is_its_pages_and_what_it_says_of_itself():
    assert pdf.all_text(written()) == ("Terms of Ada\nPage 2 of 2", "")
    text, obstacle = pdf.all_text(REPORT)
    assert "working period 2016" in text
    assert obstacle == ""
    assert pdf.all_text(UNNAMED)[1] == ""


@pytest.mark.parametrize(
    ("body", "obstacle"),
    [
        (written(draws=DRAWS_PICTURE, more=[stream(PICTURE, "x")]), "pictures"),
        (written(draws="q /I Do Q", more=[
            stream(FORM, DRAWS_PICTURE),
            stream(PICTURE, "x"),
        ]), "pictures"),
        (written(draws="10 10 m 20 20 30 30 40 40 c " * 80 + "S"), "pictures"),
        (written(page=f"/Annots[<</Type/Annot{NOTE}>>]"), "notes"),
        (written(page="/Annots[6 0 R]", root="/AcroForm<</Fields[6 0 R]>>",
                 more=[f"<</Type/Annot{FIELD}>>"]), "fields of a form"),
        (written(root="/AcroForm<</Fields[6 0 R]>>", more=[f"<<{FIELD}>>"]), "fields of a form"),
        (written(root=FILES, more=["<</Type/Filespec/F(a)/EF<</F 7 0 R>>>>", stream("<<>>", "x")]),
         "files in it"),
        (written(draws=f"BT {LINES} {UNNAMED_LETTER * 8} ET", more=NAMELESS), "nobody can name"),
        (written(draws=f"BT {LINES} {UNNAMED_LETTER} ET", more=NAMELESS), "nobody can name"),
        (written(words="ordinary words " * 40), "beyond the edge"),
        (written(words=""), "pictures"),
    ],
)  # fmt: skip
def test_where_words_may_stand_that_nobody_reads_is_told(body, obstacle):
    assert obstacle in pdf.all_text(body)[1]


def test_small_pictures_and_rules_are_no_obstacle():
    draws = "q 9 0 0 9 50 100 cm /I Do Q 0 700 m 600 700 l S"
    assert pdf.all_text(written(draws=draws, more=[stream(PICTURE, "x")]))[1] == ""


def test_nothing_is_read_again_where_nothing_is_alike():
    assert [len(list(pdf.readings(REPORT, missing))) for missing in ((), {"a new journal"})] == [
        2,
        2,
    ]
