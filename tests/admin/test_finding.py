"""Finding a record: search box, filters, suggestions while typing."""

import html

import pytest
from django.contrib import admin
from django.http import HttpResponse
from django.urls import reverse

from cirse_partners import urls
from partners.models import Collaboration, Event, Organisation, Source
from tests import factories as make
from tests.admin.browser_form import address
from tests.admin.records import RECORDS, ROOT_FACTORIES, label

pytestmark = pytest.mark.django_db
every_model = pytest.mark.parametrize("model", RECORDS, ids=label)
TYPED = [
    "",
    "   ",
    "apcsvir",
    "APSCVIR – Asia & Pacific",
    "%",
    "_",
    "*",
    "\\",
    "'; DROP TABLE partners_organisation; --",
    '"half a quotation',
    "(",
    "ß İ ﬁ 日本 💥",
    "\u202e\ufeff",
    "\t\n",
    "-1",
    "a" * 3_500,
    "word " * 700,
]


def found(client, model, **query):
    response = client.get(address(model, "changelist"), query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


@pytest.mark.slow("sweep")
@every_model
def test_search_box_takes_whatever_is_typed(superuser, model):
    RECORDS[model]()
    page = superuser.get(address(model, "changelist")).content.decode()
    assert 'id="searchbar"' in page
    for typed in TYPED:
        response = superuser.get(address(model, "changelist"), {"q": typed})
        assert response.status_code == 200, typed[:50]
    assert superuser.get(address(model, "changelist") + "?q=%ff%fe%ed%a0%80").status_code == 200


@every_model
@pytest.mark.parametrize("query", ["q=a%00", "state=%00", "_popup=%00", "%00=1"])
def test_null_character_is_refused(superuser, model, query):
    assert superuser.get(f"{address(model, 'changelist')}?{query}").status_code == 400


def named(model, name):
    """A draft called `name`, beside two others: editors look for what is not public yet."""
    factory = ROOT_FACTORIES[model]
    factory.create_batch(2)
    title = "name" if model is Organisation else "title"
    return factory(draft=True, **{title: name})


@pytest.mark.parametrize("model", ROOT_FACTORIES, ids=label)
@pytest.mark.parametrize("typed", ["APSCVIR", "apscvir", "apsc", "apcsvir", "apscvri meeting"])
def test_search_finds_drafts_and_forgives_a_typing_error(editor, model, typed):
    record = named(model, "APSCVIR meeting")
    assert found(editor, model, q=typed) == [record]


def test_search_finds_an_organisation_by_acronym_former_name_and_text(editor):
    make.OrganisationFactory()
    organisation = make.OrganisationFactory(acronym="EIBIR", summary="They coordinate imaging.")
    make.OrganisationNameFactory(organisation=organisation, name="Bureau of Pictures")
    for typed in ("eibir", "bureau", "coordinate imaging", "pictrues"):
        assert found(editor, Organisation, q=typed) == [organisation]
    assert found(editor, Organisation, q="coordinate music") == []


def test_search_puts_the_name_before_the_mention(editor):
    mention = make.OrganisationFactory(name="A society", summary="It works with ESTRO.")
    name = make.OrganisationFactory(name="ESTRO")
    assert found(editor, Organisation, q="estro") == [name, mention]


@pytest.mark.slow("sweep")
@every_model
def test_every_filter_answers(superuser, model):
    RECORDS[model]()
    for facets in ("", "&_facets=True"):
        listing = superuser.get(f"{address(model, 'changelist')}?{facets}").context["cl"]
        for spec in listing.filter_specs:
            for choice in spec.choices(listing):
                url = address(model, "changelist") + choice["query_string"]
                assert superuser.get(url).status_code == 200, url


@pytest.mark.any_database
@pytest.mark.slow("sweep")
def test_filters_of_the_content_answer(superuser, content):
    for model in (Organisation, Collaboration, Event):
        listing = superuser.get(address(model, "changelist")).context["cl"]
        counted = 0
        for spec in listing.filter_specs:
            for choice in spec.choices(listing):
                url = address(model, "changelist") + choice["query_string"] + "&_facets=True"
                assert superuser.get(url).status_code == 200, url
                counted += 1
        assert counted > 10


def test_state_filter_parts_the_records(editor):
    records = {
        "draft": make.OrganisationFactory(draft=True),
        "scheduled": make.OrganisationFactory(scheduled=True),
        "live": make.OrganisationFactory(),
        "withdrawn": make.OrganisationFactory(withdrawn=True),
    }
    for state, record in records.items():
        assert found(editor, Organisation, state=state) == [record]
    assert len(found(editor, Organisation, state="anything else")) == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [("kind__exact", "college"), ("region__exact", "europe"), ("not_for_profit__exact", "yes")],
)
def test_filter_narrows_the_list(editor, name, value):
    make.OrganisationFactory()
    wanted = make.OrganisationFactory(**{name.removesuffix("__exact"): value})
    assert found(editor, Organisation, **{name: value}) == [wanted]


def test_filters_by_related_records_narrow_the_list(editor):
    topic, series = make.TopicFactory(), make.EventSeriesFactory()
    make.OrganisationFactory(topics=[make.TopicFactory()])
    make.EventFactory()
    organisation = make.OrganisationFactory(topics=[topic])
    event = make.EventFactory(series=series)
    assert found(editor, Organisation, topics__key__exact=topic.pk) == [organisation]
    assert found(editor, Event, series__key__exact=series.pk) == [event]


def autocompletes():
    """Each field that is chosen while typing: (model, field name), inlines' included."""
    for model, root in admin.site._registry.items():
        for part in [root, *(inline(model, admin.site) for inline in root.inlines)]:
            for field in part.autocomplete_fields:
                yield part.model, field


AUTOCOMPLETES = sorted(set(autocompletes()), key=lambda each: (each[0]._meta.label, each[1]))
every_choice = pytest.mark.parametrize(
    ("model", "field"),
    AUTOCOMPLETES,
    ids=[f"{model._meta.model_name}-{field}" for model, field in AUTOCOMPLETES],
)


def suggested(client, model, field, term):
    response = client.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "partners",
            "model_name": model._meta.model_name,
            "field_name": field,
            "term": term,
        },
    )
    assert response.status_code == 200
    return [each["id"] for each in response.json()["results"]]


@pytest.mark.slow("sweep")
@every_choice
def test_suggestions_find_by_name_and_forgive_a_typing_error(editor, model, field):
    wanted = model._meta.get_field(field).related_model
    if wanted is Source:
        record = make.SourceFactory(title="APSCVIR meeting")
        make.SourceFactory()
        terms = ["apscvir", "meet"]
    else:
        record = named(wanted, "APSCVIR meeting")
        terms = ["apscvir", "meet", "apcsvir"]
    for term in terms:
        assert suggested(editor, model, field, term) == [record.pk]
    for term in TYPED:
        suggested(editor, model, field, term)


@every_choice
@pytest.mark.parametrize(
    ("who", "status"), [("anonymous", 302), ("outsider", 302), ("reader", 403)]
)
def test_suggestions_are_for_staff_who_may_see_the_records(client_of, model, field, who, status):
    query = {"app_label": "partners", "model_name": model._meta.model_name, "field_name": field}
    assert client_of(who).get(reverse("admin:autocomplete"), query).status_code == status


def test_suggestions_find_by_acronym(editor):
    wanted = make.OrganisationFactory(name="A society of many words", acronym="EORTC")
    make.OrganisationFactory()
    for term in ("EORTC", "eortc", "eotrc"):
        assert suggested(editor, make.models.Party, "organisation", term) == [wanted.pk]


def test_suggestions_for_a_field_that_offers_none_are_refused(editor):
    for query in (
        {},
        {"app_label": "partners", "model_name": "party", "field_name": "role"},
        {"app_label": "partners", "model_name": "nothing", "field_name": "organisation"},
        {"app_label": "auth", "model_name": "user", "field_name": "password"},
    ):
        assert editor.get(reverse("admin:autocomplete"), query).status_code == 403


def fields_of(model):
    return [field.name for field in model._meta.fields]


LOOKUPS = [
    ("{}__regex", "("),
    ("{}__iregex", "[["),
    ("{}__exact", "\ud7ff" * 10),
    ("{}__gte", "bad"),
    ("{}__lt", "9" * 400),
    ("{}__in", "a,b,,"),
    ("{}__isnull", "perhaps"),
    ("{}__year", "0"),
    ("{}__date", "2016-02-31"),
    ("{}__range", "1"),
    ("{}__exact__exact", "1"),
    ("{}", "0001-01-01T00:00"),
]
QUERIES = [
    ("o", "bad"), ("o", "-1.2.x"), ("o", "99"), ("o", "1.1.1"),
    ("p", "-1"), ("p", "0"), ("p", "9" * 400), ("p", "x"), ("all", ""), ("all", "x"),
    ("e", "1"), ("e", ""), ("_facets", "x"), ("_popup", "x"), ("_popup", "1"),
    ("_to_field", "key"), ("_to_field", "password"), ("_to_field", ""),
    ("state", "live,draft"), ("q", "x"), ("pk", "x"), ("pk__in", "1,x"), ("id", "x"),
    ("__", "x"), ("a__b__c", "x"), ("", "x"), ("utm_source", "x"), ("_changelist_filters", "%"),
    ("organisation__name", "x"), ("password__startswith", "md5"), ("user__password", "x"),
]  # fmt: skip

FORM_QUERIES = [
    {"_popup": "1", "_to_field": "key"},
    {"_popup": "x", "_to_field": "password"},
    {"_popup": "", "_to_field": ""},
    {"_changelist_filters": "%", "p": "-1", "e": "1", "": "x"},
]


def lookups(model):
    for field in fields_of(model):
        for lookup, value in LOOKUPS:
            yield lookup.format(field), value


@pytest.fixture
def bare_refusals(monkeypatch):
    """A refusal has no page here: it is the same for all, and costs as much as the refusal.

    test_null_character_is_refused and test_no_query_string_breaks_a_list look at the page.
    """
    monkeypatch.setattr(urls, "handler400", lambda request, exception: HttpResponse(status=400))


@pytest.mark.slow("sweep")
@every_model
def test_no_query_string_breaks_a_list(superuser, model):
    RECORDS[model]()
    for name, value in QUERIES:
        response = superuser.get(address(model, "changelist"), {name: value})
        assert response.status_code in (200, 302, 400), (name, value)


@pytest.mark.slow("sweep")
@every_model
def test_no_lookup_breaks_a_list(superuser, model, bare_refusals):
    RECORDS[model]()
    for name, value in lookups(model):
        response = superuser.get(address(model, "changelist"), {name: value})
        assert response.status_code in (200, 302, 400), (name, value)


@pytest.mark.any_database
@pytest.mark.slow("sweep")
@every_model
@pytest.mark.parametrize("name", ["add", "change", "delete", "history"])
def test_no_query_string_breaks_a_form(superuser, model, name):
    record = RECORDS[model]()
    url = address(model) if name == "add" else address(record, name)
    many = [field.name for field in model._meta.many_to_many]
    for value in ("bad", "9" * 80, "2016-02-31"):
        query = dict.fromkeys([*fields_of(model), *many], value)
        assert superuser.get(url, query).status_code == 200, value
    for query in FORM_QUERIES:
        assert superuser.get(url, query).status_code in (200, 400), query


def test_new_form_is_empty_whatever_the_address_says(superuser, open_form):
    response = superuser.get(address(Organisation), {"name": "Typed by somebody else"})
    assert b"Typed by somebody else" not in response.content


def test_addresses_ask_only_what_the_filters_ask(superuser):
    make.OrganisationFactory()
    for model in RECORDS:
        asked = admin.site._registry[model].list_filter
        for name in set(fields_of(model)).difference(asked):
            response = superuser.get(address(model, "changelist"), {f"{name}__exact": "1"})
            assert response.status_code == 400, (model, name)


def test_staff_see_what_was_wrong_with_an_address(superuser):
    response = superuser.get(address(Organisation, "changelist"), {"slug__regex": "("})
    assert "could not be read" in html.unescape(response.content.decode())
