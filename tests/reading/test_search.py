"""Search: by name, acronym, former name and text; forgiving; and never what is not public."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import Collaboration, Event, Organisation, Record
from partners.models.trigrams import Asked
from partners.reading.directory import Directory
from partners.reading.paging import Found
from partners.reading.search import MAX_WORDS, Search, corrections, most_alike
from tests import factories as make
from tests.plans import plan

pytestmark = pytest.mark.django_db


def found(typed, model=Organisation):
    """The keys of what `typed` finds, best first."""
    return [root.key for root in Search(typed).ranked(model.objects.live())]


@pytest.fixture
def societies():
    """Three societies, one of them with much to be found by."""
    society = make.OrganisationFactory(
        key="apscvir",
        name="Asia Pacific Society of Cardiovascular and Interventional Radiology",
        acronym="APSCVIR",
        region="asia-pacific",
        summary="Trains interventionists.",
        description="<p>Holds a <strong>congress</strong> each year in Perth &amp; Kyōto.</p>",
        topics=[make.TopicFactory(name="Oncology")],
    )
    make.OrganisationNameFactory(
        organisation=society, name="Pacific Angiography Club", acronym="PAC"
    )
    make.OrganisationFactory(key="esr", name="European Society of Radiology", acronym="ESR")
    make.OrganisationFactory(
        key="sfr", name="Société Française de Radiologie", acronym="SFR", summary="Françoise’s own."
    )


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("Asia Pacific Society of Cardiovascular", id="name"),
        pytest.param("radiology asia", id="words-in-any-order"),
        pytest.param("APSCVIR", id="acronym"),
        pytest.param("apscvir", id="small-letters"),
        pytest.param("Pacific Angiography Club", id="former-name"),
        pytest.param("PAC", id="former-acronym"),
        pytest.param("interventionists", id="summary"),
        pytest.param("congress", id="text-within-mark-up"),
        pytest.param("oncology", id="topic"),
        pytest.param("asia-pacific", id="region"),
        pytest.param("kyoto", id="accent-left-out"),
        pytest.param("KYŌTO", id="accent-in-capitals"),
        pytest.param("pérth", id="accent-too-many"),
        pytest.param("Cardio", id="beginning-of-a-word"),
        pytest.param("vascular", id="end-of-a-word"),
        pytest.param("  apscvir,  ", id="blanks-and-commas"),
        pytest.param("(APSCVIR)", id="brackets"),
        pytest.param("APCSVIR", id="two-letters-swapped"),
        pytest.param("APSVIR", id="letter-missing"),
        pytest.param("APSCCVIR", id="letter-too-many"),
        pytest.param("APSXVIR", id="wrong-letter"),
        pytest.param("cardiovasculor radiology", id="typing-error-in-one-of-two-words"),
        pytest.param("cardiovasculor intervetional", id="typing-error-in-both-words"),
    ],
)
def test_search_finds_the_society(societies, typed):
    assert found(typed) == ["apscvir"]


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("societe francaise", id="without-accents"),
        pytest.param("SOCIÉTÉ", id="capitals-with-accents"),
        pytest.param("Socie\u0301te\u0301 Franc\u0327aise", id="decomposed"),
        pytest.param("françoise's", id="another-apostrophe"),
    ],
)
def test_search_does_not_see_accents(societies, typed):
    assert found(typed) == ["sfr"]


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("", id="nothing"),
        pytest.param("   ", id="blanks"),
        pytest.param("…!? – “”", id="punctuation"),
        pytest.param("%", id="percent"),
        pytest.param("_______", id="underscores"),
        pytest.param("zymurgy", id="unknown-word"),
        pytest.param("radiology zymurgy", id="unknown-second-word"),
        pytest.param("APXXVIR", id="two-typing-errors"),
        pytest.param("not stated", id="what-is-not-stated"),
        pytest.param("x" * 100_000, id="endless-word"),
        pytest.param("\0", id="nul"),
        pytest.param("strong", id="mark-up"),
        pytest.param("amp", id="entity"),
    ],
)
def test_search_finds_nothing(societies, typed):
    assert found(typed) == []


def test_search_of_very_many_words_reads_the_first(societies):
    assert found("radiology " * 200) == ["apscvir", "esr"]
    assert found("radiology " * MAX_WORDS + "zymurgy") == ["apscvir", "esr"]
    assert found(" ".join(f"word{number}" for number in range(200))) == []


def test_search_ranks_by_where_the_words_stand():
    for key, fields in {
        "in-text": {"name": "Alpha", "summary": "Partner of ECR."},
        "inside-a-word": {"name": "Beta Decrease"},
        "word-of-a-name": {"name": "Cirse at ECR"},
        "begins-a-name": {"name": "ECR Today"},
        "is-the-acronym": {"name": "Zeta", "acronym": "ECR"},
    }.items():
        make.OrganisationFactory(key=key, **fields)
    former = make.OrganisationFactory(key="was-the-acronym", name="Eta")
    make.OrganisationNameFactory(organisation=former, name="Theta", acronym="ECR")
    make.OrganisationFactory(key="not-at-all", name="Iota")
    assert found("ecr") == [
        "was-the-acronym",
        "is-the-acronym",
        "begins-a-name",
        "word-of-a-name",
        "inside-a-word",
        "in-text",
    ]


def test_search_ranks_a_phrase_before_scattered_words():
    make.OrganisationFactory(key="scattered", name="Alpha Radiology", summary="In Europe.")
    make.OrganisationFactory(key="in-a-name", name="Beta Europe Radiology")
    make.OrganisationFactory(key="the-name", name="Europe Radiology")
    assert found("europe radiology") == ["the-name", "in-a-name", "scattered"]


def test_search_orders_equals_by_name_then_key():
    for key, name in {
        "5": "society öre",
        "2": "Society Ore",
        "4": "Society of",
        "3": "society Ore",
        "1": "Society Zebra",
    }.items():
        make.OrganisationFactory(key=key, name=name)
    assert found("society") == ["4", "2", "3", "5", "1"]


def test_search_shows_nothing_that_is_not_live():
    for state in ("draft", "scheduled", "withdrawn"):
        make.OrganisationFactory(key=state, name=f"Radiology {state}", **{state: True})
    assert found("radiology") == []
    assert found("radiolgoy") == []
    make.OrganisationFactory(key="live", name="Radiology live")
    assert found("radiology") == found("radiolgoy") == ["live"]


def test_search_corrects_only_where_nothing_else_is_found():
    make.OrganisationFactory(key="esr", name="Esr")
    make.OrganisationFactory(key="esor", name="Esor")
    assert found("esr") == ["esr"]
    assert corrected("esr") == []
    assert found("esxr") == ["esor", "esr"]


def corrected(typed):
    return Directory({"q": typed}, {}, timezone.now()).corrected


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("radiolgoy", ["Radiology"]),
        ("european radiolgoy", ["European", "Radiology"]),
        ("eurpean radiolgoy", ["European", "Radiology"]),
        ("zymurgy", []),
    ],
)
def test_search_says_the_words_it_answered_with(typed, words):
    make.OrganisationFactory(name="European Radiology")
    make.OrganisationFactory(name="Europeans")
    assert corrected(typed) == words


def test_search_does_not_say_the_words_of_drafts():
    make.OrganisationFactory(key="draft", name="Radiolaga", draft=True)
    make.OrganisationFactory(key="live", name="Radiologa")
    assert found("radiolga") == ["live"]
    assert corrected("radiolga") == ["Radiologa"]


def best(typed, *models):
    live = [model.objects.live() for model in models or (Organisation, Event)]
    return [[str(root) for root in roots] for roots in Search(typed).best(9, *live)]


def test_two_letters_are_looked_for_where_words_of_names_begin():
    make.OrganisationFactory(name="Zq Society", summary="With others.")
    make.OrganisationFactory(name="Society", acronym="ZQS")
    make.OrganisationFactory(name="Other", summary="zq zq")
    make.OrganisationFactory(name="Azqa")
    make.OrganisationFactory(name="放射線学会")
    make.EventFactory(title="Days of zq")
    assert best("zq") == [["Society", "Zq Society"], ["Days of zq"]]
    assert best("zq wi") == [[], []]
    assert best("zq so") == [["Zq Society", "Society"], []]
    assert best("zq others") == [["Zq Society"], []]  # the longer word stands in a text
    assert best("射線") == [["放射線学会"], []]


@pytest.mark.parametrize("typed", ["zyzzyva", "zyzzyvas", "zyzzyva so", "zy"])
@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize("few_roots", [0, 1500])
def test_answer_is_the_same_however_many_there_are(monkeypatch, typed, few, few_roots):
    monkeypatch.setattr("partners.reading.search.FEW", few)
    monkeypatch.setattr("partners.models.bookkeeping.FEW_ROOTS", few_roots)
    make.OrganisationFactory(name="Old Society of Zyzzyva")
    make.OrganisationFactory(name="Zyzzyva Society", draft=True)
    make.OrganisationFactory(name="Zyzzyva Society")
    make.EventFactory(title="Zyzzyva Sodality")
    assert best(typed) == [["Zyzzyva Society", "Old Society of Zyzzyva"], ["Zyzzyva Sodality"]]


def test_first_of_very_many_are_the_same_wherever_the_database_begins_to_read():
    for key in ("a", "b", "c"):
        make.OrganisationFactory(key=key, name="Society")
    ids = list(Record.objects.order_by("pk").values_list("pk", flat=True))
    Record.objects.filter(pk=ids[0]).update(version=7)  # PostgreSQL has it after the others now
    asked = Asked([["society"]], "organisation_id", {"text": 2})
    held = Record.objects.filter(text__holds=asked)
    assert sorted(held.values_list("pk", flat=True)) == ids[:2]


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize(
    "typed",
    ["ecr", "society", "society ore", "soceity", "zq", "zq others", "so ecr", "zyzzyva", "!", ""],
)
def test_what_is_found_by_keys_is_what_is_ranked(monkeypatch, typed, few):
    for key, name, fields in [
        ("in-text", "Alpha", {"summary": "Partner of the ECR society, and of others."}),
        ("inside-a-word", "Beta Decrease Society", {}),
        ("word-of-a-name", "Society at ECR", {}),
        ("begins-a-name", "ECR Today", {}),
        ("1", "society öre", {}),
        ("5", "society öre", {}),
        ("4", "Society Ore", {}),
        ("3", "Society Ore", {}),
        ("acronym", "Zeta", {"acronym": "ECR", "summary": "A society."}),
        ("short", "Zq Society", {"summary": "With others."}),
        ("draft", "ECR Society Ore Zq", {"draft": True}),
    ]:
        make.OrganisationFactory(key=key, name=name, **fields)
    keys = found(typed)
    monkeypatch.setattr("partners.reading.search.FEW", few)
    live = Organisation.objects.live()
    assert Search(typed).found(live, timezone.now()) == keys
    hits = Found(live, keys)
    assert len(hits) == len(keys)
    assert [root.pk for root in hits[1:4]] == keys[1:4]


def test_search_that_misses_asks_as_often_of_one_kind_as_of_two(django_assert_num_queries):
    make.OrganisationFactory(name="Society of Radiology")
    for models in ([Organisation], [Organisation, Event]):
        with django_assert_num_queries(3):  # the words, what they may have been, those words
            assert not any(best("society zyzzyva", *models))


def test_search_asks_several_kinds_at_once_and_forgives_only_for_all():
    make.OrganisationFactory(name="Radiology")
    make.CollaborationFactory(title="Radiologys")
    make.EventFactory(title="Congress of Radiology")
    kinds = Organisation, Collaboration, Event
    assert best("radiology", *kinds) == [["Radiology"], ["Radiologys"], ["Congress of Radiology"]]
    assert best("radiologys", *kinds) == [[], ["Radiologys"], []]
    assert best("radiolgoy", *kinds) == [["Radiology"], ["Radiologys"], ["Congress of Radiology"]]


@pytest.mark.parametrize(
    ("typed", "factory", "fields"),
    [
        ("joint examination", make.CollaborationFactory, {"kind": "joint-examination"}),
        ("committee", make.CollaborationFactory, {"through": "Education Committee"}),
        ("2017", make.EventFactory, {"starts": "2017-09"}),
        ("kopenhagen", make.EventFactory, {"city": "Kopenhagen"}),
        ("denmark", make.EventFactory, {"country": "DK"}),
        ("attended", make.EventFactory, {"write_up": "<p>Well attended.</p>"}),
        ("vienna", make.EventSeriesFactory, {"usual_city": "Vienna"}),
        ("imprint", make.PageFactory, {"body": "<p>Imprint.</p>"}),
    ],
)
def test_every_kind_of_root_is_found_by_its_text(typed, factory, fields):
    factory(key="other")
    factory(key="wanted", **fields)
    assert found(typed, factory._meta.model) == ["wanted"]


def test_collaboration_is_found_by_what_was_made_together():
    work = make.JointWorkFactory(title="Recommendation on gloves")
    make.JointWorkFactory(title="Exhibition")
    assert found("gloves", Collaboration) == [work.collaboration.key]


def test_corrections_are_one_typing_error_away_nearest_in_length_first(django_assert_num_queries):
    make.OrganisationFactory(name="abdc abc abcde abed xbcd acbde abxx esor esd estro es")
    with django_assert_num_queries(1):
        found = corrections(["abcd", "ab", "esr"])
    assert found == [["abdc", "abed", "xbcd", "abc", "abcde"], [], ["esd", "es", "esor"]]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL scans tables that are small")
@pytest.mark.parametrize("asks", [corrections, most_alike])
def test_no_word_is_read_but_those_that_begin_or_end_alike(db, asks):
    with CaptureQueriesContext(connection) as asked:
        asks(["radiolgy", "societi"])
    (query,) = asked.captured_queries
    steps = plan(query)
    assert steps
    assert not [step for step in steps if step.startswith("SCAN")]


def test_short_words_and_numbers_are_not_corrected(django_assert_num_queries):
    make.OrganisationFactory(name="abc 2017 b2c")
    with django_assert_num_queries(0):
        assert corrections(["ab", "2018", "b2b"]) == [[], [], []]


def test_nearest_names_are_those_most_alike(db):
    for name in ("European Society of Radiology", "Radiology", "Rhubarb", "Hidden Radiolgie"):
        make.OrganisationFactory(name=name, draft=name.startswith("Hidden"))
    congress = make.EventFactory(title="Congress of Radiologists")
    live = [model.objects.live() for model in (Organisation, Event)]
    names = [str(root) for root in Search("Radiologyy").nearest(*live)]
    assert names == ["Radiology", "European Society of Radiology", "Congress of Radiologists"]
    assert Search("Congres Radologists").nearest(*live)[0] == congress
    assert Search("zzzz").nearest(*live) == []
    assert Search("").nearest(*live) == []
