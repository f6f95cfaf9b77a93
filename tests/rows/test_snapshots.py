"""Records as rows: taken, compared, merged, written back."""

import copy

import pytest

from partners.models import Figure, Organisation, Redirect
from partners.rows import differences, snapshots, writing
from partners.rows.kept import in_form_of_today
from partners.rows.snapshots import Path, Refused
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    record = make.OrganisationFactory(
        name="ESR", topics=make.TopicFactory.create_batch(2), founded="2016"
    )
    make.FigureFactory(organisation=record, value=100, measure="members", source=None)
    make.OrganisationNameFactory(organisation=record, name="Old name")
    make.LinkFactory(organisation=record)
    make.CitationFactory(organisation=record, path="founded")
    return record


def rows(record):
    return snapshots.rows_of(record)


def said(taken, model, **fields):
    """A copy of the rows in which the first row of `model` says `fields`."""
    taken = copy.deepcopy(taken)
    next(row for row in taken if row["model"] == f"partners.{model}")["fields"] |= fields
    return taken


def without(taken, model):
    return [row for row in taken if row["model"] != f"partners.{model}"]


def test_rows_are_the_record_and_its_parts_without_publication(organisation):
    make.FigureFactory()  # of another organisation
    taken = rows(organisation)
    assert [row["model"].removeprefix("partners.") for row in taken] == [
        "organisation", "organisationname", "figure", "link", "citation"
    ]  # fmt: skip
    assert not {"published_at", "withdrawn_at"} & taken[0]["fields"].keys()
    assert taken[0]["fields"]["founded"] == "2016"
    assert len(taken[0]["fields"]["topics"]) == 2


def test_rows_may_come_in_any_order(organisation):
    """A citation of a figure stands before the figure, and that before their record."""
    figure = organisation.figures.get()
    make.CitationFactory(organisation=organisation, path=f"figures/{figure.pk}/value")
    key, before = organisation.pk, rows(organisation)
    organisation.delete()
    assert rows(writing.write(Organisation, key, before[::-1])) == before


def test_rows_written_back_make_the_record_what_it_was(organisation):
    before = rows(organisation)
    moments = (organisation.published_at, organisation.withdrawn_at)
    organisation.figures.all().delete()
    organisation.links.update(label="Another")
    make.IdentifierFactory(organisation=organisation)
    Organisation.objects.filter(pk=organisation.pk).update(name="Other")
    organisation.topics.clear()
    assert rows(organisation) != before
    record = writing.write(Organisation, organisation.pk, before)
    assert rows(record) == before
    assert (record.published_at, record.withdrawn_at) == moments


def test_rows_bring_a_deleted_record_back(organisation):
    before = rows(organisation)
    key = organisation.pk
    organisation.delete()
    assert snapshots.stored(Organisation, key) == []
    record = writing.write(Organisation, key, before)
    assert rows(record) == before
    assert record.published_at is None


def test_new_address_leaves_a_redirect(organisation):
    writing.write(Organisation, organisation.pk, said(rows(organisation), "organisation", slug="x"))
    assert Redirect.objects.get().new_path == "/organisations/x/"


def test_what_breaks_a_rule_is_refused_in_its_words(organisation):
    taken = said(rows(organisation), "figure", value=-1)
    with pytest.raises(Refused, match=r"^Figure, value: A figure cannot be less than nothing\.$"):
        writing.write(Organisation, organisation.pk, taken)
    assert Figure.objects.get().value == 100


@pytest.mark.parametrize(
    ("model", "field", "gone"),
    [("organisation", "topics", ["gone"]), ("citation", "source", "gone")],
)
def test_what_names_something_that_is_gone_is_refused(organisation, model, field, gone):
    with pytest.raises(Refused):
        writing.write(
            Organisation, organisation.pk, said(rows(organisation), model, **{field: gone})
        )


def test_rows_of_an_earlier_schema_are_read_in_the_form_of_today(organisation):
    taken = rows(organisation)
    taken[0]["fields"]["patron"] = "Nobody"
    taken.append({"model": "partners.patron", "pk": "1", "fields": {}})
    cited = {"organisation": organisation.pk, "path": "patron", "source": "x", "locator": ""}
    taken.append({"model": "partners.citation", "pk": "2", "fields": cited})
    read, gone = in_form_of_today(taken)
    assert read == rows(organisation)
    assert gone == ["organisation: patron", "partners.patron", "the source of “patron”"]


def test_row_that_lacks_a_field_leaves_it_as_it_is_stored(organisation):
    taken = said(rows(organisation), "organisation", summary="New.")
    del taken[0]["fields"]["name"]
    before = organisation.name
    assert paths(snapshots.changes(rows(organisation), taken)) == ["summary"]
    writing.write(Organisation, organisation.pk, taken)
    organisation.refresh_from_db()
    assert (organisation.name, organisation.summary) == (before, "New.")


def test_new_row_that_lacks_a_field_gets_its_default(organisation):
    taken, key = rows(organisation), organisation.pk
    organisation.delete()
    del taken[0]["fields"]["kind"]
    writing.write(Organisation, key, taken)
    assert Organisation.objects.get().kind == Organisation._meta.get_field("kind").default


def paths(changes):
    return [path.field for change in changes for path in change.paths]


# merging


def test_merge_keeps_both_changes_where_they_do_not_meet(organisation):
    base = rows(organisation)
    theirs = said(base, "organisation", summary="Theirs.")
    mine = without(said(base, "organisation", acronym="MINE"), "link")
    merged, conflicts = snapshots.merge(base, theirs, mine)
    assert conflicts == []
    assert merged == without(said(theirs, "organisation", acronym="MINE"), "link")


def test_merge_names_what_both_changed_and_keeps_theirs_unless_mine_is_chosen(organisation):
    base = rows(organisation)
    theirs = said(base, "organisation", founded="2017", summary="Theirs.")
    mine = said(base, "organisation", founded="2018", acronym="MINE")
    merged, conflicts = snapshots.merge(base, theirs, mine)
    path = Path("partners.organisation", organisation.pk, "founded")
    assert conflicts == [path]
    assert merged == said(theirs, "organisation", acronym="MINE")
    merged, _ = snapshots.merge(base, theirs, mine, [path])
    assert merged == said(theirs, "organisation", acronym="MINE", founded="2018")


def test_merge_of_the_same_change_is_no_conflict(organisation):
    base = rows(organisation)
    same = said(base, "organisation", founded="2018")
    assert snapshots.merge(base, same, same) == (same, [])


@pytest.mark.parametrize("chosen", [True, False])
def test_part_that_one_changed_and_the_other_removed_is_a_conflict(organisation, chosen):
    base = rows(organisation)
    changed, removed = said(base, "figure", value=7), without(base, "figure")
    path = Path("partners.figure", str(Figure.objects.get().pk))
    merged, conflicts = snapshots.merge(base, removed, changed, [path] if chosen else [])
    assert conflicts == [path]
    assert sorted(merged, key=str) == sorted(changed if chosen else removed, key=str)


# in words


def test_differences_are_said_in_the_words_of_the_form(organisation):
    base = rows(organisation)
    after = without(said(base, "organisation", kind="society", topics=[]), "link")
    after = said(after, "figure", value=2000, bound="more-than")
    words = [(each.where, each.before, each.after) for each in differences.between(base, after)]
    topics = ", ".join(organisation.topics.order_by("pk").values_list("name", flat=True))
    link = organisation.links.get()
    assert words == [
        ("Kind", "Not stated", "Society"),
        ("Topics", topics, "–"),
        ("Figure “more than 2,000 members”: how exact", "as stated", "more than"),
        ("Figure “more than 2,000 members”: value", "100", "2,000"),
        (f"Link “{link.label}”", f"label: {link.label}; web address: {link.url}", "–"),
    ]


def test_long_texts_show_what_differs_within_them(organisation):
    base = rows(organisation)
    long = "Radiologists from all of Europe meet here every {} to learn from one another."
    before = said(base, "organisation", summary=long.format("year"))
    after = said(base, "organisation", summary=long.format("spring"))
    (difference,) = differences.between(before, after)
    assert [piece for piece in difference.pieces if piece[0] != "same"] == [
        ("gone", "year"),
        ("new", "spring"),
    ]
    for shown, whole in (("gone", difference.before), ("new", difference.after)):
        assert "".join(text for what, text in difference.pieces if what in ("same", shown)) == whole


def test_rows_of_an_earlier_schema_can_still_be_read(organisation):
    base = said(rows(organisation), "organisation", patron="Somebody")
    after = said(base, "organisation", patron="Nobody")
    (difference,) = differences.between(base, after)
    told = difference.where, difference.before, difference.after
    assert told == ("Patron", "Somebody", "Nobody")
