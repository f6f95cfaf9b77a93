"""Partial dates: read, refused, compared, shown, stored; never more precise than they are known."""

import calendar
import datetime as dt
import json

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import Q, Value
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from partners.models import Collaboration, Organisation
from partners.values.dates import (
    PartialDate,
    PartialDateField,
    PartialDateFormField,
    display_period,
    on_or_after,
)
from tests.factories import CollaborationFactory, OrganisationFactory

#: The same examples in every run, however slow the machine.
steady = settings(derandomize=True, deadline=None)

REFUSED = [
    pytest.param("31 February 2016", id="no-such-day"),
    pytest.param("2016-02-30", id="no-such-day-iso"),
    pytest.param("29 February 2015", id="no-leap-year"),
    pytest.param("0 May 2016", id="day-zero"),
    pytest.param("13/05/2016", id="slashes"),
    pytest.param("2016/05", id="slash"),
    pytest.param("13.05.2016", id="dots"),
    pytest.param("0000", id="year-zero"),
    pytest.param("May 0000", id="month-of-year-zero"),
    pytest.param("May", id="month-alone"),
    pytest.param("3 May", id="no-year"),
    pytest.param("May 16", id="short-year"),
    pytest.param("16", id="two-digits"),
    pytest.param("20165", id="five-digits"),
    pytest.param("2016-13", id="month-13"),
    pytest.param("2016-00", id="month-zero"),
    pytest.param("2016-5", id="month-one-digit"),
    pytest.param("2016-05-3", id="day-one-digit"),
    pytest.param("2016-05-03T10:00", id="with-time"),
    pytest.param("Mai 2016", id="another-language"),
    pytest.param("May 3, 2016", id="month-first"),
    pytest.param("about 2016", id="about"),
    pytest.param("-2016", id="before-christ"),
    pytest.param("2016" * 20_000, id="very-long"),
    pytest.param("2016\0", id="nul"),
    pytest.param("\u0662\u0660\u0661\u0666", id="arabic-digits"),
    pytest.param("May \uff12\uff10\uff11\uff16", id="full-width-digits"),
]


@st.composite
def partial_dates(draw, first_year=1, last_year=9999):
    """Any partial date, of any precision."""
    year = draw(st.integers(first_year, last_year))
    month = draw(st.integers(1, 12))
    day = draw(st.integers(1, calendar.monthrange(year, month)[1]))
    return PartialDate(f"{year:04}-{month:02}-{day:02}"[: draw(st.sampled_from([4, 7, 10]))])


#: So close to each other that equal years, months and days are common.
close_dates = partial_dates(2015, 2017)
close_days = st.dates(dt.date(2014, 12, 1), dt.date(2018, 1, 31))


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("2016", "2016"),
        ("  2016 ", "2016"),
        ("2016-05", "2016-05"),
        ("2016-05-03", "2016-05-03"),
        ("May 2016", "2016-05"),
        ("may 2016", "2016-05"),
        ("MAY, 2016", "2016-05"),
        ("May   2016", "2016-05"),
        ("May\u00a02016", "2016-05"),
        ("3 May 2016", "2016-05-03"),
        ("03 May 2016", "2016-05-03"),
        ("3rd May, 2016", "2016-05-03"),
        ("1st December 2019", "2019-12-01"),
        ("22nd Jan. 2020", "2020-01-22"),
        ("3. May 2016", "2016-05-03"),
        ("Sept 2016", "2016-09"),
        ("Sept. 2016", "2016-09"),
        ("Sep 2016", "2016-09"),
        ("29 February 2016", "2016-02-29"),
        ("976", "0976"),
        ("976-05-03", "0976-05-03"),
        ("May 976", "0976-05"),
        ("3 May 976", "0976-05-03"),
    ],
)
def test_partial_date_reads_what_people_write(typed, iso):
    assert str(PartialDate.parse(typed)) == iso


@pytest.mark.parametrize("typed", REFUSED)
def test_partial_date_refuses(typed):
    with pytest.raises(ValueError, match=r".+"):
        PartialDate.parse(typed)


@pytest.mark.parametrize("typed", REFUSED)
def test_form_field_refuses_with_a_sentence(typed):
    with pytest.raises(ValidationError) as refused:
        PartialDateFormField().clean(typed)
    assert refused.value.messages[0] == (
        f"“{typed.strip()}” is not a date we can read. Write a year, a month or a day, "
        "as precisely as it is known: “2016”, “May 2016” or “3 May 2016”."
    )


@pytest.mark.parametrize("typed", REFUSED)
def test_model_field_refuses_with_a_sentence(typed):
    with pytest.raises(ValidationError) as refused:
        PartialDateField(blank=True).clean(typed, None)
    assert refused.value.messages == [
        f"“{typed}” is not a year, month or day such as 2016, 2016-05 or 2016-05-03."
    ]


def test_model_field_refuses_what_is_no_text():
    with pytest.raises(ValidationError, match="“2016” is not a year"):
        PartialDateField().to_python(2016)


@pytest.mark.parametrize("empty", ["", "   ", None], ids=["empty", "blanks", "none"])
def test_form_field_takes_nothing_as_not_known(empty):
    assert PartialDateFormField(required=False).clean(empty) == ""


@pytest.mark.parametrize(
    ("iso", "precision", "earliest", "latest"),
    [
        ("2016", "year", dt.date(2016, 1, 1), dt.date(2016, 12, 31)),
        ("2016-02", "month", dt.date(2016, 2, 1), dt.date(2016, 2, 29)),
        ("2015-02", "month", dt.date(2015, 2, 1), dt.date(2015, 2, 28)),
        ("1900-02", "month", dt.date(1900, 2, 1), dt.date(1900, 2, 28)),
        ("2000-02", "month", dt.date(2000, 2, 1), dt.date(2000, 2, 29)),
        ("2016-04", "month", dt.date(2016, 4, 1), dt.date(2016, 4, 30)),
        ("2016-12", "month", dt.date(2016, 12, 1), dt.date(2016, 12, 31)),
        ("2016-02-29", "day", dt.date(2016, 2, 29), dt.date(2016, 2, 29)),
        ("0001", "year", dt.date(1, 1, 1), dt.date(1, 12, 31)),
        ("9999", "year", dt.date(9999, 1, 1), dt.date(9999, 12, 31)),
    ],
)
def test_partial_date_knows_its_bounds(iso, precision, earliest, latest):
    date = PartialDate(iso)
    assert (date.precision, date.earliest, date.latest) == (precision, earliest, latest)
    assert date.year == earliest.year


@steady
@given(partial_dates())
def test_partial_date_bounds_are_the_first_and_last_day_of_that_text(date):
    one_day = dt.timedelta(days=1)
    assert date.earliest.isoformat().startswith(str(date))
    assert date.latest.isoformat().startswith(str(date))
    if date.earliest > dt.date.min:
        assert not (date.earliest - one_day).isoformat().startswith(str(date))
    if date.latest < dt.date.max:
        assert not (date.latest + one_day).isoformat().startswith(str(date))


@steady
@given(partial_dates())
def test_partial_date_survives_being_shown_and_typed_again(date):
    assert PartialDate.parse(date.display()) == date
    assert PartialDate.parse(str(date)) == date


@steady
@given(partial_dates(), partial_dates())
def test_partial_dates_are_ordered_as_their_text(one, other):
    assert (one < other, one <= other, one == other) == (
        str(one) < str(other),
        str(one) <= str(other),
        str(one) == str(other),
    )
    assert (hash(one) == hash(other)) or one != other


def test_partial_date_is_not_its_text():
    assert PartialDate("2016") != "2016"
    assert repr(PartialDate("2016-05")) == "PartialDate('2016-05')"


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("2016", "2016"),
        ("2016-05", "May 2016"),
        ("2016-05-03", "3 May 2016"),
        ("2016-09-30", "30 September 2016"),
        ("0999", "0999"),
    ],
)
def test_partial_date_shows_no_more_than_is_known(iso, words):
    assert PartialDate(iso).display() == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("", "", ""),
        ("2016", "", "2016"),
        ("", "2016-05", "May 2016"),
        ("2016", "2016", "2016"),
        ("2016-05-03", "2016-05-03", "3 May 2016"),
        ("2016-05-03", "2016-05-05", "3–5 May 2016"),
        ("2016-04-30", "2016-05-03", "30 April – 3 May 2016"),
        ("2016-05-03", "2016-06-03", "3 May – 3 June 2016"),
        ("2016-12-30", "2017-01-02", "30 December 2016 – 2 January 2017"),
        ("2015-05-03", "2016-05-03", "3 May 2015 – 3 May 2016"),
        ("2016-04", "2016-05", "April–May 2016"),
        ("2015-05", "2016-05", "May 2015 – May 2016"),
        ("2016", "2018", "2016–2018"),
        ("2016", "2018-05", "2016–May 2018"),
        ("2016-05-03", "2016-05", "3 May 2016 – May 2016"),
        ("2016-05", "2016", "May 2016 – 2016"),
    ],
)
def test_display_period_says_once_what_both_ends_share(start, end, words):
    start, end = (iso and PartialDate(iso) for iso in (start, end))
    assert display_period(start, end) == words


class OneDateForm(forms.Form):
    date = PartialDateFormField(required=False)


@pytest.mark.parametrize(
    ("initial", "typed", "has_changed"),
    [
        ("2016-05", "May 2016", False),
        ("2016-05", "2016-05", False),
        ("2016-05-03", "3rd May, 2016", False),
        ("2016-05", "2016", True),
        ("2016-05", "", True),
        ("2016-05", "nonsense", True),
        ("", "", False),
        ("", "2016", True),
    ],
)
def test_form_field_sees_only_real_changes(initial, typed, has_changed):
    initial = initial and PartialDate(initial)
    form = OneDateForm({"date": typed}, initial={"date": initial})
    assert form.has_changed() is has_changed


def test_form_field_shows_words_and_keeps_what_was_typed():
    shown = OneDateForm(initial={"date": PartialDate("2016-05-03")})["date"]
    assert shown.value() == "3 May 2016"
    assert 'value="3 May 2016"' in str(shown)
    assert OneDateForm({"date": "31 Febuary"})["date"].value() == "31 Febuary"


@pytest.mark.django_db
@pytest.mark.parametrize("iso", ["", "2016", "2016-05", "2016-05-03"])
def test_partial_date_survives_database_dump_and_form(iso):
    key = OrganisationFactory(founded=iso).pk

    stored = Organisation.objects.get(pk=key)
    assert str(stored.founded) == iso
    assert isinstance(stored.founded, PartialDate) == bool(iso)

    dumped = serializers.serialize("json", [stored])
    assert json.loads(dumped)[0]["fields"]["founded"] == iso
    loaded = next(serializers.deserialize("json", dumped)).object
    assert loaded.founded == stored.founded

    form_field = Organisation._meta.get_field("founded").formfield()
    assert isinstance(form_field, PartialDateFormField)
    assert form_field.clean(form_field.prepare_value(stored.founded)) == stored.founded


@pytest.mark.django_db
def test_partial_date_survives_dumpdata_and_loaddata(tmp_path):
    OrganisationFactory(key="a", founded="2016")
    OrganisationFactory(key="b", founded="2016-05", dissolved="2018-07-09")
    fixture = tmp_path / "organisations.json"
    call_command("dumpdata", "partners.organisation", output=str(fixture), verbosity=0)
    Organisation.objects.all().delete()
    call_command("loaddata", str(fixture), verbosity=0)
    rows = Organisation.objects.order_by("key").values_list("key", "founded", "dissolved")
    assert list(rows) == [
        ("a", PartialDate("2016"), ""),
        ("b", PartialDate("2016-05"), PartialDate("2018-07-09")),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("iso", ["", "2016", "2016-05", "2016-05-03"])
def test_partial_date_is_found_by_value_and_by_text(iso):
    wanted = OrganisationFactory(founded=iso)
    for other in {"", "2016", "2016-05", "2016-05-03"} - {iso}:
        OrganisationFactory(founded=other)
    for value in (wanted.founded, iso):
        assert list(Organisation.objects.filter(founded=value)) == [wanted]
        assert list(Organisation.objects.filter(founded__in=[value])) == [wanted]


def _is_taken(write):
    try:
        with transaction.atomic():
            write()
    except (IntegrityError, ValidationError):
        return False
    return True


class TestInTheDatabase(TestCase):
    """What the database says of a text column is what Python says of the date."""

    @pytest.mark.slow("fuzzing")
    @steady
    @given(st.lists(close_dates, min_size=1, max_size=12))
    def test_column_sorts_as_python_does(self, some):
        for date in some:
            OrganisationFactory(founded=str(date))
        column = Organisation.objects.order_by("founded").values_list("founded", flat=True)
        assert list(column) == sorted(some)

    @steady
    @given(close_dates, close_days)
    def test_on_or_after_is_the_last_possible_day(self, date, day):
        OrganisationFactory(founded=str(date))
        found = Organisation.objects.filter(on_or_after("founded", day)).exists()
        assert found == (date.latest >= day)

    def test_month_and_year_of_a_day_may_be_on_or_after_it(self):
        for date in ("2026-05-02", "2026-05-03", "2026-05", "2026", "2026-04", "2025"):
            OrganisationFactory(slug=f"of-{date}", founded=date)
        found = Organisation.objects.filter(on_or_after("founded", dt.date(2026, 5, 3)))
        assert {each.slug for each in found} == {"of-2026-05-03", "of-2026-05", "of-2026"}

    @steady
    @given(partial_dates(), st.dates())
    def test_on_or_after_holds_for_any_century(self, date, day):
        OrganisationFactory(founded=str(date))
        found = Organisation.objects.filter(on_or_after("founded", day)).exists()
        assert found == (date.latest >= day)

    @steady
    @given(st.just("") | close_dates.map(str), st.just("") | close_dates.map(str))
    def test_order_constraint_compares_what_both_dates_know(self, start, end):
        known = min(len(start), len(end))
        in_order = start[:known] <= end[:known]

        collaboration = Collaboration(key="c", slug="c", title="C", kind="liaison")
        collaboration.since, collaboration.until = (
            iso and PartialDate(iso) for iso in (start, end)
        )
        assert _is_taken(collaboration.save) == in_order
        assert _is_taken(collaboration.validate_constraints) == in_order

    @steady
    @given(st.text("0123456789-\n x", max_size=10) | close_dates.map(str))
    def test_shape_is_what_a_partial_date_looks_like(self, text):
        CollaborationFactory(key="c")
        annotated = Collaboration.objects.annotate(
            text=Value(text, output_field=PartialDateField())
        )
        shaped = annotated.filter(Q(text__is_partial_date=True)).values_list("pk").exists()
        year, month, day = "0123456789" * 2, "01", "0123"
        masks = ["", "yyyy", "yyyy-md", "yyyy-md-Dd"]
        allowed = {"y": year, "m": month, "d": year, "D": day, "-": "-"}
        assert shaped == any(
            len(mask) == len(text)
            and all(char in allowed[kind] for char, kind in zip(text, mask, strict=True))
            for mask in masks
        )
