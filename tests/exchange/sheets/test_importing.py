"""What a file wants, what stands against it in words, and what becomes of it."""

import pytest

from partners.exchange.sheets import importing
from partners.models import Event, Figure, Organisation, PendingChange, Revision
from partners.publishing import presses
from partners.rows.snapshots import Refused
from tests import factories as make
from tests.admin.conftest import colleague
from tests.exchange.sheets.conftest import book_of, carry_out, wanted
from tests.factories import LONG_AGO, SINCE_THEN
from tests.values.test_lines import EMPTY, EVERYTHING

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    record = make.OrganisationFactory(pk="esr", name="ESR", founded="2016")
    make.FigureFactory(
        organisation=record, measure="members", value=7000, source=make.SourceFactory()
    )
    return record


def line(book, sheet="organisations", number=0, **cells):
    """Write into the cells of a line."""
    book[sheet].lines[number].cells.update(cells)
    return book


def errors(book, model=Organisation):
    return [sentence for each in wanted(model, book) for sentence in each.errors]


def said(book, model=Organisation):
    """(where, old, new) of all that would change."""
    return [(d.where, d.before, d.after) for each in wanted(model, book) for d in each.differences]


def test_dry_run_says_old_and_new_in_words(record):
    book = line(book_of([record]), founded="May 2016", kind="Federation", is_home="no")
    line(book, "figures", value="7000.0", as_of="2020", bound="more than")
    assert said(book) == [
        ("Kind", "Not stated", "Federation"),
        ("Founded", "2016", "May 2016"),
        ("Figure “more than 7,000 members”: how exact", "as stated", "more than"),
        ("Figure “more than 7,000 members”: as of", "–", "2020"),
    ]
    record.refresh_from_db()
    assert str(record.founded) == "2016"


@EVERYTHING
def test_text_is_stored_as_it_is_seen(record, typed, stored):
    (each,) = wanted(Organisation, line(book_of([record]), acronym=typed))
    assert not each.errors
    carry_out([each], None)
    record.refresh_from_db()
    assert record.acronym == stored


@EMPTY
def test_name_that_nobody_sees_is_none(record, nothing):
    (sentence,) = errors(line(book_of([record]), name=nothing))
    assert sentence == "Organisation, name: This field cannot be blank."


@pytest.mark.parametrize(
    "around", ["{} ", "\n{}", "\u00a0{}\u00a0", "\ufeff{}", "{}\u200b"], ids=ascii
)
def test_blanks_around_a_cell_say_nothing(record, around):
    """Whatever kind of value it holds; and what names a record or a part is found."""
    make.TopicFactory(key="imaging", name="Imaging")
    book = book_of([record])
    cells = {"key": "esr", "kind": "Society", "founded": "May 2016", "is_home": "yes"}
    cells |= {"version": book["organisations"].lines[0].cells["version"], "topics": "imaging"}
    line(book, **{column: around.format(text) for column, text in cells.items()})
    part = book["figures"].lines[0].cells
    part |= {name: around.format(part[name]) for name in ("organisation", "id", "source")}
    line(book, "figures", value=around.format("30"), bound=around.format("about"))
    assert [(where, new) for where, _, new in said(book)] == [
        ("Kind", "Society"),
        ("Founded", "May 2016"),
        ("The society whose site this is", "Yes"),
        ("Topics", "Imaging"),
        ("Figure “about 30 members”: how exact", "about"),
        ("Figure “about 30 members”: value", "30"),
    ]


def test_missing_columns_and_sheets_change_nothing(record):
    book = book_of([record])
    for each in book["organisations"].lines:
        del each.cells["name"], each.cells["founded"]
    del book["figures"], book["links"]
    assert said(book) == []


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"founded": "in 2016"}, "“organisations”, row 2, founded: “in 2016” is not a date"),
        ({"review_days": "a year"}, "row 2, review_days: “a year” is not a whole number"),
        (
            {"seat_country": "England"},
            "row 2, seat_country: “England” is not one of the choices",
        ),
        ({"is_home": "perhaps"}, "row 2, is_home: “perhaps” is neither “yes” nor “no”"),
        ({"topics": "x"}, "row 2, topics: There is no topic with the key “x”"),
        ({"name": ""}, "Organisation, name: This field cannot be blank"),
        ({"kind": "club"}, "row 2, kind: “club” is not one of the choices. Write one of: Soc"),
        ({"dissolved": "2010"}, "Organisation, dissolved: The end is before the start"),
        ({"slug": "taken"}, "Another record has this address"),
        ({"version": ""}, "Its version is missing"),
        ({"key": "nobody"}, "row 2, key: there is no “nobody”. It was deleted since the file"),
    ],
)
def test_error_names_place_and_reason(record, cells, sentence):
    make.OrganisationFactory(slug="taken")
    book = book_of([record])
    del book["figures"]
    (said,) = errors(line(book, **cells))
    assert sentence in said


def test_rich_text_in_a_cell_is_plain_where_it_has_no_tag(record):
    book = line(book_of([record]), description="if a<b & c>d\nthen\n\nTwo")
    (each,) = wanted(Organisation, book)
    stored = "<p>if a&lt;b &amp; c&gt;d<br>then</p><p>Two</p>"
    assert each.rows[0]["fields"]["description"] == stored
    assert (each.errors, each.notes) == ([], [])


def test_dry_run_says_what_was_left_out_of_rich_text(record):
    html = '<table><tr><td>Members</td><td>30</td></tr></table><img src="logo.png">'
    (each,) = wanted(Organisation, line(book_of([record]), description=html))
    assert each.rows[0]["fields"]["description"] == "<p>Members 30</p>"
    (note,) = each.notes
    where, what = note.split("left out: ")
    assert where == "“organisations”, row 2, description: "
    assert what == "the layout of a table, a picture. Its words are kept."


def test_label_of_a_link_in_rich_text_says_where_it_leads(record):
    html = '<p>See <a href="https://example.org/">here</a>.</p>'
    (sentence,) = errors(line(book_of([record]), description=html))
    assert sentence.startswith("“organisations”, row 2, description: “here” does not say where")


def test_error_of_a_part_names_its_sheet(record):
    book = line(book_of([record]), "figures", value="many", source="none")
    first, second = errors(book)
    assert first.startswith("“figures”, row 2, value: “many” is not a whole number")
    assert second.startswith("“figures”, row 2, source: There is no source with the key “none”")


@pytest.mark.parametrize("typed", ["7001", "7001.0", "7001.00", "7001,0"])
def test_whole_number_is_read_as_programs_write_it(record, typed):
    book = line(book_of([record]), "figures", value=typed)
    assert said(book) == [("Figure “7,001 members”: value", "7,000", "7,001")]


@pytest.mark.parametrize(
    ("column", "typed", "after"),
    [
        ("founded", "2008.0", "2008"),
        ("founded", "976", "0976"),
        ("founded", "976.0", "0976"),
        ("review_days", "30.0", "30"),
        ("seat_country", "XK", "Kosovo"),
        ("seat_country", "Kosovo", "Kosovo"),
        ("seat_country", "Turkiye", "Türkiye"),
        ("has_ended", "yes", "Yes"),
        ("has_ended", "Y", "Yes"),
        ("has_ended", "1.0", "Yes"),
        ("website", "www.esr.org/about", "https://www.esr.org/about"),
    ],
)
def test_cell_is_read_as_people_and_programs_write_it(record, column, typed, after):
    ((_, _, value),) = said(line(book_of([record]), **{column: typed}))
    assert str(value) == after


@pytest.mark.parametrize("typed", ["9.30", "9:30", "9:30 AM", "09:30:00"])
def test_time_is_read_as_people_write_it(typed):
    event = make.EventFactory(starts="2018-05-03")
    book = line(book_of([event]), "events", start_time=typed, time_zone="Europe/Vienna")
    assert said(book, Event)[0][2] == "09:30:00"


def test_country_in_other_words_is_taken_with_a_note(record):
    (each,) = wanted(Organisation, line(book_of([record]), seat_country="UK"))
    assert [(d.where, d.after) for d in each.differences] == [("Seat country", "United Kingdom")]
    assert (each.errors, each.notes) == (
        [],
        ["“organisations”, row 2, seat_country: “UK” is read as United Kingdom (GB)."],
    )
    (plain,) = wanted(Organisation, line(book_of([record]), seat_country="United Kingdom"))
    assert plain.notes == []


def test_identifier_is_shown_and_stored_as_its_register_writes_it(record):
    number = make.IdentifierFactory(organisation=record, scheme="ror", value="03yrm5c26")
    book = line(book_of([record]), "identifiers", value="https://ror.org/05DXPS055")
    assert [after for _, _, after in said(book)] == ["05dxps055"]
    carry_out(wanted(Organisation, book), colleague("ben"))
    number.refresh_from_db()
    assert number.value == "05dxps055"
    assert wanted(Organisation, line(book_of([record]), "identifiers", value=" 05dxps055")) == []


def test_other_register_is_named(record):
    make.IdentifierFactory(organisation=record, scheme="wikidata")
    book = line(book_of([record]), "identifiers", scheme="Other register", value="7")
    (sentence,) = errors(book)
    assert sentence.startswith("Identifier, which other register: Say which other register this is")


@pytest.mark.parametrize("typed", ["105.000", "105,000", "105.5", "1e3", "\u0661"])
def test_number_that_could_mean_another_is_refused(record, typed):
    (sentence,) = errors(line(book_of([record]), "figures", value=typed))
    assert f"“{typed}” is not a whole number in digits, such as 7000" in sentence


def test_key_that_is_mistyped_is_named_before_what_hangs_on_it(record):
    with pytest.raises(Refused) as refused:
        wanted(Organisation, line(book_of([record]), key="ers"))
    assert refused.value.sentences[0].startswith("“organisations”, row 2, key: there is no “ers”.")
    assert "take it out here, too" in refused.value.sentences[1]


def test_one_sheet_of_parts_alone_is_called_so(record):
    alone = {"organisations": book_of([record])["figures"]}
    with pytest.raises(Refused, match="This is the sheet “figures” alone"):
        wanted(Organisation, alone)


def test_part_of_another_record_is_not_taken(record):
    other = make.FigureFactory()
    (sentence,) = errors(line(book_of([record]), "figures", id=str(other.pk)))
    assert "this id is not one of the record's" in sentence


def test_record_that_stands_twice_is_refused(record):
    book = book_of([record])
    book["organisations"].lines.append(book["organisations"].lines[0])
    assert errors(book) == ["“esr” stands here twice."]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda book: book.pop("organisations"), "The sheet “organisations” is missing"),
        (lambda book: book.update(money=book["links"]), "no place for the sheet “money”"),
        (lambda book: book["links"].columns.append("price"), "no place for the column “price”"),
        (
            lambda book: book["organisations"].columns.remove("version"),
            "“organisations” lacks “version”",
        ),
        (lambda book: line(book, "figures", organisation="efsr"), "“efsr” names no record"),
    ],
)
def test_file_that_is_none_of_ours_is_refused(record, spoil, sentence):
    book = book_of([record])
    spoil(book)
    with pytest.raises(Refused, match=sentence):
        wanted(Organisation, book)


def test_record_that_a_colleague_changed_is_refused_by_name(record):
    book = line(book_of([record]), summary="Mine")
    their = line(book_of([record]), summary="Theirs")
    carry_out(wanted(Organisation, their), colleague("anna"))
    (each,) = wanted(Organisation, book)
    assert each.title == "ESR"
    assert "Changed by anna on" in each.errors[0]
    assert "since this file was exported" in each.errors[0]
    with pytest.raises(Refused, match="ESR: Changed by anna"):
        carry_out([each], colleague("ben"))


def test_new_record_is_made_with_its_parts(record):
    book = book_of([record])
    book["organisations"].lines.append(
        book["organisations"]
        .lines[0]
        ._replace(number=3, cells={"key": "", "version": "", "slug": "new", "name": "New"})
    )
    cells = {"organisation": "new", "id": "", "measure": "members", "value": "5"}
    book["figures"].lines.append(book["figures"].lines[0]._replace(number=3, cells=cells))
    records = wanted(Organisation, book)
    assert [(each.title, each.errors) for each in records] == [("New", [])]
    carry_out(records, colleague("ben"))
    figure = Figure.objects.get(organisation__slug="new")
    assert (figure.value, figure.bound, figure.organisation.published_at) == (
        5,
        "as-stated",
        LONG_AGO,
    )


def test_new_record_needs_an_address():
    book = book_of([make.OrganisationFactory()])
    line(book, key="", slug="")
    assert "A new record needs an address: fill in “slug”." in errors(book)


def test_part_without_its_line_goes_with_its_sources(record):
    figure = record.figures.get()
    make.CitationFactory(organisation=record, path=f"figures/{figure.pk}/value")
    kept = make.CitationFactory(organisation=record, path="name")
    book = book_of([record])
    book["figures"].lines.clear()
    carry_out(wanted(Organisation, book), colleague("ben"))
    assert list(record.figures.all()) == []
    assert list(record.citations.all()) == [kept]


def test_all_or_nothing(record):
    other = make.OrganisationFactory(slug="other")
    book = line(line(book_of([record, other]), summary="New"), number=1, summary="New")
    records = importing.wanted(Organisation, book)
    Organisation.objects.filter(pk=other.pk).update(summary="Meanwhile")
    with pytest.raises(Refused, match=f"{other.name}: Somebody saved this meanwhile"):
        carry_out(records, colleague("ben"))
    record.refresh_from_db()
    assert record.summary == ""
    assert not Revision.objects.exists()


def test_editors_work_stands_aside_with_its_reason(record):
    records = wanted(Organisation, line(book_of([record]), summary="New"))
    carry_out(records, colleague("ben"), presses.HAND_IN)
    change = PendingChange.objects.get()
    assert (change.key, change.status, change.why) == ("esr", "handed-in", "Imported")
    record.refresh_from_db()
    assert record.summary == ""


def test_publishing_a_file_publishes_no_draft_and_nothing_withdrawn():
    made = [
        make.EventFactory(),
        make.EventFactory(draft=True),
        make.EventFactory(withdrawn=True),
    ]
    book = book_of(made)
    for number in range(3):
        line(book, "events", number, summary="New")
    publish = presses.PUBLISH_WHAT_IS_PUBLIC
    carry_out(wanted(Event, book), colleague("ben"), publish, SINCE_THEN)
    live, draft, withdrawn = Event.objects.order_by("pk")
    assert (live.summary, draft.summary, withdrawn.summary) == ("New", "New", "")
    assert (draft.published_at, withdrawn.withdrawn_at) == (None, SINCE_THEN)
    assert PendingChange.objects.get().key == withdrawn.pk


def test_publishing_a_file_publishes_no_colleagues_pending_change(record):
    carry_out(
        wanted(Organisation, line(book_of([record]), summary="Theirs")),
        colleague("anna"),
        presses.SAVE_DRAFT,
    )
    book = line(book_of([record]), region_note="Mine")
    carry_out(wanted(Organisation, book), colleague("ben"), presses.PUBLISH_WHAT_IS_PUBLIC)
    record.refresh_from_db()
    assert (record.summary, record.region_note) == ("", "")
    assert PendingChange.objects.get().rows[0]["fields"]["summary"] == "Theirs"
