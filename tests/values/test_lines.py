"""Clean text: what nobody sees is not stored, what a script or a picture needs is."""

import re
from xml.etree import ElementTree

import pytest
from django.apps import apps
from django.db.models import CharField, SlugField, TextField, Value
from django.utils.html import escape
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st

from partners.models import Organisation, Term
from partners.models.base import ContentModel
from partners.models.redirects import SiteAddressField
from partners.reading.search import Search
from partners.values.folding import fold
from partners.values.lines import (
    BLANK,
    INVISIBLE,
    CleanField,
    one_line,
    several_lines,
    writable,
)
from partners.values.richtext import RichTextField
from tests import factories as make

#: The same examples in every run, however slow the machine.
steady = settings(derandomize=True, deadline=None)

#: What people type, paste and send, and what is stored of it. Other tests send it by every door.
TYPED = {
    "line-break": ("CIR\nSE", "CIR SE"),
    "windows-line-break": ("CIR\r\nSE", "CIR SE"),
    "word-line-break": ("CIR\vSE", "CIR SE"),
    "form-feed": ("CIR\fSE", "CIR SE"),
    "line-separator": ("CIR\u2028SE", "CIR SE"),
    "paragraph-separator": ("CIR\u2029SE", "CIR SE"),
    "tab": ("CIR\tSE", "CIR SE"),
    "run-of-blanks": ("CIR  \u00a0 SE", "CIR SE"),
    "blanks-at-the-ends": (" \u00a0CIRSE\u3000\u00a0", "CIRSE"),
    "no-break-space-within": ("30\u00a0%", "30\u00a0%"),
    "soft-hyphen": ("Radio\u00adlogie", "Radiologie"),
    "zero-width-space": ("Radio\u200blogie\u200b", "Radiologie"),
    "word-joiner": ("Radio\u2060logie", "Radiologie"),
    "byte-order-mark": ("\ufeffCIRSE", "CIRSE"),
    "swapped-byte-order-mark": ("CIR\ufffeSE", "CIRSE"),
    "no-character": ("CIR\uffff\ufdd0\U0001fffeSE", "CIRSE"),
    "joiners-out-of-place": ("CIR\u200d\u200cSE\u200d", "CIRSE"),
    "direction-marks": ("\u200eCIR\u200fSE\u061c", "CIRSE"),
    "direction-override": ("\u202eCIR\u202cSE\u2066\u2069", "CIRSE"),
    "variation-of-nothing": ("\ufe0fCIR \ufe0fSE", "CIR SE"),
    "hidden-tags": ("CIR\U000e0068\U000e0069SE", "CIRSE"),
    "annotation": ("CIR\ufff9\ufffbSE", "CIRSE"),
    "hangul-filler": ("CIRSE\u3164", "CIRSE"),
    "persian": ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
    "persian-joiner-twice": ("\u0645\u06cc\u200c\u200c\u062e\u200c", "\u0645\u06cc\u200c\u062e"),
    "bengali": ("র\u200d\u09cdয\u09beড", "র\u200d\u09cdয\u09beড"),
    "sinhala": ("ක\u0dca\u200dෂ", "ක\u0dca\u200dෂ"),
    "hindi": ("क\u094d\u200dष", "क\u094d\u200dष"),
    "hebrew-with-latin": ("אגודה C++\u200e", "אגודה C++\u200e"),
    "family": ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
    "doctor": ("👩🏽\u200d⚕\ufe0f", "👩🏽\u200d⚕\ufe0f"),
    "flag-of-scotland": (
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    ),
    "variant-of-a-character": ("葛\U000e0100城市", "葛\U000e0100城市"),
    "mongolian": ("ᠪᠠᠭ\u180e\u1820", "ᠪᠠᠭ\u180e\u1820"),
}
NOTHING = [
    "",
    "   ",
    "\n",
    "\u00a0",
    "\u200b",
    "\ufeff \u00ad",
    "\u3164",
    "\u2800",
    "\u202e",
    "\ufffe",
]
EVERYTHING = pytest.mark.parametrize(("typed", "stored"), TYPED.values(), ids=TYPED)
EMPTY = pytest.mark.parametrize("nothing", NOTHING, ids=ascii)
UNWRITABLE = pytest.mark.parametrize(
    "character", ["\x1b", "\x0b", "\x08", "\x85", "\ufffe", "\uffff", "\U0001ffff"], ids=ascii
)
#: Texts with much in them that is not shown.
texts = st.text(
    st.sampled_from("aé1 -<&\u0645ی\u094dकか👩⚕\ufe0f\u200c\u200d\u200e\u202e\u00ad\u00a0\n\v")
    | st.sampled_from("🏴\U000e0067\U000e007f\U000e0100\u2800\u3164\ufffe\u061c")
    | st.characters(codec="utf-8"),
    max_size=30,
)  # fmt: skip


@EVERYTHING
def test_one_line_is_what_is_seen(typed, stored):
    assert one_line(typed) == stored


@pytest.mark.parametrize("clean", [one_line, writable])
def test_what_is_derived_from_a_text_becomes_one(clean):
    assert type(clean(mark_safe("A <b>"))) is str


@EMPTY
def test_what_nobody_sees_is_empty(nothing):
    assert one_line(nothing) == several_lines(nothing) == ""


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("One\r\nTwo\rThree\nFour", "One\nTwo\nThree\nFour"),
        ("One\vTwo\fThree\u2028Four", "One\nTwo\nThree\nFour"),
        ("\n\n One \n\n\n\u200b\n\tTwo\u00a0\n", "One\n\nTwo"),
        ("One\u00ad  and  one", "One and one"),
    ],
)
def test_several_lines_keep_their_breaks(typed, stored):
    assert several_lines(typed) == stored


@steady
@given(texts)
def test_clean_text_is_done_after_once(text):
    assert one_line(one_line(text)) == one_line(text)
    assert several_lines(several_lines(text)) == several_lines(text)


@steady
@given(texts)
def test_clean_text_has_something_to_see_at_both_ends(text):
    clean = one_line(text)
    assert "\n" not in clean
    assert clean == "" or not {clean[0], clean[-1]} & set(BLANK)


@steady
@given(texts)
def test_cleaning_takes_away_nothing_that_is_seen(text):
    unseen = re.compile(f"[{BLANK}{INVISIBLE}]")
    assert unseen.sub("", one_line(text)) == unseen.sub("", text)


@steady
@given(texts)
def test_search_finds_a_text_however_it_was_typed(text):
    assert fold(one_line(text)) == fold(text)


@steady
@given(st.text(st.characters(), max_size=20))
def test_what_is_writable_is_in_any_xml(text):
    ElementTree.fromstring(f"<a>{escape(writable(text))}</a>".encode())  # noqa: S314 — our own


def test_every_text_of_ours_is_clean():
    """A CharField or TextField of its own would store what nobody sees."""
    plain = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("partners").get_models()
        if issubclass(model, ContentModel)
        for field in model._meta.fields
        if isinstance(field, CharField | TextField) and not field.choices
        if not isinstance(field, CleanField | RichTextField | SiteAddressField | SlugField)
    }
    assert plain == set()


@pytest.mark.django_db
@EVERYTHING
def test_every_write_cleans(typed, stored):
    def acronym():
        return Organisation.objects.values_list("acronym", flat=True).get()

    record = make.OrganisationFactory(acronym=typed)
    assert acronym() == stored
    for write in (
        record.save,
        lambda: record.save_base(raw=True),
        lambda: Organisation.objects.update(acronym=typed),
        lambda: Organisation.objects.bulk_update([record], ["acronym"]),
    ):
        Organisation.objects.update(acronym="else")
        record.acronym = typed
        write()
        assert acronym() == stored


@pytest.mark.django_db
@EVERYTHING
def test_full_clean_leaves_the_record_clean(typed, stored):
    record = make.OrganisationFactory()
    record.acronym = typed
    record.full_clean()
    assert record.acronym == stored


@pytest.mark.django_db
def test_texts_of_several_lines_and_addresses_are_clean_too():
    term = make.TermFactory(definition=" One\r\n\r\n\r\nTwo\u00ad ")
    assert Term.objects.get(pk=term.pk).definition == "One\n\nTwo"
    record = make.OrganisationFactory(website=" \ufeffhttps://example.org/\u200b ")
    assert Organisation.objects.get(pk=record.pk).website == "https://example.org/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked", ["radioembolisation", "Radio\u00adembolisation", "RADIOEMBOLISATION\u200b", "bolisat"]
)
@pytest.mark.parametrize("raw", [False, True], ids=["saved", "past-the-fields"])
def test_search_finds_what_has_soft_hyphens(asked, raw):
    record = make.OrganisationFactory(name="Radio\u00adembolisation Society")
    if raw:
        Organisation.objects.update(name=Value("Radio\u00adembolisation Society"))
        record.refresh_from_db()
        record.save()
    found = Search(asked).ranked(Organisation.objects.all())
    assert list(found) == [record]


@pytest.mark.django_db
def test_name_in_a_script_with_vowel_signs_finds_itself_alone():
    tezpur, other = (make.OrganisationFactory(name=name) for name in ("तेजपुर", "जनपथ संस्था"))
    for asked, record in (("तेजपुर", tezpur), ("जनपथ", other)):
        found = Search(asked).ranked(Organisation.objects.all())
        assert list(found) == [record]
    found = Search("तेजप").ranked(Organisation.objects.all())
    assert list(found) == [tezpur]
