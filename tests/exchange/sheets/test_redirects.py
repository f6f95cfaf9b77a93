"""Redirects as a sheet: out, looked at, and in."""

import pytest

from partners.exchange.sheets import files
from partners.exchange.sheets.tables import tables_of
from partners.models import Redirect, Revision
from partners.publishing import presses
from partners.rows.snapshots import Refused
from tests import factories as make
from tests.exchange.sheets.conftest import book_of, carry_out, sheets_of, wanted

pytestmark = pytest.mark.django_db

IN_USE = "There is a page at this address, which people see: nobody is sent on."
CIRCLE = "This would close a circle: that address leads back to the old one."


@pytest.fixture
def old():
    return make.RedirectFactory(old_path="/Old", new_path="/events/")


def lines(book, *changed, new=()):
    """The book with the cells of its first lines changed, and with new lines."""
    sheet = book["redirects"]
    for line, cells in zip(sheet.lines, changed, strict=False):
        line.cells.update(cells)
    for number, (old_path, new_path) in enumerate(new, len(sheet.lines) + 2):
        cells = {"key": "", "version": "", "old_path": old_path, "new_path": new_path}
        sheet.lines.append(files.Line(number, cells))
    return book


def errors(book):
    """{row: sentences} of what cannot be stored."""
    return {each.number: each.errors for each in wanted(Redirect, book) if each.errors}


def stored():
    return dict(Redirect.objects.values_list("old_path", "new_path"))


def test_redirects_have_one_sheet():
    (table,) = tables_of(Redirect).values()
    assert (table.name, table.columns) == ("redirects", ["key", "version", "old_path", "new_path"])


def test_redirects_leave_as_a_sheet(old):
    ((_, exported),) = sheets_of([old]).values()
    ((key, version, *addresses),) = exported
    assert (key, addresses) == (str(old.pk), ["/old/", "/events/"])
    assert version.startswith("v")


def test_what_left_comes_back_unchanged(form):
    paths = ["/index.php?id=42", "/über/", "/a%25b/", "/2016/", "/a,b;c/", "/-x/", "/=x/"]
    made = [make.RedirectFactory(old_path=path, new_path="/events/?a=1#b") for path in paths]
    assert wanted(Redirect, book_of(made, form)) == []


def test_new_and_changed_lines_are_stored_and_others_stay(old, form):
    make.RedirectFactory(old_path="/same/", new_path="/")
    book = book_of(list(Redirect.objects.all()), form)
    new = [("https://testserver/Shop/?B=1&a=2", "https://testserver/events/")]
    records = wanted(Redirect, lines(book, {"new_path": "/search/?q=old"}, new=new))
    assert [(each.title, each.is_new, each.errors) for each in records] == [
        ("/old/", False, []),
        ("/shop/?B=1&a=2", True, []),
    ]
    assert stored() == {"/old/": "/events/", "/same/": "/"}, "a dry run stores nothing"
    carry_out(records, None, presses.SAVE_AT_ONCE)
    assert stored() == {
        "/old/": "/search/?q=old",
        "/same/": "/",
        "/shop/?B=1&a=2": "/events/",
    }
    assert Revision.objects.of(Redirect, old.pk).first().why == "Imported"


def test_address_in_another_form_is_no_change(old):
    book = lines(book_of([old]), {"old_path": "/OLD", "new_path": " https://testserver/events/ "})
    assert wanted(Redirect, book) == []


@pytest.mark.parametrize("write", [str.upper, "{{{}}}".format, lambda key: key.replace("-", "")])
def test_key_is_read_as_programs_write_it(old, write):
    book = lines(book_of([old]), {"key": write(str(old.pk)), "new_path": "/"})
    (each,) = wanted(Redirect, book)
    assert (each.key, each.errors) == (str(old.pk), [])


@pytest.mark.parametrize(
    ("old_path", "new_path", "sentence"),
    [
        ("/events/", "/", f"Redirect, old address: {IN_USE}"),
        ("/Organisations/ESR?a=1", "/", f"Redirect, old address: {IN_USE}"),
        ("/events/", "/old/", f"Redirect, old address: {IN_USE}"),
        ("/old", "/", "Redirect, old address: Redirect with this Old address already exists."),
        ("/x/", "/X", f"Redirect, new address: {CIRCLE}"),
        ("/x/", "/EVENTS", "Redirect, new address: Write this address as “/events/”."),
        ("/x/#y", "/", "Redirect, old address: Browsers keep the “#”"),
        ("x", "/", "Redirect, old address: Write an address of this site"),
        ("/x/", "https://example.com/", "Redirect, new address: Write an address of this site"),
        ("/x/", "//example.com/", "Redirect, new address: Write an address of this site"),
        ("/x/", "/events", "Redirect, new address: This address ends in a slash."),
        ("", "/", "Redirect, old address: This field cannot be blank."),
        ("/x/", "", "Redirect, new address: This field cannot be blank."),
        (f"/{'x' * 300}/", "/", "Redirect, old address: Ensure this value has at most 300"),
    ],
)
def test_line_that_cannot_be_is_named(old, old_path, new_path, sentence):
    make.OrganisationFactory(slug="esr")
    ((row, (said, *more)),) = errors(lines(book_of([old]), new=[(old_path, new_path)])).items()
    assert (row, more) == (3, [])
    assert said.startswith(sentence)


@pytest.mark.parametrize(
    "new",
    [
        [("/a/", "/b/"), ("/b/", "/a/")],
        [("/a/", "/b/"), ("/b/", "/c/"), ("/c/", "/A?x=1")],
        [("/events-of-old/", "/old/"), ("/a/", "/a/?b=1")],
    ],
)
def test_circle_within_a_sheet_is_refused(old, new):
    said = errors(lines(book_of([old]), new=new))
    assert said == {len(new) + 2: [f"Redirect, new address: {CIRCLE}"]}


def test_old_address_twice_in_a_sheet_is_refused(old):
    said = errors(lines(book_of([old]), new=[("/twice", "/"), ("/TWICE/", "/events/")]))
    assert said == {4: ["Redirect, old address: Redirect with this Old address already exists."]}


def test_key_twice_in_a_sheet_is_refused(old):
    book = book_of([old])
    book["redirects"].lines.append(book["redirects"].lines[0]._replace(number=3))
    assert errors(book) == {3: [f"“{old.pk}” stands here twice."]}


@pytest.mark.parametrize("key", ["00000000-0000-4000-8000-000000000000", "4000", "7f9c…", "/old/"])
def test_key_of_no_redirect_is_refused(old, key):
    ((sentence,),) = errors(lines(book_of([old]), {"key": key})).values()
    assert sentence.startswith(f"“redirects”, row 2, key: there is no “{key}”.")


def test_line_that_was_overtaken_is_refused(old):
    book = lines(book_of([old]), {"new_path": "/"})
    Redirect.objects.update(new_path="/search/")
    said = "Changed by an operator, since this file was exported. Export it anew."
    assert errors(book) == {2: [said]}


def test_unknown_column_is_refused(old):
    book = book_of([old])
    book["redirects"].columns.append("permanent")
    with pytest.raises(Refused, match="there is no place for the column “permanent”; only for key"):
        wanted(Redirect, book)


def test_one_line_that_cannot_be_keeps_out_all(old):
    """Also where the obstacle came between the dry run and the storing."""
    records = wanted(Redirect, lines(book_of([old]), {"new_path": "/"}, new=[("/x/", "/")]))
    make.RedirectFactory(old_path="/x/", new_path="/events/")
    with pytest.raises(Refused, match="already exists"):
        carry_out(records, None, presses.SAVE_AT_ONCE)
    assert stored() == {"/old/": "/events/", "/x/": "/events/"}
